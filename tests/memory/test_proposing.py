"""Proposals: branches that are reviewed before they count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, RefusedError, SecretError, UsageError
from lsp_server.memory import Kind
from lsp_server.memory.proposing import settle_proposals


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    with Memory.open(repo.root) as opened:
        opened.initialise()
        opened.record(Kind.DECISION, "Begin small")
        yield opened


def settle(memory: Memory) -> list[str]:
    return settle_proposals(memory._core, "origin")[0]


def names(memory: Memory) -> list[str]:
    return [proposal.name for proposal in memory.proposals()]


def test_what_is_written_next_is_on_the_proposal_and_not_on_the_memory(memory: Memory, repo: Repo) -> None:
    before = repo.git("rev-parse", "memory")
    assert memory.propose("jwt")
    written = memory.record(Kind.DECISION, "Use JWT")
    assert repo.git("rev-parse", "memory") == before
    assert repo.git("show", f"memory-proposals/jwt:{written.path}")
    assert memory.get("ADR-2").title == "Use JWT"
    assert memory.end_proposing() == "jwt"
    assert memory.find("ADR-2") is None
    assert names(memory) == ["jwt"]


def test_a_proposal_holds_for_one_worktree_alone(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    other = tmp_path / "other"
    repo.git("worktree", "add", "-q", str(other))
    memory.propose("jwt")
    memory.record(Kind.DECISION, "Use JWT")
    with Memory.open(other) as elsewhere:
        assert elsewhere.proposal is None
        elsewhere.record(Kind.LEARNING, "On the memory itself")
    assert "On the memory itself" not in [record.title for record in memory.list()]
    memory.end_proposing()
    assert [record.title for record in memory.list()] == ["On the memory itself", "Begin small"]


def test_a_proposal_for_one_object_alone_leaves_no_trace_in_the_worktree(memory: Memory, repo: Repo) -> None:
    with Memory.open(repo.root) as once:
        once.write_to_proposal("jwt")
        once.record(Kind.DECISION, "Use JWT")
        assert once.proposal == "jwt"
    assert memory.proposal is None
    memory.record(Kind.DECISION, "Use sessions")
    assert [r.title for r in memory.list(Kind.DECISION)] == ["Use sessions", "Begin small"]


def test_adopting_merges_and_ends_the_proposal_and_the_memorys_numbers_stay(
    memory: Memory, repo: Repo
) -> None:
    memory.propose("jwt")
    proposed = memory.record(Kind.DECISION, "Use JWT")
    memory.record(Kind.LEARNING, "As ADR-2 says", fields={"lesson": "See ADR-2."})
    memory.end_proposing()
    kept = memory.record(Kind.DECISION, "Use sessions")
    assert proposed.label == kept.label == "ADR-0002"
    done = memory.adopt("jwt")
    assert done.merge is not None
    assert [(r.old, r.new) for r in done.merge.renumbered] == [("ADR-0002", "ADR-0003")]
    assert memory.get("ADR-2").id == kept.id
    adopted = memory.get("ADR-3")
    assert adopted.id == proposed.id
    assert adopted.aliases == ("ADR-0002",)
    learned = memory.list(Kind.LEARNING)[0]
    assert learned.fields["lesson"] == "See ADR-3."
    assert names(memory) == []
    assert repo.git("for-each-ref", "refs/heads/memory-proposals", "refs/memory") == ""
    assert len(repo.git("log", "-1", "--format=%P", "memory").split()) == 2


def test_adopting_lets_this_worktree_go_and_refuses_the_writes_of_others(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    repo.git("worktree", "add", "-q", str(other))
    memory.propose("jwt")
    memory.record(Kind.DECISION, "Use JWT")
    with Memory.open(other) as elsewhere:
        elsewhere.propose("jwt")
        assert memory.adopt("jwt").released
        assert memory.proposal is None
        with pytest.raises(RefusedError, match="propose --end"):
            elsewhere.record(Kind.LEARNING, "Lost?")
        assert memory.find("ADR-2") is not None
        elsewhere.end_proposing()
        elsewhere.record(Kind.LEARNING, "Not lost")


@pytest.mark.parametrize("end", ["adopt", "withdraw", "settle"])
def test_a_proposal_that_has_ended_leaves_no_index_behind(memory: Memory, repo: Repo, end: str) -> None:
    private = repo.root / ".git" / "git-memory"
    memory.propose("jwt")
    memory.record(Kind.DECISION, "Use JWT")
    assert [record.title for record in memory.list()] == ["Use JWT", "Begin small"]
    memory.end_proposing()
    assert [path.name for path in private.glob("index-*.sqlite3")]
    if end == "settle":
        repo.git("update-ref", "refs/heads/memory", "refs/heads/memory-proposals/jwt")
        assert settle(memory)
    else:
        getattr(memory, end)("jwt")
    assert [path.name for path in private.glob("index-*")] == []
    assert memory.propose("jwt")
    assert len(memory.list()) == (1 if end == "withdraw" else 2)


def test_names_that_are_folders_of_each_other_are_told_apart(memory: Memory, repo: Repo) -> None:
    memory.propose("auth")
    memory.record(Kind.DECISION, "Use JWT")
    for name in ("auth/tokens", "auth/tokens/life"):
        with pytest.raises(RefusedError, match=f"proposal 'auth', so that none can be called '{name}'"):
            memory.propose(name)
    memory.withdraw("auth")
    memory.propose("auth/tokens")
    written = memory.record(Kind.DECISION, "Short lives")
    kept = memory.withdraw("auth/tokens").kept
    assert repo.git("show", f"{kept}:{written.path}")


def test_a_withdrawn_proposal_is_kept_under_its_own_ref(memory: Memory, repo: Repo) -> None:
    before = repo.git("rev-parse", "memory")
    for copy in ("", "-2"):
        memory.propose("jwt")
        written = memory.record(Kind.DECISION, "Use JWT")
        done = memory.withdraw("jwt")
        assert (done.commits, done.released, done.kept) == (1, True, f"refs/memory/withdrawn/jwt{copy}")
        assert "Use JWT" in repo.git("show", f"{done.kept}:{written.path}")
    assert names(memory) == []
    assert repo.git("rev-parse", "memory") == before


def test_a_name_that_no_branch_can_have_is_refused(memory: Memory) -> None:
    for name in (
        "",
        "-x",
        "a..b",
        "with space",
        "x.lock",
        "../memory",
        "a\nb",
        "x" * 250,
        "a/" * 3 + "é" * 120,
    ):
        with pytest.raises(UsageError):
            memory.propose(name)
        with pytest.raises(UsageError):
            memory.write_to_proposal(name)
    assert names(memory) == []


def test_a_name_that_holds_a_secret_is_refused_without_telling_it(memory: Memory, repo: Repo) -> None:
    secret = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"
    for propose in (memory.propose, memory.write_to_proposal):
        with pytest.raises(SecretError, match="name of the proposal looks like a secret") as refused:
            propose(f"rotate-{secret}")
        assert secret not in str(refused.value)
    assert secret not in repo.git("for-each-ref")


def test_a_proposal_that_is_not_there_is_said_with_those_that_are(memory: Memory) -> None:
    memory.propose("jwt")
    with pytest.raises(NotFoundError, match="jwt"):
        memory.adopt("jtw")


def test_a_proposal_that_only_a_remote_has_can_be_taken_up_and_adopted(
    memory: Memory, repo: Repo, new_repo: Callable[..., Repo], tmp_path: Path
) -> None:
    remote = new_repo("remote", "--bare")
    repo.git("remote", "add", "origin", str(remote.root))
    memory.propose("jwt")
    memory.record(Kind.DECISION, "Use JWT")
    repo.git("push", "-q", "origin", "memory", "memory-proposals/jwt")
    repo.git("clone", "-q", str(remote.root), str(tmp_path / "colleague"))
    colleague = Repo(tmp_path / "colleague")
    with Memory.open(colleague.root) as theirs:
        theirs.initialise()
        only = theirs.proposals()[0]
        assert (only.name, only.own, only.remotes, only.commits) == ("jwt", False, ("origin",), 1)
        with pytest.raises(RefusedError, match="origin"):
            theirs.withdraw("jwt")
        assert not theirs.propose("jwt")
        theirs.record(Kind.LEARNING, "On top of it")
        theirs.adopt("jwt")
        assert {record.title for record in theirs.list()} == {"Begin small", "Use JWT", "On top of it"}


def squash(repo: Repo, how: str) -> None:
    """What a forge's buttons do with the branch ``memory-proposals/jwt``."""
    place = repo.root.parent / "forge"
    repo.git("worktree", "add", "-q", str(place), "memory")
    forge = Repo(place)
    if how == "merge":
        forge.git("merge", "-q", "--no-ff", "-m", "Merge pull request", "memory-proposals/jwt")
    elif how == "fast-forward":
        forge.git("merge", "-q", "--ff-only", "memory-proposals/jwt")
    elif how == "squash":
        forge.git("merge", "-q", "--squash", "memory-proposals/jwt")
        forge.git("commit", "-q", "-m", "Use JWT (#1)")
    else:
        forge.git("cherry-pick", "memory..memory-proposals/jwt")
    repo.git("worktree", "remove", "--force", str(place))


