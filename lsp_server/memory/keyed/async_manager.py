"""``AsyncMemoryManager``: keyed memory for programs that run on asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from lsp_server.memory.keyed.manager import MemoryManager
from lsp_server.store.keyvalue.base import Item, Value

if TYPE_CHECKING:
    from types import TracebackType

    from lsp_server.memory.keyed.manager import Duration
    from lsp_server.memory.keyed.opening import Where


class AsyncMemoryManager:
    """``MemoryManager`` with every call as a coroutine: same arguments, same answers, same errors.

    The storage works in threads, so that the event loop never waits. A task that is cancelled leaves the
    storage whole: what it asked for is made, or not begun.

    >>> memory = AsyncMemoryManager("sqlite:///app.db")
    >>> await memory.store("user:123:preferences", {"theme": "dark"})
    """

    def __init__(
        self, storage: Where | MemoryManager = None, *, defaults: Mapping[str, Value] | None = None
    ) -> None:
        self.sync = (
            storage if isinstance(storage, MemoryManager) else MemoryManager(storage, defaults=defaults)
        )

    @overload
    async def store(self, key: str, value: Value, /, *, ttl: Duration | None = None) -> None: ...
    @overload
    async def store(self, owner: str, kind: str, value: Value, /, *, ttl: Duration | None = None) -> None: ...
    async def store(self, *arguments: Any, ttl: Duration | None = None) -> None:
        """See ``MemoryManager.store``: a key and a value, or an owner, a kind and a value."""
        call: Callable[..., None] = self.sync.store
        await asyncio.to_thread(call, *arguments, ttl=ttl)

    async def retrieve(self, key: str, kind: str | None = None, /, *, default: Value = None) -> Value:
        """See ``MemoryManager.retrieve``."""
        return await asyncio.to_thread(self.sync.retrieve, key, kind, default=default)

    @overload
    async def update(self, key: str, changes: Mapping[str, Value], /) -> Value: ...
    @overload
    async def update(self, owner: str, kind: str, changes: Mapping[str, Value], /) -> Value: ...
    async def update(self, *arguments: Any) -> Value:
        """See ``MemoryManager.update``: a key and changes, or an owner, a kind and changes."""
        return await asyncio.to_thread(self.sync.update, *arguments)

    async def change(self, key: str, change: Callable[[Value], Value], /) -> Value:
        """See ``MemoryManager.change``; ``change`` is a plain function, and called in another thread."""
        return await asyncio.to_thread(self.sync.change, key, change)

    async def delete(self, key: str, kind: str | None = None, /) -> int:
        """See ``MemoryManager.delete``."""
        return await asyncio.to_thread(self.sync.delete, key, kind)

    async def item(self, key: str, kind: str | None = None, /) -> Item | None:
        """See ``MemoryManager.item``."""
        return await asyncio.to_thread(self.sync.item, key, kind)

    async def keys(self, prefix: str = "") -> list[str]:
        """See ``MemoryManager.keys``."""
        return await asyncio.to_thread(self.sync.keys, prefix)

    async def items(self, prefix: str = "") -> list[Item]:
        """See ``MemoryManager.items``."""
        return await asyncio.to_thread(self.sync.items, prefix)

    async def query_by_timestamp(
        self,
        before: datetime | None = None,
        after: datetime | None = None,
        *,
        namespace: str | None = None,
    ) -> list[str]:
        """See ``MemoryManager.query_by_timestamp``."""
        return await asyncio.to_thread(self.sync.query_by_timestamp, before, after, namespace=namespace)

    async def cleanup(self) -> int:
        """See ``MemoryManager.cleanup``."""
        return await asyncio.to_thread(self.sync.cleanup)

    def namespace(self, name: str) -> AsyncMemoryManager:
        """See ``MemoryManager.namespace``."""
        return AsyncMemoryManager(self.sync.namespace(name))

    async def close(self) -> None:
        """See ``MemoryManager.close``."""
        await asyncio.to_thread(self.sync.close)

    async def __aenter__(self) -> AsyncMemoryManager:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
