"""``git memory performance``: how long things take, by endpoint, and what has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lsp_server.cli.lazy_group import LazyGroup
from lsp_server.cli.output import minute, print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible_line

if TYPE_CHECKING:
    from lsp_server.cli.terminal import Span
    from lsp_server.memory.performance.results import EndpointStats, Trend


class _PerformanceGroup(LazyGroup):
    """``git memory performance`` is ``git memory performance list``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((word for word in args if word != "--json"), None)
        if first is None or (first.startswith("-") and first not in ("-h", "--help")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


performance = _PerformanceGroup(
    "performance",
    {"list": "performance:list_", "trends": "performance:trends"},
    about="""Show how long things take, and what has changed.

    `git memory performance` is short for `git memory performance list`. Programs record how long requests,
    queries and calls take with PerformanceMemory or TimingMiddleware.""",
    example="  git memory performance\n  git memory performance trends",
)


@memory_command(
    "list",
    example="""
    git memory performance list
    git memory performance list --hours 1 -n 10
    git memory performance list --json
    """,
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True, max=24 * 366),
    default=24.0,
    metavar="N",
    help="Durations of the last N hours, 24 unless given.",
)
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=50, metavar="N", help="At most N, 50 unless given."
)
def list_(session: Session, *, hours: float, limit: int) -> None:
    """List endpoints, those on which most time was spent first.

    For each: how many durations, the median, what 95 and 99 of 100 stay below, the time in all, and how many
    of 100 failed, with the interval in which that rate lies with 95 % certainty.
    """
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.performance.performance_memory import PerformanceMemory

    with session.memory() as memory, EventMemory(memory) as events, PerformanceMemory(events) as known:
        found = known.endpoints(hours)
    if not found:
        nothing_found(session, f"no durations in the last {hours:g} hours")
    if session.json:
        from lsp_server.memory.performance.results import plain

        print_json(session, [plain(one) for one in found[:limit]])
        return
    heads = ("n", "p50", "p95", "p99", "in all", "failed", "endpoint")
    session.out.table([[(head, "dim") for head in heads], *map(_endpoint_row, found[:limit])])
    if len(found) > limit:
        session.say(f"and {len(found) - limit} more; -n shows more")


@memory_command(
    "trends",
    example="""
    git memory performance trends
    git memory performance trends --hours 6
    git memory performance trends --json
    """,
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True, max=24 * 366),
    default=24.0,
    metavar="N",
    help="What is new: the last N hours, 24 unless given.",
)
@click.option(
    "--baseline-hours",
    type=click.FloatRange(min=0, min_open=True, max=24 * 366),
    default=168.0,
    metavar="N",
    help="What it is compared with: the N hours before, 168 (a week) unless given.",
)
def trends(session: Session, *, hours: float, baseline_hours: float) -> None:
    """List what has become slower or faster.

    Only what cannot be chance: what is typical of the last hours is compared with the same hours of the days
    before. Nothing can be told before there are three days of durations, and a change takes most of a day to
    be sure. Needs SciPy: pip install "git-memory-lsp[learning]".
    """
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.performance.performance_memory import PerformanceMemory

    with session.memory() as memory, EventMemory(memory) as events, PerformanceMemory(events) as known:
        found = known.trends(hours=hours, baseline_hours=baseline_hours)
    if not found:
        nothing_found(session, "nothing that can be told from chance")
    if session.json:
        from lsp_server.memory.performance.results import plain

        print_json(session, [plain(one) for one in found])
        return
    session.out.table([_trend_row(one) for one in found], whole=True)


def _endpoint_row(one: EndpointStats) -> list[Span]:
    low, high = one.interval
    failed = f"{_share(one.failure_rate)} ({_share(low)} to {_share(high)})" if one.failures else "-"
    return [
        (f"{one.n:,}", ""),
        (time_text(one.p50), "bold"),
        (time_text(one.p95), ""),
        (time_text(one.p99), ""),
        (time_text(one.total), "dim"),
        (failed, "red" if one.failures else "dim"),
        (visible_line(one.endpoint), ""),
    ]


def _trend_row(one: Trend) -> list[Span]:
    least, most = sorted((abs(one.low), abs(one.high))) if one.low * one.high > 0 else (0.0, abs(one.high))
    return [
        (f"{abs(one.shift):.0%} {one.direction}", "red" if one.shift > 0 else "green"),
        (f"({_share(least)} to {_share(most)})", "dim"),
        (f"{time_text(one.before)} to {time_text(one.after)}", "bold"),
        (f"since {minute(one.since)}", "dim"),
        (visible_line(one.endpoint), ""),
    ]


def _share(rate: float) -> str:
    return f"{rate:.1%}" if 0 < rate < 0.0995 else f"{rate:.0%}"


def time_text(ms: float) -> str:
    """A duration as a person says it: two or three digits, in the unit that fits."""
    for most, size, unit in ((0.9995, 1e-3, "µs"), (999.5, 1.0, "ms"), (59_950.0, 1e3, "s")):
        if ms < most:
            value = ms / size
            return f"{value:.0f} {unit}" if value >= 9.95 or not value else f"{value:.1f} {unit}"
    return f"{ms / 60_000:.1f} min" if ms < 3_597_000 else f"{ms / 3_600_000:.1f} h"
