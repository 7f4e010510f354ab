"""The one segment that a process appends to: its own for as long as it is locked, whole lines only."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lsp_server.store.journal.segments import Segment, new_name
from lsp_server.store.owners import hold, is_locked
from lsp_server.store.turns import let_go

_HOW = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_TRIES = 100
_CHUNK = 1 << 16


class OpenSegment:
    """A segment open for appending, locked. Every call raises ``OSError``."""

    def __init__(self, name: str, path: Path, descriptor: int) -> None:
        self.name = name
        self.path = path
        self.descriptor = descriptor

    def size(self) -> int:
        """Its bytes now."""
        return os.fstat(self.descriptor).st_size

    def is_there(self) -> bool:
        """Whether it still has its name."""
        return os.fstat(self.descriptor).st_nlink > 0

    def finish(self, lines: Sequence[bytes], written: int) -> tuple[int, OSError | None]:
        """Go on writing ``lines`` where the system has taken only so many bytes of them. How many are there
        in the end, and what the system refused; of the next one nothing is there."""
        data = memoryview(b"".join(lines))
        refused = None
        try:
            while written < len(data):
                written += os.write(self.descriptor, data[written:])
        except OSError as error:
            refused = error
        ends = list(itertools.accumulate(map(len, lines), initial=0))
        kept = bisect_right(ends, written) - 1
        if written > ends[kept]:
            # Where this fails, too, half a line is left at the end: no reader takes it, and who writes next
            # tries again.
            with contextlib.suppress(OSError):
                os.ftruncate(self.descriptor, self.size() - written + ends[kept])
        return kept, refused

    def cut_half_line(self) -> int:
        """Cut off what has no end; its bytes then."""
        size = end = self.size()
        while end > 0:
            start = max(0, end - _CHUNK)
            found = os.pread(self.descriptor, end - start, start).rfind(b"\n")
            if found >= 0:
                end = start + found + 1
                break
            end = start
        if end < size:
            os.ftruncate(self.descriptor, end)
        return end

    def close(self) -> None:
        """Let go of it: from now on it may be gone on with, or removed, by whoever comes."""
        let_go(self.descriptor)

    def forget(self) -> None:
        """Close what a forked process has inherited; its parent keeps the lock."""
        with contextlib.suppress(OSError):
            os.close(self.descriptor)


def begin(directory: Path, number: int, now: datetime) -> OpenSegment:
    """A new segment."""
    for _ in range(_TRIES):
        name = new_name(number, now)
        path = directory / name
        try:
            descriptor = os.open(path, _HOW | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            continue
        except FileNotFoundError:  # the day's folder: not yet, or removed with the last segment in it
            path.parent.mkdir(parents=True, exist_ok=True)
            continue
        if hold(descriptor) and os.fstat(descriptor).st_nlink:
            return OpenSegment(name, path, descriptor)
        path.unlink(missing_ok=True)  # somebody who makes room came in before it was locked
        os.close(descriptor)
    raise FileExistsError(f"no free name in {directory}")


def go_on_with(directory: Path, segment: Segment) -> OpenSegment | None:
    """A segment that a process of this machine left: what it had not written whole is cut off. None when it
    is in use or gone, or where no lock can tell."""
    path = directory / segment.name
    try:
        descriptor = os.open(path, _HOW)
    except OSError:
        return None
    taken = OpenSegment(segment.name, path, descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if taken.is_there() and is_locked(path):  # by ourselves: else these locks lock nobody out
            taken.cut_half_line()
            return taken
    except OSError:
        pass
    taken.close()
    return None
