"""What the performance memory tells of the events, for the finders."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.learning.seen import DAYS, Seen

if TYPE_CHECKING:
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.performance.performance_memory import PerformanceMemory
    from lsp_server.memory.performance.results import Comparison

AGAIN = timedelta(hours=6)
"""A new trend must have been there so long ago, too."""
SETTLED = timedelta(hours=24)
"""So long after an optimisation it is asked what came of it."""
_REMEDIES = 50  # optimisations that are looked at, the newest


def with_speed(seen: Seen, events: EventMemory, remarks: list[str]) -> Seen:
    """``seen`` with trends, endpoints and what came of optimisations. Where no durations were recorded in a
    week nothing is asked, and nothing imported."""
    if not events.memories("metric", since=seen.now - timedelta(days=DAYS), limit=1):
        return seen
    from lsp_server.memory.performance.performance_memory import PerformanceMemory

    with PerformanceMemory(events) as performance:
        seen = replace(
            seen,
            endpoints=performance.endpoints(seen.hours, now=seen.now),
            yesterday=performance.endpoints(24, now=seen.today - timedelta(microseconds=1)),
        )
        try:
            trends = performance.trends(hours=seen.hours, baseline_hours=24 * DAYS, now=seen.now)
            earlier = (
                performance.trends(hours=seen.hours, baseline_hours=24 * DAYS, now=seen.now - AGAIN)
                if trends
                else []
            )
            remedies = _remedies(performance, seen)
        except (RefusedError, UsageError) as error:
            remarks.append(str(error))
            return seen
    return replace(seen, trends=trends, earlier_trends=earlier, remedies=remedies)


def _remedies(performance: PerformanceMemory, seen: Seen) -> list[tuple[TypedMemory, Comparison]]:
    from lsp_server.memory.performance.testing import compared

    due = [memory for memory in seen.optimisations if _is_due(memory, seen.now)][-_REMEDIES:]
    found = []
    for memory in due:
        endpoint = memory.metadata["endpoint"]
        moment, days = memory.created, timedelta(days=DAYS)
        # Up to one moment, whenever it is asked: the answer does not change with the asking.
        before = performance.durations(endpoint, since=moment - days, until=moment)
        after = performance.durations(endpoint, since=moment, until=moment + SETTLED)
        if before and after:
            found.append((memory, compared(before, after)))
    return found


def _is_due(memory: TypedMemory, now: datetime) -> bool:
    told = memory.metadata
    endpoint = told.get("endpoint")
    if not isinstance(endpoint, str) or not endpoint.strip() or "finder" in told:
        return False
    return memory.created + SETTLED <= now <= memory.created + timedelta(days=DAYS)
