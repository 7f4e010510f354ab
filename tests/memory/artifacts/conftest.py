"""Files of the disk, and clones that share a memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from memory.artifacts.files import PNG, Drop, SharedClones
from support import Repo

from lsp_server import Memory


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """Make a file outside of the repository: ``drop("a.png", bytes)``."""

    def make(name: str, data: bytes = PNG) -> Path:
        file = tmp_path / "disk" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        return file

    return make


@pytest.fixture
def shared_clones(new_repo: Callable[..., Repo], tmp_path: Path) -> Iterator[SharedClones]:
    """Two clones of one hub that agree on an empty memory, and a folder of the disk."""
    hub = new_repo("hub.git", "--bare")
    disk = tmp_path / "disk"
    disk.mkdir()
    one, other = new_repo("one"), new_repo("other")
    for repo in (one, other):
        repo.git("remote", "add", "origin", str(hub.root))
    with Memory.open(one.root) as mine, Memory.open(other.root) as yours:
        mine.initialise()
        mine.sync()
        yours.sync()
        yield (one, mine), (other, yours), disk
