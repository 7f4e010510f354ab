"""A typed memory, and the event in the journal that it is kept as."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import uuid4

from lsp_server.errors import UsageError
from lsp_server.memory.events.types import checked_type
from lsp_server.store.keyvalue.base import Value
from lsp_server.store.keyvalue.values import checked, dumps, loads

if TYPE_CHECKING:
    from lsp_server.index.event_rows import EventRow

LONGEST = 1_000_000
"""Characters of a title, a content, an owner or a tag."""

_KNOWN = ("title", "content", "memory_type", "type", "owner", "user_id", "tags", "metadata", "meta_data")
_FIRST = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MANY = 10_000_000.0  # hours: more than a thousand years
_OWN = re.compile(r"^(a key of )?value\b")
_FIELD = re.compile(r"^(a key of )?value\['(\w+)'\]")


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
        _check_text(name, text)
    one_line = " ".join(title.split())
    if not one_line:
        raise UsageError("a memory needs a title: one line that says what it is about")
    labels: tuple[str, ...] = ()
    if tags:
        labels = tuple(dict.fromkeys(_tags(tags)))
    kept: Value = {}
    if metadata:
        if not isinstance(metadata, Mapping):
            raise UsageError(f"metadata must be an object with keys, not {_json_name(metadata)}")
        try:
            kept = checked(dict(metadata))
        except UsageError as error:
            raise UsageError(_OWN.sub(r"\1metadata", str(error))) from None
    assert isinstance(kept, dict)
    return TypedMemory(
        str(uuid4()), owner, checked_type(memory_type), one_line, content, labels, kept, created
    )


def _check_text(name: str, text: str) -> None:
    if not isinstance(text, str):
        raise UsageError(f"{name} must be text, not {_json_name(text)}")
    if len(text) > LONGEST:
        raise UsageError(f"{name} has more than {LONGEST:,} characters: that is a file, not an event")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise UsageError(f"{name} is no valid text: character {error.start + 1} is half a pair") from None


def _tags(tags: Iterable[str]) -> list[str]:
    try:
        found = [tags] if isinstance(tags, str) else list(tags)
    except TypeError:
        raise UsageError(f"tags must be a list of texts, not {_json_name(tags)}") from None
    for tag in found:
        _check_text("a tag", tag)
    return [tag for tag in found if tag.strip()]


def arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    """A memory given as a mapping, as the arguments of ``made``: ``type``, ``user_id`` and ``meta_data`` are
    other names. Raises ``UsageError`` for names that are none."""
    if not isinstance(given, Mapping):
        raise UsageError(f"a memory is an object with a title, not {_json_name(given)}")
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
    return remembered_all([row])[0]


def remembered_all(rows: Iterable[tuple[Any, ...]]) -> list[TypedMemory]:
    """Many memories, of the values of ``EventRow`` each: as ``remembered``, for a hundred thousand."""
    return [
        TypedMemory(
            event_id,
            owner,
            kind,
            title,
            content,
            tuple(json.loads(tags)) if tags != "[]" else (),
            cast("dict[str, Value]", loads(metadata)) if metadata != "{}" else {},
            _FIRST + timedelta(microseconds=created),
        )
        for event_id, owner, kind, title, content, tags, metadata, created in rows
    ]


def plain(memory: TypedMemory) -> dict[str, Any]:
    """A memory as JSON can hold it; dates in its metadata as ``{"$date": …}``."""
    return {
        "id": memory.id,
        "type": memory.memory_type,
        "owner": memory.owner,
        "title": memory.title,
        "content": memory.content,
        "tags": list(memory.tags),
        "metadata": json.loads(dumps(memory.metadata)),
        "created": memory.created.isoformat(),
    }


def in_words(error: UsageError) -> str:
    """What is wrong with an event, told by the names that its giver knows: ``title``, ``metadata['a']``."""
    return _FIELD.sub(r"\1\2", str(error))


def hours_before(now: datetime, hours: float | None) -> datetime | None:
    """The moment so many hours ago; None: whenever. Raises ``UsageError``."""
    if hours is None:
        return None
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or math.isnan(hours) or hours < 0:
        raise UsageError(f"hours is {hours!r}: it must be a number, 0 or more, or None for all")
    return max(_FIRST, now - timedelta(hours=hours)) if hours < _MANY else _FIRST


def _json_name(value: object) -> str:
    names = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}
    return "null" if value is None else names.get(type(value), f"a {type(value).__name__}")
