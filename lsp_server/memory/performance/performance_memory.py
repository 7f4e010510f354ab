"""``PerformanceMemory``: how long things take, by endpoint, and what has changed."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.performance.offers import Offers
from lsp_server.memory.performance.queries import masked
from lsp_server.memory.performance.recorder import LONGEST_MS, Measured, Recorder
from lsp_server.memory.performance.timer import Timer
from lsp_server.store.keyvalue.clocks import utc
from lsp_server.store.moments import microseconds

if TYPE_CHECKING:
    from lsp_server.memory.events.model import TypedMemory
    from lsp_server.memory.facade import Memory
    from lsp_server.memory.performance.results import EndpointStats, Trend

LONGEST = 500
"""Characters of an endpoint's name."""

KINDS = ("request", "query", "call", "node")
_OUTCOMES = ("success", "failure")
_MOST_HOURS = 24 * 366.0


class PerformanceMemory:
    """How long requests, queries and calls take, recorded by endpoint among the events.

    ``where`` is an open ``EventMemory``, or what one takes: a repository, or ``"dir:PATH"``. ``owner`` is
    whose durations these are: a service, a machine. Measuring costs microseconds and never waits: a thread
    writes, within a second; ``flush`` and ``close`` write at once. Of an endpoint the first
    thousand durations are kept one by one, then ``kept_per_minute``, each standing for those around it; None
    keeps all.

    Threads and tasks may share one. Close it, or use it in a ``with`` or an
    ``async with``. The questions below read the index: ``AsyncPerformanceMemory`` asks them in threads.

    >>> with PerformanceMemory(".") as performance:
    ...     with performance.timer("charge"):
    ...         charge(order)
    ...     performance.endpoints()
    """

    def __init__(
        self,
        where: EventMemory | Memory | Path | str = ".",
        *,
        owner: str = "",
        kept_per_minute: float | None = 3.0,
    ) -> None:
        if kept_per_minute is not None and not (
            isinstance(kept_per_minute, (int, float)) and 0 < kept_per_minute < math.inf
        ):
            raise UsageError(
                f"kept_per_minute is {kept_per_minute!r}: it must be more than 0, or None for all"
            )
        self._owns = not isinstance(where, EventMemory)
        self.events = where if isinstance(where, EventMemory) else EventMemory(where)
        self._owner = owner
        self._clock = self.events._clock
        self._offers = Offers(self.events)
        self._recorder = Recorder(self.events, owner, kept_per_minute, self._offers.renew)

    # Measuring

    def timer(self, endpoint: str, *, kind: str = "call") -> Timer:
        """A context manager, plain or ``async with``, and a decorator for functions and coroutine functions.

        It has ``ms`` when it has ended, and ``optimisations``: what made this endpoint faster before.
        """
        return Timer(self, checked_endpoint(endpoint), _checked_kind(kind))

    def query(self, sql: str) -> Timer:
        """A timer for a database query. Its endpoint is the query without its values, so that the same query
        comes up again under one name, and no value of it is kept."""
        return Timer(self, masked(sql), "query")

    def record(
        self,
        endpoint: str,
        ms: float,
        *,
        kind: str = "call",
        outcome: str = "success",
        status: int | None = None,
    ) -> None:
        """Record a duration in milliseconds that was measured elsewhere.

        ``status`` is a request's, as HTTP has it. Raises ``UsageError`` for what is no duration.
        """
        if isinstance(ms, bool) or not isinstance(ms, (int, float)) or not 0 <= ms <= LONGEST_MS:
            raise UsageError(
                f"ms is {ms!r:.40}: a duration is a number of milliseconds, 0 to {LONGEST_MS:,.0f}"
            )
        if outcome not in _OUTCOMES:
            raise UsageError(f"outcome is {outcome!r}: it is success or failure")
        if status is not None and (isinstance(status, bool) or not isinstance(status, int)):
            raise UsageError(f"status is {status!r}: it is a number, like 200")
        self._measured(checked_endpoint(endpoint), float(ms), _checked_kind(kind), outcome, status)

    def _measured(self, endpoint: str, ms: float, kind: str, outcome: str, status: int | None = None) -> None:
        self._recorder.add(Measured(endpoint, kind, outcome, status, ms, self._clock()))

    # Optimisations

    def optimisation(self, endpoint: str, title: str, content: str = "") -> TypedMemory:
        """Remember what made an endpoint faster: it is offered where the endpoint comes up again."""
        memory = self.events.create_memory(
            title,
            content,
            memory_type="optimisation",
            owner=self._owner,
            metadata={"endpoint": checked_endpoint(endpoint)},
        )
        self._offers.add(memory)
        return memory

    def optimisations(self, endpoint: str) -> list[TypedMemory]:
        """What made an endpoint faster before, newest first. Looked up every five seconds at most."""
        return self._offers.of(checked_endpoint(endpoint))

    def optimisations_at_once(self, endpoint: str) -> list[TypedMemory]:
        """The same from what is known already, for those who must not wait: what others recorded in the last
        seconds may be missing."""
        return self._offers.at_once(endpoint)

    # Asking

    def endpoints(self, hours: float = 24, *, now: datetime | None = None) -> list[EndpointStats]:
        """How each endpoint did in the last ``hours``; those on which most time was spent first."""
        from lsp_server.memory.performance.endpoints import statistics
        from lsp_server.memory.performance.reading import tallies

        span = _checked_hours("hours", hours)
        until = self._now(now)
        self.flush()
        return statistics(
            tallies(self.events, microseconds(until - timedelta(hours=span)), microseconds(until) + 1)
        )

    def trends(
        self, *, hours: float = 24, baseline_hours: float = 168, now: datetime | None = None
    ) -> list[Trend]:
        """The endpoints whose typical duration in the last ``hours`` differs from the ``baseline_hours``
        before, at the same times of the day, by more than chance; the surest first.

        Needs SciPy: ``pip install "git-memory-lsp[learning]"``; raises ``RefusedError`` without it. What is
        tested, and how often it is wrong, is told in docs/performance.md.
        """
        from lsp_server.memory.performance.reading import cells_of
        from lsp_server.memory.performance.trends import found_trends, trend_layout

        span, base = _checked_hours("hours", hours), _checked_hours("baseline_hours", baseline_hours)
        until = self._now(now)
        layout = trend_layout(microseconds(until) / 1e6, span, base)
        self.flush()
        return found_trends(cells_of(self.events, layout), layout)

    def durations(
        self,
        endpoint: str,
        *,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100_000,
    ) -> list[tuple[datetime, float]]:
        """When an endpoint was measured and how many ms it took, the oldest first, of the newest ``limit``;
        failures are left out. What ``testing.compared`` takes."""
        from lsp_server.memory.performance.reading import moments

        name = checked_endpoint(endpoint)
        begin = 0 if since is None else microseconds(utc(since))
        end = microseconds(self._clock()) + 1 if until is None else microseconds(utc(until))
        self.flush()
        return moments(self.events, name, kind, since=begin, until=end, limit=limit)

    @property
    def lost(self) -> int:
        """Durations that could not be written, because the disk was full or they came too fast."""
        return self._recorder.lost

    def flush(self) -> None:
        """Write all that was measured: it survives the killing of this process. Raises ``StoreError``."""
        self._recorder.flush()

    def close(self) -> None:
        """Write all that was measured, and let go; safe to call twice."""
        try:
            self._recorder.close()
        finally:
            if self._owns:
                self.events.close()

    def __enter__(self) -> PerformanceMemory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> PerformanceMemory:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from asyncio import to_thread

        await to_thread(self.close)

    def _now(self, now: datetime | None) -> datetime:
        return self._clock() if now is None else utc(now)


def checked_endpoint(endpoint: str) -> str:
    """An endpoint's name: one line, of bounded length. Raises ``UsageError``."""
    if not isinstance(endpoint, str) or not (name := " ".join(endpoint.split())):
        raise UsageError(f"an endpoint is {endpoint!r}: it needs a name, like GET /users/{{id}}")
    if not name.isascii():
        name = name.encode("utf-8", "replace").decode()  # half a pair, as some paths have, cannot be kept
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def _checked_kind(kind: str) -> str:
    if kind not in KINDS:
        raise UsageError(f"kind is {kind!r}: it is one of {', '.join(KINDS)}")
    return kind


def _checked_hours(name: str, hours: float) -> float:
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= _MOST_HOURS:
        raise UsageError(f"{name} is {hours!r}: it must be a number, more than 0 and at most a year")
    return float(hours)
