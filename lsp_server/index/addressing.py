"""Records by what people call them, a label, an alias, an id or a part of one, and the numbers given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsp_server.index.labelling import BEYOND, label_key, width_in
from lsp_server.index.many_values import rows_for
from lsp_server.index.packing import COLUMNS, id_digits, storable, unpack
from lsp_server.index.values import Tombstone
from lsp_server.records.labels import LABELS, NUMBERED, format_label, label_number
from lsp_server.records.model import Kind, Record

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

_ID_PREFIX = r"(?:memory:)?([0-9a-fA-F-]{4,40})"
_LABEL_OF_ID = r"([A-Za-z]+)-([0-9a-fA-F]{4,32})"
_KINDS = {prefix: kind for kind, prefix in LABELS.items()}
_LONGEST_REF = 500


def get(connection: sqlite3.Connection, record_id: str) -> Record | None:
    """The record with this full id."""
    row = connection.execute(f"SELECT {COLUMNS} FROM records WHERE id = ?", (storable(record_id),)).fetchone()
    return None if row is None else unpack(row)


def resolve(connection: sqlite3.Connection, ref: str) -> list[str]:
    """The ids that a label, an alias, an id or the prefix of an id (4 digits at least) may mean.

    A live label beats an alias, any label beats an id, a whole id beats a prefix. Empty: nothing has that
    name; several: it is ambiguous.
    """
    ref = ref.strip()
    if not ref or len(ref) > _LONGEST_REF:
        return []
    by_label = _by_label(connection, ref, live=True)
    if not by_label and (made_of_id := re.fullmatch(_LABEL_OF_ID, ref)):
        by_label = _by_digits(connection, made_of_id[2], _KINDS.get(made_of_id[1].upper()))
    return by_label or _by_label(connection, ref, live=False) or _by_id(connection, ref)


def formerly(connection: sqlite3.Connection, ref: str) -> list[str]:
    """The ids of the records that had this label before: to be named beside the one that has it now."""
    return _by_label(connection, ref.strip(), live=False) if len(ref) <= _LONGEST_REF else []


def tombstone(connection: sqlite3.Connection, label: str) -> Tombstone | None:
    """What was deleted under a label, for saying so; None when nothing was."""
    key = storable(label_key(label))
    row = connection.execute(
        "SELECT label, id FROM tombstones WHERE label = ? ORDER BY path", (key,)
    ).fetchone()
    return None if row is None else Tombstone(*row)


def label_of(connection: sqlite3.Connection, kind: Kind, record_id: str) -> str:
    """What a record is called; for one that is not there, what it would be called if it had no number."""
    row = connection.execute("SELECT label FROM records WHERE id = ?", (storable(record_id),)).fetchone()
    if row is not None:
        return str(row[0])
    digits = storable(id_digits(record_id))
    return format_label(kind, None, record_id, width_in(connection, kind.value, digits))


def labels(connection: sqlite3.Connection, ids: Collection[str]) -> dict[str, str]:
    """What the records with these full ids are called, by id; without those that are not there."""
    asked = [storable(record_id) for record_id in ids]
    return dict(rows_for(connection, "SELECT id, label FROM records WHERE id IN ({values})", asked))


def deleted_numbers(connection: sqlite3.Connection, kind: Kind) -> dict[int, str]:
    """The numbers that are never given again, with the labels that they were."""
    found = {}
    for (label,) in connection.execute("SELECT label FROM tombstones ORDER BY label"):
        numbered = label_number(label)
        if numbered is not None and numbered[0] is kind:
            found[numbered[1]] = label
    return found


def highest_number(connection: sqlite3.Connection, kind: Kind) -> int:
    """Over labels, aliases and tombstones, those of records that are gone, too."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (f"highest {kind.value}",)).fetchone()
    return int(row[0]) if row else 0


def _by_label(connection: sqlite3.Connection, ref: str, *, live: bool) -> list[str]:
    rows = connection.execute(
        "SELECT DISTINCT records.id FROM labels JOIN records USING (row)"
        " WHERE labels.label = ? AND live = ? ORDER BY records.created, records.id",
        (storable(label_key(ref)), int(live)),
    )
    return [row[0] for row in rows]


def _by_digits(connection: sqlite3.Connection, digits: str, kind: Kind | None) -> list[str]:
    if kind is None:
        return []
    # A record with a number is called by it: the digits of its id do not make a label.
    only = "AND kind = ?" + (" AND number IS NULL" if kind in NUMBERED else "")
    return _prefixed(connection, digits, only, kind.value)


def _by_id(connection: sqlite3.Connection, ref: str) -> list[str]:
    whole = connection.execute("SELECT id FROM records WHERE id = ?", (storable(ref),)).fetchall()
    if whole:
        return [whole[0][0]]
    found = re.fullmatch(_ID_PREFIX, ref)
    digits = id_digits(found[1]) if found else ""
    return _prefixed(connection, digits) if len(digits) >= 4 else []


def _prefixed(connection: sqlite3.Connection, digits: str, only: str = "", *values: str) -> list[str]:
    digits = digits.lower()
    rows = connection.execute(
        f"SELECT id, hex FROM records WHERE hex >= ? AND hex < ? {only} ORDER BY hex",
        (digits, digits + BEYOND, *values),
    ).fetchall()
    return [row[0] for row in rows if row[1] == digits] or [row[0] for row in rows]
