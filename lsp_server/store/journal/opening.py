"""Which segment a process appends to: one that was left, or a new one, and room for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lsp_server.store.journal import room
from lsp_server.store.journal.segments import number_of, segments_in
from lsp_server.store.journal.writing import OpenSegment, begin, go_on_with


def open_segment(
    directory: Path, sizes: room.Sizes, size: int, now: datetime, after: str
) -> tuple[OpenSegment, int]:
    """A segment that ``size`` bytes go into, and how large it may become. Raises ``OSError``.

    What a finished or killed process of this machine left today is gone on with, so that a thousand short
    processes make one file and not a thousand. ``now`` in UTC; ``after``: the segment that the caller had
    before (or ""): it gets that one or a later one, so that its events are read in their order.
    """
    latest = number_of(after) if after else 0
    with room.turn(directory):
        segments = segments_in(directory)
        limit, total = room.share(directory, segments, sizes)
        for left in reversed(segments):
            mine = left.day == f"{now:%Y-%m-%d}" and left.is_of_this_machine
            later = left.name == after or left.number > latest
            if mine and later and left.size + size <= limit and (found := go_on_with(directory, left)):
                segments.remove(left)
                total -= left.size
                break
        else:
            found = begin(directory, max(latest, segments[-1].number if segments else 0) + 1, now)
        room.make_room(directory, segments, total + max(limit, size) - sizes.budget)
    return found, limit
