"""Durations as the index of events has them: the few values that statistics need, in order of time."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Duration(NamedTuple):
    """One duration. ``created`` counts microseconds, ``row`` orders those of one moment; ``stands_for`` is
    how many durations it stands for, ``total`` what those took together."""

    created: int
    row: int
    endpoint: str
    kind: str
    ms: float
    failed: bool
    stands_for: int
    total: float


def durations(
    connection: sqlite3.Connection,
    since: int,
    until: int,
    *,
    after: tuple[int, int],
    limit: int,
    endpoint: str | None = None,
) -> list[Duration]:
    """The next ``limit`` durations from ``since`` to before ``until``, behind the one whose ``created`` and
    ``row`` are ``after``; those of one endpoint, if it is given. A metric without ``ms`` is none."""
    only = "" if endpoint is None else " AND ifnull(json_extract(metadata, '$.endpoint'), title) = ?"
    rows = connection.execute(
        "SELECT created, row, ifnull(json_extract(metadata, '$.endpoint'), title),"
        " ifnull(json_extract(metadata, '$.kind'), 'call'), json_extract(metadata, '$.ms') AS ms,"
        " ifnull(json_extract(metadata, '$.outcome'), '') = 'failure',"
        " ifnull(json_extract(metadata, '$.count'), 1),"
        " ifnull(json_extract(metadata, '$.total'), json_extract(metadata, '$.ms'))"
        " FROM events WHERE type = 'metric' AND json_type(metadata, '$.ms') IN ('integer', 'real')"
        f" AND created >= ? AND created < ? AND (created, row) > (?, ?){only} ORDER BY created, row LIMIT ?",
        (max(since, after[0]), until, *after, *(() if endpoint is None else (endpoint,)), limit),
    )
    return [Duration(*row) for row in rows]
