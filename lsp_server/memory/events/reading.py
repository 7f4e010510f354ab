"""What an ``EventMemory`` is asked: by words, by time, by id, and what to know before the next step."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError
from lsp_server.memory.events.asking import either, moment_or_none, text_or_none, whole_number
from lsp_server.memory.events.model import (
    ContextWindow,
    TypedMemory,
    hours_before,
    remembered,
    remembered_all,
)
from lsp_server.memory.events.types import checked_type

if TYPE_CHECKING:
    import sqlite3

    from lsp_server.index.event_index import EventIndex, EventRow
    from lsp_server.store.keyvalue.base import Clock

SIMILAR = 10
"""The most similar memories in a context window."""

_LOOKED_LIKE = 3  # of the newest memories: what is going on
_CHARACTERS = 500  # of the content of each of these


class Reading:
    """The questions of an ``EventMemory``; each sees all that was remembered before it was asked."""

    _clock: Clock

    def _opened(self) -> EventIndex:
        raise NotImplementedError

    def search_memories(
        self,
        query: str,
        memory_type: str | None = None,
        limit: int = 10,
        *,
        owner: str | None = None,
        user_id: str | None = None,
    ) -> list[TypedMemory]:
        """The memories with words of ``query`` in title, tags, content or metadata, best first.

        A memory need not have all the words; what stands in quotes it must have. ``memory_type`` and
        ``owner``: only those.
        """
        from lsp_server.index.event_search import search

        if not isinstance(query, str):
            raise UsageError(f"a query is text, not a {type(query).__name__}")
        most = whole_number("limit", limit)
        kind = checked_type(memory_type) if memory_type is not None else None
        whose = text_or_none("owner", either("owner", owner, "user_id", user_id))
        rows = self._opened().ask(
            lambda connection: search(connection, query, owner=whose, kind=kind, limit=most)
        )
        return [remembered(row) for row in rows]

    def get_recent_memories(
        self,
        memory_type: str | None = None,
        hours: float | None = 24,
        *,
        owner: str | None = None,
        user_id: str | None = None,
        limit: int | None = None,
    ) -> list[TypedMemory]:
        """The memories of the last ``hours`` (None: all that are kept), newest first; at most ``limit``."""
        from lsp_server.index.event_listing import recent
        from lsp_server.index.packing import microseconds

        kind = checked_type(memory_type) if memory_type is not None else None
        whose = text_or_none("owner", either("owner", owner, "user_id", user_id))
        since = hours_before(self._clock(), hours)
        counted = None if since is None else microseconds(since)
        most = None if limit is None else whole_number("limit", limit)
        rows = self._opened().ask(
            lambda connection: recent(connection, owner=whose, kind=kind, since=counted, limit=most)
        )
        return [remembered(row) for row in rows]

    def get_context_window(
        self,
        owner: str = "",
        window_size: int = 50,
        include_similar: bool = True,
        *,
        query: str | None = None,
        user_id: str | None = None,
    ) -> ContextWindow:
        """What to know before going on with ``owner``: the newest ``window_size`` of its memories, the oldest
        first, and up to ten older ones that are like ``query`` (default: like the newest three)."""
        from lsp_server.index.event_listing import recent
        from lsp_server.index.event_search import similar

        whose = text_or_none("owner", either("owner", owner, "user_id", user_id)) or ""
        size = whole_number("window_size", window_size)
        if query is not None and not isinstance(query, str):
            raise UsageError(f"a query is text, not a {type(query).__name__}")

        def look(connection: sqlite3.Connection) -> tuple[list[EventRow], list[EventRow]]:
            newest = recent(connection, owner=whose, limit=max(size, _LOOKED_LIKE))
            window = newest[:size]
            if not include_similar:
                return window, []
            texts = [query] if query is not None else [_said(row) for row in newest[:_LOOKED_LIKE]]
            most = len(window) + SIMILAR
            found = similar(connection, texts, owner=whose, limit=most, are_kept=query is None)
            known = {row.id for row in window}
            return window, [row for row in found if row.id not in known][:SIMILAR]

        window, like_it = self._opened().ask(look)
        return ContextWindow(
            [remembered(row) for row in reversed(window)],
            [remembered(row) for row in like_it],
        )

    def memories(
        self,
        memory_type: str | None = None,
        *,
        owner: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        tags: Collection[str] = (),
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[TypedMemory]:
        """The memories of a stretch of time, from ``since`` to before ``until``, the oldest first.

        ``tags``: those that have all of them. Moments without a zone are in UTC. At most ``limit``: the
        oldest, or with ``newest_first`` the newest.
        """
        from lsp_server.index.event_listing import listed

        kind = checked_type(memory_type) if memory_type is not None else None
        whose = text_or_none("owner", owner)
        first, end = moment_or_none("since", since), moment_or_none("until", until)
        labels = [text_or_none("a tag", tag) or "" for tag in ((tags,) if isinstance(tags, str) else tags)]
        most = None if limit is None else whole_number("limit", limit)
        rows = self._opened().ask(
            lambda connection: listed(
                connection,
                owner=whose,
                kind=kind,
                since=first,
                until=end,
                tags=labels,
                limit=most,
                newest_first=newest_first,
            )
        )
        return remembered_all(rows)

    def memory(self, memory_id: str) -> TypedMemory | None:
        """The memory with that id, or the only one whose id begins so (six characters at least); None where
        there is none, or more than one."""
        from lsp_server.index.event_listing import with_id

        beginning = (text_or_none("memory_id", memory_id) or "").strip()
        found = self._opened().ask(lambda connection: with_id(connection, beginning))
        return remembered(found[0]) if len(found) == 1 else None

    def counts(self, since: datetime | None = None, until: datetime | None = None) -> dict[str, int]:
        """How many memories of each type there are, by name, from ``since`` to before ``until``."""
        from lsp_server.index.event_listing import counts

        first, end = moment_or_none("since", since), moment_or_none("until", until)
        return self._opened().ask(lambda connection: counts(connection, since=first, until=end))


def _said(row: EventRow) -> str:
    return f"{row.title} {row.content[:_CHARACTERS]}"
