"""``AsyncEventMemory``: typed memories for programs that run on asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import ContextWindow, TypedMemory
from lsp_server.store.keyvalue.base import Value

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory
    from lsp_server.store.journal.journal import Journal
    from lsp_server.store.keyvalue.base import Clock


class AsyncEventMemory:
    """``EventMemory`` with every call as a coroutine: same arguments, same answers, same errors.

    The work is done in threads, so that the event loop never waits for a disk. A task that is cancelled
    leaves the journal whole: what it asked for is kept, or was not begun. ``sync`` is the ``EventMemory``.

    >>> events = AsyncEventMemory(".")
    >>> await events.create_memory("Timeout", memory_type="error", owner="worker-1")
    """

    def __init__(
        self,
        where: EventMemory | Memory | Path | str = ".",
        *,
        journal: Journal | None = None,
        clock: Clock | None = None,
        publish: Collection[str] | None = None,
        publish_every: float | None = 60.0,
    ) -> None:
        if isinstance(where, EventMemory):
            self.sync = where
        else:
            self.sync = EventMemory(
                where, journal=journal, clock=clock, publish=publish, publish_every=publish_every
            )

    async def create_memory(
        self,
        title: str,
        content: str = "",
        *,
        memory_type: str = "event",
        owner: str = "",
        tags: Iterable[str] = (),
        metadata: Mapping[str, Value] | None = None,
        user_id: str | None = None,
        meta_data: Mapping[str, Value] | None = None,
    ) -> TypedMemory:
        """See ``EventMemory.create_memory``."""
        return await asyncio.to_thread(
            self.sync.create_memory,
            title,
            content,
            memory_type=memory_type,
            owner=owner,
            tags=tags,
            metadata=metadata,
            user_id=user_id,
            meta_data=meta_data,
        )

    async def create_memories(self, many: Iterable[Mapping[str, Any]]) -> list[TypedMemory]:
        """See ``EventMemory.create_memories``."""
        return await asyncio.to_thread(self.sync.create_memories, many)

    async def flush(self) -> None:
        """See ``EventMemory.flush``."""
        await asyncio.to_thread(self.sync.flush)

    async def publish(self) -> int:
        """See ``EventMemory.publish``."""
        return await asyncio.to_thread(self.sync.publish)

    async def publish_quietly(self) -> int:
        """See ``EventMemory.publish_quietly``."""
        return await asyncio.to_thread(self.sync.publish_quietly)

    @property
    def writer(self) -> str:
        """See ``EventMemory.writer``."""
        return self.sync.writer

    @property
    def published_types(self) -> Collection[str]:
        """See ``EventMemory.published_types``."""
        return self.sync.published_types

    async def search_memories(
        self,
        query: str,
        memory_type: str | None = None,
        limit: int = 10,
        *,
        owner: str | None = None,
        user_id: str | None = None,
    ) -> list[TypedMemory]:
        """See ``EventMemory.search_memories``."""
        return await asyncio.to_thread(
            self.sync.search_memories, query, memory_type, limit, owner=owner, user_id=user_id
        )

    async def get_recent_memories(
        self,
        memory_type: str | None = None,
        hours: float | None = 24,
        *,
        owner: str | None = None,
        user_id: str | None = None,
        limit: int | None = None,
    ) -> list[TypedMemory]:
        """See ``EventMemory.get_recent_memories``."""
        return await asyncio.to_thread(
            self.sync.get_recent_memories, memory_type, hours, owner=owner, user_id=user_id, limit=limit
        )

    async def get_context_window(
        self,
        owner: str = "",
        window_size: int = 50,
        include_similar: bool = True,
        *,
        query: str | None = None,
        user_id: str | None = None,
    ) -> ContextWindow:
        """See ``EventMemory.get_context_window``."""
        return await asyncio.to_thread(
            self.sync.get_context_window, owner, window_size, include_similar, query=query, user_id=user_id
        )

    async def memories(
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
        """See ``EventMemory.memories``."""
        return await asyncio.to_thread(
            self.sync.memories,
            memory_type,
            owner=owner,
            since=since,
            until=until,
            tags=tags,
            limit=limit,
            newest_first=newest_first,
        )

    async def memory(self, memory_id: str) -> TypedMemory | None:
        """See ``EventMemory.memory``."""
        return await asyncio.to_thread(self.sync.memory, memory_id)

    async def counts(self, since: datetime | None = None, until: datetime | None = None) -> dict[str, int]:
        """See ``EventMemory.counts``."""
        return await asyncio.to_thread(self.sync.counts, since, until)

    @staticmethod
    def types() -> Mapping[str, str]:
        """See ``EventMemory.types``."""
        return EventMemory.types()

    async def close(self) -> None:
        """See ``EventMemory.close``."""
        await asyncio.to_thread(self.sync.close)

    async def __aenter__(self) -> AsyncEventMemory:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
