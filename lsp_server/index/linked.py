"""Records by the commits of the code that they speak of, and by the folder that they are about."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from lsp_server.index.many_values import rows_for
from lsp_server.index.packing import storable
from lsp_server.index.places import stored_anchors
from lsp_server.index.values import StoredAnchor
from lsp_server.records.anchors import UNCOMMITTED

if TYPE_CHECKING:
    import sqlite3

_AFTER_SLASH = "0"  # the character after /: what sorts before it begins with the folder's name


def code_commits(connection: sqlite3.Connection) -> list[str]:
    """Every commit that the code stood at when a record was written, each once."""
    rows = connection.execute("SELECT DISTINCT code_commit FROM records WHERE code_commit IS NOT NULL")
    return [commit for (commit,) in rows]


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
    wanted = sorted({storable(commit) for commit in commits})
    rows = {
        row
        for table in ("records", "births")
        for (row,) in rows_for(
            connection, f"SELECT row FROM {table} WHERE code_commit IN ({{values}})", wanted
        )
    }
    query = "SELECT created, id FROM records WHERE row IN ({values})"
    return [record_id for _, record_id in sorted(rows_for(connection, query, rows))]


def anchors_born_in(connection: sqlite3.Connection, commit: str) -> list[StoredAnchor]:
    """The anchors with a line that was born in this commit, in the order of recording."""
    rows = connection.execute("SELECT row, ordinal FROM births WHERE code_commit = ?", (storable(commit),))
    return stored_anchors(connection, set(rows.fetchall()))


def anchors_below(connection: sqlite3.Connection, folder: str, *, deep: bool) -> list[StoredAnchor]:
    """The anchors made in the files of a folder (``src/auth/``, or empty for the top), in the order of
    recording; with ``deep`` also in the folders below it, and on these."""
    where, values = _below(folder)
    rows = connection.execute(f"SELECT row, ordinal, path FROM anchors WHERE {where}", values)
    return stored_anchors(
        connection, {(row, ordinal) for row, ordinal, path in rows if deep or "/" not in path[len(folder) :]}
    )


def anchored_paths(connection: sqlite3.Connection, paths: Collection[str]) -> set[str]:
    """Those of some files that have an anchor."""
    wanted = [storable(path) for path in paths]
    query = "SELECT DISTINCT path FROM anchors WHERE path IN ({values})"
    return {path for (path,) in rows_for(connection, query, wanted)}


def all_anchored_paths(connection: sqlite3.Connection) -> list[str]:
    """Every file and folder that has an anchor, in order."""
    return [path for (path,) in connection.execute("SELECT DISTINCT path FROM anchors ORDER BY path")]


def has_anchors_beside(connection: sqlite3.Connection, path: str) -> bool:
    """Whether anything is anchored in another file than this one."""
    query = "SELECT 1 FROM anchors WHERE path <> ? LIMIT 1"
    return connection.execute(query, (storable(path),)).fetchone() is not None


def _below(folder: str) -> tuple[str, tuple[str, ...]]:
    if not folder:
        return "1", ()
    folder = storable(folder)
    return "path > ? AND path < ?", (folder, folder[:-1] + _AFTER_SLASH)
