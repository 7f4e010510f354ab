"""A segment of events that both sides of a merge changed, as copied clones do: never a conflict, and the same
text whoever merges."""

from __future__ import annotations

from datetime import datetime, timezone

from lsp_server.records.moments import moment
from lsp_server.store.journal.branch_files import id_in, lines_in
from lsp_server.store.journal.lines import event_of

_EVER = datetime(1, 1, 1, tzinfo=timezone.utc)


def merged_segment(base: bytes | None, one: bytes, other: bytes) -> bytes:
    """The lines of both, each event once, in order of time. What one side changed or took out since the base
    is so; where both changed an event, the greater line stays. What is no event stays, too, at the end."""
    before, *sides = (_by_id(data) for data in (base or b"", one, other))
    merged: set[bytes] = set()
    for key in {*sides[0], *sides[1]}:
        was, here, there = before.get(key), sides[0].get(key), sides[1].get(key)
        line = there if here == was else here if there == was else max(here or b"", there or b"")
        if line:
            merged.add(line)
    return b"".join(line + b"\n" for line in sorted(merged, key=_order))


def _by_id(data: bytes) -> dict[object, bytes]:
    """The lines by their events' ids, those without one by themselves; of two with one id the greater."""
    found: dict[object, bytes] = {}
    for line in lines_in(data):
        key = id_in(line) or (line,)
        found[key] = max(line, found.get(key, b""))
    return found


def _order(line: bytes) -> tuple[bool, datetime, bytes]:
    event = event_of(line)
    said = event.get("created") if event and id_in(line) else None
    when = said if isinstance(said, datetime) else moment(said)
    return when is None, when or _EVER, line
