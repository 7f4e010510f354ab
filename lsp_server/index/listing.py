"""Records by what they have in common, and the files that are not one."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from lsp_server.index.packing import COLUMNS, microseconds, packed_text, storable, unpack, unpack_all
from lsp_server.index.values import Broken, Filters
from lsp_server.records.model import Headline, Kind, Problem, Record

if TYPE_CHECKING:
    import sqlite3

_NEWEST = "created DESC, number DESC, id"


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


def newest_checkpoint(connection: sqlite3.Connection, branch: str | None = None) -> Record | None:
    """The last checkpoint, or the last one made on a branch of the code."""
    # As it stands among what is packed: so those of other branches need not be read.
    holds, values = ("", ()) if branch is None else ("AND instr(data, ?)", (packed_text(branch),))
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM records WHERE kind = ? {holds} ORDER BY {_NEWEST}",
        (Kind.CHECKPOINT.value, *values),
    )
    records = (unpack(row) for row in rows)
    return next((one for one in records if branch is None or (one.code and one.code.branch == branch)), None)


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
