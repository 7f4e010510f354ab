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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timezone
from pathlib import Path
from types import TracebackType

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.journal import room
from lsp_server.store.journal.base import Kept, PartlyKeptError, Position
from lsp_server.store.journal.lines import Event, event_of, line_of
from lsp_server.store.journal.reading import lines_behind
from lsp_server.store.journal.segments import Segment, segments_in
from lsp_server.store.journal.syncing import Unsynced
from lsp_server.store.journal.writing import OpenSegment, begin, go_on_with
from lsp_server.store.keyvalue.base import Clock
from lsp_server.store.keyvalue.clocks import now, utc

MIB = 1 << 20
_UNKNOWN = -1


class Journal:
    """Events in a directory, made with the first of them.

    ``budget``: the most that all segments take together, in bytes; ``segment_size``: when a segment is full.
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
        if segment_size < 1 or budget < segment_size:
            raise UsageError("a journal's budget must hold at least one segment")
        self.directory = Path(directory).absolute()
        self.broken = 0  # lines that reading has skipped so far
        self._budget = budget
        self._segment_size = segment_size
        self._clock = clock or now
        self._mutex = threading.RLock()  # a signal handler may come in between
        self._segment: OpenSegment | None = None
        self._descriptor = _UNKNOWN
        self._name = ""
        self._end = _UNKNOWN  # while something is written, and after a call that was interrupted
        self._limit = 0
        self._unsynced = Unsynced(self.directory)
        _journals.add(self)

    def append(self, event: Event) -> Position:
        """Write one event; it survives the killing of this process from now on."""
        line = line_of(event)
        size = len(line)
        with self._mutex:
            end = self._end
            if end < 0 or end + size > self._limit:
                end = self._ready_for(size)
            self._end = _UNKNOWN
            try:
                written = os.write(self._descriptor, line)
            except OSError as error:
                raise self._told(error) from error
            if written != size:
                self._write_rest([line], written)
            self._end = end + size
            return Position(self._name, end)

    def append_many(self, events: Iterable[Event]) -> list[Position]:
        """Write many events at once, in one write as long as they fit one segment.

        Where one of them cannot be kept as JSON, none is written. Raises ``PartlyKeptError`` where the disk
        is full before the last.
        """
        lines = [line_of(event) for event in events]
        positions: list[Position] = []
        with self._mutex:
            try:
                while len(positions) < len(lines):
                    positions += self._append_some(lines[len(positions) :])
            except PartlyKeptError as error:
                raise PartlyKeptError(error.why, positions + error.positions) from error
            except StoreError as error:
                if not positions:
                    raise
                raise PartlyKeptError(error.message, positions) from error
        return positions

    def flush(self) -> None:
        """Bring all that this process has appended to the disk: it survives a power cut from now on."""
        with self._mutex:
            try:
                if self._segment:
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

    def _append_some(self, lines: Sequence[bytes]) -> list[Position]:
        """Write as many of them as this segment takes, one at least."""
        end = self._end
        if end < 0 or end + len(lines[0]) > self._limit:
            end = self._ready_for(len(lines[0]))
        offsets = list(itertools.accumulate(map(len, lines), initial=end))
        count = len(lines)
        if offsets[-1] > self._limit:
            count = max(1, next(index for index, offset in enumerate(offsets) if offset > self._limit) - 1)
        lines = lines[:count]
        positions = [Position(self._name, offset) for offset in offsets[:count]]
        data = b"".join(lines)
        self._end = _UNKNOWN
        try:
            written = os.write(self._descriptor, data)
        except OSError as error:
            raise self._told(error) from error
        if written != len(data):
            self._write_rest(lines, written, positions)
        self._end = end + len(data)
        return positions

    def _write_rest(
        self, lines: Sequence[bytes], written: int, positions: list[Position] | None = None
    ) -> None:
        """Go on where the system has taken only so many bytes of some lines; what is not whole in the end is
        cut off."""
        data = memoryview(b"".join(lines))
        try:
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError as error:
            told = self._told(error)
            kept = 0
            if self._segment:
                try:
                    kept = self._segment.take_back(written, lines)
                except OSError:  # what is half there stays at the end of this one, where no reader minds it
                    self._leave_segment()
            if kept and positions:
                raise PartlyKeptError(told.message, positions[:kept]) from error
            raise told from error

    def _ready_for(self, size: int) -> int:
        """Have a segment that so many bytes go into; where it ends now."""
        if size > self._segment_size:
            raise UsageError(
                f"an event of {size:,} bytes is larger than a segment of the journal ({self._segment_size:,})"
            )
        try:
            if self._segment:
                if self._end < 0:
                    self._end = self._segment.cut_half_line()
                if self._end + size <= self._limit:
                    return self._end
            self._leave_segment()
            self._segment = self._open(size)
            self._descriptor, self._name = self._segment.descriptor, self._segment.name
            self._end = self._segment.size()
        except OSError as error:
            raise self._told(error) from error
        return self._end

    def _open(self, size: int) -> OpenSegment:
        """The last segment of today that a dead or finished process left, or a new one; and room for it."""
        today = utc(self._clock()).astimezone(timezone.utc)
        with room.turn(self.directory):
            segments = segments_in(self.directory)
            self._limit, total = room.share(segments, self.directory, self._budget, self._segment_size)
            for left in reversed(segments):
                if left.day != f"{today:%Y-%m-%d}" or not left.is_of_this_machine:
                    continue
                if left.size + size <= self._limit and (found := go_on_with(self.directory, left)):
                    total -= left.size
                    break
            else:
                number = segments[-1].number + 1 if segments else 1
                found = begin(self.directory, number, today)
            room.make_room(self.directory, segments, total + max(self._limit, size) - self._budget)
        return found

    def _leave_segment(self) -> None:
        segment, self._segment = self._segment, None
        self._end, self._limit, self._descriptor = _UNKNOWN, 0, _UNKNOWN
        if segment:
            with contextlib.suppress(OSError):
                self._unsynced.add(segment.name, segment.size())
            segment.close()

    def _told(self, error: OSError) -> StoreError:
        """What the system refused, in one clear line."""
        why = os.strerror(error.errno) if error.errno else str(error)
        return StoreError(f"events in {self.directory}: {why}")

    def _after_fork(self) -> None:
        """In a new process: the segment is its parent's, and whoever held the mutex is not here."""
        self._mutex = threading.RLock()
        segment, self._segment = self._segment, None
        self._end, self._limit, self._descriptor = _UNKNOWN, 0, _UNKNOWN
        self._unsynced = Unsynced(self.directory)
        if segment:
            segment.forget()


_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


def _forget_segments() -> None:
    for journal in list(_journals):
        journal._after_fork()


os.register_at_fork(after_in_child=_forget_segments)
