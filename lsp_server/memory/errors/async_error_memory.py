"""``AsyncErrorMemory``: what went wrong and what helped, for programs that run on asyncio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from lsp_server.memory.errors.error_memory import ErrorMemory, checked_arguments
from lsp_server.memory.errors.watching import Function, Watching
from lsp_server.memory.events.async_event_memory import AsyncEventMemory
from lsp_server.memory.events.event_memory import EventMemory

if TYPE_CHECKING:
    from lsp_server.memory.errors.results import ErrorGroup, RecordedError, Solution
    from lsp_server.memory.events.model import TypedMemory
    from lsp_server.memory.facade import Memory


class AsyncErrorMemory:
    """``ErrorMemory`` with every call that reads or writes as a coroutine: same arguments, same answers, same
    errors. The work is done in threads. What only wraps (``watching``, ``remember``, ``applies``,
    ``handler``, ``install_excepthook``) is called as ever. ``sync`` is the ``ErrorMemory``.

    >>> errors = AsyncErrorMemory(".", owner="shop")
    >>> async with errors.watching("charging", order=42):
    ...     await charge(order)
    """

    def __init__(
        self,
        where: ErrorMemory | AsyncEventMemory | EventMemory | Memory | Path | str = ".",
        *,
        owner: str = "",
        root: Path | None = None,
    ) -> None:
        place = where.sync if isinstance(where, AsyncEventMemory) else where
        self.sync = place if isinstance(place, ErrorMemory) else ErrorMemory(place, owner=owner, root=root)

    @property
    def unrecorded(self) -> int:
        """See ``ErrorMemory.unrecorded``."""
        return self.sync.unrecorded

    async def record(
        self,
        error: BaseException,
        *,
        context: Mapping[str, Any] | None = None,
        handled: bool = True,
        owner: str | None = None,
    ) -> RecordedError:
        """See ``ErrorMemory.record``; handlers that are coroutine functions are awaited."""
        given = checked_arguments(error, context, owner)
        recorder = self.sync._recorder
        recorded = await asyncio.to_thread(recorder.noted, error, given, handled=handled, owner=owner)
        return await recorder.tried_later(recorded, error, given)

    @overload
    def remember(self, function: Function) -> Function: ...
    @overload
    def remember(
        self, function: None = None, *, context: Mapping[str, Any] | None = None, reraise: bool = True
    ) -> Callable[[Function], Function]: ...
    def remember(
        self,
        function: Function | None = None,
        *,
        context: Mapping[str, Any] | None = None,
        reraise: bool = True,
    ) -> Function | Callable[[Function], Function]:
        """See ``ErrorMemory.remember``."""
        decorate: Callable[[Function], Function] = self.sync.remember(context=context, reraise=reraise)
        return decorate if function is None else decorate(function)

    def watching(self, what: str = "", *, suppress: bool = False, **context: Any) -> Watching:
        """See ``ErrorMemory.watching``; for ``async with``."""
        return self.sync.watching(what, suppress=suppress, **context)

    def applies(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """See ``ErrorMemory.applies``."""
        return self.sync.applies(name)

    def handler(self, level: int | str = logging.ERROR) -> logging.Handler:
        """See ``ErrorMemory.handler``."""
        return self.sync.handler(level)

    def install_excepthook(self, *, loop: asyncio.AbstractEventLoop | None = None) -> Callable[[], None]:
        """See ``ErrorMemory.install_excepthook``."""
        return self.sync.install_excepthook(loop=loop)

    async def solution(
        self,
        for_: BaseException | str | TypedMemory | ErrorGroup,
        title: str,
        content: str = "",
        *,
        handler: str | None = None,
    ) -> TypedMemory:
        """See ``ErrorMemory.solution``."""
        return await asyncio.to_thread(self.sync.solution, for_, title, content, handler=handler)

    async def solutions(self, error: BaseException | str | TypedMemory | ErrorGroup) -> list[Solution]:
        """See ``ErrorMemory.solutions``."""
        return await asyncio.to_thread(self.sync.solutions, error)

    async def groups(self, hours: float | None = 24) -> list[ErrorGroup]:
        """See ``ErrorMemory.groups``."""
        return await asyncio.to_thread(self.sync.groups, hours)

    async def group(self, name: str) -> ErrorGroup:
        """See ``ErrorMemory.group``."""
        return await asyncio.to_thread(self.sync.group, name)

    async def refresh(self) -> None:
        """See ``ErrorMemory.refresh``."""
        await asyncio.to_thread(self.sync.refresh)

    async def close(self) -> None:
        """See ``ErrorMemory.close``."""
        await asyncio.to_thread(self.sync.close)

    async def __aenter__(self) -> AsyncErrorMemory:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
