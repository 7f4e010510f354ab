"""Events as files of the branch: ``events/2026/11/3f9ac21b.jsonl``, JSON lines that people read in a diff.

What a person looks for stands first in a line: when, what, its title. The id ends it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime

from lsp_server.store.journal.branch_paths import FOLDER
from lsp_server.store.journal.lines import Event, event_of
from lsp_server.store.keyvalue.values import dumps

_FIRST = ("created", "type", "title", "owner", "content", "tags", "metadata")
_ID = re.compile(rb'"id": "([^"\\]+)"\}\s*')
_LONGEST_ID = 200


def branch_line(event: Event) -> bytes:
    """An event as a line of the branch, its end included. Raises ``UsageError``."""
    known = {name: event[name] for name in _FIRST if name in event}
    rest = {name: value for name, value in event.items() if name not in known and name != "id"}
    ordered = {**known, **rest, "id": event.get("id", "")}
    # What is kept as JSON is read once more: it stands with blanks between its parts then.
    return (json.dumps(json.loads(dumps(ordered)), ensure_ascii=False) + "\n").encode()


def lines_in(data: bytes) -> Iterator[bytes]:
    """The lines of a file that say something, without their ends; the last need not have one."""
    for line in data.split(b"\n"):
        if line.strip():
            yield line.rstrip(b"\r")


def id_in(line: bytes) -> str | None:
    """The id of a line's event; None where it has none."""
    if found := _ID.fullmatch(line[-_LONGEST_ID:], max(0, line[-_LONGEST_ID:].rfind(b'"id": "'))):
        return found[1].decode("utf-8", "replace")
    event = event_of(line)
    said = None if event is None else event.get("id")
    return said if isinstance(said, str) and said else None


def month_folder(moment: datetime) -> str:
    """The folder of a month's events: ``events/2026/11``."""
    return f"{FOLDER}{moment.year:04}/{moment.month:02}"
