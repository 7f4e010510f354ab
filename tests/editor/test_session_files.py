"""A session in an editor: its YAML is a file like any record's, and saving it amends the session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from client import Client

from lsp_server import Memory
from lsp_server.records.sessions.model import Session

ID = "9f3c1a2b-1111-4111-8111-111111111111"


@pytest.fixture
def session(memory: Memory) -> Session:
    """A conversation on the branch."""
    said = ({"role": "user", "content": "Why twice?"}, {"role": "assistant", "content": "It timed out."})
    return memory.save_session(
        Session(id=ID, created_at="2026-11-20T10:00:00+00:00", goal="The double charge", messages=said)
    )


def opened(editor: Client) -> tuple[str, Path]:
    path = Path(editor.execute("gitMemory.open", ref="SESSION-9f3c1a2b")["uri"].removeprefix("file://"))
    return editor.open(path), path


def test_it_opens_as_yaml_with_its_messages_as_symbols(editor: Client, session: Session) -> None:
    uri, path = opened(editor)
    assert path.suffix == ".yaml"
    listed = editor.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    told = [one["name"] for one in listed if one.get("containerName") == "messages"]
    assert told == ["user: Why twice?", "assistant: It timed out."]


def test_what_is_changed_by_hand_is_saved(editor: Client, memory: Memory, session: Session) -> None:
    uri, path = opened(editor)
    text = path.read_text()
    editor.save(uri, text.replace("The double charge", "One charge").replace("timed out", "was slow"))
    assert "mended SESSION-9f3c1a2b" in editor.message("SESSION-9f3c1a2b")
    saved = memory.session(ID)
    assert (saved.goal, saved.messages[1]["content"]) == ("One charge", "It was slow.")


def test_messages_that_were_added_meanwhile_are_kept(
    editor: Client, memory: Memory, session: Session
) -> None:
    uri, path = opened(editor)
    text = path.read_text()
    more = (*session.messages, {"role": "user", "content": "And now?"})
    memory.save_session(replace(session, messages=more))
    editor.save(uri, text.replace("The double charge", "One charge"))
    editor.message("SESSION-9f3c1a2b")
    saved = memory.session(ID)
    assert (saved.goal, [one["content"] for one in saved.messages][-1]) == ("One charge", "And now?")
    assert "And now?" in path.read_text()


def test_yaml_that_is_broken_is_marked_at_its_line_and_not_saved(
    editor: Client, memory: Memory, session: Session
) -> None:
    uri, path = opened(editor)
    version = memory.version()
    lines = path.read_text().split("\n")
    line = next(number for number, text in enumerate(lines) if text.startswith("goal:"))
    lines[line] = "goal: [never ends"
    editor.save(uri, "\n".join(lines))
    editor.message("Git Memory: ")
    shown = editor.notified("textDocument/publishDiagnostics", lambda one: one["diagnostics"])
    assert shown["uri"] == uri
    assert memory.version() == version
