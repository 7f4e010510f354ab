"""One repository, made once, to be copied and broken by every test."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from crash.tools import Place
from support import AUTH, Repo

_CONFIG = (
    "[user]\n\tname = A Developer\n\temail = developer@example.org\n[init]\n\tdefaultBranch = main\n"
    '[protocol "file"]\n\tallow = always\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n'
)


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("prepared") / "place"
    folder.mkdir()
    (folder / "config").write_text(_CONFIG)
    before = dict(os.environ)
    os.environ.update(
        HOME=str(folder / "home"), GIT_CONFIG_GLOBAL=str(folder / "config"), GIT_CONFIG_NOSYSTEM="1"
    )
    try:
        place = Place(folder)
        repo = place.repo
        repo.root.mkdir()
        repo.git("init", "-q", "--template=")
        repo.write("src/auth.py", AUTH)
        repo.write("README.md", "# Example\n")
        repo.commit("Start")
        Repo(folder).git("init", "-q", "--bare", "--template=", "remote.git")
        repo.git("remote", "add", "origin", "../remote.git")
        repo.git("push", "-q", "origin", "main")
        place.do("init")
        place.do("decide", "Use JWT", "--at", "src/auth.py:4-6")
        place.do("learn", "Case matters", "--lesson", "Normalise first.")
        place.do("bug", "Tokens never end")
        place.do("list")
        # Work under way, which must stay as it is whatever happens to us.
        repo.write("README.md", "# Example\n\nMore.\n")
        repo.git("add", "README.md")
        repo.write("src/auth.py", AUTH.replace("email.lower()", "email.casefold()"))
        repo.write("untracked", "notes\n")
        return place
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def broken(_prepared: Place, tmp_path: Path) -> Callable[[], Place]:
    """Copies of the prepared repository, each to be broken in its own way."""
    count = 0

    def copy() -> Place:
        nonlocal count
        count += 1
        return _prepared.copy(tmp_path / f"place-{count}")

    return copy


@pytest.fixture
def place(broken: Callable[[], Place]) -> Place:
    """One such copy."""
    return broken()
