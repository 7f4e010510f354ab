"""The questions that need no full text: by name, by kind and date, by place in the code, by link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.index.labelling import label_key, width_among
from lsp_server.index.packing import (
    COLUMNS,
    id_digits,
    microseconds,
    storable,
    unpack,
    unpack_all,
    unpack_anchors,
)
from lsp_server.index.values import Broken, IncomingLink, StoredAnchor, Tombstone
from lsp_server.records.labels import ID_WIDTH, LABELS, NUMBERED, format_label, label_number
from lsp_server.records.model import Headline, Kind, Link, Problem, Record, Relation

if TYPE_CHECKING:
    import sqlite3

_ID_PREFIX = r"(?:memory:)?([0-9a-fA-F-]{4,40})"
_LABEL_OF_ID = r"([A-Za-z]+)-([0-9a-fA-F]{4,32})"
_KINDS = {prefix: kind for kind, prefix in LABELS.items()}
_LONGEST_REF = 500
_LAST = "\U0010ffff"  # sorts after every continuation of a prefix
_NEWEST = "created DESC, number DESC, id"
_AT_ONCE = 300  # pairs in one statement: SQLite allowed 999 parameters for long


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


def newest(connection: sqlite3.Connection, filters: Filters) -> list[Record]:
    """The records that pass, the newest first."""
    return unpack_all(connection.execute(*_listed(COLUMNS, filters)).fetchall())


def headlines(connection: sqlite3.Connection, filters: Filters) -> list[Headline]:
    """The same, with only what a list shows."""
    rows = connection.execute(*_listed("label, status, created, title, tags", filters)).fetchall()
    at = datetime.fromtimestamp
    utc = timezone.utc
    return [
        Headline(label, status, at(created // 1_000_000, utc), title, tuple(tags.split("\n")) if tags else ())
        for label, status, created, title, tags in rows
    ]


class Filters(NamedTuple):
    """What a list is narrowed to. ``since`` and ``until`` belong to the span; status and tag in any case;
    ``conflicts``: only what a merge left to be settled."""

    kind: Kind | None = None
    status: str | None = None
    tag: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    conflicts: bool = False


def _listed(columns: str, filters: Filters) -> tuple[str, tuple[Any, ...]]:
    wanted: list[tuple[str, Any]] = []
    if filters.kind is not None:
        wanted.append(("kind = ?", filters.kind.value))
    if filters.status is not None:
        wanted.append(("status = ? COLLATE NOCASE", storable(filters.status)))
    if filters.tag is not None:
        wanted.append(("row IN (SELECT row FROM tags WHERE tag = ?)", storable(filters.tag.casefold())))
    if filters.since is not None:
        wanted.append(("created >= ?", microseconds(filters.since)))
    if filters.until is not None:
        wanted.append(("created <= ?", microseconds(filters.until)))
    if filters.conflicts:
        wanted.append(("row IN (SELECT row FROM conflicts WHERE row > ?)", 0))
    where = " AND ".join(condition for condition, _ in wanted) or "1"
    limit = -1 if filters.limit is None else max(0, filters.limit)
    return (
        f"SELECT {columns} FROM records WHERE {where} ORDER BY {_NEWEST} LIMIT ?",
        (*(value for _, value in wanted), limit),
    )


def newest_checkpoint(connection: sqlite3.Connection, before: datetime | None = None) -> Record | None:
    """The last checkpoint, or the last one made earlier than ``before``."""
    earlier, values = ("AND created < ?", (microseconds(before),)) if before else ("", ())
    row = connection.execute(
        f"SELECT {COLUMNS} FROM records WHERE kind = ? {earlier} ORDER BY {_NEWEST} LIMIT 1",
        (Kind.CHECKPOINT.value, *values),
    ).fetchone()
    return None if row is None else unpack(row)


def anchors_for_births(connection: sqlite3.Connection, keys: Iterable[tuple[str, str]]) -> list[StoredAnchor]:
    """The anchors that have a line born in one of these (commit, path), in the order of recording."""
    pairs = sorted({(storable(commit), storable(path)) for commit, path in keys})
    places: set[tuple[int, int]] = set()
    for start in range(0, len(pairs), _AT_ONCE):
        part = pairs[start : start + _AT_ONCE]
        marks = ",".join(["(?,?)"] * len(part))
        places.update(
            connection.execute(
                f"WITH place(code_commit, path) AS (VALUES {marks})"
                " SELECT births.row, births.ordinal FROM place CROSS JOIN births USING (code_commit, path)",
                [value for pair in part for value in pair],
            ).fetchall()
        )
    return _anchors(connection, places)


def anchors_on_path(connection: sqlite3.Connection, path: str) -> list[StoredAnchor]:
    """The anchors that were made on a file, or on lines born in a file of this path."""
    path = storable(path)
    rows = connection.execute(
        "SELECT row, ordinal FROM anchors WHERE path = ?"
        " UNION SELECT row, ordinal FROM births WHERE path = ?",
        (path, path),
    )
    return _anchors(connection, set(rows.fetchall()))


def links_to(connection: sqlite3.Connection, record_id: str) -> list[IncomingLink]:
    """The links of other records to this one, in the order those were recorded."""
    rows = connection.execute(
        "SELECT records.id, relation, target, links.label FROM links JOIN records USING (row)"
        " WHERE target = ? ORDER BY created, number, id",
        (storable(record_id),),
    )
    return [IncomingLink(source, Link(Relation(relation), to, label)) for source, relation, to, label in rows]


def broken(connection: sqlite3.Connection) -> list[Broken]:
    """The files that could not be read whole, and those that carry another file's id, by path."""
    import json

    rows = connection.execute(
        # Both halves are found by an index of their own: ten thousand whole files cost nothing.
        "SELECT files.path, files.problems, records.path"
        " FROM files LEFT JOIN records ON records.id = files.record_id"
        " WHERE files.path IN (SELECT path FROM files WHERE problems IS NOT NULL)"
        " OR files.record_id IN (SELECT record_id FROM files WHERE record_id IS NOT NULL"
        " GROUP BY record_id HAVING count(*) > 1)"
        " ORDER BY files.path"
    )
    found = []
    for path, problems, holder in rows:
        if problems is None and holder == path:
            continue  # the one of several files with an id that is the record
        known = [Problem(line, message) for line, message in json.loads(problems or "[]")]
        if holder is not None and holder != path:
            known.append(Problem(0, f"this file has the same id as {holder}: give one of them another"))
        found.append(Broken(path, tuple(known)))
    return found


