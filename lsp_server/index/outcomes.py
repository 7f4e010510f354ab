"""Decisions with their outcomes: which are due, which are like a text, how sure people were."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lsp_server.index.packing import COLUMNS, storable, unpack_all
from lsp_server.records.model import Kind, Record
from lsp_server.records.outcomes import known_result

if TYPE_CHECKING:
    import sqlite3


class Like(NamedTuple):
    """Decisions with an outcome that share a word with a text, the likeliest first; how many have an outcome
    at all."""

    records: list[Record]
    total: int


NOTHING = Like([], 0)


def row_of(record: Record) -> tuple[str | None, str | None, float | None] | None:
    """Result, due day and confidence of a decision that has an outcome or is to get one; None for others."""
    fields = record.fields
    if record.kind is not Kind.DECISION or not (fields.get("outcome") or fields.get("outcome_due")):
        return None
    return known_result(record), fields.get("outcome_due"), fields.get("confidence")


def due(connection: sqlite3.Connection, today: str) -> list[Record]:
    """The decisions whose outcome should be known by ``today`` (ISO 8601) and is not, those first that have
    been due for longest. What was rejected was not done, so nothing comes of it."""
    rows = connection.execute(
        f"SELECT {_columns()} FROM outcomes JOIN records ON records.row = outcomes.row"
        " WHERE outcomes.result IS NULL AND outcomes.due <= ? AND records.status IS NOT 'rejected'"
        " ORDER BY outcomes.due, records.number, records.id",
        (storable(today),),
    ).fetchall()
    return unpack_all(rows) if rows else []


def judged(connection: sqlite3.Connection) -> list[tuple[float, str]]:
    """Confidence and result of each decision that has both."""
    return connection.execute(
        "SELECT confidence, result FROM outcomes WHERE confidence IS NOT NULL AND result IS NOT NULL"
        " ORDER BY row"
    ).fetchall()


def like(connection: sqlite3.Connection, text: str, limit: int) -> Like:
    """At most ``limit`` decisions with an outcome that share a word with ``text``."""
    (total,) = connection.execute("SELECT count(*) FROM outcomes WHERE result IS NOT NULL").fetchone()
    if not total:
        return NOTHING
    from lsp_server.index.search import WEIGHTS, any_of

    expression = any_of(connection, text, limit)
    if not expression:
        return Like([], total)
    rows = connection.execute(
        f"SELECT {_columns()} FROM search CROSS JOIN outcomes ON outcomes.row = search.rowid"
        " CROSS JOIN records ON records.row = search.rowid"
        f" WHERE search MATCH ? AND search.rank MATCH 'bm25({WEIGHTS})' AND outcomes.result IS NOT NULL"
        " ORDER BY search.rank LIMIT ?",
        (expression, limit),
    ).fetchall()
    return Like(unpack_all(rows) if rows else [], total)


def _columns() -> str:
    return ", ".join(f"records.{column}" for column in COLUMNS.split(", "))
