"""One session in two clones: said on, merged, and the same in both."""

from __future__ import annotations

from dataclasses import replace

from memory.merging.clones import Clone

from lsp_server import Session
from lsp_server.memory.merging.heads import head_of
from lsp_server.records.model import Kind
from lsp_server.records.sessions.writing import session_text

ID = "a1b2c3d4-5678-40ab-8def-1234567890ab"


def said(clone: Clone, text: str, **head: object) -> None:
    found = clone.memory.session(ID)
    message = {"role": "user", "content": text}
    clone.memory.save_session(replace(found, messages=(*found.messages, message), **head))  # type: ignore[arg-type]  # by name


def test_what_was_said_in_both_is_in_both_after_a_merge(pair: tuple[Clone, Clone]) -> None:
    one, other = pair
    one.memory.save_session(
        Session(ID, "2025-01-31T14:30:00", messages=({"role": "user", "content": "Hello"},))
    )
    other.merge(one)
    said(one, "In one", goal="Greet")
    said(other, "In the other", summary="Greeted")
    other.merge(one)
    one.merge(other)
    found = one.memory.session(ID)
    assert found == other.memory.session(ID)
    assert [message["content"] for message in found.messages] == ["Hello", "In one", "In the other"]
    assert (found.goal, found.summary) == ("Greet", "Greeted")
    assert one.tree() == other.tree()
    assert not one.memory.get(ID).conflicts


def test_a_session_that_we_wrote_is_told_at_one_look() -> None:
    path = "sessions/2025/01/2025-01-31_a1b2c3d4/session.yaml"
    text = session_text(Session(ID, "2025-01-31T14:30:00"))
    head = head_of(path, text.encode())
    assert head is not None
    assert (head.id, head.kind, head.number) == (ID, Kind.SESSION, None)
    assert head == head_of(path, text.replace("kind: session\n", "").encode())
    below = text.replace(f"id: {ID}\n", "") + f"id: {ID.replace('a', 'b')}\n"
    assert head_of(path, below.encode()) == head._replace(id=ID.replace("a", "b"))
