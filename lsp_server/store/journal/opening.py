"""Which segment a process appends to: one that was left, or a new one, and room for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lsp_server.store.journal import room
from lsp_server.store.journal.segments import segments_in
from lsp_server.store.journal.writing import OpenSegment, begin, go_on_with


def open_segment(
    directory: Path, budget: int, segment_size: int, size: int, now: datetime
) -> tuple[OpenSegment, int]:
    """A segment that ``size`` bytes go into, and how large it may become. Raises ``OSError``.

    What a finished or killed process of this machine left today is gone on with, so that a thousand short
    processes make one file and not a thousand. ``now`` in UTC.
    """
    with room.turn(directory):
        segments = segments_in(directory)
        limit, total = room.share(segments, directory, budget, segment_size)
        for left in reversed(segments):
            if left.day != f"{now:%Y-%m-%d}" or not left.is_of_this_machine:
                continue
            if left.size + size <= limit and (found := go_on_with(directory, left)):
                segments.remove(left)
                total -= left.size
                break
        else:
            found = begin(directory, segments[-1].number + 1 if segments else 1, now)
        room.make_room(directory, segments, total + max(limit, size) - budget)
    return found, limit
