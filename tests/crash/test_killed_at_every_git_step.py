"""A command that is killed before, in the middle of or after any of its git calls.

A git that counts stands first on PATH. For every call, until the command ends by itself: the old tip or the
new one, the user's own git works at once, and the next command works and leaves nothing behind.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence

import pytest
from crash.tools import LONG, PROGRAM, Place, check_after_a_kill, check_next_command, surely, told

BATCH = """
from lsp_server.memory import Memory
from lsp_server.records.model import Kind
with Memory.open(".") as memory:
    with memory.batch("learning: three at once"):
        for n in range(3):
            memory.record(Kind.LEARNING, f"Number {n}")
    memory.search("three")
"""
COMMANDS: dict[str, Sequence[str]] = {
    "learn": [str(PROGRAM), "learn", "Retries hide bugs", "--at", "src/auth.py:4-6"],
    "decide": [str(PROGRAM), "decide", "Use sessions"],
    "mark": [str(PROGRAM), "mark", "ADR-1", "accepted"],
    "supersede": [str(PROGRAM), "supersede", "ADR-1", "Use sessions"],
    "delete": [str(PROGRAM), "delete", "BUG-1"],
    "list": [str(PROGRAM), "list"],
    "batch": [sys.executable, "-c", BATCH],
}
BEFORE = {"supersede": ["mark", "ADR-1", "accepted"]}
WHEN = ["before", "0.002", "0.006", "after"]
WRITES = ("fast-import", "update-ref", "commit-tree", "config --local", "fetch", "push")


@pytest.fixture
def cases(broken: Callable[[], Place]) -> Callable[[str], Place]:
    """Copies to run one command on."""

    def case(name: str) -> Place:
        place = broken()
        if name in BEFORE:
            place.do(*BEFORE[name])
        return place

    return case


def is_a_write(call: str) -> bool:
    return any(f" {word}" in f" {call}" for word in WRITES)


@pytest.mark.parametrize("everything", [False, True], ids=["its group", "all its processes"])
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_any_git_call_it_is_done_or_not_and_nobody_is_in_the_way(
    name: str, everything: bool, cases: Callable[[str], Place]
) -> None:
    if not (LONG or everything or name == "learn"):
        pytest.skip("make stress")
    whole = cases(name)
    old = whole.tip()
    done = whole.killed(COMMANDS[name], 0, "before", everything=False)
    assert done.ended
    assert done.out or name == "batch"
    expected = whole.change(old)
    chance = random.Random(f"{name} {everything}")  # the same calls in every run
    for at in range(1, len(done.calls) + 1):
        heavy = is_a_write(done.calls[at - 1])
        # The quick form: where something is written, and for one command every other call.
        if not (LONG or (heavy and everything) or (name == "learn" and not everything and at % 2)):
            continue
        for how in WHEN if LONG else [chance.choice(WHEN)]:
            place = cases(name)
            old, mine = place.tip(), place.repo.fingerprint()
            killed = place.killed(COMMANDS[name], at, how, everything=everything)
            said = f"{name}: killed at call {at} ({killed.calls[at - 1]}), {how}"
            acknowledged = name != "list" and bool(killed.out.strip())
            with told(said):
                assert not killed.ended or how not in surely(killed.calls[at - 1])
                # A git that dies with a ref's lock in its hand leaves it, and no program can help that: only
                # when all its processes are killed may the user's `git gc` wait for our next command.
                check_after_a_kill(place, old, expected, acknowledged, mine, gc=not everything)
                check_next_command(place)
