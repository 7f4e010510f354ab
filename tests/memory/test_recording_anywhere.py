"""A record is written in any repository, or refused in clear words: nothing else is touched or lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import GitMemoryError, NotInitialisedError, RefusedError
from lsp_server.memory import CodeRange, Kind


def test_without_a_memory_every_use_says_how_to_start_one(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        for use in (
            lambda: memory.record(Kind.LEARNING, "x"),
            memory.list,
            lambda: memory.search("x"),
            lambda: memory.get("ADR-1"),
            memory.log,
            lambda: memory.checkpoint("x"),
            lambda: memory.draft(Kind.BUG),
        ):
            with pytest.raises(NotInitialisedError, match="git memory init"):
                use()


def test_a_missing_file_of_the_order_that_files_are_shown_in_is_nobodys_business(
    repo: Repo, memory: Memory
) -> None:
    repo.git("config", "diff.orderFile", "not-there")
    first = memory.checkpoint("Before")
    repo.write("src/auth.py", "changed\n")
    assert [file.path for file in memory.resume(first.label).files] == ["src/auth.py"]
    assert memory.checkpoint("After", snapshot=True).fields["previous"]


KINDS_OF_REPOSITORY = {
    "bare": ["--bare"],
    "sha256": ["--object-format=sha256"],
    "unborn": [],
}


@pytest.mark.parametrize("name", KINDS_OF_REPOSITORY)
def test_it_works_in_any_repository(new_repo: Callable[..., Repo], name: str) -> None:
    repo = new_repo(name, *KINDS_OF_REPOSITORY[name])
    if name == "sha256":
        repo.commit("Start", a="x\n")
    with Memory.open(repo.root) as memory:
        memory.initialise()
        record = memory.record(Kind.DECISION, "Use JWT")
        memory.mark("ADR-1", "accepted")
        memory.checkpoint("here")
        assert memory.get("ADR-1").id == record.id
        assert [hit.record.id for hit in memory.search("jwt")] == [record.id]


def test_a_linked_worktree_shares_the_memory(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    with Memory.open(repo.root) as one, Memory.open(tmp_path / "other") as other:
        one.initialise()
        record = one.record(Kind.DECISION, "Use JWT")
        assert other.get("ADR-1").id == record.id
        assert other.record(Kind.DECISION, "More").label == "ADR-0002"


def test_the_users_files_index_and_refs_stay_as_they_are(memory: Memory, repo: Repo) -> None:
    repo.write("src/auth.py", "changed\n")
    repo.write("staged.txt", "staged\n")
    repo.git("add", "staged.txt")
    before = repo.fingerprint()
    memory.record(Kind.DECISION, "Use JWT", at=[CodeRange("src/auth.py", 1, 1)])
    memory.checkpoint("now")
    memory.mark("ADR-1", "accepted")
    memory.why("src/auth.py", 1)
    memory.view("ADR-1")
    memory.delete("ADR-1")
    assert repo.fingerprint() == before


def test_a_checked_out_memory_branch_refuses_writes_and_names_the_worktree(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "reading"), "memory")
    with pytest.raises(GitMemoryError, match="reading") as refused:
        memory.record(Kind.DECISION, "Use JWT", fields={"rationale": "It scales."})
    draft = refused.value.draft
    assert draft is not None
    assert "It scales." in draft.read_text("utf-8")
    repo.git("worktree", "remove", str(tmp_path / "reading"))
    saved = memory.save_draft(draft).record
    assert saved is not None
    assert (saved.label, saved.fields) == ("ADR-0001", {"rationale": "It scales."})


def test_where_nothing_can_be_written_the_text_is_kept_in_the_users_own_place(
    memory: Memory, repo: Repo, home: Path
) -> None:
    (repo.root / ".git/git-memory").rename(repo.root / "elsewhere")
    (repo.root / ".git/git-memory").write_text("a file where a directory should be")
    (repo.root / ".git/refs/heads/memory.lock").write_text("")
    with pytest.raises(GitMemoryError) as refused:
        memory.record(Kind.DECISION, "Use JWT", fields={"rationale": "It scales."})
    draft = refused.value.draft
    assert draft is not None
    assert draft.is_relative_to(home)
    assert "It scales." in draft.read_text("utf-8")


def test_somebodys_branch_of_that_name_is_never_taken_for_a_memory(repo: Repo) -> None:
    repo.git("branch", "memory")
    with Memory.open(repo.root) as memory:
        for use in (
            memory.list,
            memory.log,
            lambda: memory.record(Kind.BUG, "x"),
            lambda: memory.get("ADR-1"),
        ):
            with pytest.raises(NotInitialisedError, match="--branch"):
                use()


def test_a_worktree_that_was_deleted_by_hand_is_named_with_the_way_out(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "reading"), "memory")
    shutil.rmtree(tmp_path / "reading")
    with pytest.raises(RefusedError, match="git worktree prune"):
        memory.record(Kind.DECISION, "Use JWT")
    repo.git("worktree", "prune")
    assert memory.record(Kind.DECISION, "Use JWT").label == "ADR-0001"
