"""The text of one keyed value's file: a line of JSON, the times first, to be read without the value.

``{"git-memory":1,"created":"…","updated":"…","expires":null,"key":"user:123","value":{…}}``
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from lsp_server.store.keyvalue.base import Item, Value
from lsp_server.store.keyvalue.values import loads
from lsp_server.store.moments import moment_at

HEAD_BYTES = 160
_MARK = "git-memory"
_TIME = rb"([0-9T:.+\-]{20,40})"
_HEAD = re.compile(
    rb'\{"git-memory":1,"created":"'
    + _TIME
    + rb'","updated":"'
    + _TIME
    + rb'","expires":(?:null|"'
    + _TIME
    + rb'"),'
)


class Head(NamedTuple):
    """When a key got its first value and the one of now, and when that goes away."""

    created: datetime
    updated: datetime
    expires: datetime | None


class Kept(NamedTuple):
    """One file, read. Without ``key`` and times: a plain value that another program wrote."""

    value: Value
    key: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    expires: datetime | None = None


def text_of(item: Item, value: str) -> bytes:
    """The file of an item; ``value`` is its value as JSON."""
    expires = f'"{item.expires.isoformat()}"' if item.expires else "null"
    return (
        f'{{"{_MARK}":1,"created":"{item.created.isoformat()}","updated":"{item.updated.isoformat()}",'
        f'"expires":{expires},"key":{json.dumps(item.key, ensure_ascii=False)},"value":{value}}}\n'
    ).encode()


def head(begin: bytes) -> Head | None:
    """The times in the first bytes of a file; None where it is not as ``text_of`` writes it."""
    found = _HEAD.match(begin)
    if found is None:
        return None
    try:
        expires = found[3] and datetime.fromisoformat(found[3].decode())
        created, updated = (datetime.fromisoformat(found[at].decode()) for at in (1, 2))
        return Head(created, updated, expires or None)
    except ValueError:
        return None


def head_of_all(path: str) -> Head | None:
    """The times of a file that was edited by hand; None where it has none."""
    kept = parsed(Path(path).read_bytes())
    return Head(kept.created, kept.updated, kept.expires) if kept and kept.created and kept.updated else None


def parsed(text: bytes) -> Kept | None:
    """A file's text, read; None where it is no JSON."""
    try:
        found: Any = loads(text)
    except ValueError:
        return None
    if isinstance(found, dict) and found.get(_MARK) == 1 and "value" in found:
        created, updated, expires = (_moment(found.get(name)) for name in ("created", "updated", "expires"))
        if created and updated and isinstance(found.get("key"), str):
            return Kept(found["value"], found["key"], created, updated, expires)
    return Kept(found)


def moment_of(nanoseconds: int) -> datetime:
    """A file's time, exact to the microsecond, in UTC."""
    return moment_at(nanoseconds // 1000)


def _moment(word: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(word)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
