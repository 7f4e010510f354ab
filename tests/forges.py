"""What the buttons of forges do to a branch: no hook runs there, nothing says what became of its commits."""

from __future__ import annotations

from typing import Protocol


class Repository(Protocol):
    """The repository of any suite."""

    def git(self, *args: str) -> str:
        """What git answers."""
        ...


def merge(repo: Repository, how: str, target: str, branch: str) -> str:
    """``branch`` merged into ``target`` by a ``squash``, ``rebase`` or ``cherry-pick``: the commit that
    ``target`` is to stand on then. Leaves HEAD on it, detached."""
    repo.git("switch", "-q", "--detach", branch if how == "rebase" else target)
    if how == "squash":
        repo.git("merge", "-q", "--squash", branch)
        repo.git("commit", "-q", "-m", "Topic (#12)", "--date=2030-01-01T00:00:00Z")
    elif how == "rebase":
        repo.git("rebase", "-q", "--force-rebase", target)
    else:
        repo.git("cherry-pick", f"{target}..{branch}")
    return repo.git("rev-parse", "HEAD")
