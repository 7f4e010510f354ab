"""What this clone's own journal has of a day, counted: for a summary that outlives the journal."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

DAY = 86_400_000_000
"""Microseconds."""

# What came here by the branch alone is another clone's, and counted there.
_OWN = "segment IN (SELECT number FROM segments WHERE name NOT LIKE 'events/%')"
_MOST = 1 << 62


class Durations(NamedTuple):
    """How often something was measured, and the half and the twentieth-highest of its durations, in ms."""

    n: int
    p50: float
    p95: float


class Day(NamedTuple):
    """The events of a day. ``first`` and ``last`` as ``EventRow.created`` counts; of ``owners``, ``groups``
    (of errors) and ``endpoints`` those with most."""

    types: dict[str, int]
    owners: dict[str, int]
    groups: dict[str, int]
    endpoints: dict[str, Durations]
    first: int
    last: int


def days(connection: sqlite3.Connection, before: int, *, without: str) -> Iterator[int]:
    """The first moment of each day before that moment on which something happened, but for events of the type
    ``without``."""
    start = -_MOST
    query = f"SELECT min(created) FROM events WHERE created >= ? AND created < ? AND type <> ? AND {_OWN}"
    while True:
        (found,) = connection.execute(query, (start, before, without)).fetchone()
        if found is None:
            return
        day = found // DAY * DAY
        yield day
        start = day + DAY


def day(connection: sqlite3.Connection, start: int, most: int, *, without: str) -> Day:
    """What happened on the day that began then."""
    values = (start, start + DAY, without)
    where = f"created >= ? AND created < ? AND type <> ? AND {_OWN}"

    def counted(what: str, limit: int = -1) -> dict[str, int]:
        rows = connection.execute(
            f"SELECT {what} AS what, count(*) AS number FROM events WHERE {where}"
            " GROUP BY what HAVING what IS NOT NULL AND what <> '' ORDER BY number DESC, what LIMIT ?",
            (*values, limit),
        )
        return {str(name): number for name, number in rows}

    first, last = connection.execute(
        f"SELECT min(created), max(created) FROM events WHERE {where}", values
    ).fetchone()
    return Day(
        types=counted("type"),
        owners=counted("owner", most),
        groups=counted("json_extract(metadata, '$.group')", most),
        endpoints=_endpoints(lambda query: connection.execute(query, values), where, most),
        first=first,
        last=last,
    )


def _endpoints(ask: Callable[[str], Iterator[Sequence[Any]]], where: str, most: int) -> dict[str, Durations]:
    """A duration may stand for several, as one of a busy endpoint does: it weighs as much as they."""
    measured: dict[str, list[tuple[float, int]]] = {}
    totals: dict[str, float] = {}
    rows = ask(
        "SELECT json_extract(metadata, '$.endpoint'), json_extract(metadata, '$.ms'),"
        " json_extract(metadata, '$.count'), json_extract(metadata, '$.total') FROM events"
        f" WHERE {where} AND metadata LIKE '%\"endpoint\"%'"
    )
    for endpoint, ms, count, total in rows:
        if isinstance(endpoint, str) and isinstance(ms, (int, float)):
            stands_for = count if isinstance(count, int) and count > 0 else 1
            measured.setdefault(endpoint, []).append((ms, stands_for))
            together = total if isinstance(total, (int, float)) else ms * stands_for
            totals[endpoint] = totals.get(endpoint, 0.0) + together
    longest = sorted(measured, key=lambda endpoint: (-totals[endpoint], endpoint))[:most]
    return {endpoint: _durations(sorted(measured[endpoint])) for endpoint in longest}


def _durations(ordered: Sequence[tuple[float, int]]) -> Durations:
    """Of durations in their order, each with how many it stands for; a quantile is one of them, the first
    that so many do not exceed."""
    ends = list(accumulate(count for _, count in ordered))
    n = ends[-1]
    p50, p95 = (ordered[bisect_left(ends, -(-n * percent // 100))][0] for percent in (50, 95))
    return Durations(n, round(float(p50), 3), round(float(p95), 3))
