"""Which sessions there are, and which one a name means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import AmbiguousError, NotFoundError, UsageError
from lsp_server.memory.core import Core
from lsp_server.records.labels import normalise_label
from lsp_server.records.model import Kind

if TYPE_CHECKING:
    from lsp_server.index.sessions import SessionRow

LATEST = "latest"


@dataclass(frozen=True)
class SessionSummary:
    """One session in a list. ``messages`` counts them without those of the system; ``ended_at`` is None for
    one that was never ended. Times are ISO 8601; where the file has no zone, ``created_at`` and
    ``updated_at`` count as UTC."""

    id: str
    label: str
    title: str
    name: str | None
    agent: str | None
    created_at: str
    updated_at: str
    ended_at: str | None
    messages: int
    path: str


def summaries(core: Core, limit: int | None) -> tuple[SessionSummary, ...]:
    """The sessions, those first that were saved last."""
    rows = core.followed().sessions()
    return tuple(summary(row) for row in rows[:limit])


def summary(row: SessionRow) -> SessionSummary:
    fields = row.fields
    return SessionSummary(
        id=row.id,
        label=row.label,
        title=row.title,
        name=fields.get("name"),
        agent=fields.get("agent"),
        created_at=row.created.isoformat(),
        updated_at=row.updated.isoformat(),
        ended_at=fields.get("ended_at"),
        messages=fields.get("message_count", 0),
        path=row.path,
    )


class Found(NamedTuple):
    """Which session a name means, and where it stands."""

    id: str
    label: str
    path: str


def find(core: Core, ref: str) -> Found:
    """The session that ``ref`` names: by its label, its id, a part of it that no other session has, what
    another program calls it, or ``latest``. Raises ``NotFoundError``, ``AmbiguousError``, and ``UsageError``
    for another kind of record."""
    wanted = ref.strip()
    if core.batch is not None and wanted != LATEST:
        record = core.find(wanted)
        if record.kind is Kind.SESSION:
            return Found(record.id, record.label, record.path)
    rows = core.followed().sessions()
    if not rows:
        raise NotFoundError("there is no session in this memory yet")
    rows = rows[:1] if wanted == LATEST else _named(rows, wanted)
    if len(rows) == 1:
        return Found(rows[0].id, rows[0].label, rows[0].path)
    if rows:
        named = ", ".join(f"{row.label} {row.title!r}" for row in rows[:5])
        raise AmbiguousError(f"{ref!r} could be {named}; give more of the id")
    record = core.find(wanted)  # tells what it is, or that it was deleted
    if record.kind is not Kind.SESSION:
        raise UsageError(f"{record.label} is a {record.kind.value}, not a session")
    return Found(record.id, record.label, record.path)


def _named(rows: Sequence[SessionRow], wanted: str) -> list[SessionRow]:
    label = (normalise_label(wanted) or "").lower()
    digits = (label.partition("-")[2] if label.startswith("session-") else wanted).replace("-", "").lower()
    tests: tuple[Callable[[SessionRow], bool], ...] = (
        lambda row: row.id == wanted.lower() or row.label.lower() == label,
        lambda row: row.fields.get("name") == wanted,
        lambda row: bool(digits) and row.id.replace("-", "").startswith(digits),
    )
    for test in tests:
        if found := [row for row in rows if test(row)]:
            return found
    return []
