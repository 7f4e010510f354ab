"""A journal of events in a directory: thousands a second from each of many processes, without a lock between.

Every process appends to a segment of its own, a file of JSON lines (``segments``, ``writing``), with one
``write`` for what one call brings. What a call has returned from is in the system's hands: it survives the
killing of this process; a power cut only after ``flush``. A segment that is full is closed and another begun;
where all of them would outgrow the budget, the oldest closed ones go first (``room``).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import weakref
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.journal import room
from lsp_server.store.journal.base import Kept, PartlyKeptError, Position
from lsp_server.store.journal.lines import Event, event_of, line_of
from lsp_server.store.journal.opening import open_segment
from lsp_server.store.journal.reading import lines_behind
from lsp_server.store.journal.segments import Segment, number_of, segments_in
from lsp_server.store.journal.syncing import Unsynced
from lsp_server.store.journal.writing import OpenSegment, begin
from lsp_server.store.keyvalue.base import Clock
from lsp_server.store.keyvalue.clocks import now, utc

MIB = 1 << 20
_UNKNOWN = -1
_LOOK = MIB >> 2  # bytes between two looks whether the segment is still there


class Journal:
    """Events in a directory, made with the first of them.

    ``budget``: the most that all segments take together, in bytes; ``segment_size``: when a segment is full,
    and the most that one event takes (at most half of the budget).
    ``clock`` gives the time for the segments' names, with its zone; default: the machine's. It may go back.
    Threads may share a journal; a forked process begins a segment of its own.

    Calls raise ``UsageError`` for an event that cannot be kept as JSON (nothing is written then), and
    ``StoreError`` where the disk is full or the directory cannot be written or read.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        budget: int = 256 * MIB,
        segment_size: int = 8 * MIB,
        clock: Clock | None = None,
    ) -> None:
        if segment_size < 1 or budget < 2:
            raise UsageError("a journal's budget and the size of its segments are numbers of bytes")
        self.directory = Path(directory).absolute()
        self.broken = 0  # lines that reading has skipped so far
        self._sizes = room.Sizes(budget, min(segment_size, budget // 2))
        self._clock = clock or now
        self._mutex = threading.RLock()  # a signal handler may come in between
        self._busy = False
        self._segment: OpenSegment | None = None
        self._descriptor = _UNKNOWN
        self._name = ""
        self._end = _UNKNOWN  # while something is written, and after a call that was interrupted
        self._limit = self._look = 0  # where the segment is full, and before which nobody looks for it
        self._unsynced = Unsynced(self.directory)
        _journals.add(self)

    def append(self, event: Event) -> Position:
        """Write one event; it survives the killing of this process from now on."""
        line = line_of(event)
        size = len(line)
        with self._mutex:
            if self._busy:
                return self._append_beside([line])[0]
            self._busy = True
            try:
                end = self._end
                if end < 0 or end + size > self._look:
                    end = self._ready_for(size)
                self._end = _UNKNOWN
                if (written := os.write(self._descriptor, line)) != size:
                    self._write_rest([line], written)
                self._end = end + size
                return Position(self._name, end)
            except OSError as error:
                raise self._told(error) from error
            finally:
                self._busy = False

    def append_many(self, events: Iterable[Event]) -> list[Position]:
        """Write many events at once, in one write as long as they fit one segment.

        Where one of them cannot be kept as JSON, none is written. Raises ``PartlyKeptError`` where the disk
        is full before the last.
        """
        lines = [line_of(event) for event in events]
        for line in lines:
            self._check_size(len(line))
        positions: list[Position] = []
        with self._mutex:
            if self._busy:
                return self._append_beside(lines)
            self._busy = True
            try:
                while len(positions) < len(lines):
                    self._append_some(lines[len(positions) :], positions)
            except OSError as error:
                told = self._told(error)
                raise (PartlyKeptError(told.message, positions) if positions else told) from error
            finally:
                self._busy = False
        return positions

    def check(self, event: Event) -> None:
        """Raise ``UsageError`` for an event that ``append`` would not take."""
        self._check_size(len(line_of(event)))

    def flush(self) -> None:
        """Bring all that this process has appended to the disk: it survives a power cut from now on."""
        with self._mutex:
            try:
                if self._segment:
                    self._check_there()
                    self._unsynced.add(self._name, self._segment.size())
            except OSError as error:
                raise self._told(error) from error
        try:
            self._unsynced.sync()
        except OSError as error:
            raise self._told(error) from error

    def read(self, after: Mapping[str, int] | None = None) -> Iterator[Kept]:
        """All events, by segment (the oldest first) and line.

        ``after`` says where to go on, for each segment: ``end`` of the last event that was taken from it; a
        segment that is not named is read whole. What has not been written to its end is not there yet. Lines
        that are no events are skipped, and counted in ``broken``.
        """
        ends = after or {}
        for segment in self.segments():
            begin_at = ends.get(segment.name, 0)
            if segment.size <= begin_at:
                continue
            try:
                for offset, line in lines_behind(self.directory / segment.name, begin_at):
                    event = event_of(line)
                    if event is None:
                        self.broken += 1
                    else:
                        yield Kept(Position(segment.name, offset), event, offset + len(line) + 1)
            except OSError as error:
                raise self._told(error) from error

    def segments(self) -> list[Segment]:
        """The segments that are there, the oldest first."""
        return segments_in(self.directory)

    def dropped(self) -> room.Dropped:
        """What had to go so far to keep within the budget."""
        return room.dropped(self.directory)

    def close(self) -> None:
        """Let go of the segment. Whatever is appended later begins again. Does not wait for the disk."""
        with self._mutex:
            self._leave_segment()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def _append_some(self, lines: Sequence[bytes], positions: list[Position]) -> None:
        """Write as many of them as this segment takes, one at least; where they are. Raises ``OSError``, with
        the positions of those that are whole."""
        end = self._end
        if end < 0 or end + len(lines[0]) > self._look:
            end = self._ready_for(len(lines[0]))
        offsets = list(itertools.accumulate(map(len, lines), initial=end))
        count = len(lines)
        if offsets[-1] > self._limit:
            count = max(1, bisect_right(offsets, self._limit) - 1)
        lines = lines[:count]
        places = list(map(Position, itertools.repeat(self._name), offsets[:count]))
        data = b"".join(lines)
        self._end = _UNKNOWN
        written = os.write(self._descriptor, data)
        if written != len(data):
            try:
                self._write_rest(lines, written)
            except _HalfWrittenError as error:
                positions += places[: error.kept]
                raise
        self._end = end + len(data)
        positions += places

    def _append_beside(self, lines: Sequence[bytes]) -> list[Position]:
        """Write to a segment made for these lines alone: a signal handler appends, and its own thread is in
        the midst of appending."""
        try:
            number = number_of(self._name) if self._name else 0
            segment = begin(self.directory, number + 1, utc(self._clock()))
            try:
                written = os.write(segment.descriptor, b"".join(lines))
                if error := segment.finish(lines, written)[1]:
                    raise error
            finally:
                segment.close()
        except OSError as error:
            raise self._told(error) from error
        offsets = itertools.accumulate(map(len, lines), initial=0)
        return [Position(segment.name, offset) for offset, _ in zip(offsets, lines, strict=False)]

    def _write_rest(self, lines: Sequence[bytes], written: int) -> None:
        """Go on where the system has taken only so many bytes. Raises ``_HalfWrittenError``."""
        if self._segment:
            kept, error = self._segment.finish(lines, written)
            if error:
                raise _HalfWrittenError(error, kept) from error

    def _ready_for(self, size: int) -> int:
        """Have a segment that so many bytes go into; where it ends now. Raises ``OSError``."""
        self._check_size(size)
        segment = self._segment
        if segment and self._end < 0:
            self._end = segment.cut_half_line()
        if segment is None or self._end + size > self._limit or not segment.is_there():
            self._leave_segment()
            today = utc(self._clock())
            segment, self._limit = open_segment(self.directory, self._sizes, size, today, self._name)
            self._segment, self._descriptor, self._name = segment, segment.descriptor, segment.name
            self._end = segment.size()
        self._look = min(self._limit, self._end + size + _LOOK)
        return self._end

    def _check_size(self, size: int) -> None:
        if size > self._sizes.segment:
            raise UsageError(
                f"an event of {size:,} bytes is too large for the journal: at most {self._sizes.segment:,}"
            )

    def _leave_segment(self) -> None:
        segment, self._segment = self._segment, None
        self._end = self._descriptor = _UNKNOWN
        if segment:
            with contextlib.suppress(OSError):
                if size := segment.size():
                    self._unsynced.add(segment.name, size)
                else:
                    segment.path.unlink(missing_ok=True)
            segment.close()

    def _check_there(self) -> None:
        """Raise ``StoreError`` where somebody has removed the segment: what is written next begins anew."""
        if self._segment and not self._segment.is_there():
            self._leave_segment()
            raise StoreError(f"events in {self.directory}: the last of them were removed by another program")

    def _told(self, error: OSError) -> StoreError:
        """What the system refused, in one clear line."""
        why = os.strerror(error.errno) if error.errno else str(error)
        return StoreError(f"events in {self.directory}: {why}")

    def _after_fork(self) -> None:
        """In a new process: the segment is its parent's, and whoever held the mutex is not here."""
        self._mutex, self._busy = threading.RLock(), False
        segment, self._segment = self._segment, None
        self._end = self._descriptor = _UNKNOWN
        self._unsynced = Unsynced(self.directory)
        if segment:
            segment.forget()


class _HalfWrittenError(OSError):
    def __init__(self, error: OSError, kept: int) -> None:
        super().__init__(error.errno, error.strerror)
        self.kept = kept  # lines


_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


def _forget_segments() -> None:
    for journal in list(_journals):
        journal._after_fork()


os.register_at_fork(after_in_child=_forget_segments)
