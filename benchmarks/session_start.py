"""``git memory session start``, against the interpreter that imports the very modules that it makes.

The floor is a process that only imports what the command had imported when it ended, in the same order: what
is above it is all that the command does, git's processes included. Also at 10 and at 10,000 records, with and
without the documents that people keep beside them. With ``--processor``, in processor time as well.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from _measuring import BIN, command, paired_ms, processor_seconds, report, repository

TIMES = 40
LIMIT = 1.5
_SPY = """
import sys
from lsp_server.cli.group import root
from lsp_server.cli.run import run
import os
run(sys.argv[1:], os.environ)
print("\\n--- modules\\n" + "\\n".join(sys.modules))
"""
DOCUMENTS = (
    ("set", "project/name", "Shop"),
    ("set", "project/version", "1.4.0"),
    ("set", "project/status", "in progress"),
    ("set", "context/recent-work/current-focus", "Signing in"),
    ("note", "context/blockers", "No test server"),
    ("note", "patterns/testing", "One fixture a user"),
    ("note", "patterns/anti-patterns", "Sleeping in tests"),
    ("bug", "Login fails for capitals", "--severity", "high"),
    ("decide", "Use JWT for authentication", "--status", "accepted"),
    ("checkpoint", "Half way", "--todo", "Refresh the token"),
    ("session", "end", "Signing in works", "--next", "Refresh the token"),
)


def imported(arguments: list[str], root: Path) -> list[str]:
    """The modules that a command has imported when it ends, in the order in which it did."""
    done = subprocess.run(
        [sys.executable, "-c", _SPY, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    names = done.stdout.partition("\n--- modules\n")[2].split()
    assert "lsp_server.memory.working.briefing" in names
    return names


def floor_of(arguments: list[str], root: Path) -> list[str]:
    """A process that imports these, and does nothing else."""
    names = [name for name in imported(arguments, root) if not name.startswith("__main__")]
    asked = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    return [sys.executable, "-c", asked, *names]


def measure(what: str, root: Path, arguments: list[str]) -> float:
    """One line; our time in milliseconds."""
    command(*arguments, cwd=root)  # the index is made once, by the first look
    ours, floor = _quiet([BIN / "git-memory", *arguments], root), _quiet(floor_of(arguments, root), root)
    mine, least = paired_ms(ours, floor, TIMES)
    report(what, mine, least, LIMIT)
    if "--processor" in sys.argv:  # where the machine has other work, too
        spent = [_spent(action) for action in (ours, floor)]
        report("  the same, in processor time", spent[0], spent[1], LIMIT)
    return mine


def _quiet(arguments: Sequence[str | Path], root: Path) -> Callable[[], object]:
    """As ``process``; what is said besides the answer goes nowhere."""
    nowhere = subprocess.DEVNULL
    return lambda: subprocess.run(
        arguments, cwd=root, check=True, stdin=nowhere, stdout=nowhere, stderr=nowhere
    )


def _spent(action: Callable[[], object]) -> float:
    before = processor_seconds()
    for _ in range(TIMES):
        action()
    return (processor_seconds() - before) * 1000 / TIMES


def main() -> None:
    """Start a session that is under way already, and look without starting one."""
    seen = {}
    for size in (10, 10_000):
        with repository(size) as root:
            print_only = ["session", "start", "--print-only"]
            seen[size] = measure(f"session start --print-only, {size:,} records", root, print_only)
            for one in DOCUMENTS:
                command(*one, cwd=root)
            measure(f"session start, {size:,} records, all documents", root, ["session", "start", "A goal"])
            markdown = ["session", "start", "--markdown", "--tokens", "1500"]
            measure(f"session start --markdown, {size:,} records", root, markdown)
    report("session start at 10,000 as at 10 records", seen[10_000], seen[10], 1.15)


if __name__ == "__main__":
    main()
