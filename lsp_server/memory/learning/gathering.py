"""Reads from the events what the finders look at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from lsp_server.memory.errors.history import errors_of
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.learning.patterns import raised
from lsp_server.memory.learning.seen import DAYS, Seen, day_of

_OURS = ("insight", "optimisation", "summary")
"""What the loop and the journal write themselves: no sign that a program is at work."""
_MOST_ERRORS = 100_000
_MOST_ACTIONS = 100_000
_BASELINE = 14  # days whose counts are compared


def gathered(events: EventMemory, now: datetime, hours: float) -> Seen:
    """The events of the last days, up to ``now``."""
    end = now + timedelta(microseconds=1)
    week = now - timedelta(days=DAYS)

    def newest(kind: str, since: datetime | None, limit: int | None = None) -> list[TypedMemory]:
        found = events.memories(kind, since=since, until=end, limit=limit, newest_first=limit is not None)
        return found[::-1] if limit is not None else found

    def activity(since: datetime, until: datetime) -> int:
        counts = events.counts(since, until) if since < until else {}
        return sum(count for kind, count in counts.items() if kind not in _OURS)

    today = day_of(now)
    days = [today - timedelta(days=number) for number in range(_BASELINE, 0, -1)]
    return Seen(
        now,
        hours,
        activity,
        errors=lean(errors_of(events, week, end)),
        actions=sorted(
            [*newest("user_action", week, _MOST_ACTIONS), *newest("page_view", week, _MOST_ACTIONS)],
            key=lambda memory: (memory.created, memory.id),
        ),
        solutions=newest("solution", None),
        applied=newest("solution.applied", None),
        optimisations=newest("optimisation", None),
        decisions=newest("decision", None),
        outcomes=newest("decision.outcome", None),
        daily=[events.counts(day, day + timedelta(days=1)) for day in days],
    )


def lean(errors: Iterable[TypedMemory]) -> list[TypedMemory]:
    """The newest errors, of each kind only the newest with its traceback: they are long, and all alike."""
    kept: deque[TypedMemory] = deque(maxlen=_MOST_ERRORS)
    texts: dict[str, tuple[str, str]] = {}
    for memory in errors:
        told: dict[str, Any] = {
            name: memory.metadata[name] for name in ("error", "group") if name in memory.metadata
        }
        texts[raised(memory).key] = memory.id, memory.content
        kept.append(memory._replace(content="", metadata=told))
    newest = dict(texts.values())
    return [memory._replace(content=newest.get(memory.id, "")) for memory in kept]
