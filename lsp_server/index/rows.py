"""The rows of what was read, written many at once: a statement for each would take most of the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsp_server.index.labelling import label_key
from lsp_server.index.outcomes import row_of
from lsp_server.index.packing import id_digits, microseconds, pack, storable
from lsp_server.records.labels import MOST, format_label, label_number
from lsp_server.records.model import Problem, Record
from lsp_server.records.telling import number_of, telling_line

if TYPE_CHECKING:
    import sqlite3

_INSERTS = {
    "files": "INSERT INTO files VALUES (?, ?, ?, ?)",
    "records": "INSERT INTO records (row, id, hex, kind, number, label, title, status, created, path,"
    " object_id, code_commit, tags, body, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "labels": "INSERT INTO labels VALUES (?, ?, ?)",
    "tags": "INSERT INTO tags VALUES (?, ?)",
    "conflicts": "INSERT INTO conflicts VALUES (?)",
    "outcomes": "INSERT INTO outcomes VALUES (?, ?, ?, ?)",
    "anchors": "INSERT INTO anchors VALUES (?, ?, ?, ?)",
    "births": "INSERT INTO births VALUES (?, ?, ?, ?)",
    "former_commits": "INSERT INTO former_commits VALUES (?, ?)",
}
_HIGHEST = (
    "INSERT INTO meta VALUES ('highest ' || ?, ?) ON CONFLICT (name) DO UPDATE"
    " SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))"
)
_LARGEST = 2**63 - 1  # what SQLite can hold


class Rows:
    """Rows that wait. Whoever reads or deletes rows calls ``flush`` before; only one such object at a time
    may write to the tables."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: dict[str, list[Sequence[Any]]] = {table: [] for table in _INSERTS}
        self._next: int | None = None  # the row before the next record's
        self._highest: dict[str, int] = {}  # by kind

    def add_file(self, path: str, object_id: str, owner: str | None, problems: str | None) -> None:
        """A file, the id of the record in it, and what makes it a broken one."""
        self._waiting["files"].append((path, object_id, owner, problems))

    def add_record(self, record: Record, path: str, object_id: str) -> str:
        """A record, with a label as short as labels are; the digits of its id. See ``unstorable`` for what
        cannot be added."""
        waiting, row = self._waiting, self._free_row()
        digits = storable(id_digits(record.id))
        numbered = record.number is not None
        label = storable(record.label if numbered else format_label(record.kind, None, record.id))
        waiting["records"].append(
            (
                row, storable(record.id), digits, record.kind.value, record.number,
                label, storable(record.title), None if record.status is None else storable(record.status),
                microseconds(record.created), path, object_id,
                storable(record.code.commit) if record.code and record.code.commit else None,
                storable("\n".join(record.tags)), storable(record.body), pack(record),
            )
        )  # fmt: skip
        if record.number is not None:
            self._note(record.kind.value, record.number)
            waiting["labels"].append((label_key(label), row, 1))
        if record.aliases:
            for alias in sorted({storable(label_key(alias)) for alias in record.aliases}):
                self.note_label(alias)
                waiting["labels"].append((alias, row, 0))
        if record.tags:
            for tag in sorted({storable(tag.casefold()) for tag in record.tags}):
                waiting["tags"].append((tag, row))
        if record.code is not None and record.code.formerly:
            for commit in sorted({storable(commit) for commit, _ in record.code.formerly}):
                waiting["former_commits"].append((commit, row))
        if record.conflicts:
            waiting["conflicts"].append((row,))
        if (outcome := row_of(record)) is not None:
            waiting["outcomes"].append((row, *outcome))
        for ordinal, anchor in enumerate(record.anchors):
            line = telling_line(anchor.text)
            telling = None if line is None else number_of(line)
            waiting["anchors"].append((row, ordinal, storable(anchor.range.path), telling))
            for birth in anchor.births:
                waiting["births"].append((row, ordinal, storable(birth.commit), storable(birth.path)))
        return digits

    def note_label(self, label: str) -> None:
        """Keep a label's number as one that must not be given again, whatever becomes of its record: one
        that is removed by hand leaves no tombstone."""
        numbered = label_number(label)
        if numbered is not None:
            self._note(numbered[0].value, numbered[1])

    def _note(self, kind: str, number: int) -> None:
        if self._highest.get(kind, 0) < number <= MOST:
            self._highest[kind] = number

    def flush(self) -> None:
        """Write all that waits, and put the texts into the full-text table."""
        records = self._waiting["records"]
        first_and_last = (records[0][0], records[-1][0]) if records else None
        for table, rows in self._waiting.items():
            if rows:
                self._connection.executemany(_INSERTS[table], rows)
                rows.clear()
        if self._highest:
            self._connection.executemany(_HIGHEST, self._highest.items())
            self._highest.clear()
        if first_and_last is not None:
            self._connection.execute(
                "INSERT INTO search(rowid, title, tags, body) SELECT row, title, tags, body FROM searched"
                " WHERE row BETWEEN ? AND ?",
                first_and_last,
            )

    def _free_row(self) -> int:
        if self._next is None:
            self._next = self._connection.execute("SELECT coalesce(max(row), 0) FROM records").fetchone()[0]
        self._next += 1
        return self._next


def unstorable(record: Record) -> Problem | None:
    """What is wrong with a record that no row can hold; None where nothing is."""
    if record.number is not None and record.number > _LARGEST:
        return Problem(0, "a number in this record is too large")
    return None
