"""Proposals that two people write to."""

from __future__ import annotations

from clones import Shared, learn, titles

from lsp_server import Memory


def test_what_others_wrote_to_a_proposal_comes_with_a_sync(shared: Shared) -> None:
    a, one, b, two = shared
    one.propose("idea")
    learn(one, "Theirs to add to")
    one.sync()
    two.sync()
    two.propose("idea")
    learn(two, "Added in review")
    two.sync()
    assert "the proposal 'idea' has what was written to it on origin" in _synced(one)
    assert "Added in review" in titles(one)
    assert a.git("rev-parse", "memory-proposals/idea") == b.git("rev-parse", "memory-proposals/idea")
    one.adopt("idea")
    assert {"Theirs to add to", "Added in review"} <= set(titles(one))


def test_a_proposal_that_is_checked_out_stays_and_says_so(shared: Shared) -> None:
    a, one, _, two = shared
    one.propose("idea")
    learn(one, "Theirs to add to")
    one.end_proposing()
    one.sync()
    two.sync()
    two.propose("idea")
    learn(two, "Added in review")
    two.sync()
    before = a.git("rev-parse", "memory-proposals/idea")
    a.git("worktree", "add", "-q", str(a.root / ".." / "review"), "memory-proposals/idea")
    (said,) = _synced(one)
    assert said.startswith("the proposal 'idea' is behind origin: ")
    assert "checked out" in said
    assert a.git("rev-parse", "memory-proposals/idea") == before


def _synced(memory: Memory) -> list[str]:
    done = memory.sync()
    assert done is not None
    return list(done.proposals)
