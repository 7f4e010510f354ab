"""A real server process for each test that asks for one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support import Repo

sys.path.insert(0, str(Path(__file__).parent))  # tests are not a package; the client is theirs alone

from client import SERVER, Client

from lsp_server import Memory


@pytest.fixture
def start(tmp_path: Path, home: Path) -> Iterator[Callable[..., Client]]:
    """Start servers, ``real`` ones by the installed program; each is ended with the test."""
    if not SERVER.exists():
        pytest.skip("git-memory-lsp is not installed beside this interpreter")
    started: list[Client] = []

    def begin(*, real: bool = False) -> Client:
        started.append(Client(os.environ, tmp_path, real=real))
        return started[-1]

    yield begin
    for one in started:
        one.close()


@pytest.fixture
def client(start: Callable[[], Client]) -> Client:
    """One server, not initialised yet."""
    return start()


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    """The memory of the repository, begun, as another program would write to it."""
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened


@pytest.fixture
def editor(client: Client, repo: Repo, memory: Memory) -> Client:
    """An editor whose folder is the repository."""
    client.initialize(repo.root)
    return client
