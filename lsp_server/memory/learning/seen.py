"""What the finders look at: the events of the last days, read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from lsp_server.memory.events.model import TypedMemory

if TYPE_CHECKING:
    from lsp_server.memory.performance.results import Comparison, EndpointStats, Trend

DAYS = 7
"""So many days are looked at."""


@dataclass(frozen=True)
class Seen:
    """The events up to ``now`` (UTC), the oldest first. ``hours`` is what counts as now.

    ``errors`` and ``actions`` (what people did on pages) are of the last week, ``solutions``, ``applied``,
    ``decisions`` and ``outcomes`` all that are kept. ``activity`` tells how many events there were from one
    moment to before another, whatever they were; ``daily`` how many of each type on each of the days before
    today, the oldest day first. ``trends`` are those of now, ``earlier_trends`` those that could be told some
    hours ago; ``endpoints`` how each did in the last ``hours``, ``yesterday`` on the last whole day.
    ``remedies``: each optimisation that somebody recorded, with how its endpoint did before and after.
    """

    now: datetime
    hours: float
    activity: Callable[[datetime, datetime], int]
    errors: Sequence[TypedMemory] = ()
    actions: Sequence[TypedMemory] = ()
    metrics: Sequence[TypedMemory] = ()
    solutions: Sequence[TypedMemory] = ()
    applied: Sequence[TypedMemory] = ()
    optimisations: Sequence[TypedMemory] = ()
    decisions: Sequence[TypedMemory] = ()
    outcomes: Sequence[TypedMemory] = ()
    daily: Sequence[dict[str, int]] = ()
    trends: Sequence[Trend] = ()
    earlier_trends: Sequence[Trend] = ()
    endpoints: Sequence[EndpointStats] = ()
    yesterday: Sequence[EndpointStats] = ()
    remedies: Sequence[tuple[TypedMemory, Comparison]] = ()

    @property
    def recently(self) -> datetime:
        """Since when is now."""
        return self.now - timedelta(hours=self.hours)

    @property
    def today(self) -> datetime:
        """Midnight of the day that ``now`` is in. What must not be asked again and again of the same stream
        is asked of the days before."""
        return day_of(self.now)


def day_of(moment: datetime) -> datetime:
    """The beginning of the UTC day of a moment."""
    return moment.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
