"""Where a branch of the memory stood after our last write, in a ref of its own that outlives the branch.

git forgets a branch's reflog with the branch, and clears away in time what no ref leads to. So each move of a
branch moves such a ref too, in the same transaction: a branch that somebody deleted is missed, not taken for
one that never was, and what was on it can be brought back.
"""

from __future__ import annotations

from typing import NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.store.base import Version
from lsp_server.store.refs import HEADS, known_ref
from lsp_server.store.repository import Repository
from lsp_server.store.snapshot import FORMAT_FILE

_SHOWN = 10  # digits of a version
# What a person has elsewhere, what was published, and what we have kept: there it can be found again.
_ELSEWHERE = (
    "--branches",
    "--tags",
    "--remotes",
    "--glob=refs/git-memory/synced",
    "--glob=refs/git-memory/fetched",
    "--glob=refs/git-memory/before-rewrite",
    "--glob=refs/memory/withdrawn",
)


class Lost(NamedTuple):
    """A branch that was deleted though it held what nothing else holds: its full name, where it stood, and
    how many of its commits are nowhere else."""

    ref: str
    version: Version
    commits: int

    @property
    def restore(self) -> str:
        """The command that brings the branch back."""
        return f"git branch {self.ref.removeprefix(HEADS)} {self.version[:_SHOWN]}"

    def sentence(self) -> str:
        """What happened and how it is mended, in one line."""
        name, count = self.ref.removeprefix(HEADS), self.commits
        held = f"{count} {'commit of it is' if count == 1 else 'commits of it are'} nowhere else"
        return f"the branch '{name}' was deleted here, and {held}: `{self.restore}` brings it back"


def lost(repository: Repository, ref: str) -> Lost | None:
    """What went with a branch that is gone; None while it is there, and where nothing was lost. Two
    processes, and only where the branch is gone."""
    known = known_ref(ref)
    if known is None or repository.refs.resolve(ref) is not None:
        return None
    version = repository.refs.resolve(known)
    if version is None:
        return None
    # What a proposal has besides its own is no reason to take another memory.
    besides = f"--exclude={ref.removeprefix(HEADS)}-proposals/*"
    done = repository.git.try_run(["rev-list", "--count", version, "--not", besides, *_ELSEWHERE, "--"])
    commits = int(done.stdout) if done.code == 0 else 1  # a ref that is broken tells nothing: rather ask
    return Lost(ref, version, commits) if commits and _holds_records(repository, version) else None


def _holds_records(repository: Repository, version: Version) -> bool:
    """A memory that was only begun is no loss."""
    done = repository.git.try_run(["ls-tree", "--name-only", version])
    return done.code != 0 or done.stdout.decode("utf-8", "replace").split("\n") != [FORMAT_FILE, ""]


def require_nothing_lost(repository: Repository, ref: str) -> None:
    """Raise ``RefusedError`` where a branch would be made in the place of one whose commits would be lost."""
    found = lost(repository, ref)
    if found is not None:
        name = ref.removeprefix(HEADS)
        raise RefusedError(
            f"{found.sentence()}; to begin without it, give it another name first: "
            f"`git branch {name}-before {found.version[:_SHOWN]}`"
        )
