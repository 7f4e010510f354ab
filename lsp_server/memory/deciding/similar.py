"""Use case: decisions like one that is to be made, and how often they turned out well."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError
from lsp_server.memory.deciding.results import PastDecision, SimilarDecisions
from lsp_server.records.outcomes import FAILURE, MIXED, SUCCESS

if TYPE_CHECKING:
    from lsp_server.index.outcomes import Glance, Like
    from lsp_server.memory.core import Core
    from lsp_server.records.model import Record
    from lsp_server.store.base import Version

MOST = 50
"""Decisions that are looked at."""
SHOWN = 5
NONE = SimilarDecisions()


def similar(core: Core, text: str, limit: int = SHOWN) -> SimilarDecisions:
    """Decisions with an outcome that are like ``text``."""
    checked_limit(limit)
    return _summed(text, core.followed().outcomes_like(text, MOST), limit)


def similar_to(core: Core, record: Record, limit: int = SHOWN) -> SimilarDecisions:
    """Those that are like a decision that is recorded; nothing of it counts for itself."""
    checked_limit(limit)
    from lsp_server.memory.deciding.likeness import question

    found = core.followed().outcomes_like(" ".join((record.title, *record.tags)), MOST)
    others = found._replace(records=[one for one in found.records if one.id != record.id])
    return _summed(question(record.title, record.tags), others, limit)


def checked_limit(limit: int) -> None:
    """Raises ``UsageError`` for what is no number of decisions."""
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise UsageError(f"limit is {limit!r}: it must be a whole number, 0 or more")


class Asking:
    """Asks for what is like a new decision while git writes that: so it costs the writer nothing."""

    def __init__(self, core: Core, title: str, tags: Sequence[str], limit: int = SHOWN) -> None:
        self._core = core
        self._title, self._tags = title, tags
        self._limit = limit
        self._thread: threading.Thread | None = None
        self._seen: Glance | None = None

    def begin(self, version: Version) -> None:
        """git is at work on a commit on ``version``. Safe to call again."""
        if self._thread is not None or self._core.batch is not None:
            return
        path = self._core.indexes.file(self._core.store.ref)

        def look() -> None:
            from lsp_server.index.outcomes import glance

            self._seen = glance(path, version, " ".join((self._title, *self._tags)), MOST)

        self._thread = threading.Thread(target=look, name="similar-decisions", daemon=True)
        self._thread.start()

    def answer(self) -> SimilarDecisions:
        """What was found. Only where there are outcomes, and the index was behind, is it asked now."""
        if self._thread is not None:
            self._thread.join()
            if self._seen is None or (self._seen.like is not None and not self._seen.like.records):
                return NONE
        from lsp_server.memory.deciding.likeness import question

        text = question(self._title, self._tags)
        if self._seen is None or self._seen.like is None:
            return similar(self._core, text, self._limit)
        return _summed(text, self._seen.like, self._limit)


def _summed(text: str, found: Like, limit: int) -> SimilarDecisions:
    from lsp_server.memory.deciding.likeness import likenesses, question  # nothing where there is no outcome

    heads = [(question(record.title, record.tags), record.body) for record in found.records]
    return summed(
        (
            past(record, likeness)
            for record, likeness in zip(found.records, likenesses(text, heads, found.total), strict=True)
        ),
        limit,
    )


def past(record: Record, likeness: float = 0.0) -> PastDecision:
    """A record whose outcome is known."""
    fields = record.fields
    return PastDecision(
        record.id,
        record.label,
        record.title,
        fields["outcome"],
        fields.get("outcome_on", ""),
        fields.get("confidence"),
        fields.get("outcome_note", ""),
        round(likeness, 3),
    )


def summed(candidates: Iterable[PastDecision], limit: int) -> SimilarDecisions:
    """Those that are similar enough, in the order of likeness, with the rate of all of them."""
    from lsp_server.memory.deciding.likeness import ENOUGH
    from lsp_server.memory.deciding.rates import wilson, worth

    kept = sorted((one for one in candidates if one.likeness >= ENOUGH), key=lambda one: -one.likeness)
    if not kept:
        return NONE
    results: Sequence[str] = [one.result for one in kept]
    successes = worth(results)
    return SimilarDecisions(
        kept[:limit],
        successes / len(kept),
        wilson(successes, len(kept)),
        len(kept),
        results.count(SUCCESS),
        results.count(MIXED),
        results.count(FAILURE),
    )
