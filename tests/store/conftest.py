"""Stores on real repositories, opened and closed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import Repo

from lsp_server.store.git_store import GitStore
from lsp_server.store.repository import Repository

FIRST = {"memory.yaml": b"format: 1\n"}


@pytest.fixture
def open_store() -> Iterator[Callable[..., GitStore]]:
    """Open stores, initialised unless told otherwise; they are closed at the end."""
    opened: list[GitStore] = []

    def open_one(root: Path, *, initialise: bool = True, branch: str | None = None) -> GitStore:
        store = GitStore(Repository.begin(root).wait())
        opened.append(store)
        if initialise:
            store.initialise(branch, FIRST, "memory: begin")
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(repo: Repo, open_store: Callable[..., GitStore]) -> GitStore:
    """An initialised store on ``repo``."""
    return open_store(repo.root)


@pytest.fixture
def hub(new_repo: Callable[..., Repo]) -> Repo:
    """A bare repository with a memory branch, a proposal, code and a tag."""
    made = new_repo("source")
    made.commit("memory", memory="format: 1\n")
    made.git("branch", "-m", "memory")
    made.git("branch", "memory-proposals/x")
    made.git("branch", "code")
    made.git("tag", "v1")
    bare = new_repo("hub.git", "--bare")
    made.git("push", "-q", "--mirror", str(bare.root))
    return bare


@pytest.fixture(scope="session")
def git_version() -> tuple[int, int]:
    found = re.search(
        r"(\d+)\.(\d+)", subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout
    )
    assert found
    return int(found[1]), int(found[2])
