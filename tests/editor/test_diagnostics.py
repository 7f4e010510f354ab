"""What cannot be understood in a record's file is shown at its line, and goes with its cause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from client import Client

from lsp_server import Memory
from lsp_server.memory import Kind


def diagnostics(client: Client, uri: str, *, some: bool = True) -> list[dict[str, Any]]:
    """The next diagnostics of a document that are some, or none."""
    shown = client.notified(
        "textDocument/publishDiagnostics", lambda p: p["uri"] == uri and bool(p["diagnostics"]) == some
    )
    return list(shown["diagnostics"])


def change(client: Client, uri: str, text: str, version: int) -> None:
    document = {"uri": uri, "version": version}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})


def broken(text: str) -> tuple[str, int]:
    """A text whose ``created:`` is no date, and the 0-based line of that."""
    lines = text.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("created:"))
    lines[at] = "created: [someday"
    return "\n".join(lines), at


def test_broken_front_matter_is_shown_at_its_line_while_typing(
    editor: Client, repo: Any, memory: Memory
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    view = memory.view(record.id)
    uri = editor.open(view.path)
    text, line = broken(view.path.read_text())
    change(editor, uri, text, 2)
    found = diagnostics(editor, uri)
    assert found[0]["source"] == "Git Memory"
    assert abs(found[0]["range"]["start"]["line"] - line) <= 1
    assert found[0]["message"]
    change(editor, uri, view.path.read_text(), 3)
    assert diagnostics(editor, uri, some=False) == []


def test_a_broken_file_of_a_checked_out_memory_branch_is_shown_when_it_is_opened(
    editor: Client, repo: Any, memory: Memory
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    place = repo.root.parent / "checked-out"
    repo.git("worktree", "add", "-q", str(place), "memory")
    path = place / record.path
    text, line = broken(path.read_text())
    uri = editor.open(path, text)
    assert abs(diagnostics(editor, uri)[0]["range"]["start"]["line"] - line) <= 1


def test_a_draft_that_is_not_finished_is_not_called_broken(editor: Client, repo: Any, memory: Memory) -> None:
    draft = memory.draft(Kind.DECISION)
    uri = editor.open(draft.path)
    text, _ = broken(draft.path.read_text())
    change(editor, uri, text, 2)
    first = editor.notified("textDocument/publishDiagnostics", lambda p: p["uri"] == uri)
    assert first["version"] == 2  # nothing was said of the untouched draft


def test_diagnostics_go_when_the_file_is_closed(editor: Client, repo: Any, memory: Memory) -> None:
    view = memory.view(memory.record(Kind.DECISION, "Use JWT").id)
    uri = editor.open(view.path, broken(view.path.read_text())[0])
    assert diagnostics(editor, uri)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert diagnostics(editor, uri, some=False) == []


def test_other_files_with_front_matter_are_left_alone(editor: Client, repo: Any, memory: Memory) -> None:
    page = repo.write("page.md", "---\ntitle: [broken\nid: 5\n---\n# Page\n")
    editor.open(page)
    editor.open(Path(repo.write("list.yaml", "---\n- kind: x\n")))
    editor.request("shutdown")
    assert [n for n in editor.notifications if n["method"] == "textDocument/publishDiagnostics"] == []


def test_an_outcome_that_is_due_is_a_reminder_at_its_line_and_no_mistake(
    editor: Client, repo: Any, memory: Memory
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT", fields={"outcome_due": "2020-01-01"})
    view = memory.view(record.id)
    uri = editor.open(view.path)
    (found,) = diagnostics(editor, uri)
    line = view.path.read_text().splitlines().index("outcome-due: 2020-01-01")
    assert (found["severity"], found["range"]["start"]["line"]) == (3, line)  # information
    assert "git memory outcome ADR-0001" in found["message"]
    change(editor, uri, view.path.read_text().replace("\noutcome-due", "\noutcome: mixed\noutcome-due"), 2)
    assert diagnostics(editor, uri, some=False) == []
