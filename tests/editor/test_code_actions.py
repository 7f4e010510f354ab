"""What an editor's menu offers, and that choosing it does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from client import EVERYTHING, Client, lines

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

AUTH = "src/auth.py"
RECORDING = ["Record a decision here", "Record a learning here", "Record a bug here", "Create a checkpoint"]


def path_of(opened: dict[str, Any]) -> Path:
    return Path(opened["uri"].removeprefix("file://"))


def test_any_line_offers_to_record_something(editor: Client, repo: Any) -> None:
    uri = editor.open(repo.root / AUTH)
    assert list(editor.actions(uri, 4)) == RECORDING


@pytest.mark.parametrize("kind", ["decision", "learning", "bug"])
def test_recording_opens_a_draft_anchored_to_the_selected_lines(
    editor: Client, repo: Any, memory: Memory, kind: str
) -> None:
    uri = editor.open(repo.root / AUTH)
    opened = editor.run(editor.actions(uri, 4, 5)[f"Record a {kind} here"])
    assert (opened["kind"], opened["isNew"], opened["shown"]) == (kind, True, True)
    text = path_of(opened).read_text()
    assert f"id: {opened['id']}" in text
    assert "lines: 5-6" in text
    shown = editor.requests[-1]
    assert (shown["method"], shown["params"]["uri"]) == ("window/showDocument", opened["uri"])
    title = text.splitlines()[shown["params"]["selection"]["start"]["line"]]
    assert title == "# "
    assert memory.list() == []


def test_lines_that_an_unsaved_edit_moved_are_anchored_where_the_file_has_them(
    editor: Client, repo: Any
) -> None:
    uri = editor.open(repo.root / AUTH)
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    change = {
        "textDocument": {"uri": uri, "version": 2},
        "contentChanges": [{"range": place, "text": "#\n#\n"}],
    }
    editor.notify("textDocument/didChange", change)
    opened = editor.run(editor.actions(uri, 6, 7)["Record a bug here"])
    assert "lines: 5-6" in path_of(opened).read_text()
    assert editor.run(editor.actions(uri, 0)["Record a bug here"]) is None
    assert "save the file first" in editor.message("not saved yet")


@pytest.mark.parametrize(
    ("text", "line", "anchored"),
    [
        ("one\ntwo\n", 2, "lines: 2"),  # the empty line behind the last end
        ("one\rstill one\ntwo\rstill two\n", 3, "lines: 2"),  # git ends no line at CR
        ("one\r\ntwo\r\n", 1, "lines: 2"),
        ("", 0, None),
    ],
)
def test_the_selected_lines_are_gits(
    editor: Client, repo: Any, text: str, line: int, anchored: str | None
) -> None:
    uri = editor.open(repo.write("odd.txt", text.encode()))
    opened = editor.run(editor.actions(uri, line)["Record a bug here"])
    draft = path_of(opened).read_text()
    found = [part.strip() for part in draft.splitlines() if part.strip().startswith("lines:")]
    assert found == ([] if anchored is None else [anchored])


def test_a_checkpoint_is_made_at_once(editor: Client, repo: Any, memory: Memory) -> None:
    uri = editor.open(repo.root / AUTH)
    made = editor.run(editor.actions(uri, 0)["Create a checkpoint"])
    assert [record.id for record in memory.list(Kind.CHECKPOINT)] == [made["id"]]
    assert made["label"] in editor.message("Recorded CHECK-")


def test_the_records_of_the_selected_lines_can_be_opened(editor: Client, repo: Any, memory: Memory) -> None:
    memory.record(Kind.DECISION, "Anchored", at=[CodeRange(AUTH, 5, 5)])
    bug = memory.record(Kind.BUG, "Named")
    repo.write(AUTH, (repo.root / AUTH).read_text().replace("def logout", f"# {bug.label}\ndef logout"))
    uri = editor.open(repo.root / AUTH)
    assert editor.shown(uri, 4)
    assert [title for title in editor.actions(uri, 4) if title.startswith("Open")] == ["Open ADR-0001"]
    assert [title for title in editor.actions(uri, 4, 12) if title.startswith("Open")] == [
        "Open ADR-0001",
        "Open BUG-1",
    ]
    opened = editor.run(editor.actions(uri, 4)["Open ADR-0001"])
    assert "# Anchored" in path_of(opened).read_text()
    assert opened["isNew"] is False


def test_an_editor_that_asks_by_itself_is_told_only_what_is_there(
    editor: Client, repo: Any, memory: Memory
) -> None:
    memory.record(Kind.DECISION, "Anchored", at=[CodeRange(AUTH, 5, 5)])
    uri = editor.open(repo.root / AUTH)
    assert editor.shown(uri, 4)
    assert list(editor.actions(uri, 4, triggerKind=2)) == ["Open ADR-0001"]
    assert list(editor.actions(uri, 0, triggerKind=2)) == []
    assert list(editor.actions(uri, 0, triggerKind=1)) == RECORDING


def test_only_the_kinds_that_are_asked_for_are_given(editor: Client, repo: Any) -> None:
    uri = editor.open(repo.root / AUTH)
    assert list(editor.actions(uri, 0, only=["gitMemory"])) == RECORDING
    assert list(editor.actions(uri, 0, only=["gitMemory.checkpoint"])) == ["Create a checkpoint"]
    assert list(editor.actions(uri, 0, only=["quickfix", "source.organizeImports", "git"])) == []


def test_an_editor_without_action_literals_gets_commands(client: Client, repo: Any, memory: Memory) -> None:
    capabilities = {**EVERYTHING, "textDocument": {}}
    client.initialize(repo.root, capabilities=capabilities)
    uri = client.open(repo.root / AUTH)
    found = client.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": lines(0, 0), "context": {"diagnostics": []}},
    )
    assert [command["command"] for command in found] == ["gitMemory.record"] * 3 + ["gitMemory.checkpoint"]
    assert [command["title"] for command in found] == RECORDING


def test_a_decisions_own_file_offers_its_next_steps(editor: Client, repo: Any, memory: Memory) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    uri = editor.open(path_of(editor.execute("gitMemory.open", ref="ADR-1", uri=repo.root.as_uri())))
    titles = ["Accept ADR-0001", "Reject ADR-0001", "Supersede ADR-0001"]
    assert list(editor.actions(uri, 0)) == titles
    assert list(editor.actions(uri, 0, triggerKind=2)) == titles
    accepted = editor.run(editor.actions(uri, 0)["Accept ADR-0001"])
    assert accepted["status"] == "accepted"
    assert memory.get(record.id).status == "accepted"
    assert "ADR-0001 “Use JWT” is accepted" in editor.message("is accepted")
    # The file that is open follows, so that the editor reads it again and not over it.
    assert "status: accepted" in Path(uri.removeprefix("file://")).read_text()
    assert list(editor.actions(uri, 0)) == ["Deprecate ADR-0001", "Supersede ADR-0001"]


def test_a_bugs_own_file_offers_its_next_steps(editor: Client, repo: Any, memory: Memory) -> None:
    memory.record(Kind.BUG, "Nobody can sign in")
    uri = editor.open(path_of(editor.execute("gitMemory.open", ref="BUG-1", uri=repo.root.as_uri())))
    assert "Mark BUG-1 fixed" in editor.actions(uri, 0)
    assert editor.run(editor.actions(uri, 0)["Mark BUG-1 fixed"])["status"] == "fixed"


def test_a_repository_without_memory_offers_to_start_one(client: Client, repo: Any) -> None:
    client.initialize(repo.root)
    uri = client.open(repo.root / AUTH)
    assert list(client.actions(uri, 0, triggerKind=2)) == []
    start = "Start a memory in this repository"
    assert list(client.actions(uri, 0)) == [start]
    before = repo.fingerprint()
    made = client.run(client.actions(uri, 0)[start])
    assert made == {"branch": "memory", "created": True, "adopted": None}
    assert repo.fingerprint() == before
    assert list(client.actions(uri, 0)) == RECORDING
