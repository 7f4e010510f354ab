"""What scenarios of rewritten commits are told with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsp_server.code.rewrites import find_rewritten
from lsp_server.records.evidence import Evidence

from .conftest import Repo

LINES = [f"line {number} of the file\n" for number in range(1, 41)]


def text(**changed: str) -> str:
    """Forty lines, some of them other ones: ``l7="new"``."""
    lines = list(LINES)
    for name, line in changed.items():
        lines[int(name[1:]) - 1] = f"{line}\n"
    return "".join(lines)


def many(first: int, last: int, word: str = "changed") -> dict[str, str]:
    """So many changed lines for ``text``."""
    return {f"l{number}": f"{word} {number}" for number in range(first, last + 1)}


def tips(repo: Repo) -> list[str]:
    """The commits of HEAD, the branches, remote branches and tags."""
    return repo.git("rev-parse", "HEAD", "--branches", "--remotes", "--tags").split()


def today(repo: Repo, *commits: str, **more: Any) -> dict[str, tuple[str, Evidence]]:
    """What became of commits: the new one and the evidence, by the old one."""
    answer = find_rewritten(repo, commits, tips(repo), **more)
    assert all(one.commit == commit for commit, one in answer.items())
    return {commit: (one.today, one.evidence) for commit, one in answer.items()}


def head(repo: Repo, name: str = "HEAD") -> str:
    return repo.git("rev-parse", name)


def forget_moves(repo: Repo) -> None:
    """As in a clone where the rewrite was not made: git remembers no move."""
    repo.git("reflog", "expire", "--expire=all", "--all")


def sequence(repo: Repo, script: str) -> None:
    """The list of an interactive rebase is edited by this sed script."""
    repo.environment["GIT_SEQUENCE_EDITOR"] = f"sed -i '{script}'" if script else "true"
    repo.environment["GIT_EDITOR"] = "true"


def subjects(repo: Repo, revisions: str) -> Sequence[str]:
    return repo.git("log", "--format=%s", revisions).splitlines()
