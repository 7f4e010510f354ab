"""Branches and worktrees that are made at a commit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lsp_server.errors import RefusedError
from lsp_server.store.git_process import Git, GitError


def is_branch_name(git: Git, name: str) -> bool:
    """Whether git takes a name for a branch."""
    return git.try_run(["check-ref-format", "--branch", name]).code == 0


def make_branch(git: Git, name: str, commit: str) -> None:
    """Make a branch at a commit. Raises ``RefusedError`` with git's own reason."""
    _make(git, ["branch", "--no-track", "--", name, commit])


def add_worktree(git: Git, place: Path, branch: str, commit: str | None) -> None:
    """Make a worktree at ``place``, on a branch that is there, or on one that is made at ``commit``. Raises
    ``RefusedError`` with git's own reason."""
    new = [] if commit is None else ["--no-track", "-b", branch]
    _make(git, ["worktree", "add", "--quiet", *new, "--", str(place), commit or branch])


def git_in(git: Git, place: Path) -> Git:
    """git in another worktree of the repository."""
    told = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
    return Git(place, {k: v for k, v in git.environment.items() if k not in told}, git.version)


def look_again(git: Git, paths: Iterable[str]) -> None:
    """Have git see that files are what its index says, though their sizes are others."""
    names = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    git.run(["-c", "core.safecrlf=false", "update-index", "-z", "--stdin"], stdin=names)


def _make(git: Git, arguments: list[str]) -> None:
    try:
        git.run(arguments, write=True)
    except GitError as error:
        raise RefusedError(f"git makes no {arguments[0]} of it: {error.message}") from error
