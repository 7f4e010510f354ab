"""Talking to remotes in tests of the store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from support import Repo

from lsp_server.store import sync_lock
from lsp_server.store.exchange import Exchange
from lsp_server.store.remote_git import Budget
from lsp_server.store.remotes import Remotes
from lsp_server.store.repository import Repository

BELOW = "memory-proposals/"


@contextlib.contextmanager
def exchanging(repo: Repo, remote: str | None = None, seconds: float = 20) -> Iterator[Exchange]:
    repository = Repository.begin(repo.root).wait()
    budget = Budget(seconds)
    with sync_lock.hold(repository, budget) as note:
        assert note is not None
        yield Exchange(repository, Remotes(repository).choose(remote), budget, note)


def names(repo: Repo) -> Remotes:
    return Remotes(Repository.begin(repo.root).wait())


def left_over(repo: Repo) -> list[str]:
    """What a fetch that was not finished would leave."""
    patterns = ("objects/tmp_*", "objects/pack/tmp_*", "objects/pack/*.keep", "**/*.lock", "FETCH_HEAD")
    return [str(found) for pattern in patterns for found in (repo.root / ".git").glob(pattern)]
