"""Bringing the index to the branch's tip, file by file, by what changed since the version it has.

However it got there, by many small steps or from nothing, the index of a version is the same: of two files
with one id the first by path is the record, and the other is shown as broken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from lsp_server.errors import GitMemoryError
from lsp_server.index import schema
from lsp_server.index.labelling import label_key, width_among
from lsp_server.index.packing import id_digits, microseconds, pack, storable
from lsp_server.index.values import Reader
from lsp_server.records.labels import ID_WIDTH, MOST, format_label
from lsp_server.records.model import IN_CONFLICT, Kind, Problem, Record
from lsp_server.store.base import ChangedPath, Store, Version

if TYPE_CHECKING:
    import sqlite3

Progress = Callable[[int, int], None]

_PROGRESS_STEP = 200  # files
_AT_ONCE = 500  # paths in one question; older SQLite takes 999 values at most
_TOMBSTONES = "deleted/"


class Contents(Protocol):
    """What following asks a store for once it knows what changed."""

    def contents(self, object_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]: ...


def version_of(connection: sqlite3.Connection) -> Version | None:
    """The version that the index stands at; None when it is empty."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
    return None if row is None else str(row[0])


def follow(
    connection: sqlite3.Connection, store: Store, reader: Reader, progress: Progress | None = None
) -> Version | None:
    """Bring the index to the tip and return it. The caller holds the transaction: the tip is read inside
    it, so that of two processes the later never goes back. Raises what the store raises."""
    tip = store.tip()
    old = version_of(connection)
    if tip == old:
        return tip
    note_numbers(connection)
    changes: Sequence[ChangedPath] | None = None
    if tip is not None and old is not None:
        with contextlib.suppress(GitMemoryError):  # the branch was rewritten and the old version is gone
            changes = store.changed(old, tip)
    if changes is None:
        schema.clear(connection)
        changes = () if tip is None else store.changed(None, tip)
    following = Following(connection, store, reader)
    following.apply(changes, progress)
    if tip is not None:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('version', ?)", (tip,))
    if old is None:
        connection.execute("INSERT INTO search(search) VALUES ('optimize')")
    return tip


def note_numbers(connection: sqlite3.Connection) -> None:
    """Keep the highest number of each kind before records go: one removed by hand leaves no tombstone, and
    its number must not be given again."""
    connection.execute(
        "INSERT OR REPLACE INTO meta SELECT 'highest ' || kind, max(max(number), coalesce("
        "(SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'highest ' || kind), 0)) "
        "FROM records WHERE number <= ? GROUP BY kind",
        (MOST,),
    )


