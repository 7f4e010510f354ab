"""One memory a day of what all the others were: it stays in the history when the journal has gone on.

A day is one of UTC. Its summary has an id that is made of the day and of who wrote it, so that it is made
once, whoever makes it. It tells what was kept here when it was made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from lsp_server.memory.events.chosen import SUMMARY
from lsp_server.memory.events.model import TypedMemory
from lsp_server.records.amounts import plural

if TYPE_CHECKING:
    from lsp_server.index.event_days import Day
    from lsp_server.index.event_index import EventIndex

MOST = 20
"""Owners, groups of errors, and endpoints that a summary tells of."""

_FIRST = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LAST_MOMENT = timedelta(days=1) - timedelta(microseconds=1)


def due_summaries(index: EventIndex, writer: str, now: datetime) -> list[TypedMemory]:
    """The summaries of the days that are over and have none."""
    from lsp_server.index.event_days import DAY, day, days
    from lsp_server.index.event_listing import with_id
    from lsp_server.index.packing import microseconds

    today = microseconds(now) // DAY * DAY

    def look(connection: sqlite3.Connection) -> list[TypedMemory]:
        found = []
        for start in days(connection, today, without=SUMMARY):
            date = _moment(start)
            summary_id = id_of(writer, date)
            if not with_id(connection, summary_id):
                found.append(_summary(summary_id, date, day(connection, start, MOST, without=SUMMARY)))
        return found

    return index.ask(look)


def id_of(writer: str, day: datetime) -> str:
    """The id of a day's summary by a writer."""
    return str(uuid5(NAMESPACE_URL, f"git-memory:summary:{writer}:{day.date()}"))


def _summary(summary_id: str, date: datetime, counted: Day) -> TypedMemory:
    types: Mapping[str, int] = counted.types
    told = [plural(sum(types.values()), "event")]
    if errors := types.get("error", 0) + types.get("ui_error", 0):
        told.append(plural(errors, "error"))
    metadata = {
        "day": str(date.date()),
        "types": counted.types,
        "owners": counted.owners,
        "groups": counted.groups,
        "endpoints": {name: found._asdict() for name, found in counted.endpoints.items()},
        "first": _moment(counted.first).isoformat(timespec="seconds"),
        "last": _moment(counted.last).isoformat(timespec="seconds"),
    }
    return TypedMemory(
        summary_id,
        "",
        SUMMARY,
        f"{date.date()}: {', '.join(told)}",
        "",
        (),
        {name: value for name, value in metadata.items() if value},
        date + _LAST_MOMENT,
    )


def _moment(count: int) -> datetime:
    return _FIRST + timedelta(microseconds=count)
