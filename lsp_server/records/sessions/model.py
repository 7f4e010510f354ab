"""A session: a span of work, with the conversation in it where there was one. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, NamedTuple

from lsp_server.records.anchors import CodePosition
from lsp_server.records.model import Link
from lsp_server.records.moments import moment

Message = Mapping[str, Any]
"""``{"role": "user", "content": "Hello"}``; of an assistant also ``tool_calls`` (``content`` may be None), of
a tool ``tool_call_id`` and ``name``; any other key is kept. Values are what JSON has."""

# In the order in which they are written.
TEXTS = ("id", "kind", "created_at", "updated_at", "ended_at", "name", "goal", "agent", "summary")
LISTS = ("context_loaded", "activities", "achievements", "challenges")
MESSAGES = ("system_messages", "messages")
KEYS = (*TEXTS, "tags", "links", "code", *LISTS, "next_session")


class Origin(NamedTuple):
    """The file that a session was read from, and what it said: what is changed is told by that. ``path`` is
    empty for a file that is not on the branch."""

    path: str
    data: bytes
    head: Mapping[str, Any]
    system_messages: tuple[Message, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Session:
    """One session as its file has it.

    ``id`` is a UUID in lower case. ``created_at``, ``updated_at`` (its last save) and ``ended_at`` are ISO
    8601 as they were written, with or without a zone. ``name`` is what another program calls it
    (``session_20250107_1000``). ``activities`` are mappings (``time``, ``activity``, ``duration_minutes`` …),
    ``next_session`` a mapping (``goal``, ``estimated_duration_minutes`` …). ``extra`` holds the keys that
    this program does not know, with any value that JSON has. ``origin`` is the file that it was read from:
    ``dataclasses.replace`` keeps it, and a save merges what was changed since then with what others changed
    meanwhile.
    """

    id: str
    created_at: str
    updated_at: str = ""
    ended_at: str | None = None
    name: str | None = None
    goal: str | None = None
    agent: str | None = None
    summary: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    code: CodePosition | None = None
    context_loaded: tuple[Any, ...] = ()
    activities: tuple[Any, ...] = ()
    achievements: tuple[Any, ...] = ()
    challenges: tuple[Any, ...] = ()
    next_session: Any = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    system_messages: tuple[Message, ...] = ()
    messages: tuple[Message, ...] = ()
    origin: Origin | None = field(default=None, compare=False, repr=False)

    @property
    def created(self) -> datetime:
        """When it began; a time without a zone counts as UTC."""
        return moment(self.created_at) or datetime(1970, 1, 1, tzinfo=timezone.utc)

    @property
    def updated(self) -> datetime:
        """When it was last saved, else when it began."""
        return moment(self.updated_at) or self.created
