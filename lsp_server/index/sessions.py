"""The sessions in a list, without what was said in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.records.model import Kind
from lsp_server.records.moments import moment

if TYPE_CHECKING:
    import sqlite3

_NEVER = datetime(1970, 1, 1, tzinfo=timezone.utc)


class SessionRow(NamedTuple):
    """A session as a list needs it. ``fields`` are the record's; ``updated`` is when it was last saved, else
    when it began."""

    id: str
    label: str
    title: str
    path: str
    created: datetime
    updated: datetime
    fields: Mapping[str, Any]


def session_rows(connection: sqlite3.Connection) -> list[SessionRow]:
    """All sessions, those first that were saved last."""
    found = []
    for record_id, label, title, path, packed in connection.execute(
        "SELECT id, label, title, path, data FROM records WHERE kind = ?", (Kind.SESSION.value,)
    ):
        data = json.loads(packed)
        fields = data["fields"]
        created = moment(data["created"]) or _NEVER
        updated = moment(fields.get("updated_at")) or created
        found.append(SessionRow(record_id, label, title, path, created, updated, fields))
    return sorted(found, key=lambda row: (row.updated, row.created, row.id), reverse=True)
