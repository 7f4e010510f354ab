"""The index's calls about keyed values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from lsp_server.index import keyed

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from lsp_server.store.keyvalue.base import Item

Answer = TypeVar("Answer")


class KeyedCalls:
    """What stands under keys, whether it has expired or not."""

    def _read(self, query: Callable[[sqlite3.Connection], Answer]) -> Answer:
        raise NotImplementedError

    def keyed(self, keys: Iterable[str]) -> dict[str, Item]:
        """The values that stand under these keys."""
        wanted = list(keys)
        return self._read(lambda c: keyed.get(c, wanted))

    def keyed_scan(self, prefix: str, after: str | None = None, limit: int | None = None) -> list[Item]:
        """The values whose keys begin so, in the order of keys, those behind ``after`` only."""
        return self._read(lambda c: keyed.scan(c, prefix, after, limit))

    def keyed_updated(self, after: datetime | None, before: datetime | None, prefix: str) -> list[Item]:
        """The values last written at ``after`` or later and before ``before``, the oldest first."""
        return self._read(lambda c: keyed.updated(c, after, before, prefix))

    def keyed_due(self, now: datetime) -> list[Item]:
        """The values that expire at ``now`` or did before."""
        return self._read(lambda c: keyed.due(c, now))
