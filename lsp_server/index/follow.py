"""Bringing the index to the branch's tip, file by file, by what changed since the version it has.

However it got there, by many small steps or from nothing, the index of a version is the same: of two files
with one id the first by path is the record, and the other is shown as broken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lsp_server.errors import GitMemoryError
from lsp_server.index import keyed, schema
from lsp_server.index.labelling import BEYOND, label_key, width_among
from lsp_server.index.many_values import rows_for
from lsp_server.index.packing import storable
from lsp_server.index.rows import Rows, unstorable
from lsp_server.index.values import Reader
from lsp_server.records.labels import ID_WIDTH, format_label
from lsp_server.records.model import IN_CONFLICT, Kind, Problem, Record
from lsp_server.store.base import ChangedPath, Store, Version

if TYPE_CHECKING:
    import sqlite3

Progress = Callable[[int, int], None]

_PROGRESS_STEP = 200  # files
_AT_ONCE = 500  # values in one question; older SQLite takes 999 at most
_MOST_CHARACTERS = 8_000_000  # of files that wait to be rows
_TOMBSTONES = "deleted/"


class _Read(NamedTuple):
    """One file that was read, its texts as SQLite can hold them."""

    path: str
    object_id: str
    owner: str | None
    """The id of the record in it."""
    record: Record | None
    problems: str | None


class Contents(Protocol):
    """What following asks a store for once it knows what changed."""

    def contents(self, object_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]: ...


def version_of(connection: sqlite3.Connection) -> Version | None:
    """The version that the index stands at; None when it is empty."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
    return None if row is None else str(row[0])


def follow(
    connection: sqlite3.Connection,
    store: Store,
    reader: Reader,
    progress: Progress | None = None,
    most: int | None = None,
) -> Version | None:
    """Bring the index to the tip and return it, unless more than ``most`` files differ. The caller holds the
    transaction: the tip is read inside it, so that of two processes the later never goes back. Raises what
    the store raises."""
    tip = store.tip()
    old = version_of(connection)
    if tip == old:
        return tip
    changes: Sequence[ChangedPath] | None = None
    if tip is not None and old is not None:
        with contextlib.suppress(GitMemoryError):  # the branch was rewritten and the old version is gone
            changes = store.changed(old, tip)
    anew = changes is None
    if changes is None:
        changes = () if tip is None else store.changed(None, tip)
    if most is not None and len(changes) > most:
        return old
    if anew:
        schema.clear(connection)
    following = Following(connection, store, reader)
    following.apply(changes, progress)
    if tip is not None:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('version', ?)", (tip,))
    if old is None:
        connection.execute("INSERT INTO search(search) VALUES ('optimize')")
    return tip


