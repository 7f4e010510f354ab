"""The keyed values of the branch, as rows: found by key, by when they were written, by when they go away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lsp_server.index.many_values import rows_for
from lsp_server.index.packing import microseconds, storable
from lsp_server.store.keyvalue.value_paths import is_value_path

if TYPE_CHECKING:
    import sqlite3

    from lsp_server.store.keyvalue.base import Item

_COLUMNS = "key, value, created, updated, expires"
_ALL = 2**62  # more than there are

__all__ = ["due", "forget", "get", "is_value_path", "keep", "scan", "updated"]


def forget(connection: sqlite3.Connection, path: str) -> None:
    """Take out what stood at a path."""
    connection.execute("DELETE FROM keyed WHERE path = ?", (storable(path),))


def keep(connection: sqlite3.Connection, path: str, data: bytes) -> None:
    """Put in what stands at a path now; nothing where that is no keyed value."""
    from lsp_server.store.keyvalue.branch_files import read_file  # only where there are values
    from lsp_server.store.keyvalue.values import dumps

    item = read_file(path, data)
    if item is not None:
        expires = None if item.expires is None else microseconds(item.expires)
        times = (microseconds(item.created), microseconds(item.updated), expires)
        connection.execute(
            "INSERT OR REPLACE INTO keyed VALUES (?, ?, ?, ?, ?, ?)",
            (item.key, path, dumps(item.value), *times),
        )


def get(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, Item]:
    """The values of these keys, whether they have expired or not."""
    query = f"SELECT {_COLUMNS} FROM keyed WHERE key IN ({{values}})"
    return {item.key: item for item in map(_item, rows_for(connection, query, list(keys)))}


def scan(
    connection: sqlite3.Connection, prefix: str, after: str | None, limit: int | None = None
) -> list[Item]:
    """The values whose keys begin so, by key, those behind ``after`` only, and so many at most."""
    from lsp_server.store.keyvalue.keys import begin_behind, begins_no_key, first_behind

    if begins_no_key(prefix):
        return []
    # Keys are compared byte by byte, which is the order of code points.
    low, beyond = begin_behind(prefix, after)
    end = first_behind(prefix)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM keyed WHERE key >= ? AND key > ?"
        f"{' AND key < ?' if end else ''} ORDER BY key LIMIT ?",
        (low, beyond, *((end,) if end else ()), -1 if limit is None else min(limit, _ALL)),
    )
    return [_item(row) for row in rows]


def updated(
    connection: sqlite3.Connection, after: datetime | None, before: datetime | None, prefix: str
) -> list[Item]:
    """The values last written at ``after`` or later and before ``before``, the oldest first."""
    from lsp_server.store.keyvalue.keys import begins_no_key

    if begins_no_key(prefix):  # SQLite cannot be asked for half a pair
        return []
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM keyed WHERE updated >= ?1 AND updated < ?2"
        " AND substr(key, 1, length(?3)) = ?3 ORDER BY updated, key",
        (
            -(2**63) if after is None else microseconds(after),
            2**63 - 1 if before is None else microseconds(before),
            prefix,
        ),
    )
    return [_item(row) for row in rows]


def due(connection: sqlite3.Connection, now: datetime) -> list[Item]:
    """The values that expire at ``now`` or did before."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM keyed WHERE expires IS NOT NULL AND expires <= ? ORDER BY expires, key",
        (microseconds(now),),
    )
    return [_item(row) for row in rows]


def _item(row: Sequence[Any]) -> Item:
    from lsp_server.store.keyvalue.base import Item
    from lsp_server.store.keyvalue.values import loads
    from lsp_server.store.moments import moment_at

    key, value, created, updated_, expires = row
    return Item(
        key,
        loads(value),
        moment_at(created),
        moment_at(updated_),
        None if expires is None else moment_at(expires),
    )
