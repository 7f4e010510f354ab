"""Events as rows: put in once, wherever they came from, and taken out with the last place that had them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from lsp_server.index.many_values import rows_for
from lsp_server.index.packing import microseconds
from lsp_server.records.moments import moment
from lsp_server.store.keyvalue.base import Value
from lsp_server.store.keyvalue.values import dumps

COLUMNS = "id, owner, type, title, content, tags, metadata, created"  # of an ``EventRow``, in this order
_FIRST, _LAST = (microseconds(end) for end in (datetime.min, datetime.max))
ID_KEY = 8  # characters of an id that its index holds: as good as all of them, and small

# ``created`` counts microseconds since 1970 in UTC; ``tags`` and ``metadata`` are JSON. The full-text table
# keeps no text: ``search`` only leads to rows. Its ``scope`` has a word for the owner and one for the type,
# so that it finds one owner's events among a hundred thousand of others without looking at those; they are
# words that nobody types.
#
# A segment is a file of events: of the journal, of the one that waits to be published, or of the branch, with
# the ``object_id`` that it had when it was ``read``. An event belongs to the first segment that it was found
# in; where it stands in others as well is in ``copies``.
_SCOPE = "'xowner' || hex(owner) || ' xtype' || hex(type)"
_SEARCHED = f"title, tags, content, metadata, {_SCOPE}"
TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE segments (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, read INTEGER NOT NULL,"
    " object_id TEXT NOT NULL DEFAULT '')",
    "CREATE TABLE events (row INTEGER PRIMARY KEY, segment INTEGER NOT NULL, id TEXT NOT NULL,"
    " owner TEXT NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL, content TEXT NOT NULL,"
    " tags TEXT NOT NULL, metadata TEXT NOT NULL, created INTEGER NOT NULL)",
    "CREATE TABLE copies (row INTEGER NOT NULL, segment INTEGER NOT NULL, PRIMARY KEY (row, segment))"
    " WITHOUT ROWID",
    "CREATE INDEX copies_by_segment ON copies (segment)",
    "CREATE INDEX events_by_segment ON events (segment)",
    f"CREATE INDEX events_by_id ON events (substr(id, 1, {ID_KEY}))",
    "CREATE INDEX events_by_created ON events (created)",
    "CREATE INDEX events_by_owner ON events (owner, created)",
    "CREATE INDEX events_by_type ON events (type, created)",
    "CREATE VIRTUAL TABLE search USING fts5 ("
    " title, tags, content, metadata, scope, content='', tokenize='porter unicode61')",
)


class EventRow(NamedTuple):
    """One event as it stands in the index."""

    id: str
    owner: str
    type: str
    title: str
    content: str
    tags: str
    metadata: str
    created: int


def narrowed(owner: str | None, kind: str | None) -> tuple[list[str], list[Any]]:
    """The conditions that leave an owner's events, or those of a type, and their values."""
    given = [(name, value) for name, value in (("owner", owner), ("type", kind)) if value is not None]
    return [f"{name} = ?" for name, _ in given], [value for _, value in given]


def scope_words(owner: str | None, kind: str | None) -> list[str]:
    """The words of ``scope`` that say the same."""
    given = (("xowner", owner), ("xtype", kind))
    return [f"{word}{text.encode().hex()}" for word, text in given if text is not None]


def insert(
    connection: sqlite3.Connection, found: Sequence[tuple[int, Mapping[str, Value]]], *, wins: bool = False
) -> None:
    """Put in events, each with the number of the segment that it stands in. Those that are no memories are
    left out. ``wins``: where an event is known from elsewhere and reads otherwise there, what is said here
    counts."""
    (last,) = connection.execute("SELECT ifnull(max(row), 0) FROM events").fetchone()
    rows = [(segment, row) for segment, event in found if (row := row_of(event))]
    known = _known(connection, [row.id for _, row in rows]) if last else {}
    new: list[tuple[Any, ...]] = []
    for segment, row in rows:
        at = known.get(row.id)
        if at is None:
            known[row.id] = last + len(new) + 1
            new.append((last + len(new) + 1, segment, *row))
            continue
        connection.execute("INSERT OR IGNORE INTO copies VALUES (?, ?)", (at, segment))
        if wins and at <= last:
            _overwrite(connection, at, row)
    connection.executemany(
        f"INSERT INTO events (row, segment, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", new
    )
    connection.execute(
        "INSERT INTO search (rowid, title, tags, content, metadata, scope)"
        f" SELECT row, {_SEARCHED} FROM events WHERE row > ?",
        (last,),
    )


