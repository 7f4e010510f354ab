"""How the lines of a page begin that tell of one thing, and what such a line is about.

Only the beginning is read, and nothing that a program wrote can stand there but as a name in code marks.
"""

from __future__ import annotations

import json
import re

from lsp_server.memory.titles import inert

_SHORT = 8  # digits of an id
_KEY = re.compile(r"- `([^`]+)` is ")
_EVENT = re.compile(r"- (?:\[ \] )?`([0-9a-f-]{8,36})` ")
_GROUP = re.compile(r"## `([0-9a-f]{8,36})` ")
_DECISION = re.compile(r"- \[ \] \*\*([A-Z]+-[0-9a-f]+)\*\* ")
_ERROR = re.compile(r"- `[0-9a-f-]+` [^*`]*\*\*(?:error|ui_error)\*\*")


def key_text(key: str) -> str:
    """A key as it stands in code marks: as it is, or as JSON writes it."""
    if key[:1] != '"' and key == key.strip() and "`" not in key and inert(key) == key and key.isprintable():
        return key
    return json.dumps(key).replace("`", "\\u0060")


def key_of(line: str) -> str | None:
    """The key that a line of the values' page is about."""
    found = _KEY.match(line)
    if found is None:
        return None
    if not found[1].startswith('"'):
        return found[1]
    try:
        key = json.loads(found[1])
    except ValueError:
        return None
    return key if isinstance(key, str) else None


def event_text(event_id: str) -> str:
    """As much of an event's id as tells it from the others of a clone."""
    return event_id[:_SHORT]


def event_of(line: str) -> str | None:
    """The beginning of the id of the event that a line is about."""
    return found[1] if (found := _EVENT.match(line)) else None


def is_error(line: str) -> bool:
    """Whether the event that a line is about is an error."""
    return _ERROR.match(line) is not None


def group_of(line: str) -> str | None:
    """The id of the group of errors that a heading is about."""
    return found[1] if (found := _GROUP.match(line)) else None


def decision_of(line: str) -> str | None:
    """The label of the decision that a line is about."""
    return found[1] if (found := _DECISION.match(line)) else None
