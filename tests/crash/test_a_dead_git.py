"""A git that dies in the one moment that hurts others: with the lock of the branch in its hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from crash.tools import (
    LONG,
    PROGRAM,
    Place,
    check_next_command,
    eventually,
    leftovers,
    long_only,
    the_users_own_git_works,
)

# git runs this hook while it holds the lock of the branch, with the new id written in it.
_DIES = """#!/bin/sh
[ "$1" = prepared ] && grep -q refs/heads/memory || exit 0
rm -f "$0"
kill -9 "-$KILL_GROUP"
{also}
sleep 0.1
"""


def dies_with_the_lock(place: Place, *, everything: bool) -> None:
    """A write that is killed at the very moment when git holds the lock of the branch."""
    hook = place.git_dir / "hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_DIES.format(also="kill -9 $PPID" if everything else ""))
    hook.chmod(0o755)
    killed = place.killed([str(PROGRAM), "learn", "Retries hide bugs"], 0, "before", everything=False)
    assert not killed.ended
    hook.unlink(missing_ok=True)


def test_when_its_group_is_killed_the_git_with_the_lock_ends_by_itself_and_blocks_nobody(
    place: Place,
) -> None:
    old = place.tip()
    dies_with_the_lock(place, everything=False)
    assert eventually(lambda: place.tip() != old), "the branch was about to move"
    assert eventually(lambda: not leftovers(place.git_dir / "refs"))
    the_users_own_git_works(place.repo, gc=True)
    assert "Retries hide bugs" in place.do("list")
    check_next_command(place)


@pytest.mark.parametrize("next_command", ["list", "learn Again", "doctor"])
def test_when_that_git_is_killed_too_the_next_command_of_any_kind_clears_up(
    place: Place, next_command: str
) -> None:
    if next_command == "doctor" and "doctor" not in place.do("--help"):
        pytest.skip("there is no doctor yet")
    old = place.tip()
    dies_with_the_lock(place, everything=True)
    assert (place.git_dir / "refs/heads/memory.lock").exists()
    assert place.tip() == old
    the_users_own_git_works(place.repo, gc=False)
    place.do_at_once(*next_command.split(maxsplit=1))
    assert leftovers(place.git_dir) == []
    the_users_own_git_works(place.repo, gc=True)


def test_when_that_git_alone_is_killed_its_writer_clears_up_at_once_and_keeps_the_text(place: Place) -> None:
    """As the system does that runs out of memory."""
    hook = place.git_dir / "hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" = prepared ] && grep -q refs/heads/memory && kill -9 $PPID\nexit 0\n')
    hook.chmod(0o755)
    old = place.tip()
    said = place.fails("learn", "Retries hide bugs")
    assert "signal 9" in said
    assert "your text is kept in" in said
    hook.unlink()
    assert (place.tip(), leftovers(place.git_dir)) == (old, [])
    the_users_own_git_works(place.repo, gc=True)
    check_next_command(place)


def test_a_git_that_is_killed_when_the_branch_has_moved_has_written_once(place: Place) -> None:
    hook = place.git_dir / "hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" = committed ] && grep -q refs/heads/memory && kill -9 $PPID\nexit 0\n')
    hook.chmod(0o755)
    old = place.tip()
    place.do("learn", "Retries hide bugs")
    hook.unlink()
    assert place.repo.git("rev-list", "--count", f"{old}..memory") == "1"
    assert place.do("list").count("Retries hide bugs") == 1
    assert leftovers(place.git_dir) == []


def test_when_git_is_killed_while_it_keeps_a_setting_its_lock_goes_too(place: Place) -> None:
    place.forget_the_memory()
    place.repo.git("config", "alias.x", "y")
    calls = place.copy(place.folder.parent / "counted").killed(
        [str(PROGRAM), "init", "--branch", "notes"], 0, "before", everything=False
    )
    at = next(n for n, call in enumerate(calls.calls, 1) if "config --local" in call)
    for how in ("before", "0.001", "0.002", "0.003", "after") if LONG else ("0.002",):
        broken = place.copy(place.folder.parent / f"broken-{how}")
        broken.killed([str(PROGRAM), "init", "--branch", "notes"], at, how, everything=True)
        broken.do("init", "--branch", "notes")
        assert leftovers(broken.git_dir) == []
        broken.repo.git("config", "alias.x", "z")
        assert broken.repo.git("config", "alias.x") == "z"
        assert broken.repo.git("config", "memory.branch") == "notes"


def noted(place: Place, **facts: object) -> Path:
    """What a killed writer would have left: a note in the lock file, and the branch's lock."""
    ended = subprocess.Popen(["git", "version"], stdout=subprocess.DEVNULL)
    ended.wait()
    lock = place.git_dir / "refs/heads/memory.lock"
    said = {"since": time.time(), "pid": ended.pid, "lock": str(lock), "new": "2" * 40, **facts}
    (place.git_dir / "git-memory/lock").write_text(json.dumps(said))
    lock.write_text("2" * 40)
    return lock


def test_another_program_that_has_the_dead_gits_number_now_is_not_waited_for(place: Place) -> None:
    """After a power cut the numbers begin again, and the number may be that of a git that runs for hours."""
    other = subprocess.Popen(
        ["git", "cat-file", "--batch"], cwd=place.repo.root, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    lock = noted(place, pid=other.pid, born="an earlier start of the machine")
    place.do_at_once("learn", "Again")
    assert not lock.exists()
    other.communicate()


@long_only
def test_the_lock_of_a_git_that_is_still_at_work_is_remembered_until_it_can_be_removed(
    place: Place,
) -> None:
    """Somebody stopped our git (as a debugger does) after its writer was killed; then it is killed too."""
    hook = place.git_dir / "hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        '#!/bin/sh\n[ "$1" = prepared ] && grep -q refs/heads/memory || exit 0\n'
        'kill -9 "-$KILL_GROUP"; kill -STOP $PPID\n'
    )
    hook.chmod(0o755)
    place.killed([str(PROGRAM), "learn", "Retries hide bugs"], 0, "before", everything=False)
    hook.unlink()
    lock = place.git_dir / "refs/heads/memory.lock"
    stopped = json.loads((place.git_dir / "git-memory/lock").read_bytes())["pid"]
    try:
        assert lock.exists()
        said = place.fails("learn", "Meanwhile")
        assert str(lock) in said
        assert lock.exists(), "it is still in use"
    finally:
        os.kill(stopped, signal.SIGKILL)
    place.do("learn", "Again")
    assert leftovers(place.git_dir) == []


def test_an_interrupted_write_lets_git_finish_with_the_lock(place: Place) -> None:
    """^C in the moment when git holds the lock: done or not, and no lock is left."""
    hook = place.git_dir / "hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        '#!/bin/sh\n[ "$1" = prepared ] && grep -q refs/heads/memory || exit 0\n'
        'kill -INT "-$KILL_GROUP"; sleep 0.2\n'
    )
    hook.chmod(0o755)
    process = subprocess.Popen(
        ["sh", "-c", 'export KILL_GROUP=$$; exec "$@"', "sh", str(PROGRAM), "learn", "Retries hide bugs"],
        cwd=place.repo.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    hook.unlink()
    assert leftovers(place.git_dir) == []
    the_users_own_git_works(place.repo, gc=True)
    check_next_command(place)
