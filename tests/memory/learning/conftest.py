"""A repository with a program, and its events at moments of the test's choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from memory.learning.streams import PAY
from support import Repo

from lsp_server import EventMemory, LearningLoop, Memory


@dataclass
class Place:
    """A repository, its memory and events, and a loop over them."""

    repo: Repo
    memory: Memory
    events: EventMemory
    loop: LearningLoop

    def commits(self) -> int:
        return int(self.repo.git("rev-list", "--count", "memory"))

    def subjects(self) -> list[str]:
        return self.repo.git("log", "--format=%s", "memory").splitlines()

    def text(self, label: str) -> str:
        return self.memory.text(label)


@pytest.fixture
def place(repo: Repo) -> Iterator[Place]:
    repo.write("src/pay.py", PAY)
    repo.commit("Paying")
    with Memory.open(repo.root) as memory, EventMemory(memory, publish_every=None) as events:
        memory.initialise()
        yield Place(repo, memory, events, LearningLoop(memory, events))
