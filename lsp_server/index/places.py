"""Records and their anchors by the place in the code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsp_server.index.many_values import rows_for
from lsp_server.index.packing import COLUMNS, storable, unpack, unpack_anchors
from lsp_server.index.values import StoredAnchor
from lsp_server.records.model import Record

if TYPE_CHECKING:
    import sqlite3

_AT_ONCE = 300  # pairs in one statement: SQLite allowed 999 parameters for long


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
    return stored_anchors(connection, places)


def anchors_on_path(connection: sqlite3.Connection, path: str) -> list[StoredAnchor]:
    """The anchors that were made on a file, or on lines born in a file of this path."""
    path = storable(path)
    rows = connection.execute(
        "SELECT row, ordinal FROM anchors WHERE path = ?"
        " UNION SELECT row, ordinal FROM births WHERE path = ?",
        (path, path),
    )
    return stored_anchors(connection, set(rows.fetchall()))


def anchors_with_lines(
    connection: sqlite3.Connection, numbers: Iterable[int], path: str
) -> list[StoredAnchor]:
    """The anchors made on other files than ``path`` whose telling line has one of these numbers
    (``records.telling``)."""
    query = "SELECT row, ordinal FROM anchors WHERE telling IN ({values}) AND path <> ?"
    found = rows_for(connection, query, sorted(numbers), storable(path))
    return stored_anchors(connection, {(row, ordinal) for row, ordinal in found})


def at_commit(connection: sqlite3.Connection, commit: str) -> list[Record]:
    """The records written when the code stood at this commit, also if history was rewritten since, in the
    order of recording."""
    commit = storable(commit)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM records WHERE code_commit = ?"
        " OR row IN (SELECT row FROM former_commits WHERE code_commit = ?) ORDER BY created, number, id",
        (commit, commit),
    )
    return [unpack(row) for row in rows]


def stored_anchors(connection: sqlite3.Connection, places: Iterable[tuple[int, int]]) -> list[StoredAnchor]:
    """The anchors at these (row, ordinal), in the order of recording."""
    import json

    by_row: dict[int, list[int]] = {}
    for row, ordinal in sorted(places):
        by_row.setdefault(row, []).append(ordinal)
    query = "SELECT created, number, id, row, data FROM records WHERE row IN ({values})"
    found = sorted(rows_for(connection, query, by_row), key=lambda one: (one[0], one[1] or 0, one[2]))
    stored = []
    for _, _, record_id, row, data in found:
        anchors = unpack_anchors(json.loads(data)["anchors"])
        stored += [StoredAnchor(record_id, ordinal, anchors[ordinal]) for ordinal in by_row[row]]
    return stored
