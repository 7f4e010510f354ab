"""One ``Memory`` serves many threads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind
from lsp_server.memory.core import Core
from lsp_server.store.repository import Repository

THREADS = 16


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Threads take turns as often as they can, so that a race is met."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_share_one_index_and_one_reader_of_the_code(repo: Repo, eager_switching: None) -> None:
    repository = Repository.begin(repo.root).wait()
    for _ in range(50):
        core = Core(repository)
        together = Barrier(THREADS)

        def ask(_: int, core: Core = core, together: Barrier = together) -> tuple[int, int]:
            together.wait()
            return id(core.index), id(core.code)

        with ThreadPoolExecutor(THREADS) as threads:
            assert len(set(threads.map(ask, range(THREADS)))) == 1
        core.close()


def test_threads_read_what_is_recorded(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        memory.record(Kind.DECISION, "Use JWT", at=[CodeRange("src/auth.py", 5, 6)])
    with Memory.open(repo.root) as memory, ThreadPoolExecutor(THREADS) as threads:
        known = threads.map(lambda _: len(memory.file_memory("src/auth.py").placed), range(THREADS))
        assert list(known) == [1] * THREADS
