"""What stands beside the branch when a batch with checkpoints or anchors ends well, or does not."""

from __future__ import annotations

import pytest
from support import AUTH, Repo

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

FILE = "src/auth.py"


class StopError(Exception):
    """Something that goes wrong in a batch."""


def noted_checkpoint(repo: Repo) -> str:
    """What the hooks are told of the last checkpoint, "" where there is none."""
    file = repo.root / ".git" / "git-memory-checkpoint"
    return file.read_text() if file.exists() else ""


def test_a_checkpoint_that_was_taken_back_is_named_by_no_commit(repo: Repo, memory: Memory) -> None:
    repo.write(FILE, AUTH + "# more\n")

    def half_way() -> None:
        with memory.batch("Two things"):
            memory.checkpoint("Half way")
            raise StopError

    with pytest.raises(StopError):
        half_way()
    assert noted_checkpoint(repo) == ""
    with memory.batch("Two things"):
        made = memory.checkpoint("Half way")
        assert noted_checkpoint(repo) == ""
    assert made.label in noted_checkpoint(repo)


def test_an_anchor_knows_the_commit_it_was_made_at_whenever_its_batch_ends(
    repo: Repo, memory: Memory
) -> None:
    decision = memory.record(Kind.DECISION, "Lower emails", at=[CodeRange(FILE, 1, 1)])
    made_at = repo.commit("Signing out", **{FILE: AUTH.replace("end()", "close()")})
    with Memory.open(repo.root) as another, memory.batch("Anchors"):
        memory.reanchor(decision.id, [CodeRange(FILE, 5, 5)])
        repo.commit("Lines above", **{FILE: "# one\n# two\n" + AUTH})
        another.record(Kind.LEARNING, "Somebody was faster")
    (_, anchor) = memory.get(decision.id).anchors
    assert anchor.made_at == made_at
    assert memory.file_memory(FILE).at(7) == (decision.id,)


def test_an_anchored_record_is_written_at_the_commit_that_its_lines_are_of(
    repo: Repo, memory: Memory
) -> None:
    before = repo.git("rev-parse", "HEAD")
    after = repo.commit("Lines above", **{FILE: "# one\n# two\n" + AUTH})
    repo.git("update-ref", "HEAD", before)
    with memory.batch("Two at once"):
        for number in range(3):  # the last one at once after the one before
            memory.record(Kind.LEARNING, f"Before {number}")
        (repo.root / ".git/refs/heads/main").write_text(f"{after}\n")  # at once
        made = memory.record(Kind.LEARNING, "After", at=[CodeRange(FILE, 7, 7)])
    assert made.code is not None
    assert made.code.commit == after
