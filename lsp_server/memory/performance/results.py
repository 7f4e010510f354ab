"""What is asked of durations is answered with these."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class EndpointStats(NamedTuple):
    """How an endpoint did. Times are in milliseconds.

    ``n`` counts all requests, also those that busy recording let a kept one stand for; the percentiles are
    those of the kept ones, each weighed by what it stands for. ``interval`` is Wilson's, of 95 %, for
    ``failure_rate``.
    """

    endpoint: str
    kind: str
    n: int
    p50: float
    p95: float
    p99: float
    total: float
    failures: int
    failure_rate: float
    interval: tuple[float, float]


class Comparison(NamedTuple):
    """Whether durations differ before and after, as ``compared`` found.

    ``enough``: whether there was enough to tell; else ``why`` says what was missing. ``direction`` is
    ``slower``, ``faster`` or "" (no difference that could be told from chance). ``shift`` is the relative
    change of what is typical: 0.3 is 30 % slower; ``low`` and ``high`` are its 95 % interval. ``before`` and
    ``after`` are the typical durations in ms. ``p`` is the chance of as much where nothing differs.
    Where there was not enough, they are 0.
    """

    enough: bool
    direction: str
    before: float
    after: float
    shift: float
    low: float
    high: float
    p: float
    n_before: int
    n_after: int
    why: str


class Trend(NamedTuple):
    """An endpoint whose typical duration has changed, and not by chance.

    ``before`` and ``after`` are typical durations in ms, ``shift_ms`` their difference and ``shift`` the
    same as a fraction of ``before`` (0.3: 30 % slower), with the 95 % interval ``low`` to ``high``. ``p`` is
    adjusted for the number of endpoints. ``since`` is when it began, to the hour or so.
    """

    endpoint: str
    kind: str
    direction: str
    before: float
    after: float
    shift_ms: float
    shift: float
    low: float
    high: float
    p: float
    n_before: int
    n_after: int
    since: datetime


def plain(found: EndpointStats | Comparison | Trend) -> dict[str, Any]:
    """As JSON can hold it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in found._asdict().items()
    }
