"""``AsyncPerformanceMemory``: how long things take, for programs that run on asyncio."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from lsp_server.memory.events.async_event_memory import AsyncEventMemory
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.performance.performance_memory import PerformanceMemory

if TYPE_CHECKING:
    from lsp_server.memory.events.model import TypedMemory
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.performance.results import EndpointStats, Trend
    from lsp_server.memory.performance.timer import Timer


class AsyncPerformanceMemory:
    """``PerformanceMemory`` with every call that reads or writes as a coroutine: same arguments, same
    answers, same errors. The work is done in threads. Measuring (``timer``, ``query``, ``record``) never
    waits, and is called as ever. ``sync`` is the ``PerformanceMemory``.

    >>> performance = AsyncPerformanceMemory(".")
    >>> async with performance.timer("charge"):
    ...     await charge(order)
    >>> await performance.endpoints()
    """

    def __init__(
        self,
        where: PerformanceMemory | AsyncEventMemory | EventMemory | Memory | Path | str = ".",
        *,
        owner: str = "",
        kept_per_minute: float | None = 3.0,
    ) -> None:
        place = where.sync if isinstance(where, AsyncEventMemory) else where
        self.sync = (
            place
            if isinstance(place, PerformanceMemory)
            else PerformanceMemory(place, owner=owner, kept_per_minute=kept_per_minute)
        )

    def timer(self, endpoint: str, *, kind: str = "call") -> Timer:
        """See ``PerformanceMemory.timer``; for ``async with``, and a decorator."""
        return self.sync.timer(endpoint, kind=kind)

    def query(self, sql: str) -> Timer:
        """See ``PerformanceMemory.query``."""
        return self.sync.query(sql)

    def record(
        self,
        endpoint: str,
        ms: float,
        *,
        kind: str = "call",
        outcome: str = "success",
        status: int | None = None,
    ) -> None:
        """See ``PerformanceMemory.record``."""
        self.sync.record(endpoint, ms, kind=kind, outcome=outcome, status=status)

    async def optimisation(self, endpoint: str, title: str, content: str = "") -> TypedMemory:
        """See ``PerformanceMemory.optimisation``."""
        return await asyncio.to_thread(self.sync.optimisation, endpoint, title, content)

    async def optimisations(self, endpoint: str) -> list[TypedMemory]:
        """See ``PerformanceMemory.optimisations``."""
        return await asyncio.to_thread(self.sync.optimisations, endpoint)

    def optimisations_at_once(self, endpoint: str) -> list[TypedMemory]:
        """See ``PerformanceMemory.optimisations_at_once``."""
        return self.sync.optimisations_at_once(endpoint)

    async def endpoints(self, hours: float = 24, *, now: datetime | None = None) -> list[EndpointStats]:
        """See ``PerformanceMemory.endpoints``."""
        return await asyncio.to_thread(self.sync.endpoints, hours, now=now)

    async def trends(
        self, *, hours: float = 24, baseline_hours: float = 168, now: datetime | None = None
    ) -> list[Trend]:
        """See ``PerformanceMemory.trends``."""
        return await asyncio.to_thread(self.sync.trends, hours=hours, baseline_hours=baseline_hours, now=now)

    async def durations(
        self,
        endpoint: str,
        *,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100_000,
    ) -> list[tuple[datetime, float]]:
        """See ``PerformanceMemory.durations``."""
        return await asyncio.to_thread(
            self.sync.durations, endpoint, kind=kind, since=since, until=until, limit=limit
        )

    @property
    def lost(self) -> int:
        """See ``PerformanceMemory.lost``."""
        return self.sync.lost

    async def flush(self) -> None:
        """See ``PerformanceMemory.flush``."""
        await asyncio.to_thread(self.sync.flush)

    async def close(self) -> None:
        """See ``PerformanceMemory.close``."""
        await asyncio.to_thread(self.sync.close)

    async def __aenter__(self) -> AsyncPerformanceMemory:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