class Following:
    """One run of following, in one transaction."""

    def __init__(self, connection: sqlite3.Connection, store: Contents, reader: Reader) -> None:
        self._connection = connection
        self._store = store
        self._reader = reader
        self._rows = Rows(connection)
        self._read: list[_Read] = []  # what was read and is not among the rows yet
        self._characters = 0  # of the texts in it
        self._orphaned: set[str] = set()  # ids whose file went: another file may have the same id
        self._labelled: set[tuple[str, str]] = set()  # (kind, first of the id) of labels to look at again

    def apply(self, changes: Iterable[ChangedPath], progress: Progress | None) -> None:
        """Forget what changed or went, read what is new."""
        wanted = []
        ordered = sorted(changes, key=lambda change: change.path)
        known = self._known_among([storable(change.path) for change in ordered])
        for change in ordered:
            path = storable(change.path)
            if path in known:
                self._forget(path)
            if path.startswith(_TOMBSTONES):
                self._connection.execute("DELETE FROM tombstones WHERE path = ?", (path,))
            elif keyed.is_value_path(path):
                keyed.forget(self._connection, path)
            if change.object_id is not None and self._is_read(change.path):
                wanted.append((change.path, change.object_id))
        for done, (path, object_id, data) in enumerate(self._contents(wanted)):
            if progress is not None and done % _PROGRESS_STEP == 0:
                progress(done, len(wanted))
            if self._reader.is_record_path(path):
                self._read_record(path, object_id, data)
            elif keyed.is_value_path(path):
                keyed.keep(self._connection, path, data)
            else:
                self._read_tombstone(path, data)
        self._settle()
        self._adopt_orphans()
        self._label_again()
        if progress is not None:
            progress(len(wanted), len(wanted))

    def _known_among(self, paths: Sequence[str]) -> set[str]:
        """Those of the paths that the index has a file for: of new files there is nothing to forget."""
        query = "SELECT path FROM files WHERE path IN ({values})"
        return {path for (path,) in rows_for(self._connection, query, paths)}

    def _is_read(self, path: str) -> bool:
        return (
            self._reader.is_record_path(path)
            or keyed.is_value_path(path)
            or (
                self._reader.parse_tombstone is not None
                and path.startswith(_TOMBSTONES)
                and path.endswith(".yaml")
            )
        )

    def _contents(self, wanted: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bytes]]:
        if not wanted:
            return
        contents = self._store.contents([object_id for _, object_id in wanted])
        for (path, object_id), (_, data) in zip(wanted, contents, strict=True):
            yield path, object_id, data

    def _forget(self, path: str) -> None:
        gone = self._connection.execute("SELECT record_id FROM files WHERE path = ?", (path,)).fetchone()
        if gone is not None:
            self._connection.execute("DELETE FROM files WHERE path = ?", (path,))
            self._forget_record(path)
            if gone[0] is not None:
                self._orphaned.add(gone[0])

    def _forget_record(self, path: str) -> None:
        run = self._connection.execute
        found = run("SELECT row, kind, hex FROM records WHERE path = ?", (path,)).fetchone()
        if found is None:
            return
        row, kind, digits = found
        run(
            "INSERT INTO search(search, rowid, title, tags, body)"
            " SELECT 'delete', row, title, tags, body FROM searched WHERE row = ?",
            (row,),
        )
        for table in (
            "labels",
            "tags",
            "anchors",
            "births",
            "former_commits",
            "conflicts",
            "outcomes",
            "records",
        ):
            run(f"DELETE FROM {table} WHERE row = ?", (row,))
        self._labelled.add((kind, digits[:ID_WIDTH]))

    def _read_record(self, path: str, object_id: str, data: bytes) -> None:
        record: Record | None = None
        try:
            parsed = self._reader.parse(path, data)
            record, problems = parsed.record, parsed.problems
        except Exception as error:  # one bad file never takes the rest down, whatever it holds
            problems = (Problem(0, f"this file could not be read: {error or type(error).__name__}"),)
        if record is not None and (too_large := unstorable(record)) is not None:
            record, problems = None, (*problems, too_large)
        owner = None if record is None else storable(record.id)
        self._read.append(_Read(storable(path), object_id, owner, record, _problems(problems)))
        self._characters += len(data)
        if len(self._read) >= _AT_ONCE or self._characters > _MOST_CHARACTERS:
            self._settle()

    def _settle(self) -> None:
        """Make rows of what was read, in its order. Of two files with one id the first by path is the
        record."""
        holders = self._holders([read.owner for read in self._read if read.owner is not None])
        for path, object_id, owner, record, problems in self._read:
            self._rows.add_file(path, object_id, owner, problems)
            if record is None or owner is None:
                continue
            holder = holders.get(owner)
            if holder is not None and holder < path:
                continue
            if holder is not None:
                self._rows.flush()
                self._forget_record(holder)
            digits = self._rows.add_record(record, path, object_id)
            holders[owner] = path
            if record.number is None:
                self._labelled.add((record.kind.value, digits[:ID_WIDTH]))
        self._rows.flush()
        self._read.clear()
        self._characters = 0

    def _holders(self, owners: Sequence[str]) -> dict[str, str]:
        """Where the records with these ids stand."""
        if not owners:
            return {}
        marks = ",".join("?" * len(owners))
        found = self._connection.execute(f"SELECT id, path FROM records WHERE id IN ({marks})", owners)
        return dict(found.fetchall())

    def _read_tombstone(self, path: str, data: bytes) -> None:
        if self._reader.parse_tombstone is None:
            return
        with contextlib.suppress(Exception):  # as with records: a bad one is only not known
            tombstone = self._reader.parse_tombstone(path, data)
            if tombstone is not None:
                self._rows.note_label(tombstone.label)
                self._connection.execute(
                    "INSERT INTO tombstones VALUES (?, ?, ?)",
                    (storable(path), storable(label_key(tombstone.label)), storable(tombstone.id)),
                )

    def _adopt_orphans(self) -> None:
        """A second file with an id becomes the record when the first one has gone; a third one that came
        in the same step has had to wait."""
        heirs = []
        for record_id in sorted(self._orphaned):
            heirs += self._connection.execute(
                "SELECT path, object_id FROM files WHERE record_id = ?1 AND path NOT IN"
                " (SELECT path FROM records WHERE id = ?1) AND path ="
                " (SELECT min(path) FROM files WHERE record_id = ?1)",
                (record_id,),
            ).fetchall()
        for path, object_id, data in self._contents(heirs):
            self._connection.execute("DELETE FROM files WHERE path = ?", (path,))
            self._read_record(path, object_id, data)
        self._settle()

    def _label_again(self) -> None:
        """Labels made of the id are as short as they can be told apart, from ``ID_WIDTH`` on."""
        for kind, labelled in groupby(sorted(self._labelled), itemgetter(0)):
            starts = [start for _, start in labelled]
            for at in range(0, len(starts), _AT_ONCE):
                self._label(Kind(kind), starts[at : at + _AT_ONCE])

    def _label(self, kind: Kind, starts: Sequence[str]) -> None:
        """Look at the labels of the records whose ids begin so."""
        rows = self._connection.execute(
            f"WITH wanted (start) AS (VALUES {','.join(['(?)'] * len(starts))})"
            " SELECT start, row, id, hex, label FROM wanted CROSS JOIN records"
            " WHERE kind = ? AND hex >= start AND hex < start || ? AND number IS NULL"
            " ORDER BY start, hex",
            (*starts, kind.value, BEYOND),
        ).fetchall()
        changed = []
        for _, alike in groupby(rows, itemgetter(0)):
            found = list(alike)
            for place, (_, row, record_id, digits, label) in enumerate(found):
                beside = [other[3] for other in found[max(0, place - 1) : place + 2] if other[1] != row]
                wanted = storable(format_label(kind, None, record_id, width_among(digits, beside)))
                if wanted != label:
                    changed.append((wanted, row))
        self._connection.executemany("UPDATE records SET label = ? WHERE row = ?", changed)


def _problems(problems: Sequence[Problem]) -> str | None:
    """What makes a file a broken one. A conflict does not: its record is read whole, and listed as such."""
    import json

    broken = [[problem.line, problem.message] for problem in problems if problem.code != IN_CONFLICT]
    return json.dumps(broken) if broken else None
