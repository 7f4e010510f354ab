"""What a session begins with, in one question: open bugs, decisions, what was learned, the last of each
kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.index.listing import newest_checkpoint
from lsp_server.index.packing import COLUMNS, unpack, unpack_all
from lsp_server.records.fields import SEVERITIES
from lsp_server.records.life_cycle import SETTLED_BUG
from lsp_server.records.model import Kind, Record
from lsp_server.records.moments import moment

if TYPE_CHECKING:
    import sqlite3

_NEWEST = "created DESC, number DESC, id"
_ENDED = 50  # sessions among which one that ended is looked for


class Overview(NamedTuple):
    """The worst and newest open bugs, the newest decisions accepted and still to be decided, the newest
    learnings, with how many there are of each; the last session that ended, the last checkpoint of a branch
    of the code, and the last of all."""

    bugs: list[Record]
    bug_count: int
    accepted: list[Record]
    accepted_count: int
    proposed: list[Record]
    proposed_count: int
    learnings: list[Record]
    learning_count: int
    session: Record | None
    checkpoint: Record | None
    newest_checkpoint: Record | None


def last_session(connection: sqlite3.Connection) -> Record | None:
    """The session that ended last, without what was said in it: that may be long."""
    columns = COLUMNS.replace("body", "''")
    rows = connection.execute(
        f"SELECT {columns} FROM records WHERE kind = ? ORDER BY {_NEWEST} LIMIT ?",
        (Kind.SESSION.value, _ENDED),
    )
    ended = [
        (when, record)
        for record in map(unpack, rows)
        if (when := moment(record.fields.get("ended_at"))) is not None
    ]
    return max(ended, key=lambda one: one[0])[1] if ended else None


def overview(connection: sqlite3.Connection, branch: str | None, most: int) -> Overview:
    """``most`` records of each kind; ``branch`` is that of the code, by its short name."""

    def some(where: str, *values: str) -> tuple[list[Record], int]:
        (count,) = connection.execute(f"SELECT count(*) FROM records WHERE {where}", values).fetchone()
        rows: list[Any] = []
        if count:
            asked = f"SELECT {COLUMNS} FROM records WHERE {where} ORDER BY {_NEWEST} LIMIT ?"
            rows = connection.execute(asked, (*values, most)).fetchall()
        return unpack_all(rows) if rows else [], count

    settled = ", ".join("?" * len(SETTLED_BUG))
    # As it stands among what is packed (packing.py); a text that says the same has its quotes escaped there.
    worst = " ".join(
        f"""WHEN instr(data, '"severity":"{word}"') THEN {rank}"""
        for rank, word in enumerate(reversed(SEVERITIES))
    )
    # One look at all of them tells how many there are and which are the worst.
    ranked = connection.execute(
        f"SELECT row FROM records WHERE kind = ? AND (status IS NULL OR status NOT IN ({settled}))"
        f" ORDER BY CASE {worst} ELSE {len(SEVERITIES)} END, {_NEWEST}",
        (Kind.BUG.value, *SETTLED_BUG),
    ).fetchall()
    rows = [
        connection.execute(f"SELECT {COLUMNS} FROM records WHERE row = ?", row).fetchone()
        for row in ranked[:most]
    ]
    bugs, bug_count = unpack_all(rows) if rows else [], len(ranked)
    accepted, accepted_count = some("kind = ? AND status = ?", Kind.DECISION.value, "accepted")
    proposed, proposed_count = some("kind = ? AND status = ?", Kind.DECISION.value, "proposed")
    learnings, learning_count = some("kind = ?", Kind.LEARNING.value)
    own = newest_checkpoint(connection, branch) if branch else None
    return Overview(
        bugs,
        bug_count,
        accepted,
        accepted_count,
        proposed,
        proposed_count,
        learnings,
        learning_count,
        last_session(connection),
        own,
        own or newest_checkpoint(connection),
    )
