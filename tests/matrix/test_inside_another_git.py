"""Run from inside another git command: a hook, a rebase, an alias. It has its own index and its own work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from matrix.processes import PROGRAM
from matrix.walking import Place
from support import Repo

Code = Callable[..., Repo]
At = Callable[..., Place]


@pytest.fixture
def repo(code: Code, place: At, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repo]:
    """A repository with a memory, where git finds ``git memory``."""
    monkeypatch.setenv("PATH", f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}")
    made = code()
    place(made.root).do("init")
    yield made
    assert made.git("fsck", "--no-dangling", "--no-progress") == ""


def _hook(repo: Repo, name: str, text: str) -> None:
    repo.write(f".git/hooks/{name}", f"#!/bin/sh\n{text}\n").chmod(0o755)


def _titles(repo: Repo) -> list[str]:
    return [
        line.partition('"')[2].rstrip('"') for line in repo.git("log", "--format=%s", "memory").splitlines()
    ][:-1]


def test_a_checkpoint_at_every_commit(repo: Repo) -> None:
    _hook(repo, "post-commit", 'git memory checkpoint "At $(git log -1 --format=%s)" || exit 1')
    repo.write("src/new.py", "new\n")
    repo.write("README.md", "changed\n")
    repo.git("add", "src/new.py")
    # A commit of some paths has an index of its own, which the hook inherits.
    repo.git("commit", "-q", "-m", "Only the readme", "README.md")
    assert _titles(repo) == ["At Only the readme"]
    assert repo.git("status", "--porcelain") == "A  src/new.py"
    repo.git("commit", "-q", "-m", "The rest")
    assert _titles(repo) == ["At The rest", "At Only the readme"]
    assert repo.git("status", "--porcelain") == ""
    commits = repo.git("log", "--format=%(trailers:key=Code-Commit,valueonly,separator=)", "memory")
    assert commits.splitlines()[0] == repo.git("rev-parse", "HEAD")


def test_a_hook_of_a_linked_worktree(repo: Repo, tmp_path: Path) -> None:
    _hook(repo, "post-commit", 'git memory checkpoint "Here" || exit 1')
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked")
    linked.write("src/auth.py", "changed\n")
    linked.git("commit", "-q", "-a", "-m", "On the side")
    assert _titles(repo) == ["Here"]
    assert "Code-Branch: side" in repo.git("log", "-1", "--format=%B", "memory")
    assert linked.git("status", "--porcelain") == ""


def test_before_a_commit_the_index_stays_as_it_was_staged(repo: Repo) -> None:
    _hook(repo, "pre-commit", 'git memory learn "Before it" --at src/auth.py:2 && git memory list >&2')
    repo.write("src/auth.py", "one\ntwo\nthree\n")
    repo.git("add", "src/auth.py")
    repo.write("src/auth.py", "one\ntwo, changed\nthree\n")
    repo.git("commit", "-q", "-m", "What was staged")
    assert repo.git("show", "HEAD:src/auth.py") == "one\ntwo\nthree"
    assert repo.git("status", "--porcelain") == " M src/auth.py"
    assert _titles(repo) == ["Before it"]


def test_at_every_step_of_a_rebase(repo: Repo) -> None:
    start = repo.git("rev-parse", "HEAD")
    for number in range(2):
        repo.write(f"file{number}", "x\n")
        repo.commit(f"Step {number}")
    repo.git("rebase", "-q", "--force-rebase", "--exec", 'git memory checkpoint "Passed"', start)
    assert _titles(repo) == ["Passed", "Passed"]
    assert repo.git("log", "--format=%s", f"{start}..HEAD").splitlines() == ["Step 1", "Step 0"]
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("symbolic-ref", "HEAD") == "refs/heads/main"


def test_as_an_alias(repo: Repo) -> None:
    repo.git("config", "alias.note", "!git memory learn")
    repo.git("note", "By an alias", "--at", "src/auth.py:4")
    assert _titles(repo) == ["By an alias"]


def test_where_a_push_arrives(repo: Repo, place: At, tmp_path: Path) -> None:
    # What is being received lies in quarantine: nothing may be written there, and reading is harmless.
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "hub.git"))
    hub = Repo(tmp_path / "hub.git")
    place(hub.root).do("init")
    for name in ("pre-receive", "update"):
        (hub.root / "hooks").mkdir(exist_ok=True)
        hook = hub.root / "hooks" / name
        hook.write_text("#!/bin/sh\ngit memory list --json >&2 || [ $? = 1 ]\n")
        hook.chmod(0o755)
    repo.write("new", "x")
    repo.commit("Pushed")
    repo.git("push", "-q", str(hub.root), "main")
    assert hub.git("rev-parse", "main") == repo.git("rev-parse", "main")