class Following:
    """One run of following, in one transaction."""

    def __init__(self, connection: sqlite3.Connection, store: Contents, reader: Reader) -> None:
        self._connection = connection
        self._store = store
        self._reader = reader
        self._orphaned: set[str] = set()  # ids whose file went: another file may have the same id
        self._texts: tuple[int, int] | tuple[()] = ()  # the first and the last row that wait for full text
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
            if change.object_id is not None and self._is_read(change.path):
                wanted.append((change.path, change.object_id))
        for done, (path, object_id, data) in enumerate(self._contents(wanted)):
            if progress is not None and done % _PROGRESS_STEP == 0:
                progress(done, len(wanted))
            if self._reader.is_record_path(path):
                self._read_record(path, object_id, data)
            else:
                self._read_tombstone(path, data)
        self._adopt_orphans()
        self._index_texts()
        self._label_again()
        if progress is not None:
            progress(len(wanted), len(wanted))

    def _known_among(self, paths: Sequence[str]) -> set[str]:
        """Those of the paths that the index has a file for: of new files there is nothing to forget."""
        known: set[str] = set()
        for start in range(0, len(paths), _AT_ONCE):
            some = paths[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            found = self._connection.execute(f"SELECT path FROM files WHERE path IN ({marks})", some)
            known.update(path for (path,) in found)
        return known

    def _is_read(self, path: str) -> bool:
        return self._reader.is_record_path(path) or (
            self._reader.parse_tombstone is not None
            and path.startswith(_TOMBSTONES)
            and path.endswith(".yaml")
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
        self._index_texts()
        run(
            "INSERT INTO search(search, rowid, title, tags, body)"
            " SELECT 'delete', row, title, tags, body FROM searched WHERE row = ?",
            (row,),
        )
        for table in ("labels", "tags", "links", "anchors", "births", "conflicts", "records"):
            run(f"DELETE FROM {table} WHERE row = ?", (row,))
        self._labelled.add((kind, digits[:ID_WIDTH]))

    def _read_record(self, path: str, object_id: str, data: bytes) -> None:
        record: Record | None = None
        try:
            parsed = self._reader.parse(path, data)
            record, problems = parsed.record, parsed.problems
        except Exception as error:  # one bad file never takes the rest down, whatever it holds
            problems = (Problem(0, f"this file could not be read: {error or type(error).__name__}"),)
        path = storable(path)
        owner = None if record is None else storable(record.id)
        self._connection.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?)", (path, object_id, owner, _problems(problems))
        )
        if record is None or owner is None:
            return
        holder = self._connection.execute("SELECT path FROM records WHERE id = ?", (owner,)).fetchone()
        if holder is not None and holder[0] < path:
            return
        if holder is not None:
            self._forget_record(holder[0])
        try:
            self._insert(record, path, object_id)
        except OverflowError:
            self._forget_record(path)
            problem = Problem(0, "a number in this record is too large")
            self._connection.execute(
                "UPDATE files SET record_id = NULL, problems = ? WHERE path = ?",
                (_problems((*problems, problem)), path),
            )
            self._orphaned.add(owner)

    def _insert(self, record: Record, path: str, object_id: str) -> None:
        run, many = self._connection.execute, self._connection.executemany
        digits = storable(id_digits(record.id))
        numbered = record.number is not None
        label = record.label if numbered else format_label(record.kind, None, record.id)
        row = run(
            "INSERT INTO records (id, hex, kind, number, label, title, status, created, path, object_id,"
            " code_commit, tags, body, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                storable(record.id), digits, record.kind.value, record.number, storable(label),
                storable(record.title), None if record.status is None else storable(record.status),
                microseconds(record.created), path, object_id,
                storable(record.code.commit) if record.code and record.code.commit else None,
                storable("\n".join(record.tags)), storable(record.body), pack(record),
            ),
        ).lastrowid  # fmt: skip
        assert row is not None
        if self._texts and row != self._texts[1] + 1:
            self._index_texts()
        self._texts = (self._texts[0] if self._texts else row, row)
        if numbered:
            run("INSERT INTO labels VALUES (?, ?, 1)", (storable(label_key(label)), row))
        else:
            self._labelled.add((record.kind.value, digits[:ID_WIDTH]))
        aliases = {storable(label_key(alias)) for alias in record.aliases}
        if aliases:
            many("INSERT INTO labels VALUES (?, ?, 0)", [(alias, row) for alias in sorted(aliases)])
        for tag in sorted({storable(tag.casefold()) for tag in record.tags}):
            run("INSERT INTO tags VALUES (?, ?)", (tag, row))
        for link in record.links:
            called = link.label and storable(link.label)
            run(
                "INSERT INTO links VALUES (?, ?, ?, ?)",
                (row, link.relation.value, storable(link.target), called),
            )
        if record.conflicts:
            run("INSERT INTO conflicts VALUES (?)", (row,))
        for ordinal, anchor in enumerate(record.anchors):
            run("INSERT INTO anchors VALUES (?, ?, ?)", (row, ordinal, storable(anchor.range.path)))
            many(
                "INSERT INTO births VALUES (?, ?, ?, ?)",
                [(row, ordinal, storable(birth.commit), storable(birth.path)) for birth in anchor.births],
            )

    def _index_texts(self) -> None:
        """Put the texts of the rows that wait into the full-text table, all at once."""
        if self._texts:
            self._connection.execute(
                "INSERT INTO search(rowid, title, tags, body) SELECT row, title, tags, body FROM searched"
                " WHERE row BETWEEN ? AND ?",
                self._texts,
            )
            self._texts = ()

    def _read_tombstone(self, path: str, data: bytes) -> None:
        if self._reader.parse_tombstone is None:
            return
        with contextlib.suppress(Exception):  # as with records: a bad one is only not known
            tombstone = self._reader.parse_tombstone(path, data)
            if tombstone is not None:
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

    def _label_again(self) -> None:
        """Labels made of the id are as short as they can be told apart, from ``ID_WIDTH`` on."""
        for kind, start in sorted(self._labelled):
            found = self._connection.execute(
                "SELECT row, id, hex, label FROM records"
                " WHERE kind = ? AND hex >= ? AND hex < ? AND number IS NULL ORDER BY hex",
                (kind, start, start + "\U0010ffff"),
            ).fetchall()
            for place, (row, record_id, digits, label) in enumerate(found):
                beside = [other[2] for other in found[max(0, place - 1) : place + 2] if other[0] != row]
                wanted = storable(format_label(Kind(kind), None, record_id, width_among(digits, beside)))
                if wanted != label:
                    self._connection.execute("UPDATE records SET label = ? WHERE row = ?", (wanted, row))


def _problems(problems: Sequence[Problem]) -> str | None:
    """What makes a file a broken one. A conflict does not: its record is read whole, and listed as such."""
    import json

    broken = [[problem.line, problem.message] for problem in problems if problem.code != IN_CONFLICT]
    return json.dumps(broken) if broken else None
