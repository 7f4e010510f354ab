"""Questions about many values at once, in as many statements as SQLite needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

_AT_ONCE = 300  # values in one statement: SQLite took 999 at most for long


def rows_for(
    connection: sqlite3.Connection, query: str, values: Iterable[Any], *behind: Any
) -> Iterator[tuple[Any, ...]]:
    """The rows that ``query`` gives for ``values``, for which ``{values}`` stands in it. ``behind`` are those
    of the marks after that."""
    asked = list(values)
    for start in range(0, len(asked), _AT_ONCE):
        part = asked[start : start + _AT_ONCE]
        yield from connection.execute(query.replace("{values}", ",".join("?" * len(part))), [*part, *behind])