def forget(connection: sqlite3.Connection, segment: int) -> None:
    """Take out the events of a segment that is gone, but for those that stand elsewhere, too."""
    connection.execute("DELETE FROM copies WHERE segment = ?", (segment,))
    connection.execute(
        "UPDATE events SET segment = (SELECT min(copies.segment) FROM copies WHERE copies.row = events.row)"
        " WHERE segment = ? AND row IN (SELECT row FROM copies)",
        (segment,),
    )
    # What keeps no text has to be told what it had.
    connection.execute(
        "INSERT INTO search (search, rowid, title, tags, content, metadata, scope)"
        f" SELECT 'delete', row, {_SEARCHED} FROM events WHERE segment = ?",
        (segment,),
    )
    connection.execute("DELETE FROM events WHERE segment = ?", (segment,))
    connection.execute("DELETE FROM segments WHERE number = ?", (segment,))


def row_of(event: Mapping[str, Value]) -> EventRow | None:
    """None for an event that is no memory: another program's, or written by hand and not understood."""
    found = [event.get(name, "") for name in ("id", "owner", "type", "title", "content")]
    texts = [one for one in found if isinstance(one, str)]
    created, tags, metadata = event.get("created"), event.get("tags", []), event.get("metadata", {})
    if len(texts) < len(found) or not (texts[0] and texts[2] and texts[3]):
        return None
    if (
        not isinstance(tags, list)
        or not all(isinstance(tag, str) for tag in tags)
        or not isinstance(metadata, dict)
    ):
        return None
    if (when := _counted(created)) is None:
        return None
    labels = json.dumps(tags, ensure_ascii=False) if tags else "[]"
    event_id, owner, kind, title, content = texts
    values = dumps(metadata) if metadata else "{}"
    return EventRow(event_id, owner, kind, title, content, labels, values, when)


def _counted(created: Value) -> int | None:
    """A time as ``EventRow.created`` counts; None for what is none, or has no day in UTC."""
    try:
        found = created if isinstance(created, datetime) else datetime.fromisoformat(str(created))
    except ValueError:
        if (said := moment(created)) is None:
            return None
        found = said
    count = microseconds(found)
    return count if _FIRST <= count <= _LAST else None


def _known(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
    """The rows of those events that are there."""
    wanted = set(ids)
    query = f"SELECT id, row FROM events WHERE substr(id, 1, {ID_KEY}) IN ({{values}})"
    beginnings = {event_id[:ID_KEY] for event_id in ids}
    return {event_id: row for event_id, row in rows_for(connection, query, beginnings) if event_id in wanted}


def _overwrite(connection: sqlite3.Connection, at: int, row: EventRow) -> None:
    standing = connection.execute(f"SELECT {COLUMNS} FROM events WHERE row = ?", (at,)).fetchone()
    if standing == tuple(row):
        return
    connection.execute(
        "INSERT INTO search (search, rowid, title, tags, content, metadata, scope)"
        f" SELECT 'delete', row, {_SEARCHED} FROM events WHERE row = ?",
        (at,),
    )
    named = ", ".join(f"{name} = ?" for name in EventRow._fields)
    connection.execute(f"UPDATE events SET {named} WHERE row = ?", (*row, at))
    connection.execute(
        "INSERT INTO search (rowid, title, tags, content, metadata, scope)"
        f" SELECT row, {_SEARCHED} FROM events WHERE row = ?",
        (at,),
    )
