"""Setting the memory branch up: made, adopted, or refused with the way out named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo

from lsp_server.errors import RefusedError, UsageError
from lsp_server.store.base import ChangeSet
from lsp_server.store.git_store import GitStore

FIRST = {"memory.yaml": b"format: 1\n", "README.md": b"# What this is\n"}
Open = Callable[..., GitStore]


def test_the_branch_is_made_without_a_parent_and_nothing_else_changes(repo: Repo, open_store: Open) -> None:
    before = repo.fingerprint()
    store = open_store(repo.root, initialise=False)
    assert store.initialise(None, FIRST, "memory: begin") == (True, None)
    assert repo.git("log", "--format=%s %P", "memory") == "memory: begin "
    assert [f.path for f in store.snapshot().files()] == ["README.md", "memory.yaml"]
    assert repo.fingerprint() == before


def test_saying_it_twice_is_harmless(repo: Repo, open_store: Open) -> None:
    store = open_store(repo.root)
    tip = store.commit(lambda _: ChangeSet("x", {"a": b"kept"}))
    assert store.initialise(None, FIRST, "memory: begin") == (False, None)
    assert store.initialise("memory", FIRST, "memory: begin") == (False, None)
    assert store.tip() == tip


def test_another_name_is_kept_in_the_configuration(repo: Repo, open_store: Open) -> None:
    store = open_store(repo.root, initialise=False)
    assert store.initialise("notes/team", FIRST, "memory: begin") == (True, None)
    assert repo.git("config", "--local", "memory.branch") == "notes/team"
    assert open_store(repo.root, initialise=False).tip() == store.tip() == repo.git("rev-parse", "notes/team")
    assert store.initialise("notes/team", FIRST, "memory: begin") == (False, None)
    assert store.initialise("memory", FIRST, "memory: begin") == (True, None)
    assert repo.git("config", "--local", "memory.branch") == "memory"


def test_a_running_store_follows_when_another_process_changes_the_name(repo: Repo, open_store: Open) -> None:
    running = open_store(repo.root)
    open_store(repo.root, branch="other")
    assert running.tip() == repo.git("rev-parse", "other")


def test_the_remotes_memory_is_adopted(repo: Repo, open_store: Open, tmp_path: Path) -> None:
    tip = open_store(repo.root).tip()
    clone = tmp_path / "clone"
    repo.git("clone", "-q", str(repo.root), str(clone))
    configuration = (clone / ".git/config").read_bytes()
    store = open_store(clone, initialise=False)
    assert store.tip() is None
    assert store.initialise(None, FIRST, "memory: begin") == (True, "origin/memory")
    assert store.tip() == tip
    assert (clone / ".git/config").read_bytes() == configuration
    assert store.initialise(None, FIRST, "memory: begin") == (False, None)


def test_another_name_is_adopted_and_kept(repo: Repo, open_store: Open, tmp_path: Path) -> None:
    tip = open_store(repo.root, branch="notes").tip()
    repo.git("clone", "-q", str(repo.root), str(tmp_path / "clone"))
    store = open_store(tmp_path / "clone", initialise=False)
    assert store.initialise("notes", FIRST, "memory: begin") == (True, "origin/notes")
    assert Repo(tmp_path / "clone").git("config", "memory.branch") == "notes"
    assert store.tip() == tip


def test_origin_is_preferred_to_other_remotes(repo: Repo, open_store: Open) -> None:
    store = open_store(repo.root)
    first = store.tip()
    second = store.commit(lambda _: ChangeSet("x", {"a": b"x"}))
    for remote, commit in {"backup": first, "origin": second, "zoo": first}.items():
        repo.git("remote", "add", remote, "nowhere")
        repo.git("update-ref", f"refs/remotes/{remote}/memory", str(commit))
    repo.git("branch", "-D", "memory")
    assert store.initialise(None, FIRST, "memory: begin") == (True, "origin/memory")
    assert store.tip() == second


def test_a_branch_that_is_somebodys_code_is_refused(repo: Repo, open_store: Open) -> None:
    repo.git("branch", "memory")
    before = repo.git("for-each-ref")
    store = open_store(repo.root, initialise=False)
    with pytest.raises(RefusedError, match=r"branch 'memory' holds something else .*--branch git-memory"):
        store.initialise(None, FIRST, "memory: begin")
    assert repo.git("for-each-ref") == before
    assert store.initialise("git-memory", FIRST, "memory: begin") == (True, None)


def test_a_remote_branch_that_is_somebodys_code_is_refused(
    repo: Repo, open_store: Open, tmp_path: Path
) -> None:
    repo.git("branch", "memory")
    repo.git("clone", "-q", str(repo.root), str(tmp_path / "clone"))
    store = open_store(tmp_path / "clone", initialise=False)
    with pytest.raises(RefusedError, match=r"remote branch 'origin/memory' holds something else .*--branch"):
        store.initialise(None, FIRST, "memory: begin")
    assert store.tip() is None


def test_branches_below_the_name_stand_in_its_way_and_are_named(repo: Repo, open_store: Open) -> None:
    for name in ("memory/a", "memory/b/c", "memory-like"):
        repo.git("branch", name)
    store = open_store(repo.root, initialise=False)
    with pytest.raises(RefusedError) as raised:
        store.initialise(None, FIRST, "memory: begin")
    assert "'memory/a', 'memory/b/c'" in str(raised.value)
    assert "memory-like" not in str(raised.value)
    assert "--branch git-memory" in str(raised.value)
    assert store.initialise("git-memory", FIRST, "memory: begin") == (True, None)


def test_a_branch_above_the_name_stands_in_its_way(repo: Repo, open_store: Open) -> None:
    store = open_store(repo.root, initialise=False)
    with pytest.raises(RefusedError, match=r"cannot have a branch 'main/memory' beside 'main'"):
        store.initialise("main/memory", FIRST, "memory: begin")
    assert repo.git("config", "memory.branch", check=False) == ""


@pytest.mark.parametrize(
    "name", ["a b", "-rf", "../x", "a..b", "x.lock", "HEAD", "a\nb", "x" * 5000 + "~", "@{-1}", "/"]
)
def test_a_name_that_git_does_not_take_is_refused(repo: Repo, open_store: Open, name: str) -> None:
    store = open_store(repo.root, initialise=False)
    with pytest.raises(UsageError, match="cannot be the name of a branch"):
        store.initialise(name, FIRST, "memory: begin")
    assert repo.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_a_worktree_that_stands_on_the_unborn_branch_is_named(
    new_repo: Callable[..., Repo], open_store: Open
) -> None:
    unborn = new_repo("unborn", "-b", "memory")
    with pytest.raises(RefusedError, match="'memory' is checked out in"):
        open_store(unborn.root)


def test_without_its_first_file_no_memory_is_made(repo: Repo, open_store: Open) -> None:
    with pytest.raises(UsageError, match=r"memory\.yaml"):
        open_store(repo.root, initialise=False).initialise(None, {"a": b""}, "x")
