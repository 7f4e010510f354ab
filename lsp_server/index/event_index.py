"""The index of a journal of events: one SQLite file that follows it, and can be deleted at any moment.

Whoever asks brings it up to date first; who writes pays for nothing but the journal's line. Of every segment
it is noted how far it was read, in the transaction that takes its events in, so that each is in it once,
whoever follows. What the journal gave up goes from here, too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from lsp_server.errors import StoreError
from lsp_server.index.database import Database, ReopenedError
from lsp_server.index.opening import Tables
from lsp_server.index.packing import microseconds
from lsp_server.store.journal.base import Kept
from lsp_server.store.journal.journal import Journal
from lsp_server.store.keyvalue.base import Value
from lsp_server.store.keyvalue.values import dumps

Answer = TypeVar("Answer")

AT_ONCE = 2_000  # events in one transaction: others get their turn in between
COLUMNS = "id, owner, type, title, content, tags, metadata, created"  # of an ``EventRow``, in this order
ID_KEY = 8  # characters of an id that its index holds: as good as all of them, and small
_APPLICATION_ID = 0x474D4556  # "GMEV"
_VERSION = 2
_PATIENCE = 30.0  # seconds; a first look at a long journal takes some, in transactions of a tenth of one
_TRIES = 3

# ``created`` counts microseconds since 1970 in UTC; ``tags`` and ``metadata`` are JSON. The full-text table
# keeps no text: ``search`` only leads to rows. Its ``scope`` has a word for the owner and one for the type,
# so that it finds one owner's events among a hundred thousand of others without looking at those; they are
# words that nobody types.
_SCOPE = "'xowner' || hex(owner) || ' xtype' || hex(type)"
_TABLES = (
    "CREATE TABLE segments (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, read INTEGER NOT NULL)",
    "CREATE TABLE events (row INTEGER PRIMARY KEY, segment INTEGER NOT NULL, id TEXT NOT NULL,"
    " owner TEXT NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL, content TEXT NOT NULL,"
    " tags TEXT NOT NULL, metadata TEXT NOT NULL, created INTEGER NOT NULL)",
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


class EventIndex:
    """The index of one journal, at ``path``. Thread-safe; a forked process makes its own.

    Every question raises ``StoreError`` where neither the file nor a private copy of it can be used.
    """

    def __init__(self, path: Path, journal: Journal) -> None:
        self._journal = journal
        self._database = Database(path, Tables(_APPLICATION_ID, _VERSION, _create), patience=_PATIENCE)

    def ask(self, question: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """The answer, from an index that has all that was in the journal when it was asked."""
        for _ in range(_TRIES):
            try:
                self._follow()
                return self._database.read(question)
            except ReopenedError:  # the file was made anew: follow again
                continue
        raise StoreError("the index of events changes again and again; try again")

    def close(self) -> None:
        """Give the file free; safe to call twice."""
        self._database.close()

    def _follow(self) -> None:
        goal = {segment.name: segment.size for segment in self._journal.segments()}
        known = self._database.read(_known)
        if known.keys() <= goal.keys() and _has_reached(known, goal):
            return
        while not self._database.write(partial(self._take, goal)):
            pass

    def _take(self, goal: Mapping[str, int], connection: sqlite3.Connection) -> bool:
        """Take in some events; whether that was all, up to ``goal``. More may come all the time."""
        known = _known(connection)
        there = {segment.name for segment in self._journal.segments()}
        for name in known.keys() - there:
            _forget(connection, known.pop(name)[0])
        kept = list(islice(self._journal.read({name: read for name, (_, read) in known.items()}), AT_ONCE))
        read = {one.position.segment: one.end for one in kept}
        for name, end in read.items():
            if name not in known:
                found = connection.execute("INSERT INTO segments (name, read) VALUES (?, 0)", (name,))
                known[name] = int(found.lastrowid or 0), 0
            known[name] = known[name][0], end
        connection.executemany(
            "UPDATE segments SET read = ? WHERE number = ?", [known[name][::-1] for name in read]
        )
        _insert(connection, [(known[one.position.segment][0], one) for one in kept])
        return len(kept) < AT_ONCE or _has_reached(known, goal)


def narrowed(owner: str | None, kind: str | None) -> tuple[list[str], list[Any]]:
    """The conditions that leave an owner's events, or those of a type, and their values."""
    given = [(name, value) for name, value in (("owner", owner), ("type", kind)) if value is not None]
    return [f"{name} = ?" for name, _ in given], [value for _, value in given]


def scope_words(owner: str | None, kind: str | None) -> list[str]:
    """The words of ``scope`` that say the same."""
    given = (("xowner", owner), ("xtype", kind))
    return [f"{word}{text.encode().hex()}" for word, text in given if text is not None]


def _create(connection: sqlite3.Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)


def _known(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Each segment's number here, and how far it was read."""
    rows = connection.execute("SELECT name, number, read FROM segments")
    return {name: (number, read) for name, number, read in rows}


def _has_reached(known: Mapping[str, tuple[int, int]], goal: Mapping[str, int]) -> bool:
    return all(name in known and known[name][1] >= size for name, size in goal.items() if size)


def _insert(connection: sqlite3.Connection, kept: Sequence[tuple[int, Kept]]) -> None:
    (row,) = connection.execute("SELECT ifnull(max(row), 0) FROM events").fetchone()
    rows = [(segment, *found) for segment, one in kept if (found := _row_of(one.event))]
    connection.executemany(
        f"INSERT INTO events (row, segment, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(number, *values) for number, values in enumerate(rows, row + 1)],
    )
    connection.execute(
        "INSERT INTO search (rowid, title, tags, content, metadata, scope)"
        f" SELECT row, title, tags, content, metadata, {_SCOPE} FROM events WHERE row > ?",
        (row,),
    )


def _forget(connection: sqlite3.Connection, segment: int) -> None:
    """Take out the events of a segment that is gone. What keeps no text has to be told what it had."""
    connection.execute(
        "INSERT INTO search (search, rowid, title, tags, content, metadata, scope)"
        f" SELECT 'delete', row, title, tags, content, metadata, {_SCOPE} FROM events WHERE segment = ?",
        (segment,),
    )
    connection.execute("DELETE FROM events WHERE segment = ?", (segment,))
    connection.execute("DELETE FROM segments WHERE number = ?", (segment,))


def _row_of(event: Mapping[str, Value]) -> EventRow | None:
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
    try:
        moment = created if isinstance(created, datetime) else datetime.fromisoformat(str(created))
    except ValueError:
        return None
    labels = json.dumps(tags, ensure_ascii=False) if tags else "[]"
    event_id, owner, kind, title, content = texts
    values = dumps(metadata) if metadata else "{}"
    return EventRow(event_id, owner, kind, title, content, labels, values, microseconds(moment))
