"""A typed memory, and the event in the journal that it is kept as."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from lsp_server.errors import UsageError
from lsp_server.memory.events.types import checked_type
from lsp_server.store.keyvalue.base import Value
from lsp_server.store.keyvalue.values import checked, loads

if TYPE_CHECKING:
    from lsp_server.index.event_index import EventRow

_KNOWN = ("title", "content", "memory_type", "type", "owner", "user_id", "tags", "metadata", "meta_data")
_FIRST = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MANY = 10_000_000.0  # hours: more than a thousand years
_PART = re.compile(r"^value\['(\w+)'\]|^value")


class TypedMemory(NamedTuple):
    """One thing that a program remembers.

    ``id`` is a UUID. ``memory_type`` is one of ``EventMemory.types()`` or the program's own; ``owner`` is
    whom it belongs to: a user, a session, a service; "" is nobody in particular. ``metadata`` holds what JSON
    can, and dates. ``created`` is in UTC, to the microsecond.
    """

    id: str
    owner: str
    memory_type: str
    title: str
    content: str
    tags: tuple[str, ...]
    metadata: dict[str, Value]
    created: datetime

    @property
    def user_id(self) -> str:
        """``owner``, by its other name."""
        return self.owner

    @property
    def meta_data(self) -> dict[str, Value]:
        """``metadata``, by its other name."""
        return self.metadata


class ContextWindow(NamedTuple):
    """What to know before going on: the ``recent`` memories of an owner, the oldest first, and older ones
    that are ``similar`` to what is going on, best first. No memory is in both."""

    recent: list[TypedMemory]
    similar: list[TypedMemory]


def made(
    title: str,
    content: str = "",
    *,
    memory_type: str = "event",
    owner: str = "",
    tags: Iterable[str] = (),
    metadata: Mapping[str, Value] | None = None,
    created: datetime,
) -> TypedMemory:
    """A new memory, of what a program gave. Raises ``UsageError`` for what cannot be kept."""
    for name, text in (("title", title), ("content", content), ("owner", owner)):
        if type(text) is not str and not isinstance(text, str):
            raise UsageError(f"{name} is a {type(text).__name__}: it must be text")
    one_line = " ".join(title.split())
    if not one_line:
        raise UsageError("a memory needs a title: one line that says what it is about")
    labels: tuple[str, ...] = ()
    if tags:
        labels = tuple(dict.fromkeys(_tags(tags)))
    kept: Value = {}
    if metadata:
        if not isinstance(metadata, Mapping):
            raise UsageError(f"metadata is a {type(metadata).__name__}: it must be a dictionary")
        try:
            kept = checked(dict(metadata))
        except UsageError as error:
            raise UsageError(in_words(error, "metadata")) from None
    assert isinstance(kept, dict)
    return TypedMemory(
        str(uuid4()), owner, checked_type(memory_type), one_line, content, labels, kept, created
    )


def _tags(tags: Iterable[str]) -> list[str]:
    found = [tags] if isinstance(tags, str) else list(tags)
    for tag in found:
        if not isinstance(tag, str):
            raise UsageError(f"a tag is a {type(tag).__name__}: tags must be texts")
    return [tag for tag in found if tag.strip()]


def arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    """A memory given as a mapping, as the arguments of ``made``: ``type``, ``user_id`` and ``meta_data`` are
    other names. Raises ``UsageError`` for names that are none."""
    if not isinstance(given, Mapping):
        raise UsageError(f"a memory is an object with a title, not a {_json_name(given)}")
    if unknown := sorted(str(name) for name in set(given) - set(_KNOWN)):
        raise UsageError(
            f"a memory has no {unknown[0]!r}: it has title, type, content, owner, tags and metadata"
        )
    if "title" not in given:
        raise UsageError("a memory needs a title: one line that says what it is about")
    named: dict[str, Any] = {"title": given["title"]}
    for name, other in (("memory_type", "type"), ("owner", "user_id"), ("metadata", "meta_data")):
        if name in given and other in given:
            raise UsageError(f"{name} and {other} are the same: give one of them")
        if (value := given.get(name, given.get(other))) is not None:
            named[name] = value
    named |= {name: given[name] for name in ("content", "tags") if given.get(name) is not None}
    return named


def event_of(memory: TypedMemory) -> dict[str, Value]:
    """The event that the journal keeps; what is empty is left out."""
    event: dict[str, Value] = {
        "id": memory.id,
        "created": memory.created.isoformat(),
        "type": memory.memory_type,
        "title": memory.title,
    }
    if memory.owner:
        event["owner"] = memory.owner
    if memory.content:
        event["content"] = memory.content
    if memory.tags:
        event["tags"] = list(memory.tags)
    if memory.metadata:
        event["metadata"] = memory.metadata
    return event


def remembered(row: EventRow) -> TypedMemory:
    """A memory as the index has it."""
    metadata = loads(row.metadata) if row.metadata != "{}" else {}
    assert isinstance(metadata, dict)
    tags = tuple(json.loads(row.tags)) if row.tags != "[]" else ()
    created = _FIRST + timedelta(microseconds=row.created)
    return TypedMemory(row.id, row.owner, row.type, row.title, row.content, tags, metadata, created)


def plain(memory: TypedMemory) -> dict[str, Value]:
    """A memory as ``--json`` shows it, and as JSON lines bring one in but for ``id`` and ``created``."""
    return {
        "id": memory.id,
        "type": memory.memory_type,
        "owner": memory.owner,
        "title": memory.title,
        "content": memory.content,
        "tags": list(memory.tags),
        "metadata": memory.metadata,
        "created": memory.created.isoformat(),
    }


def in_words(error: UsageError, what: str = "") -> str:
    """What is wrong with a value, told by the name that its giver knows."""
    return _PART.sub(lambda found: what or found[1] or "this", str(error))


def hours_before(now: datetime, hours: float | None) -> datetime | None:
    """The moment so many hours ago; None: whenever. Raises ``UsageError``."""
    if hours is None:
        return None
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or math.isnan(hours) or hours < 0:
        raise UsageError(f"hours is {hours!r}: it must be a number, 0 or more, or None for all")
    return max(_FIRST, now - timedelta(hours=hours)) if hours < _MANY else _FIRST


def _json_name(value: object) -> str:
    names = {list: "list", str: "text", int: "number", float: "number", bool: "truth value"}
    return "null" if value is None else names.get(type(value), type(value).__name__)
