"""Places to walk through: see ``walking.py``."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from matrix.processes import Server
from matrix.walking import Place, prepare_home
from support import AUTH, Repo


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def git_version() -> tuple[int, int]:
    printed = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)", printed)
    assert found
    return int(found[1]), int(found[2])


@pytest.fixture
def code(new_repo: Callable[..., Repo]) -> Callable[..., Repo]:
    """Make repositories of a small program, in two commits: ``code("name", "--options of init")``."""

    def make(name: str = "project", *options: str) -> Repo:
        made = new_repo(name, *options)
        made.write("src/auth.py", "'''Signing in.'''\n")
        made.commit("Start")
        made.write("src/auth.py", AUTH)
        made.write("README.md", "# Example\n")
        made.commit("Sign in")
        return made

    return make


@pytest.fixture
def place(home: Path, server: Server) -> Callable[..., Place]:
    """A place in a repository: ``place(root, branch=…, lines=…, environment={…})``."""
    environment = prepare_home(home)

    def at(root: Path, **facts: object) -> Place:
        further = facts.pop("environment", {})
        assert isinstance(further, dict)
        return Place(root, server, {**environment, **further}, **facts)  # type: ignore[arg-type]  # facts by name

    return at
