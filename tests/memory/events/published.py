"""What tests of publishing ask: what stands on the branch, and a clock that is moved by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from support import Repo

from lsp_server import EventMemory

START = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how: float) -> None:
        self.now += timedelta(**how)


def segments(repo: Repo, branch: str = "memory") -> list[str]:
    """The files of events on a branch."""
    return repo.git("ls-tree", "-r", "--name-only", branch, "events/").splitlines()


def on_branch(repo: Repo, branch: str = "memory") -> list[dict[str, Any]]:
    """All events of a branch, as JSON reads them."""
    texts = [repo.git("show", f"{branch}:{path}") for path in segments(repo, branch)]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def titles_on_branch(repo: Repo, branch: str = "memory") -> list[str]:
    """Those of all but the summaries of days."""
    return [event["title"] for event in on_branch(repo, branch) if event["type"] != "summary"]


def titles(events: EventMemory) -> list[str]:
    """Those of all but the summaries of days, the oldest first."""
    return [memory.title for memory in events.memories() if memory.memory_type != "summary"]


def solve(events: EventMemory, title: str, **more: Any) -> str:
    """Remember a solution; its id."""
    return events.create_memory(title, memory_type="solution", **more).id


def by_hand(repo: Repo, place: Path, work: Callable[[Repo], object]) -> None:
    """Change the branch as a person with a worktree of it would."""
    repo.git("worktree", "add", "-q", str(place), "memory")
    work(Repo(place))
    Repo(place).commit("By hand")
    repo.git("worktree", "remove", "--force", str(place))
