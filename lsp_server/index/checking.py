"""Comparing the index with the branch, file by file, for ``git memory doctor``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lsp_server.index.packing import storable

if TYPE_CHECKING:
    import sqlite3

_MOST_TOLD = 3


def damage(connection: sqlite3.Connection, files: Mapping[str, str]) -> list[str]:
    """What is wrong, in words; empty when nothing is. ``files`` are the branch's record files at the version
    that the index stands at: object ids by path. Raises ``sqlite3.Error`` for a file that cannot be read."""
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
    if found:
        return [f"SQLite: {one}" for one in found]
    known = dict(connection.execute("SELECT path, object_id FROM files").fetchall())
    wanted = {storable(path): object_id for path, object_id in files.items()}
    found += _named("does not have", sorted(wanted.keys() - known.keys()))
    found += _named("still has", sorted(known.keys() - wanted.keys()))
    both = wanted.keys() & known.keys()
    found += _named("has an old text of", sorted(path for path in both if wanted[path] != known[path]))
    lost = connection.execute(
        "SELECT path FROM files WHERE record_id IS NOT NULL"
        " AND record_id NOT IN (SELECT id FROM records) ORDER BY path"
    )
    found += _named("lost the record of", [row[0] for row in lost])
    stray = connection.execute("SELECT path FROM records WHERE path NOT IN (SELECT path FROM files)")
    found += _named("has a record without a file,", sorted(row[0] for row in stray))
    if not found:
        # Only compares the full text with itself and with the records: it changes nothing.
        connection.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")
    return found


def _named(what: str, paths: list[str]) -> list[str]:
    if not paths:
        return []
    more = f" and {len(paths) - _MOST_TOLD} more" if len(paths) > _MOST_TOLD else ""
    return [f"it {what} {', '.join(paths[:_MOST_TOLD])}{more}"]
