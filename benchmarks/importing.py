"""The import of a directory of project memory, against reading and parsing its files.

In one run, 2,000 bugs, 2,000 checkpoints and 1,000 sessions of the usual size. First the time by the clock,
which the target is about; then what that costs: the same on one core alone, and the processor time of all
processes together. The floor reads the same files in one process with the same readers (`json.loads` for
JSON) and makes nothing of them. The import has to number, render, look for secrets and write besides, and
does half of most of that in a copy of its process: without a second core, the second line is what is true.
Each is measured in a process of its own, as people run it, where all that is loaded once is loaded.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import NamedTuple

from _measuring import report, repository

from lsp_server import Memory
from lsp_server.memory.importing.directory_files import read_directory

BUGS, CHECKPOINTS, SESSIONS = 2_000, 2_000, 1_000
MOST = 1.5
ROUNDS = 3

BUG = """# Bug #{number:03d}: Email Validation Case Sensitivity {number}

**Date Reported:** 2025-01-{day:02d}
**Reported By:** the support desk
**Severity:** Medium
**Status:** Fixed

## Description
Email validation is case-sensitive, so that people register twice with one address.

## Steps to Reproduce
1. Register a user with an address in capitals
2. Register a user with the same address in small letters

## Expected Behavior
The second registration fails with an error that says so.

## Actual Behavior
Both registrations succeed and make two accounts.

## Root Cause
The address is not normalised before it is looked up.

## Fix
```python
email = email.lower().strip()
```

## Deployed
- Committed in: {number:07x}
- Deployed to: staging, production
- Date: 2025-01-{day:02d}
"""


def build(
    directory: Path, *, bugs: int = BUGS, checkpoints: int = CHECKPOINTS, sessions: int = SESSIONS
) -> None:
    """The directory, with as many files as the target names, unless told."""
    for folder in ("bugs", "checkpoints", "sessions"):
        (directory / folder).mkdir(parents=True)
    for number in range(1, bugs + 1):
        text = BUG.format(number=number, day=number % 28 + 1)
        (directory / f"bugs/bug_{number:04d}.md").write_text(text)
    for number in range(checkpoints):
        document = {
            "timestamp": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T13:30:00Z",
            "session_id": f"session_{number}",
            "phase": "Implementation",
            "progress": {
                "current_task": f"Task {number}",
                "completed": ["User model created", "Registration endpoint written", "Tests pass"],
                "in_progress": [],
                "todo": ["Login endpoint", "Token refresh", "Rate limits"],
            },
            "metrics": {"lines_of_code_added": number, "tests_added": 8, "time_spent_minutes": 210},
            "files_modified": ["src/models/user.py", "src/api/auth.py", "tests/test_auth.py"],
            "notes": "Registration is done, the login comes next.",
        }
        (directory / f"checkpoints/checkpoint_{number}.json").write_text(json.dumps(document, indent=2))
    for number in range(sessions):
        document = {
            "session_id": f"session_{number}",
            "start_time": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T10:00:00Z",
            "end_time": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T14:00:00Z",
            "duration_minutes": 240,
            "goal": f"User authentication, part {number}",
            "activities": [
                {"time": f"{hour}:00", "activity": "Design", "duration_minutes": 30} for hour in range(10, 14)
            ],
            "achievements": ["Registration works", "The documentation is up to date"],
            "next_session": {"goal": "Login", "estimated_duration_minutes": 180},
        }
        (directory / f"sessions/session_{number}.json").write_text(json.dumps(document, indent=2))


class Took(NamedTuple):
    """Milliseconds: of the processor, in this process and in those that it waited for, and by the clock."""

    processor: float
    wall: float


def took(action: Callable[[], object]) -> Took:
    before, begun = _used(), time.perf_counter()
    action()
    return Took((_used() - before) * 1000, (time.perf_counter() - begun) * 1000)


def _used() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main(rounds: int) -> None:
    took_by: dict[str, list[Took]] = {"floor": [], "import": [], "alone": []}
    with tempfile.TemporaryDirectory(prefix="git-memory-bench-") as top:
        directory, one = Path(top, "project-memory"), Path(top, "one")
        build(directory)
        build(one, bugs=1, checkpoints=1, sessions=1)
        measured("floor", directory, one)  # the files are in memory
        for _ in range(rounds):
            for what, times in took_by.items():
                times.append(measured(what, directory, one))
    what = f"import of {BUGS + CHECKPOINTS + SESSIONS:,} files"
    floor = median(time.wall for time in took_by["floor"])
    wall, alone = (median(time.wall for time in took_by[name]) for name in ("import", "alone"))
    report(f"{what}, by the clock ({_cores()} cores)", wall, floor, MOST)
    report(f"{what}, by the clock on one core", alone, floor, MOST)
    used, least = (median(time.processor for time in took_by[name]) for name in ("import", "floor"))
    report(f"{what}, processor time", used, least, MOST)


def measured(what: str, directory: Path, one: Path) -> Took:
    """What one of the three took, in a new process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    arguments = [sys.executable, __file__, what, directory, one]
    said = subprocess.run(arguments, check=True, capture_output=True, text=True, env=environment).stdout
    return Took(*map(float, said.split()))


def measure(what: str, directory: Path, one: Path) -> Took:
    """In that process: the floor, or the import of ``directory``. ``one`` has a file of each kind."""
    if what == "floor":
        read_directory(one, lambda _: None)
        return took(lambda: read_directory(directory, lambda _: None))
    with repository(0) as root, Memory.open(root) as memory, one_core() if what == "alone" else nullcontext():
        # A new home has no compiled templates, which a user has from the first record on.
        memory.import_directory(one)
        return took(lambda: memory.import_directory(directory))


@contextmanager
def one_core() -> Iterator[None]:
    """Only one core for this process and those that it starts, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(all_of_them)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(*measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
