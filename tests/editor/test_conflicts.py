"""A record in conflict says so where it is read: in its own text, and on the line that it is about."""

from __future__ import annotations

from typing import Any

from client import Client
from test_diagnostics import change, diagnostics

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

MARKS = "<<<<<<< A\n\nWe lower.\n\n=======\n\nWe do not.\n\n>>>>>>> B"


def test_each_conflict_in_an_open_record_is_shown_at_its_line_until_it_is_settled(
    editor: Client, repo: Any, memory: Memory
) -> None:
    record = memory.record(
        Kind.DECISION, "Compare emails", fields={"decision": "We lower."}, status="accepted"
    )
    view = memory.view(record.id)
    plain = view.path.read_text("utf-8")
    listed = plain.replace("\n---\n", "\nconflicts:\n  - status: rejected\n---\n", 1)
    text = listed.replace("We lower.", MARKS)
    uri = editor.open(view.path)
    change(editor, uri, text, 2)
    found = diagnostics(editor, uri)
    lines = text.split("\n")
    assert [lines[one["range"]["start"]["line"]] for one in found] == ["  - status: rejected", "<<<<<<< A"]
    assert all(one["message"].startswith("in conflict: ") for one in found)
    change(editor, uri, plain, 3)
    assert diagnostics(editor, uri, some=False) == []


def test_a_hover_says_that_a_record_is_in_conflict(editor: Client, repo: Any, memory: Memory) -> None:
    record = memory.record(
        Kind.DECISION,
        "Compare emails",
        fields={"decision": "We lower."},
        at=[CodeRange("src/auth.py", 5, 6)],
    )
    view = memory.view(record.id)
    view.path.write_text(view.path.read_text("utf-8").replace("We lower.", MARKS), "utf-8")
    memory.save_draft(view.path)
    uri = editor.open(repo.root / "src/auth.py")
    shown = editor.shown(uri, 4)["contents"]["value"]
    assert "**in conflict**" in shown
    assert "<<<<<<<" not in shown
