"""Clones of one hub, each with its memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from clones import Clone, NewRepo, Open, Shared, learn
from support import Repo

from lsp_server import Memory


@pytest.fixture
def hub(new_repo: NewRepo) -> Repo:
    """A bare repository, empty."""
    return new_repo("hub.git", "--bare")


@pytest.fixture
def open_memory() -> Iterator[Open]:
    opened: list[Memory] = []

    def open_one(repo: Repo) -> Memory:
        opened.append(Memory.open(repo.root))
        return opened[-1]

    yield open_one
    for memory in opened:
        memory.close()


@pytest.fixture
def clone(hub: Repo, new_repo: NewRepo, open_memory: Open) -> Clone:
    """Make clones: a repository with one commit of its own, whose origin is the hub."""

    def make(name: str, *options: str, origin: str | None = None) -> tuple[Repo, Memory]:
        repo = new_repo(name, *options)
        if "--bare" not in options:
            repo.commit("Start")
        repo.git("remote", "add", "origin", origin or str(hub.root))
        return repo, open_memory(repo)

    return make


@pytest.fixture
def shared(clone: Clone) -> Shared:
    """Two clones that agree on a memory with two learnings."""
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    learn(one, "Kept")
    learn(one, "Purged")
    one.sync()
    two.sync()
    return a, one, b, two
