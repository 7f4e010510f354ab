"""Room for a new segment: the oldest ones that nobody writes to go, and how much went is noted.

``dropped.json`` is written before a file goes, with its name, and after: where a process is killed between
the two, the next one knows which was counted already.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lsp_server.store.half_written import write_whole
from lsp_server.store.journal.segments import Segment
from lsp_server.store.owners import is_held, taken_over
from lsp_server.store.turns import let_go

_NOTE = "dropped.json"
_LOCK = ".turn"
_CHUNK = 1 << 20
_LATELY = 600.0  # seconds


class Sizes(NamedTuple):
    """The most that all segments take together, and one of them: bytes."""

    budget: int
    segment: int


class Dropped(NamedTuple):
    """What had to go since the journal was begun, to keep within its budget."""

    segments: int = 0
    events: int = 0
    bytes: int = 0


@contextlib.contextmanager
def turn(directory: Path) -> Iterator[None]:
    """Begin segments and make room one after the other. Raises ``OSError`` where the directory cannot be
    made or written."""
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with contextlib.suppress(OSError):  # no locks here: two may remove at once, and count it twice
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        let_go(descriptor)


def share(directory: Path, segments: list[Segment], sizes: Sizes) -> tuple[int, int]:
    """How large a new segment may grow beside those that are written to now, and what all of these take at
    most once they are full, the closed ones as they are.

    The first writer's may take an eighth of the budget, the second's half as much, the third's a third: all
    of them together, how many soever, leave room for some that are closed.
    """
    live = [segment for segment in segments if _is_live(directory, segment)]
    largest = min(sizes.segment, sizes.budget // 8)
    growing = sum(max(0, largest - segment.size) for segment in live)
    there = sum(segment.size for segment in segments)
    limit = min(sizes.segment, sizes.budget // (8 * (len(live) + 1)))
    return limit, there + min(growing, sizes.budget * 5 // 8)


def make_room(directory: Path, segments: list[Segment], surplus: int) -> list[Segment]:
    """Remove the oldest segments that nobody writes to, so many bytes of them (fewer, where all else is
    written to); those that stay. Within ``turn``."""
    staying = list(segments)
    for segment in segments:
        if surplus <= 0:
            break
        with taken_over(directory / segment.name) as ours:
            if ours and not _may_be_live_elsewhere(directory, segment) and _remove(directory, segment):
                staying.remove(segment)
                surplus -= segment.size
    return staying


def dropped(directory: Path) -> Dropped:
    """What went so far."""
    return _counted(_read(directory))


def _is_live(directory: Path, segment: Segment) -> bool:
    return is_held(directory / segment.name) or _may_be_live_elsewhere(directory, segment)


def _may_be_live_elsewhere(directory: Path, segment: Segment) -> bool:
    """Whether another machine wrote to it of late: its locks may not be seen here."""
    if segment.is_of_this_machine:
        return False
    try:
        return time.time() - (directory / segment.name).stat().st_mtime < _LATELY
    except OSError:
        return False


def _remove(directory: Path, segment: Segment) -> bool:
    path = directory / segment.name
    note = _read(directory)
    counted = _counted(note)
    if note.get("going") != segment.name:
        try:
            events = _lines_in(path)
        except FileNotFoundError:
            return True
        except OSError:
            events = 0
        counted = Dropped(counted.segments + 1, counted.events + events, counted.bytes + segment.size)
    # Where the note cannot be written, as on a full disk, room is what matters.
    _note(directory, {**counted._asdict(), "going": segment.name})
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    _note(directory, counted._asdict())
    with contextlib.suppress(OSError):  # not the last of its day
        path.parent.rmdir()
    return True


def _lines_in(path: Path) -> int:
    with path.open("rb", buffering=0) as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def _note(directory: Path, what: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        write_whole(directory / _NOTE, json.dumps(what).encode() + b"\n")


def _read(directory: Path) -> dict[str, Any]:
    try:
        found = json.loads((directory / _NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _counted(note: dict[str, Any]) -> Dropped:
    numbers = (note.get(field) for field in Dropped._fields)
    return Dropped(*(number if isinstance(number, int) else 0 for number in numbers))
