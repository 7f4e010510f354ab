"""A journal whose events wait until somebody takes them over, for good: what was taken, and what may go.

``taken.json`` says how far each segment was taken. It is written after what it tells of was done: who is
killed in between finds the same events waiting again, and must know them by their ids. It also says where
that need not be looked for.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from lsp_server.store.half_written import write_whole
from lsp_server.store.journal.base import Kept
from lsp_server.store.journal.journal import Journal
from lsp_server.store.owners import hold, is_locked, taken_over
from lsp_server.store.turns import let_go

_NOTE = "taken.json"
_SETTLED = "settled"  # no segment's name
_LOCK = ".taking"
_STEP = 0.02  # seconds


class Note(NamedTuple):
    """How far each segment was taken, in bytes, and the files that events were taken to, by path, with what
    they held: those in which is nothing that still waits."""

    ends: Mapping[str, int]
    settled: Mapping[str, str]


@contextlib.contextmanager
def taking(directory: Path, *, patience: float = 0) -> Iterator[bool]:
    """One who takes after the other; False where somebody else takes for longer than ``patience``, in
    seconds. Where there are no locks two may take at once, and know what both took by its id.

    Raises ``OSError`` where the directory cannot be written.
    """
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    end = time.monotonic() + patience
    try:
        while not (is_ours := hold(descriptor)) and time.monotonic() < end:
            time.sleep(_STEP)
        yield is_ours
    finally:
        let_go(descriptor)


def noted(directory: Path) -> Note:
    """What was noted last; nothing where that is lost. Within ``taking``."""
    try:
        found = json.loads((directory / _NOTE).read_bytes())
    except (OSError, ValueError):
        return Note({}, {})
    if not isinstance(found, dict):
        return Note({}, {})
    settled = found.pop(_SETTLED, None)
    ends = {name: end for name, end in found.items() if isinstance(end, int)}
    # Where no lock keeps others out, two may write the note in turns, and each knows of its own work only.
    if not isinstance(settled, dict) or not is_locked(directory / _LOCK):
        return Note(ends, {})
    return Note(ends, {path: held for path, held in settled.items() if isinstance(held, str)})


def sizes(journal: Journal) -> dict[str, int]:
    """How long each segment is now: a goal that is reached also while others go on writing."""
    return {segment.name: segment.size for segment in journal.segments()}


def waiting(journal: Journal, ends: Mapping[str, int], most: int) -> list[Kept]:
    """The events that nobody has taken, the oldest first, so many at most."""
    return list(islice(journal.read(ends), most))


def is_waiting(journal: Journal, ends: Mapping[str, int], goal: Mapping[str, int] | None = None) -> bool:
    """Whether there is a byte that nobody has taken; with a ``goal``, of those that it names. Costs a look at
    the directory."""
    there = sizes(journal)
    wanted = there if goal is None else {name: goal[name] for name in there.keys() & goal.keys()}
    return any(size > ends.get(name, 0) for name, size in wanted.items())


def note_taken(journal: Journal, note: Note, taken: Iterable[str]) -> None:
    """Note it, then let those segments go that are taken whole and that nobody writes to. ``taken``: the
    segments that something was taken of since the last note.

    Raises ``OSError``.
    """
    for name in taken:  # or a power cut shortens them, and what is written behind it seems to be taken
        _sync(journal.directory / name)
    segments = journal.segments()
    ends = {segment.name: note.ends[segment.name] for segment in segments if segment.name in note.ends}
    text = json.dumps({**ends, _SETTLED: dict(note.settled)})
    write_whole(journal.directory / _NOTE, text.encode() + b"\n", durable=True)
    for segment in segments:
        path = journal.directory / segment.name
        if not segment.is_of_this_machine or segment.size != ends.get(segment.name):
            continue
        with taken_over(path) as ours:
            if ours and _size(path) == segment.size:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not the last of its day
            path.parent.rmdir()


def _sync(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
