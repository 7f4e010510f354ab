"""A journal whose events wait until somebody takes them over, for good: what was taken, and what may go.

``taken.json`` says how far each segment was taken. It is written after what it tells of was done: who is
killed in between finds the same events waiting again, and must know them by their ids.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from lsp_server.store.half_written import write_whole
from lsp_server.store.journal.base import Kept
from lsp_server.store.journal.journal import Journal
from lsp_server.store.owners import hold, taken_over
from lsp_server.store.turns import let_go

_NOTE = "taken.json"
_LOCK = ".taking"
_STEP = 0.02  # seconds


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


def waiting(journal: Journal, most: int) -> list[Kept]:
    """The events that nobody has taken, the oldest first, so many at most."""
    return list(islice(journal.read(_read(journal.directory)), most))


def is_waiting(journal: Journal) -> bool:
    """Whether there is a byte that nobody has taken. Costs a look at the directory."""
    taken = _read(journal.directory)
    return any(segment.size > taken.get(segment.name, 0) for segment in journal.segments())


def note_taken(journal: Journal, ends: Mapping[str, int]) -> None:
    """Note how far each segment was taken, then let those go that are taken whole and that nobody writes to.

    Raises ``OSError``.
    """
    taken = {**_read(journal.directory), **ends}
    segments = journal.segments()
    there = {segment.name: taken[segment.name] for segment in segments if segment.name in taken}
    write_whole(journal.directory / _NOTE, json.dumps(there).encode() + b"\n", durable=True)
    for segment in segments:
        path = journal.directory / segment.name
        if not segment.is_of_this_machine or segment.size != there.get(segment.name):
            continue
        with taken_over(path) as ours:
            if ours and _size(path) == segment.size:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not the last of its day
            path.parent.rmdir()


def _read(directory: Path) -> dict[str, int]:
    try:
        found = json.loads((directory / _NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): end for name, end in found.items() if isinstance(end, int)}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
