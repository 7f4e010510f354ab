"""The index's calls about decisions and their outcomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from lsp_server.index import outcomes

if TYPE_CHECKING:
    import sqlite3

    from lsp_server.records.model import Record

Answer = TypeVar("Answer")


class OutcomeCalls:
    """What came of decisions."""

    def _read(self, query: Callable[[sqlite3.Connection], Answer]) -> Answer:
        raise NotImplementedError

    def outcomes_due(self, today: str) -> list[Record]:
        """The decisions whose outcome should be known by a day (ISO 8601) and is not; see ``outcomes``."""
        return self._read(lambda c: outcomes.due(c, today))

    def outcomes_like(self, text: str, limit: int) -> outcomes.Like:
        """The decisions with an outcome that share a word with a text, the likeliest first."""
        return self._read(lambda c: outcomes.like(c, text, limit))

    def judged(self) -> list[tuple[float, str]]:
        """Confidence and result of each decision that has both."""
        return self._read(outcomes.judged)
