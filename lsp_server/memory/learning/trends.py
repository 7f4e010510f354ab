"""Finds endpoints that have become slower or faster, as the performance memory's test tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from lsp_server.memory.learning.model import TRENDS, Finding, Standing, key_of
from lsp_server.memory.learning.seen import Seen
from lsp_server.memory.learning.telling import duration, minute_text, quoted
from lsp_server.records.shortening import shortened

if TYPE_CHECKING:
    from lsp_server.memory.performance.results import EndpointStats, Trend

FEWEST = 20
"""Durations that tell how it stands now."""
CLOSE_TO = 1.1
"""As fast as before is what takes at most so many times as long."""
USUAL = timedelta(days=7)
"""What has lasted so long is the usual."""
SURE = timedelta(hours=20)
"""So long a trend must not have been found to have ended."""


def find(seen: Seen, standing: Sequence[Standing]) -> list[Finding]:
    """The trends there are, and those of ``standing`` that are over. A new one must be seen twice, some hours
    apart: who asks every few minutes for days would meet chance in the end."""
    found: list[Finding] = []
    lasting = {one.key: one for one in standing if one.ended is None}
    earlier = {(one.endpoint, one.kind, one.direction) for one in seen.earlier_trends}
    current: set[str] = set()
    for trend in seen.trends:
        key = key_of(TRENDS, trend.endpoint, trend.kind)
        known = lasting.get(key)
        if known is None and (trend.endpoint, trend.kind, trend.direction) not in earlier:
            continue
        if known is not None and known.figures.get("direction") != trend.direction:
            continue  # it goes back: told as the end, below
        current.add(key)
        found.append(_finding(trend, key, seen, known))
    stats = {key_of(TRENDS, one.endpoint, one.kind): one for one in seen.endpoints}
    for key, one in lasting.items():
        if key not in current and (why := _why_over(one, stats.get(key), seen)):
            found.append(_ended(one, why))
    return found


def _why_over(standing: Standing, now: EndpointStats | None, seen: Seen) -> str:
    before = standing.figure("before-ms")
    if now is None or now.n < FEWEST or before is None or seen.now - standing.last < SURE:
        return ""
    is_slower = standing.figures.get("direction") == "slower"
    if (now.p50 <= CLOSE_TO * before) if is_slower else (now.p50 * CLOSE_TO >= before):
        return f"as before again: {duration(now.p50)}, {duration(before)} before it changed"
    if seen.now - standing.first >= USUAL:
        return f"so for more than a week: {duration(now.p50)} is the usual now"
    return ""


def _ended(standing: Standing, why: str) -> Finding:
    return Finding(
        TRENDS,
        standing.key,
        standing.record.title,
        "",
        standing.first,
        standing.last,
        standing.count,
        still=False,
        why=why,
    )


def _finding(trend: Trend, key: str, seen: Seen, known: Standing | None) -> Finding:
    before = (known.figure("before-ms") if known else None) or trend.before
    by = abs(trend.shift)
    return Finding(
        TRENDS,
        key,
        shortened(f"{trend.endpoint} is {by:.0%} {trend.direction}: {duration(trend.after)}", 110),
        f"{quoted(trend.endpoint)} ({trend.kind}) takes {duration(trend.after)} where it took "
        f"{duration(trend.before)}: {by:.0%} {trend.direction}, "
        f"since about {minute_text(trend.since)} (UTC).",
        known.first if known else trend.since,
        seen.now,
        known.count if known else 1,
        evidence=(
            f"typical duration before {duration(trend.before)} ({trend.n_before:,} measured), "
            f"now {duration(trend.after)} ({trend.n_after:,} measured)",
            f"change {trend.shift:+.0%}, {trend.low:+.0%} to {trend.high:+.0%} (95 %)",
            f"by chance: p = {trend.p:.2g}, all endpoints taken together",
        ),
        figures={
            "direction": trend.direction,
            "before-ms": _figure(before),
            "now-ms": _figure(trend.after),
        },
    )  # fmt: skip


def _figure(ms: float) -> float:
    return float(f"{ms:.3g}")