@pytest.mark.parametrize("how", ["merge", "fast-forward", "squash", "rebase"])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_proposal_that_a_forge_merged_is_recognised(
    memory: Memory, repo: Repo, how: str, meanwhile: bool
) -> None:
    memory.propose("jwt")
    memory.record(Kind.DECISION, "Use JWT")
    memory.mark("ADR-1", "accepted")
    memory.end_proposing()
    if meanwhile and how != "fast-forward":
        memory.record(Kind.LEARNING, "Meanwhile")
    memory.propose("jwt")
    assert settle(memory) == []
    squash(repo, how)
    said = settle(memory)
    assert len(said) == 1
    assert "'jwt' was merged" in said[0]
    assert names(memory) == []
    assert memory.proposal is None
    assert memory.get("ADR-2").title == "Use JWT"


def test_a_proposal_to_which_nothing_was_written_stays_open(memory: Memory) -> None:
    memory.propose("jwt")
    memory.end_proposing()
    memory.record(Kind.LEARNING, "Meanwhile")
    assert settle(memory) == []
    assert names(memory) == ["jwt"]


def test_a_proposal_that_is_partly_merged_stays_open(memory: Memory, repo: Repo) -> None:
    memory.propose("jwt")
    memory.record(Kind.DECISION, "Use JWT")
    memory.end_proposing()
    squash(repo, "squash")
    memory.propose("jwt")
    memory.record(Kind.LEARNING, "Written after the merge")
    assert settle(memory) == []
    assert names(memory) == ["jwt"]


