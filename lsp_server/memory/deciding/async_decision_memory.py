"""``AsyncDecisionMemory``: decisions with their outcomes for programs that run on asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from lsp_server.memory.deciding.decision_memory import DecisionMemory, MadeDecision
from lsp_server.memory.deciding.similar import SHOWN
from lsp_server.memory.events.async_event_memory import AsyncEventMemory
from lsp_server.memory.events.event_memory import EventMemory

if TYPE_CHECKING:
    from lsp_server.memory.deciding.results import Calibration, SimilarDecisions
    from lsp_server.memory.events.model import TypedMemory
    from lsp_server.memory.facade import Memory
    from lsp_server.store.keyvalue.base import Value


class AsyncDecisionMemory:
    """``DecisionMemory`` with every call as a coroutine: same arguments, same answers, same errors. The work
    is done in threads. ``sync`` is the ``DecisionMemory``.

    >>> decisions = AsyncDecisionMemory(".")
    >>> made = await decisions.decide("Retry with backoff", confidence=0.7)
    """

    def __init__(
        self,
        where: DecisionMemory | AsyncEventMemory | EventMemory | Memory | Path | str = ".",
        *,
        owner: str = "",
    ) -> None:
        place = where.sync if isinstance(where, AsyncEventMemory) else where
        self.sync = place if isinstance(place, DecisionMemory) else DecisionMemory(place, owner=owner)

    async def decide(
        self,
        title: str,
        content: str = "",
        *,
        confidence: float | str | None = None,
        based_on: str | TypedMemory | Iterable[str | TypedMemory] = (),
        due: datetime | None = None,
        owner: str | None = None,
        tags: Iterable[str] = (),
        metadata: Mapping[str, Value] | None = None,
        limit: int = SHOWN,
    ) -> MadeDecision:
        """See ``DecisionMemory.decide``."""
        return await asyncio.to_thread(
            self.sync.decide,
            title,
            content,
            confidence=confidence,
            based_on=based_on,
            due=due,
            owner=owner,
            tags=tags,
            metadata=metadata,
            limit=limit,
        )

    async def outcome(self, decision: str | TypedMemory, result: str, note: str = "") -> TypedMemory:
        """See ``DecisionMemory.outcome``."""
        return await asyncio.to_thread(self.sync.outcome, decision, result, note)

    async def similar(self, query: str, limit: int = SHOWN) -> SimilarDecisions:
        """See ``DecisionMemory.similar``."""
        return await asyncio.to_thread(self.sync.similar, query, limit)

    async def due(self, now: datetime | None = None) -> list[TypedMemory]:
        """See ``DecisionMemory.due``."""
        return await asyncio.to_thread(self.sync.due, now)

    async def calibration(self) -> Calibration:
        """See ``DecisionMemory.calibration``."""
        return await asyncio.to_thread(self.sync.calibration)

    async def close(self) -> None:
        """See ``DecisionMemory.close``."""
        await asyncio.to_thread(self.sync.close)

    async def __aenter__(self) -> AsyncDecisionMemory:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
