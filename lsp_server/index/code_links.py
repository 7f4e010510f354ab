"""What the records say about commits of the code: which are named at all, and who names one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from lsp_server.index.packing import storable
from lsp_server.records.anchors import UNCOMMITTED

if TYPE_CHECKING:
    import sqlite3

_AT_ONCE = 300  # values in one statement


def named_commits(connection: sqlite3.Connection) -> set[str]:
    """Every commit that a record was written at or that a line of an anchor was born in."""
    rows = connection.execute(
        "SELECT code_commit FROM records WHERE code_commit IS NOT NULL"
        " UNION SELECT code_commit FROM births WHERE code_commit != ?",
        (UNCOMMITTED,),
    )
    return {commit for (commit,) in rows}


def records_naming(connection: sqlite3.Connection, commits: Collection[str]) -> list[str]:
    """The ids of the records that were written at one of these commits or have a line born in one, in the
    order of recording. ``UNCOMMITTED`` asks for lines that were in no commit."""
    return _ids(
        connection,
        "SELECT row FROM records WHERE code_commit IN ({marks})"
        " UNION SELECT row FROM births WHERE code_commit IN ({marks})",
        commits,
    )


def _ids(connection: sqlite3.Connection, query: str, values: Iterable[str]) -> list[str]:
    wanted = sorted({storable(value) for value in values})
    rows: set[int] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        marks = ",".join("?" * len(part))
        text = query.replace("{marks}", marks)
        rows.update(row for (row,) in connection.execute(text, part * query.count("{marks}")))
    found: list[tuple[int, str]] = []
    numbers = sorted(rows)
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        marks = ",".join("?" * len(some))
        found += connection.execute(f"SELECT created, id FROM records WHERE row IN ({marks})", some)
    return [record_id for _, record_id in sorted(found)]
