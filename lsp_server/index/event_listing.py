"""Events by what they are, not by words: the newest, one by its id, a stretch of time, how many of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any

from lsp_server.index.event_rows import COLUMNS, ID_KEY, EventRow, narrowed

_BEGINNING = 6  # characters that name an event, at least


def recent(
    connection: sqlite3.Connection,
    *,
    owner: str | None = None,
    kind: str | None = None,
    since: int | None = None,
    limit: int | None = None,
) -> list[EventRow]:
    """The newest events first; ``since`` as ``EventRow.created`` counts."""
    rows = listed(connection, owner=owner, kind=kind, since=since, limit=limit, newest_first=True)
    return [EventRow(*row) for row in rows]


def listed(
    connection: sqlite3.Connection,
    *,
    owner: str | None = None,
    kind: str | None = None,
    since: int | None = None,
    until: int | None = None,
    tags: Collection[str] = (),
    limit: int | None = None,
    newest_first: bool = False,
) -> list[tuple[Any, ...]]:
    """The events from ``since`` to before ``until`` that have all the tags, in order of time, each with
    the values of ``COLUMNS``."""
    wanted, values = narrowed(owner, kind)
    _between(since, until, wanted, values)
    for tag in tags:
        wanted.append("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)")
        values.append(tag)
    where = f"WHERE {' AND '.join(wanted)} " if wanted else ""
    order = "created DESC, row DESC" if newest_first else "created, row"
    return connection.execute(
        f"SELECT {COLUMNS} FROM events {where}ORDER BY {order} LIMIT ?",
        (*values, -1 if limit is None else limit),
    ).fetchall()


def with_id(connection: sqlite3.Connection, beginning: str) -> list[EventRow]:
    """The events whose id is or begins so, two at most: more than one is none in particular."""
    if len(beginning) < _BEGINNING:
        return []
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM events WHERE substr(id, 1, {ID_KEY}) >= ? AND substr(id, 1, {ID_KEY}) < ?"
        " AND substr(id, 1, ?) = ? ORDER BY id <> ? LIMIT 2",
        (beginning[:ID_KEY], beginning[:ID_KEY] + "\U0010ffff", len(beginning), beginning, beginning),
    )
    found = [EventRow(*row) for row in rows]
    return found[:1] if found and found[0].id == beginning else found


def counts(
    connection: sqlite3.Connection, *, since: int | None = None, until: int | None = None
) -> dict[str, int]:
    """How many events of each type there are, by name."""
    wanted: list[str] = []
    values: list[Any] = []
    _between(since, until, wanted, values)
    where = f"WHERE {' AND '.join(wanted)} " if wanted else ""
    return dict(
        connection.execute(f"SELECT type, count(*) FROM events {where}GROUP BY type ORDER BY type", values)
    )


def _between(since: int | None, until: int | None, wanted: list[str], values: list[Any]) -> None:
    for condition, moment in (("created >= ?", since), ("created < ?", until)):
        if moment is not None:
            wanted.append(condition)
            values.append(moment)
