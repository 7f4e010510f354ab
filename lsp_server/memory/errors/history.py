"""Errors that were recorded, read oldest first and a handful at a time: their tracebacks are long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from typing import TYPE_CHECKING

from lsp_server.memory.errors.facts import ERROR_TYPES
from lsp_server.memory.events.model import TypedMemory

if TYPE_CHECKING:
    from lsp_server.memory.events.event_memory import EventMemory

_PAGE = 1_000
_MOST = 8_000
_TICK = timedelta(microseconds=1)


def errors_of(events: EventMemory, since: datetime | None, until: datetime | None) -> Iterator[TypedMemory]:
    """All errors from ``since`` to before ``until``, whatever their type, the oldest first."""
    streams = [_stream(events, kind, since, until) for kind in ERROR_TYPES]
    return merge(*streams, key=lambda memory: memory.created)


def newest_errors(events: EventMemory, most: int) -> list[TypedMemory]:
    """At most so many of the newest errors of each type, the oldest first."""
    found = [
        memory for kind in ERROR_TYPES for memory in events.memories(kind, limit=most, newest_first=True)
    ]
    return sorted(found, key=lambda memory: memory.created)


def _stream(
    events: EventMemory, kind: str, since: datetime | None, until: datetime | None
) -> Iterator[TypedMemory]:
    size, told = _PAGE, set[str]()
    while True:
        page = events.memories(kind, since=since, until=until, limit=size)
        yield from (memory for memory in page if memory.id not in told)
        if len(page) < size:
            return
        last = page[-1].created
        told = {memory.id for memory in page if memory.created == last}
        size = 2 * size if len(told) == size else _PAGE  # a page that is one moment: look at more of it
        since = last
        if size > _MOST:  # all that is left of this moment at once
            page = events.memories(kind, since=last, until=last + _TICK)
            yield from (memory for memory in page if memory.id not in told)
            since, size, told = last + _TICK, _PAGE, set()
