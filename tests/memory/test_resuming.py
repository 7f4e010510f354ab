"""Which checkpoint is meant by the one of this line of work."""

from __future__ import annotations

from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind


def test_the_one_of_this_branch_is_meant_however_many_newer_ones_others_have(
    repo: Repo, memory: Memory
) -> None:
    mine = memory.checkpoint("On main")
    repo.git("switch", "-q", "-c", "side")
    with memory.batch("A busy week"):
        for number in range(60):
            memory.record(Kind.CHECKPOINT, f"On the side {number}")
    repo.git("switch", "-q", "main")
    assert memory.resume().checkpoint.id == mine.id
