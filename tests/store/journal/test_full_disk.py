"""Events where there is no room: told in one line, nothing half there, all well when there is room."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.errors import StoreError
from lsp_server.store.journal.base import PartlyKeptError
from lsp_server.store.journal.journal import Journal

ROOM = 20_000  # bytes that a file may have


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process grows over ``ROOM``: the system takes a part of a write, then refuses."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.getuid() or shutil.which("mount") is None:
        pytest.skip("only root can make a disk that fills up")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def lines(directory: Path) -> list[int]:
    """The numbers of all whole lines, read without our reader."""
    texts = [path.read_bytes() for path in sorted(directory.rglob("*.jsonl"))]
    assert all(text.endswith(b"\n") or not text for text in texts)
    return [json.loads(line)["n"] for text in texts for line in text.splitlines()]


def append_until_refused(journal: Journal, size: int, why: str) -> int:
    """How many were appended."""
    for number in range(100_000):
        try:
            journal.append({"n": number, "text": "x" * size})
        except StoreError as error:
            assert str(error) == f"events in {journal.directory}: {why}"  # noqa: PT017  the loop ends here
            return number
    raise AssertionError("never refused")


def test_an_event_that_does_not_fit_is_not_half_there(tmp_path: Path, small_files: None) -> None:
    journal = Journal(tmp_path)
    appended = append_until_refused(journal, 900, "File too large")
    assert appended > 15
    assert lines(tmp_path) == list(range(appended))
    # A smaller one fits, and stands where it says.
    position = journal.append({"n": appended})
    assert (tmp_path / position.segment).read_bytes()[position.offset :] == b'{"n":%d}\n' % appended
    assert lines(tmp_path) == list(range(appended + 1))
    for _ in range(3):
        with pytest.raises(StoreError):
            journal.append({"n": 0, "text": "x" * 900})
    journal.flush()
    assert [kept.event["n"] for kept in journal.read()] == list(range(appended + 1))


def test_of_many_the_first_ones_are_kept_and_named(tmp_path: Path, small_files: None) -> None:
    journal = Journal(tmp_path)
    journal.append({"n": 0})
    with pytest.raises(
        PartlyKeptError, match=r"File too large; the first \d+ of these events are kept$"
    ) as told:
        journal.append_many({"n": number, "text": "x" * 300} for number in range(1, 200))
    kept = list(journal.read())
    assert 50 < len(kept) < 70
    assert [each.position for each in kept[1:]] == told.value.positions
    assert lines(tmp_path) == list(range(len(kept)))


def test_what_stayed_of_many_is_known_over_several_segments(small_disk: Path) -> None:
    journal = Journal(small_disk, segment_size=50_000)
    with pytest.raises(PartlyKeptError, match="No space left") as told:
        journal.append_many({"n": number, "text": "x" * 300} for number in range(2000))
    kept = list(journal.read())
    assert [each.position for each in kept] == told.value.positions
    assert lines(small_disk) == list(range(len(kept)))
    assert len(journal.segments()) > 3


def test_a_full_disk_is_told_in_one_line_and_used_again_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 150_000)
    journal = Journal(small_disk / "events", segment_size=16_000)
    appended = append_until_refused(journal, 200, "No space left on device")
    assert appended > 100
    assert lines(small_disk) == list(range(appended))
    with pytest.raises(StoreError, match="No space left"):
        journal.append_many({"n": 0, "text": "x" * 5000} for _ in range(20))
    another = Journal(small_disk / "events")
    with pytest.raises(StoreError, match=r"^events in \S+: No space left on device$"):
        another.append({"n": 0, "text": "x" * 6000})
    assert lines(small_disk) == list(range(appended))
    ballast.unlink()
    assert another.append({"n": appended})
    assert journal.append({"n": appended + 1, "text": "x" * 9000})
    journal.flush()
    assert sorted(lines(small_disk)) == list(range(appended + 2))


def test_what_must_go_goes_where_it_cannot_be_noted(tmp_path: Path) -> None:
    (tmp_path / "dropped.json").mkdir()
    journal = Journal(tmp_path, budget=100_000, segment_size=20_000)
    for number in range(2000):
        journal.append({"n": number, "text": "x" * 200})
    there = lines(tmp_path)
    assert there == list(range(there[0], 2000))
    assert sum(segment.size for segment in journal.segments()) <= 100_000
    assert journal.dropped() == (0, 0, 0)
