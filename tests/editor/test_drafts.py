"""A person's save of a draft commits it, as a commit message does; nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from client import EVERYTHING, Client, at

from lsp_server import Memory
from lsp_server.memory import Kind

AUTH = "src/auth.py"
MANUAL, AFTER_DELAY, FOCUS_OUT = 1, 2, 3


@pytest.fixture
def draft(editor: Client, repo: Any) -> str:
    """A draft of a decision on the lines of ``login``, open in the editor."""
    source = editor.open(repo.root / AUTH)
    place = {"start": {"line": 4, "character": 0}, "end": {"line": 5, "character": 5}}
    opened = editor.execute("gitMemory.record", kind="decision", uri=source, range=place)
    return editor.open(Path(opened["uri"].removeprefix("file://")))


def text_of(uri: str) -> str:
    return Path(uri.removeprefix("file://")).read_text()


def titled(uri: str, title: str) -> str:
    return text_of(uri).replace("\n# \n", f"\n# {title}\n")


def test_saving_a_draft_with_a_title_commits_it(
    editor: Client, repo: Any, memory: Memory, draft: str
) -> None:
    before = repo.fingerprint()
    editor.save(draft, titled(draft, "Use JWT"))
    assert "Recorded ADR-0001 “Use JWT”" in editor.message("Recorded")
    (record,) = memory.list()
    assert (record.label, record.title) == ("ADR-0001", "Use JWT")
    assert [str(anchor.range) for anchor in record.anchors] == ["src/auth.py:5-6"]
    assert repo.git("log", "-1", "--format=%s", "memory") == 'decision: record ADR-0001 "Use JWT"'
    assert repo.fingerprint() == before
    assert "Use JWT" in editor.shown((repo.root / AUTH).as_uri(), 4)["contents"]["value"]


def test_saving_again_amends_the_same_record(editor: Client, memory: Memory, draft: str) -> None:
    editor.save(draft, titled(draft, "Use JWT"))
    editor.message("Recorded ADR-0001")
    editor.save(draft, text_of(draft).replace("# Use JWT", "# Use JWT everywhere"))
    assert "Amended ADR-0001 “Use JWT everywhere”" in editor.message("Amended")
    assert [record.title for record in memory.list()] == ["Use JWT everywhere"]


def test_an_untouched_draft_is_not_committed(editor: Client, memory: Memory, draft: str) -> None:
    editor.save(draft)
    assert editor.message("draft")
    assert memory.list() == []


def test_a_draft_without_a_title_waits(editor: Client, memory: Memory, draft: str) -> None:
    editor.save(draft, text_of(draft) + "\nSome text.\n")
    assert "title" in editor.message("title")
    assert memory.list() == []


@pytest.mark.parametrize("reason", [AFTER_DELAY, FOCUS_OUT])
def test_an_editors_own_save_never_commits_a_new_draft(
    editor: Client, memory: Memory, draft: str, reason: int
) -> None:
    editor.save(draft, titled(draft, "Use J"), reason)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": draft}})
    assert editor.hover(draft, 0) is None  # what came before it has been read
    editor.open(Path(draft.removeprefix("file://")))
    editor.save(draft, text_of(draft).replace("# Use J\n", "# Use JWT\n"), MANUAL)
    assert "Recorded ADR-0001 “Use JWT”" in editor.message("ADR")
    assert [record.title for record in memory.list()] == ["Use JWT"]


def test_what_an_editor_saves_of_a_record_is_committed_when_the_file_is_closed(
    editor: Client, repo: Any, memory: Memory, draft: str
) -> None:
    editor.save(draft, titled(draft, "Use JWT"))
    editor.message("Recorded ADR-0001")
    for words in ("Some", "Some more", "Some more words"):
        editor.save(draft, titled(draft, "") + f"\n{words}\n", AFTER_DELAY)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": draft}})
    editor.message("Amended ADR-0001")
    assert repo.git("rev-list", "--count", "memory") == "3"  # its beginning, the record, one amendment


def test_what_an_editor_saves_of_a_record_is_committed_when_the_server_is_shut_down(
    editor: Client, repo: Any, memory: Memory, draft: str
) -> None:
    editor.save(draft, titled(draft, "Use JWT"))
    editor.message("Recorded ADR-0001")
    editor.save(draft, text_of(draft).replace("# Use JWT", "# Use PASETO"), AFTER_DELAY)
    editor.request("shutdown")
    assert [record.title for record in memory.list()] == ["Use PASETO"]


def test_an_editor_that_does_not_say_why_it_saves_is_believed(
    editor: Client, memory: Memory, draft: str
) -> None:
    Path(draft.removeprefix("file://")).write_text(titled(draft, "Use JWT"))
    editor.notify("textDocument/didSave", {"textDocument": {"uri": draft}})
    assert editor.message("Recorded ADR-0001")


def test_an_editor_that_cannot_show_documents_is_told_the_path(
    client: Client, repo: Any, memory: Memory
) -> None:
    client.initialize(repo.root, capabilities={**EVERYTHING, "window": {}})
    opened = client.execute("gitMemory.record", kind="bug", uri=(repo.root / AUTH).as_uri())
    assert opened["shown"] is False
    assert opened["uri"].removeprefix("file://") in client.message("Open ")
    assert client.requests == []


def test_an_editor_that_refuses_to_show_a_document_is_told_the_path(editor: Client, repo: Any) -> None:
    editor.answers["window/showDocument"] = lambda _: {"success": False}
    opened = editor.execute("gitMemory.record", kind="bug", uri=(repo.root / AUTH).as_uri())
    assert opened["shown"] is False
    assert editor.message("Open ")


def test_a_draft_belongs_to_its_repository_whatever_the_editors_root(
    client: Client, repo: Any, memory: Memory, tmp_path: Path
) -> None:
    draft = memory.draft(Kind.LEARNING)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    client.initialize(elsewhere)
    uri = client.open(draft.path)
    client.save(uri, titled(uri, "Emails differ by case"))
    assert client.message("Recorded LEARN-")
    assert [record.title for record in memory.list()] == ["Emails differ by case"]


def test_two_editors_that_see_one_save_commit_it_once(start: Any, repo: Any, memory: Memory) -> None:
    draft = memory.draft(Kind.LEARNING)
    editors = [start(), start()]
    for one in editors:
        one.initialize(repo.root)
        uri = one.open(draft.path)
    text = titled(uri, "Emails differ by case")
    draft.path.write_text(text)
    for one in editors:
        one.save(uri)
    for one in editors:
        one.request("shutdown")
    assert repo.git("rev-list", "--count", "memory") == "2"


def test_a_refused_save_says_why_keeps_the_text_and_marks_the_place(
    editor: Client, repo: Any, memory: Memory, draft: str
) -> None:
    repo.git("worktree", "add", "-q", str(repo.root.parent / "checked-out"), "memory")
    text = titled(draft, "Use JWT")
    editor.save(draft, text)
    assert "checked-out" in editor.message("checked")
    marked = editor.notified("textDocument/publishDiagnostics", lambda p: p["diagnostics"])
    assert marked["uri"] == draft
    assert text_of(draft) == text
    assert memory.list() == []


def test_saving_any_other_file_records_nothing(editor: Client, repo: Any, memory: Memory) -> None:
    uri = editor.open(repo.write("notes.md", "# A title\n"))
    editor.save(uri, "# Another title\n")
    editor.request("shutdown")
    assert memory.list() == []
    assert [n for n in editor.notifications if n["method"] == "window/showMessage"] == []


def test_what_another_wrote_while_a_records_file_is_open_is_not_taken_back(
    editor: Client, repo: Any, memory: Memory
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old context."})
    notes = editor.open(repo.root / "notes.md", "ADR-1")
    view = editor.open(Path(editor.execute("gitMemory.open", ref="ADR-1")["uri"].removeprefix("file://")))
    shown = text_of(view)
    memory.amend(record.id, memory.text(record.id).replace("Old context.", "Her context."))
    assert editor.shown(notes, 0)
    assert editor.request("textDocument/definition", at(notes, 0))[0]["uri"] == view
    editor.execute("gitMemory.open", ref="ADR-1")
    assert text_of(view) == shown
    editor.save(view, shown.replace("# Use JWT", "# Use PASETO"))
    editor.message("Amended ADR-0001")
    assert "Her context." in memory.text(record.id)
    assert memory.get(record.id).title == "Use PASETO"


def test_a_mark_shows_in_the_records_open_file_unless_somebody_typed_in_it(
    editor: Client, memory: Memory
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    view = editor.open(memory.view(record.id).path)
    editor.execute("gitMemory.mark", ref="ADR-1", status="accepted")
    assert "status: accepted" in text_of(view)
    typed = {"textDocument": {"uri": view, "version": 2}, "contentChanges": [{"text": text_of(view) + "x"}]}
    editor.notify("textDocument/didChange", typed)
    editor.execute("gitMemory.mark", ref="ADR-1", status="deprecated")
    assert "status: accepted" in text_of(view)
