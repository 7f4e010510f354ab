"""A repository with a memory, in the middle of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from support import Repo

from lsp_server import Memory

Open = Callable[[Repo], Memory]


@pytest.fixture
def open_memory() -> Iterator[Open]:
    opened: list[Memory] = []

    def open_one(repo: Repo) -> Memory:
        memory = Memory.open(repo.root)
        opened.append(memory)
        memory.initialise()
        return memory

    yield open_one
    for memory in opened:
        memory.close()


@pytest.fixture
def memory(repo: Repo, open_memory: Open) -> Memory:
    return open_memory(repo)
