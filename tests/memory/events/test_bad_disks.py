"""Typed memories on a disk that is full, or read-only: told in one line, and found all the same."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server import EventMemory, StoreError
from lsp_server.store.journal.base import PartlyKeptError


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.getuid() or shutil.which("mount") is None:
        pytest.skip("only root can make a disk that fills up")
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place))
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(events: EventMemory) -> tuple[int, str]:
    """How many memories there is room for, and what is said then."""
    for number in range(10_000):
        try:
            events.create_memory(f"number {number}", "x" * 1_000)
        except StoreError as error:
            return number, str(error)
    raise AssertionError("this disk has no end")


def test_a_full_disk_is_told_and_what_was_kept_is_found(disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * 400_000)
    with EventMemory(f"dir:{disk / 'events'}") as events:
        kept, refused = fill(events)
        assert refused == f"events in {disk / 'events'}: No space left on device"
        assert len(events.get_recent_memories()) == kept > 100
        assert events.search_memories("number 7")[0].title == "number 7"
        ballast.unlink()
        events.create_memory("There is room again")
        assert events.search_memories("room")[0].title == "There is room again"
    with EventMemory(f"dir:{disk / 'events'}") as events:
        assert len(events.get_recent_memories()) == kept + 1


def test_on_a_read_only_disk_memories_are_found_and_none_is_made(disk: Path) -> None:
    place = f"dir:{disk / 'events'}"
    with EventMemory(place) as events:
        events.create_memory("Deployed")
        events.search_memories("deployed")
        events.create_memory("Deployed again")
    mount("-o", "remount,ro", str(disk))
    with EventMemory(place) as events:
        assert len(events.search_memories("deployed")) == 2
        with pytest.raises(StoreError, match="Read-only file system"):
            events.create_memory("Not to be")


def test_what_waits_for_the_branch_is_where_it_belongs_also_on_a_full_disk(disk: Path) -> None:
    many = [{"title": f"number {number}", "content": "x" * 1_000} for number in range(700)]
    for each in many[::2]:
        each["type"] = "solution"
    with EventMemory(f"dir:{disk / 'events'}") as events, pytest.raises(PartlyKeptError) as refused:
        events.create_memories(many)
    kept = len(refused.value.positions)
    assert "No space left on device" in str(refused.value)
    waiting = [json.loads(line) for file in disk.glob("events/chosen/*/*.jsonl") for line in file.open()]
    assert 100 < kept < 700
    assert [event["title"] for event in waiting] == [each["title"] for each in many[:kept:2]]


def test_what_cannot_wait_for_the_branch_is_not_kept_at_all(disk: Path) -> None:
    with EventMemory(f"dir:{disk / 'events'}") as events:
        events.create_memory("There is a page that is not full")
        with (disk / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while True:
                ballast.write(b"x" * 4096)
        for _ in range(3):
            with pytest.raises(StoreError, match="No space left on device"):
                events.create_memory("Try again", memory_type="solution")
        events.create_memory("Something else")
        (disk / "ballast").unlink()
        events.create_memory("Try again", memory_type="solution")
        assert [memory.title for memory in events.memories("solution")] == ["Try again"]
        assert events.counts() == {"event": 2, "solution": 1}
