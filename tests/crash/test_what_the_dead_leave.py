"""What killed processes leave goes with the next command, of any kind; what live ones work on stays."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crash.tools import GIT, PROGRAM, Place, eventually, gone, leftovers

NEXT = ["list", "learn Again"]

# A git that stands still when it imports: its number goes to a file, and it waits for its end or for "go".
_SLOW_GIT = """#!/bin/sh
case " $* " in
*" fast-import "*) echo $$ > "$WAITS/pid"; until [ -e "$WAITS/go" ]; do sleep 0.01; done ;;
esac
exec "$REAL_GIT" "$@"
"""


@contextmanager
def importing(place: Place) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """A writer that stands in the middle of its import: it, its git's number, and the file that lets the git
    go on. Whatever is still alive at the end is ended."""
    waits = place.folder / "waits"
    waits.mkdir()
    directory = place.folder / "slow"
    directory.mkdir()
    (directory / "git").write_text(_SLOW_GIT)
    (directory / "git").chmod(0o755)
    writer = subprocess.Popen(
        [str(PROGRAM), "learn", "Retries hide bugs"],
        cwd=place.repo.root,
        env={
            **os.environ,
            "PATH": f"{directory}{os.pathsep}{os.environ['PATH']}",
            "REAL_GIT": GIT,
            "WAITS": str(waits),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert eventually(lambda: bool(read(waits / "pid").strip()), patience=20)
        yield writer, int(read(waits / "pid")), waits / "go"
    finally:
        (waits / "go").touch()
        if writer.returncode is None:
            writer.kill()
            writer.wait()
        gone(writer.pid)


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def in_use(place: Place) -> list[Path]:
    return list((place.git_dir / "git-memory").glob("incoming-*.in-use"))


@pytest.mark.parametrize("next_command", NEXT)
def test_a_writer_that_is_dead_and_not_yet_reaped_is_cleared_up_after(
    place: Place, next_command: str
) -> None:
    """As when two die at once, and their parent is busy: the number of the first is still in use."""
    with importing(place) as (writer, _, _):
        os.killpg(writer.pid, signal.SIGKILL)
        gone(writer.pid)
        assert Path(f"/proc/{writer.pid}").exists(), "nobody has waited for it"
        assert in_use(place)
        place.do(*next_command.split())
        assert leftovers(place.git_dir) == []


@pytest.mark.parametrize("next_command", [*NEXT, "doctor --fix"])
def test_what_a_dead_writer_left_goes_also_when_its_note_is_lost(place: Place, next_command: str) -> None:
    with importing(place) as (writer, _, _):
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
        gone(writer.pid)
    (place.git_dir / "git-memory/lock").write_bytes(b"")
    assert in_use(place)
    place.do(*next_command.split())
    assert leftovers(place.git_dir) == []


def test_a_git_that_outlives_its_writer_keeps_its_directory_until_it_ends(place: Place) -> None:
    old = place.tip()
    with importing(place) as (writer, git, go):
        writer.kill()
        writer.wait()
        (place.git_dir / "git-memory/lock").write_bytes(b"")  # as if it had been killed before it noted it
        [directory] = in_use(place)
        place.do("list")
        place.do("learn", "Meanwhile")
        assert in_use(place) == [directory]
        go.touch()
        assert eventually(lambda: not Path(f"/proc/{git}").exists())
        place.do("list")
    assert leftovers(place.git_dir) == []
    assert place.repo.git("rev-list", "--count", f"{old}..memory") == "1"
    assert place.repo.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""


def test_what_a_live_writer_works_on_is_left_alone_by_everybody(place: Place) -> None:
    with importing(place) as (writer, _, go):
        [directory] = in_use(place)
        (place.git_dir / "git-memory/lock").write_bytes(b"")
        os.utime(directory, (1, 1))
        place.do("list")
        place.do("doctor", "--fix")
        assert in_use(place) == [directory]
        go.touch()
        assert writer.wait(20) == 0
    assert "Retries hide bugs" in place.do("list")
    assert leftovers(place.git_dir) == []
