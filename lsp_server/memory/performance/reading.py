"""Durations read from the index in order of time, a page at a time: nothing holds more of them."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from lsp_server.index.durations import Duration, durations
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.performance.cells import Cells, Layout
from lsp_server.memory.performance.recorder import LONGEST_MS
from lsp_server.store.moments import moment_at

if TYPE_CHECKING:
    Endpoint = tuple[str, str]  # and its kind

PAGE = 20_000
MICRO = 1_000_000
_MOST = 2_000  # endpoints that are looked at; the first to come


def read(events: EventMemory, since: int, until: int, endpoint: str | None = None) -> Iterator[Duration]:
    """The durations from ``since`` to before ``until``, in microseconds since 1970; all, or an endpoint's."""
    after = (since, -1)
    while True:
        page = events._opened().ask(
            partial(durations, since=since, until=until, after=after, limit=PAGE, endpoint=endpoint)
        )
        yield from (one for one in page if _is_sound(one))
        if len(page) < PAGE:
            return
        after = page[-1].created, page[-1].row


def _is_sound(one: Duration) -> bool:
    """Not what another program calls a metric."""
    return (
        0 <= one.ms <= LONGEST_MS
        and isinstance(one.endpoint, str)
        and isinstance(one.kind, str)
        and isinstance(one.stands_for, int)
        and isinstance(one.total, (int, float))
        and one.stands_for > 0
        and 0 <= one.total <= LONGEST_MS * one.stands_for
    )


def moments(
    events: EventMemory, endpoint: str, kind: str | None, *, since: int, until: int, limit: int
) -> list[tuple[datetime, float]]:
    """When one endpoint was measured, and the ms; the newest ``limit`` of them, the oldest first."""
    found = (
        (moment_at(one.created), float(one.ms))
        for one in read(events, since, until, endpoint)
        if not one.failed and kind in (None, one.kind)
    )
    return list(deque(found, limit))


class Tally:
    """The durations of one endpoint: each, how many it stands for, and how many failed."""

    def __init__(self) -> None:
        self.ms = array("d")
        self.counts = array("L")
        self.total = 0.0
        self.failures = 0


def tallies(events: EventMemory, since: int, until: int) -> dict[Endpoint, Tally]:
    """The durations of each endpoint and kind."""
    found: dict[Endpoint, Tally] = {}
    for one in read(events, since, until):
        tally = found.get((one.endpoint, one.kind))
        if tally is None:
            tally = found[one.endpoint, one.kind] = Tally()
        tally.ms.append(one.ms)
        tally.counts.append(one.stands_for)
        tally.total += one.total
        if one.failed:
            tally.failures += one.stands_for
    return found


def cells_of(events: EventMemory, layout: Layout) -> dict[Endpoint, Cells]:
    """The durations of each endpoint and kind in a layout's cells; failures, which end when they end, are
    not among them."""
    found: dict[Endpoint, Cells] = {}
    place = layout.place
    for one in read(events, int(layout.begin * MICRO), int(layout.end * MICRO) + 1):
        if one.failed or (at := place(one.created / MICRO)) < 0:
            continue
        cells = found.get((one.endpoint, one.kind))
        if cells is None:
            if len(found) >= _MOST:
                continue
            cells = found[one.endpoint, one.kind] = Cells(layout.windows)
        cells.add(at, one.ms, one.stands_for)
    return found