def test_a_proposal_merged_with_others_edits_of_the_same_record_is_recognised(
    memory: Memory, repo: Repo
) -> None:
    memory.record(Kind.BUG, "Slow", fields={"description": "It is slow.", "fix": "None yet."})
    memory.propose("jwt")
    memory.amend("BUG-1", memory.text("BUG-1").replace("It is slow.", "It is slow at night."))
    memory.end_proposing()
    memory.amend("BUG-1", memory.text("BUG-1").replace("None yet.", "Wait for the morning."))
    squash(repo, "squash")
    assert len(settle(memory)) == 1


def test_a_proposal_that_somebody_deleted_is_missed_and_not_begun_anew(memory: Memory, repo: Repo) -> None:
    memory.propose("jwt")
    memory.record(Kind.DECISION, "Use JWT")
    tip = repo.git("rev-parse", "memory-proposals/jwt")
    memory.end_proposing()
    repo.git("branch", "-D", "memory-proposals/jwt")
    back = f"git branch memory-proposals/jwt {tip[:10]}"
    for ask in (memory.propose, memory.adopt, memory.withdraw):
        with pytest.raises(RefusedError, match=f"was deleted here, .*`{back}` brings it back"):
            ask("jwt")
    repo.git(*back.split()[1:])
    assert not memory.propose("jwt")
    assert memory.find("ADR-2") is not None


def test_a_deleted_proposal_whose_changes_the_memory_has_is_not_missed(memory: Memory, repo: Repo) -> None:
    memory.propose("jwt")
    memory.record(Kind.DECISION, "Use JWT")
    memory.end_proposing()
    # A forge squashes it, somebody fetches that, and deletes the branch.
    tree = repo.git("rev-parse", "memory-proposals/jwt^{tree}")
    squashed = repo.git("commit-tree", tree, "-p", "memory", "-m", "Use JWT (#7)")
    repo.git("update-ref", "refs/heads/memory", squashed)
    repo.git("branch", "-D", "memory-proposals/jwt")
    assert memory.propose("jwt")
