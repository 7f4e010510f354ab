"""The index of events: one SQLite file that follows a journal, what waits to be published, and the branch. It
can be deleted at any moment.

Whoever asks brings it up to date first; who writes pays for nothing but the journal's line. Of every segment
it is noted how far it was read, in the transaction that takes its events in, so that each is in it once,
whoever follows, and wherever it stands. What the last of these places gave up goes from here, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from lsp_server.errors import StoreError
from lsp_server.index import event_branch, event_rows
from lsp_server.index.database import Database, ReopenedError
from lsp_server.index.event_rows import COLUMNS, EventRow
from lsp_server.index.opening import Tables
from lsp_server.store.git_store import GitStore
from lsp_server.store.journal.base import Kept
from lsp_server.store.journal.branch_paths import FOLDER
from lsp_server.store.journal.journal import Journal

__all__ = ["COLUMNS", "EventIndex", "EventRow"]

Answer = TypeVar("Answer")

AT_ONCE = 2_000  # events in one transaction: others get their turn in between
_APPLICATION_ID = 0x474D4556  # "GMEV"
_VERSION = 4
_PATIENCE = 30.0  # seconds; a first look at a long journal takes some, in transactions of a tenth of one
_TRIES = 5
_CHOSEN = "chosen/"  # what the names of the second journal's segments begin with here


class EventIndex:
    """The index at ``path`` of a journal, of the ``chosen`` events that wait beside it, and of the branch
    that ``store`` reads. Thread-safe; a forked process makes its own.

    Every question raises ``StoreError`` where neither the file nor a private copy of it can be used.
    """

    def __init__(
        self, path: Path, journal: Journal, chosen: Journal | None = None, store: GitStore | None = None
    ) -> None:
        self._journals = {"": journal} | ({_CHOSEN: chosen} if chosen else {})
        self._store = store
        self._database = Database(path, Tables(_APPLICATION_ID, _VERSION, _create), patience=_PATIENCE)

    def ask(self, question: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """The answer, from an index that has all that was kept when it was asked."""
        for _ in range(_TRIES):
            try:
                goal = self._goal()
                found = self._database.read(partial(_answer, question, partial(self._is_current, goal)))
                if not found:
                    read = self._follow(goal)
                    found = self._database.read(partial(_answer, question, partial(_has, read)))
                if found:  # else somebody removed the file this moment, and another is there
                    return found[0]
            except ReopenedError:  # the file was made anew: follow again
                continue
        raise StoreError("the index of events changes again and again; try again")

    def unread(self) -> int:
        """How many bytes of the journals it has not read yet."""
        try:
            known = self._database.read(_known)
        except ReopenedError:
            known = {}
        return sum(max(0, size - known.get(name, (0, 0))[1]) for name, size in self._goal().items())

    def close(self) -> None:
        """Give the file free; safe to call twice."""
        self._database.close()

    def _follow(self, goal: Mapping[str, int]) -> Mapping[str, int]:
        """Take in all up to the goal; how far each segment is read then."""
        while (read := self._database.write(partial(self._take, goal))) is None:
            pass
        return read

    def _goal(self) -> dict[str, int]:
        return {
            prefix + segment.name: segment.size
            for prefix, journal in self._journals.items()
            for segment in journal.segments()
        }

    def _is_current(self, goal: Mapping[str, int], connection: sqlite3.Connection) -> bool:
        known = _known(connection)
        if self._store is not None and event_branch.is_behind(connection, self._store):
            return False
        return known.keys() <= goal.keys() and _has_reached(known, goal)

    def _take(self, goal: Mapping[str, int], connection: sqlite3.Connection) -> Mapping[str, int] | None:
        """Take in some events; how far each segment is read where that was all, up to ``goal``. More may come
        all the time."""
        known = _known(connection)
        there = self._goal().keys()
        for name in known.keys() - there:
            event_rows.forget(connection, known.pop(name)[0])
        kept = list(islice(self._read({name: read for name, (_, read) in known.items()}), AT_ONCE))
        read = {name: one.end for name, one in kept}
        for name, end in read.items():
            if name not in known:
                found = connection.execute("INSERT INTO segments (name, read) VALUES (?, 0)", (name,))
                known[name] = int(found.lastrowid or 0), 0
            known[name] = known[name][0], end
        connection.executemany(
            "UPDATE segments SET read = ? WHERE number = ?", [known[name][::-1] for name in read]
        )
        event_rows.insert(connection, [(known[name][0], one.event) for name, one in kept])
        if len(kept) >= AT_ONCE and not _has_reached(known, goal):
            return None
        if self._store is not None and not event_branch.take(connection, self._store, AT_ONCE):
            return None
        return _read(connection)

    def _read(self, after: Mapping[str, int]) -> Iterator[tuple[str, Kept]]:
        """What the journals have, with the names of the segments here."""
        for prefix, journal in self._journals.items():
            known = {name[len(prefix) :]: end for name, end in after.items() if name.startswith(prefix)}
            for one in journal.read(known):
                yield prefix + one.position.segment, one


def _create(connection: sqlite3.Connection) -> None:
    for statement in event_rows.TABLES:
        connection.execute(statement)


def _known(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Each segment of a journal: its number here, and how far it was read."""
    rows = connection.execute(
        "SELECT name, number, read FROM segments WHERE name NOT LIKE ?", (FOLDER + "%",)
    )
    return {name: (number, read) for name, number, read in rows}


def _answer(
    question: Callable[[sqlite3.Connection], Answer],
    may_answer: Callable[[sqlite3.Connection], bool],
    connection: sqlite3.Connection,
) -> list[Answer]:
    return [question(connection)] if may_answer(connection) else []


def _read(connection: sqlite3.Connection) -> dict[str, int]:
    """How far each segment is read, of the journals and of the branch."""
    return dict(connection.execute("SELECT name, read FROM segments").fetchall())


def _has(wanted: Mapping[str, int], connection: sqlite3.Connection) -> bool:
    there = _read(connection)
    return all(there.get(name, -1) >= read for name, read in wanted.items())


def _has_reached(known: Mapping[str, tuple[int, int]], goal: Mapping[str, int]) -> bool:
    return all(name in known and known[name][1] >= size for name, size in goal.items() if size)
