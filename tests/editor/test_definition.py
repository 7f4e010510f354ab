"""From a label or an anchored line to the record's own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from client import Client, at

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

AUTH = "src/auth.py"


def texts(client: Client, uri: str, line: int, character: int = 0) -> list[str]:
    """The texts of the files that a place leads to."""
    found = client.request("textDocument/definition", at(uri, line, character))
    return [Path(place["uri"].removeprefix("file://")).read_text() for place in found or ()]


def test_a_label_leads_to_the_records_file(editor: Client, repo: Any, memory: Memory) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    uri = editor.open(repo.root / "notes.md", "see ADR-1")
    assert texts(editor, uri, 0, 5) == [memory.text(record.id)]
    assert texts(editor, uri, 0, 0) == []


def test_an_anchored_line_leads_to_every_record_on_it(editor: Client, repo: Any, memory: Memory) -> None:
    for title in ("First", "Second"):
        memory.record(Kind.LEARNING, title, at=[CodeRange(AUTH, 5, 6)])
    uri = editor.open(repo.root / AUTH)
    assert editor.shown(uri, 4)
    assert [("# First" in text, "# Second" in text) for text in texts(editor, uri, 4)] == [
        (True, False),
        (False, True),
    ]


def test_the_records_file_is_outside_the_work_tree(editor: Client, repo: Any, memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    before = repo.fingerprint()
    uri = editor.open(repo.root / "notes.md", "ADR-1")
    assert texts(editor, uri, 0)
    assert repo.fingerprint() == before
