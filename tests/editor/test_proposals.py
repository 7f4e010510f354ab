"""Proposals from an editor: the whole worktree writes to one until it ends."""

from __future__ import annotations

from client import Client
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind


def test_what_an_editor_writes_after_proposing_is_on_the_proposal(
    editor: Client, memory: Memory, repo: Repo
) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    before = repo.git("rev-parse", "memory")
    assert editor.execute("gitMemory.propose", name="accept") == {"proposal": "accept", "new": True}
    editor.execute("gitMemory.mark", ref="ADR-1", status="accepted")
    assert editor.message("is accepted").endswith("on the proposal “accept”")
    assert repo.git("rev-parse", "memory") == before
    (listed,) = editor.execute("gitMemory.proposals")
    assert (listed["name"], listed["commits"], listed["here"]) == ("accept", 1, True)
    assert editor.execute("gitMemory.list")[0]["status"] == "accepted"
    assert editor.execute("gitMemory.endProposing") == {"proposal": None, "was": "accept"}
    assert editor.execute("gitMemory.list")[0]["status"] == "proposed"


def test_an_editor_adopts_and_withdraws(editor: Client, memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    for name, status in (("accept", "accepted"), ("reject", "rejected")):
        editor.execute("gitMemory.propose", name=name)
        editor.execute("gitMemory.mark", ref="ADR-1", status=status)
    assert editor.execute("gitMemory.adopt", name="accept")["released"] is False
    withdrawn = editor.execute("gitMemory.withdraw", name="reject")
    assert withdrawn["released"] is True
    assert withdrawn["kept"] == "refs/memory/withdrawn/reject"
    assert editor.execute("gitMemory.list")[0]["status"] == "accepted"
    assert editor.execute("gitMemory.proposals") == []
