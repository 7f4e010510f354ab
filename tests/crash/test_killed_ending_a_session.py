"""A session's beginning and end, killed anywhere: nothing of it is half, and said again it is whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable

from crash.tools import LONG, PROGRAM, Place, told

END = [
    *(str(PROGRAM), "session", "end", "Signing in works", "--accomplished", "Login", "--next", "Refresh"),
    *("--blocker", "No server", "--pattern", "testing: One fixture", "--metric", "coverage=88"),
]
START = [str(PROGRAM), "session", "start", "Sign in"]
WRITES = ("fast-import", "update-ref")
KILLS = 60 if LONG else 4


def assert_all_or_nothing(place: Place, old: str) -> bool:
    """One commit with everything, or none; whether it is there."""
    commits = place.repo.git("rev-list", f"{old}..memory").split()
    if not commits:
        return False
    assert len(commits) == 1
    names = place.repo.git("show", "--name-only", "--format=", commits[0]).split()
    ends = ("session-log.md", "project-context.md", "patterns-learned.md", "project.yaml", "session.yaml")
    assert all(any(name.endswith(end) for name in names) for end in ends)
    assert any(name.startswith("log/") for name in names)
    return True


def assert_whole_when_said_again(place: Place, old: str) -> None:
    place.do(*END[1:])
    assert assert_all_or_nothing(place, old)
    assert not (place.git_dir / "git-memory-session").exists()
    assert len(json.loads(place.do("list", "sessions", "--json"))) == 1
    assert place.repo.git("show", "memory:session-log.md").count("Signing in works") == 1
    assert place.do("doctor").count("✓ left-overs     none") == 1


def test_an_end_that_is_killed_at_a_git_call_is_there_once_when_it_is_said_again(
    broken: Callable[[], Place],
) -> None:
    whole = broken()
    whole.do(*START[1:])
    done = whole.killed(END, 0, "before", everything=False)
    assert done.ended
    for at, call in enumerate(done.calls, 1):
        if not (LONG or any(f" {word}" in f" {call}" for word in WRITES)):
            continue
        for how in ("before", "after") if LONG or "update-ref" in call else ("after",):
            place = broken()
            place.do(*START[1:])
            old = place.tip()
            place.killed(END, at, how, everything=True)
            with told(f"killed {how} call {at} ({call})"):
                assert_all_or_nothing(place, old)
                assert_whole_when_said_again(place, old)


def test_killed_at_any_instant_the_note_is_whole_or_not_there(broken: Callable[[], Place]) -> None:
    chance = random.Random(5)
    place = broken()
    note = place.git_dir / "git-memory-session"
    for _ in range(KILLS):
        process = subprocess.Popen(
            START, cwd=place.repo.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
        )
        time.sleep(chance.uniform(0.05, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if note.exists():
            assert json.loads(note.read_text())["goal"] == "Sign in"
            note.unlink()
    place.do(*START[1:])
    assert [path.name for path in place.git_dir.iterdir() if path.name.startswith("half-")] == []
