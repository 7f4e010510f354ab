"""Clones of one memory that merge each other's branches without a server in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from memory.merging.clones import Clone
from support import Repo


@pytest.fixture
def new_clone(new_repo: Callable[..., Repo]) -> Iterator[Callable[..., Clone]]:
    """Make clones: one with a memory of its own, or ``new_clone("b", of=a)``."""
    with ExitStack() as stack:

        def make(name: str, *options: str, of: Clone | None = None) -> Clone:
            repo = new_repo(name, *options)
            repo.write("src/app.py", "def main():\n    return 0\n")
            repo.commit("Start")
            if of is not None:
                repo.git("fetch", "-q", str(of.repo.root), "memory:memory")
            clone = stack.enter_context(Clone(repo))
            if of is None:
                clone.memory.initialise()
            return clone

        yield make


@pytest.fixture
def pair(new_clone: Callable[..., Clone]) -> tuple[Clone, Clone]:
    """Two clones of one memory."""
    first = new_clone("a")
    return first, new_clone("b", of=first)