def label_of(connection: sqlite3.Connection, kind: Kind, record_id: str) -> str:
    """What a record is called; for one that is not there, what it would be called if it had no number."""
    row = connection.execute("SELECT label FROM records WHERE id = ?", (storable(record_id),)).fetchone()
    if row is not None:
        return str(row[0])
    digits = storable(id_digits(record_id))
    start = digits[:ID_WIDTH]
    others = connection.execute(
        "SELECT hex FROM records WHERE kind = ? AND hex >= ? AND hex < ? AND number IS NULL",
        (kind.value, start, start + _LAST),
    )
    return format_label(kind, None, record_id, width_among(digits, [other for (other,) in others]))


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


def at_commit(connection: sqlite3.Connection, commit: str) -> list[Record]:
    """The records written when the code stood at this commit, in the order of recording."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM records WHERE code_commit = ? ORDER BY created, number, id",
        (storable(commit),),
    )
    return [unpack(row) for row in rows]


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
        (digits, digits + _LAST, *values),
    ).fetchall()
    return [row[0] for row in rows if row[1] == digits] or [row[0] for row in rows]


def _anchors(connection: sqlite3.Connection, places: Iterable[tuple[int, int]]) -> list[StoredAnchor]:
    import json

    by_row: dict[int, list[int]] = {}
    for row, ordinal in sorted(places):
        by_row.setdefault(row, []).append(ordinal)
    rows = list(by_row)
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(rows), _AT_ONCE):
        part: Sequence[int] = rows[start : start + _AT_ONCE]
        marks = ",".join("?" * len(part))
        found += connection.execute(
            f"SELECT created, number, id, row, data FROM records WHERE row IN ({marks})", part
        ).fetchall()
    found.sort(key=lambda one: (one[0], one[1] or 0, one[2]))
    stored = []
    for _, _, record_id, row, data in found:
        anchors = unpack_anchors(json.loads(data)["anchors"])
        stored += [StoredAnchor(record_id, ordinal, anchors[ordinal]) for ordinal in by_row[row]]
    return stored
