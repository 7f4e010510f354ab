"""A real server process for each test that asks for one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package; the client is theirs alone

from client import SERVER, Client


@pytest.fixture
def start(tmp_path: Path, home: Path) -> Iterator[Callable[[], Client]]:
    """Start servers; each is ended with the test."""
    if not SERVER.exists():
        pytest.skip("git-memory-lsp is not installed beside this interpreter")
    started: list[Client] = []

    def begin() -> Client:
        started.append(Client(os.environ, tmp_path))
        return started[-1]

    yield begin
    for one in started:
        one.close()


@pytest.fixture
def client(start: Callable[[], Client]) -> Client:
    """One server, not initialised yet."""
    return start()
