"""A memory for the doctor, and a person who changes it by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    """A memory with a decision, a bug and what it taught."""
    with Memory.open(repo.root) as opened:
        opened.initialise()
        opened.record(Kind.DECISION, "Use sessions", at=[CodeRange("src/auth.py", 4, 5)])
        opened.record(Kind.BUG, "Login fails")
        opened.close_bug("BUG-1", learning_title="Ask the server")
        yield opened


@pytest.fixture
def by_hand(repo: Repo, tmp_path: Path) -> Callable[[Callable[[Repo], None]], None]:
    """Change the branch as a person with a worktree of it would."""

    def change(work: Callable[[Repo], None]) -> None:
        place = tmp_path / f"by-hand-{uuid.uuid4().hex[:6]}"
        repo.git("worktree", "add", "-q", str(place), "memory")
        work(Repo(place))
        Repo(place).commit("By hand")
        repo.git("worktree", "remove", "--force", str(place))

    return change
