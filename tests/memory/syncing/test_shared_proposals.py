"""Proposals that two people write to."""

from __future__ import annotations

import pytest
from clones import Shared, learn, titles

from lsp_server import Memory
from lsp_server.errors import RefusedError
from lsp_server.memory import Kind


def on_one_proposal(shared: Shared) -> Shared:
    """Both write to a proposal that the first has begun."""
    _, one, _, two = shared
    one.propose("idea")
    learn(one, "Theirs to add to")
    one.sync()
    two.sync()
    two.propose("idea")
    return shared


def test_what_others_wrote_to_a_proposal_comes_with_a_sync(shared: Shared) -> None:
    a, one, b, two = on_one_proposal(shared)
    learn(two, "Added in review")
    two.sync()
    assert "the proposal 'idea' has what was written to it on origin" in _synced(one)
    assert "Added in review" in titles(one)
    assert a.git("rev-parse", "memory-proposals/idea") == b.git("rev-parse", "memory-proposals/idea")
    one.adopt("idea")
    assert {"Theirs to add to", "Added in review"} <= set(titles(one))


def test_a_proposal_that_two_people_wrote_to_at_once_is_merged_and_sent(shared: Shared) -> None:
    a, one, b, two = on_one_proposal(shared)
    for memory in (one, two):
        memory.record(Kind.DECISION, "Decided by one" if memory is one else "Decided by two")
    one.sync()
    said = _synced(two)
    assert "the proposal 'idea' was changed on origin, too: merged" in said
    assert any(" now on 'idea'" in sentence for sentence in said)
    one.sync()
    assert a.git("rev-parse", "memory-proposals/idea") == b.git("rev-parse", "memory-proposals/idea")
    assert {"Theirs to add to", "Decided by one", "Decided by two"} <= set(titles(one))
    assert _synced(two) == []


def test_a_proposal_that_is_checked_out_stays_and_says_so(shared: Shared) -> None:
    a, one, _, two = on_one_proposal(shared)
    one.end_proposing()
    learn(two, "Added in review")
    two.sync()
    before = a.git("rev-parse", "memory-proposals/idea")
    a.git("worktree", "add", "-q", str(a.root / ".." / "review"), "memory-proposals/idea")
    (said,) = _synced(one)
    assert said.startswith("the proposal 'idea' is behind origin: ")
    assert "checked out" in said
    assert a.git("rev-parse", "memory-proposals/idea") == before


def test_a_proposal_from_before_a_rewrite_does_not_bring_back_what_was_purged(shared: Shared) -> None:
    a, one, _, two = shared
    two.propose("idea")
    learn(two, "An idea")
    two.end_proposing()
    purged = next(record.path for record in one.list() if record.title == "Purged")
    entries = a.git("ls-tree", "-r", "--full-tree", "memory").splitlines()
    kept = "".join(f"{entry}\n" for entry in entries if not entry.endswith(purged))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_INDEX_FILE", str(a.root / ".git" / "scratch-index"))
        a.git("update-index", "--index-info", input=kept)
        tree = a.git("write-tree")
    root = a.git("rev-list", "--max-parents=0", "memory")
    commit = a.git("commit-tree", "-p", root, "-m", "purge", tree)
    a.git("push", "-q", "--force", "origin", f"{commit}:refs/heads/memory")
    done = two.sync(accept_rewrite=True)
    assert done is not None
    assert (
        done.proposals[0] == "the proposal 'idea' began before the memory's history was rewritten: not sent"
    )
    assert a.git("ls-remote", "origin", "refs/heads/memory-proposals/idea") == ""
    with pytest.raises(RefusedError, match="would bring back what was taken out then"):
        two.adopt("idea")
    assert titles(two) == ["Kept"]
    two.propose("later")
    learn(two, "An idea")
    two.end_proposing()
    two.adopt("later")
    assert titles(two) == ["An idea", "Kept"]


def _synced(memory: Memory) -> list[str]:
    done = memory.sync()
    assert done is not None
    return list(done.proposals)
