"""A branch that somebody deleted is missed: what only it had is named, and never replaced without a word."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from support import Repo

from lsp_server.errors import NotInitialisedError, RefusedError, StoreError
from lsp_server.store.base import ChangeSet
from lsp_server.store.git_store import GitStore

Open = Callable[..., GitStore]
FIRST = {"memory.yaml": b"format: 1\n"}


def write(store: GitStore, name: str) -> str:
    return store.commit(lambda _: ChangeSet(f"write {name}", {name: b"text\n"}))


def begin_again(store: GitStore) -> tuple[bool, str | None]:
    return store.initialise(None, FIRST, "memory: begin")


def test_what_only_the_branch_had_is_named_with_the_command_that_brings_it_back(
    repo: Repo, store: GitStore
) -> None:
    tip = write(store, "a")
    repo.git("branch", "-D", "memory")
    back = f"git branch memory {tip[:10]}"
    with pytest.raises(NotInitialisedError, match=f"'memory' was deleted here, and 2 commits .*`{back}`"):
        store.snapshot()
    with pytest.raises(RefusedError, match=f"`{back}` brings it back; to begin without it"):
        begin_again(store)
    assert store.tip() is None
    repo.git(*back.split()[1:])
    assert begin_again(store) == (False, None)
    assert store.snapshot().read("a") == b"text\n"


def test_it_survives_what_git_clears_away(repo: Repo, store: GitStore) -> None:
    tip = write(store, "a")
    repo.git("branch", "-D", "memory")
    repo.git("reflog", "expire", "--expire=all", "--all")
    repo.git("gc", "-q", "--prune=now")
    with pytest.raises(RefusedError, match=tip[:10]):
        begin_again(store)
    assert repo.git("show", f"{tip}:a") == "text"


def test_a_remotes_branch_that_lacks_some_of_it_is_not_taken_instead(repo: Repo, store: GitStore) -> None:
    published = write(store, "published")
    repo.git("remote", "add", "origin", "nowhere")
    repo.git("update-ref", "refs/remotes/origin/memory", published)
    tip = write(store, "not yet published")
    repo.git("branch", "-D", "memory")
    with pytest.raises(RefusedError, match=f"1 commit of it is nowhere else: `git branch memory {tip[:10]}`"):
        begin_again(store)
    repo.git("update-ref", "refs/remotes/origin/memory", tip)
    assert begin_again(store) == (True, "origin/memory")
    assert store.tip() == tip


def test_what_another_branch_or_a_tag_has_is_not_lost(repo: Repo, store: GitStore) -> None:
    write(store, "a")
    repo.git("branch", "-m", "memory", "memory-before")
    with pytest.raises(NotInitialisedError, match="run `git memory init`"):
        store.snapshot()
    assert begin_again(store) == (True, None)
    write(store, "b")
    repo.git("tag", "kept", "memory")
    repo.git("branch", "-D", "memory")
    assert begin_again(store) == (True, None)


def test_what_only_a_proposal_has_besides_is_lost_to_the_memory(repo: Repo, store: GitStore) -> None:
    tip = write(store, "a")
    repo.git("branch", "memory-proposals/team/x", tip)
    repo.git("branch", "-D", "memory")
    with pytest.raises(RefusedError, match=tip[:10]):
        begin_again(store)


def test_a_memory_in_which_nothing_was_written_is_begun_again(repo: Repo, store: GitStore) -> None:
    repo.git("branch", "-D", "memory")
    assert begin_again(store) == (True, None)


def test_what_we_end_ourselves_is_not_missed(repo: Repo, store: GitStore) -> None:
    tip = write(store, "a")
    branch = store.on("refs/heads/memory-proposals/x")
    branch.create(tip, "proposal begins")
    branch.remove(write(branch, "b"), "proposal ends")
    assert len(repo.git("for-each-ref", "refs/git-memory/tip").splitlines()) == 1
    with pytest.raises(RefusedError, match="adopted or withdrawn"):
        branch.snapshot()


def test_a_branch_may_come_where_one_above_it_was(repo: Repo, store: GitStore, open_store: Open) -> None:
    write(store, "a")
    repo.git("branch", "-m", "memory", "kept")
    below = open_store(repo.root, branch="memory/notes")
    write(below, "b")
    repo.git("branch", "-D", "memory/notes")
    with pytest.raises(RefusedError, match="'memory/notes' was deleted here"):
        below.initialise("memory/notes", FIRST, "memory: begin")
    remembered = repo.git("for-each-ref", "--format=%(refname)", "refs/git-memory/tip").split()
    assert remembered == ["refs/git-memory/tip/1/memory", "refs/git-memory/tip/2/memory/notes"]


def test_the_branch_is_moved_and_remembered_in_one_move(repo: Repo, store: GitStore) -> None:
    """Somebody holds the lock of either: then neither moves."""
    tip = write(store, "a")
    (known,) = repo.git("for-each-ref", "--format=%(refname)", "refs/git-memory/tip").split()
    lock = repo.root / ".git" / f"{known}.lock"
    lock.touch()
    with pytest.raises(StoreError, match=r"locked by another git: .*\.lock exists"):
        write(store, "b")
    lock.unlink()
    assert (repo.git("rev-parse", "memory"), repo.git("rev-parse", known)) == (tip, tip)
    later = write(store, "b")
    assert (repo.git("rev-parse", "memory"), repo.git("rev-parse", known)) == (later, later)
    shutil.rmtree(repo.root / ".git" / "git-memory")  # it is a ref, and needs nothing beside it
    repo.git("branch", "-D", "memory")
    with pytest.raises(RefusedError, match=later[:10]):
        begin_again(store)
