"""The daily report of what was learned: what is new, lasts and ended, and how the day was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.memory.errors.history import errors_of
from lsp_server.memory.learning.discretion import discreet
from lsp_server.memory.learning.gathering import lean
from lsp_server.memory.learning.grouping import grouping
from lsp_server.memory.learning.ledger import standing
from lsp_server.memory.learning.life import is_settled
from lsp_server.memory.learning.model import Standing
from lsp_server.memory.learning.patterns import Pattern, patterns
from lsp_server.memory.learning.telling import duration, minute_text, quoted
from lsp_server.memory.titles import printable
from lsp_server.records.amounts import plural
from lsp_server.records.model import Kind, Record
from lsp_server.rendering.markdown import harmless

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.performance.results import EndpointStats

_MOST = 10  # lines of a section
_TYPES = 12


class Day(NamedTuple):
    """What there is to report of a day (UTC)."""

    day: date
    new: Sequence[Standing]
    lasting: Sequence[Standing]
    over: Sequence[Standing]
    errors: Sequence[Pattern]
    endpoints: Sequence[EndpointStats]
    due: Sequence[Record]
    counts: dict[str, int]
    remarks: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it but how much happened: nobody needs that in a history."""
        return not (self.new or self.lasting or self.over or self.errors)


def of_day(core: Core, events: EventMemory, day: date) -> Day:
    """What there is to tell of a day (UTC). What could not be looked at is told in ``remarks``."""
    from lsp_server.memory.deciding.outcomes import due
    from lsp_server.memory.performance.performance_memory import PerformanceMemory

    begin = datetime.combine(day, time(), timezone.utc)
    end = begin + timedelta(days=1)
    remarks: list[str] = []
    stands = [one for one in standing(core) if not one.duplicate and one.record.created < end]
    new = [one for one in stands if one.record.created >= begin]
    over = [one for one in stands if one.ended is not None and begin <= one.ended < end]
    lasting = [
        one
        for one in stands
        if one.record.created < begin and (one.ended >= end if one.ended is not None else not is_settled(one))
    ]
    errors = lean(errors_of(events, begin, end))
    sorted_by = grouping(events, remarks) if errors else None
    with PerformanceMemory(events) as performance:
        endpoints = performance.endpoints(24, now=end - timedelta(microseconds=1))
    try:
        decisions = due(core, day)
    except GitMemoryError as error:
        remarks.append(str(error))
        decisions = ()
    return Day(
        day,
        [one for one in new if one not in over],
        lasting,
        over,
        patterns(errors, events.memories("solution", until=end), sorted_by),
        endpoints,
        decisions,
        events.counts(begin, end),
        remarks,
    )


def text_of(core: Core, told: Day) -> str:
    """A day's report as Markdown in which nothing acts."""
    return discreet(core.templates.render("reports/learnings.md", **values(told)))


def values(told: Day) -> dict[str, Any]:
    """What the template is given."""
    total = sum(told.counts.values())
    counts = sorted(told.counts.items(), key=lambda pair: (-pair[1], pair[0]))
    summary = [plural(total, "event")]
    summary += [
        f"{len(ones)} {word}"
        for ones, word in ((told.new, "new"), (told.lasting, "going on"), (told.over, "over"))
        if ones
    ]
    sections = [
        ("New", [_standing_line(one, told) for one in told.new]),
        ("Going on", [_standing_line(one, told) for one in told.lasting]),
        ("Over", [_standing_line(one, told) for one in told.over]),
        ("Errors", [_error_line(one) for one in told.errors]),
        ("Outcomes due", [f"**{one.label}** {_words(one.title)}" for one in told.due]),
    ]
    return {
        "day": told.day.isoformat(),
        "summary": ", ".join(summary),
        "sections": [
            {"heading": heading, "lines": lines[:_MOST], "more": max(0, len(lines) - _MOST)}
            for heading, lines in sections
            if lines
        ],
        "endpoints": [_endpoint(one) for one in told.endpoints[:_MOST]],
        "more_endpoints": max(0, len(told.endpoints) - _MOST),
        "counts": ", ".join(f"{kind} {count:,}" for kind, count in counts[:_TYPES])
        + (", …" if len(counts) > _TYPES else ""),
    }


def _standing_line(one: Standing, told: Day) -> str:
    record = one.record
    end = datetime.combine(told.day, time(), timezone.utc) + timedelta(days=1)
    facts = [f"since {minute_text(one.first)}"]
    if record.kind is Kind.BUG and one.last < end:  # else the record tells what came later
        facts = [record.status] if record.status else []
        facts += [plural(one.count, "time"), f"last {minute_text(one.last)}"]
    elif one.ended is not None and one.ended < end:
        facts.append(f"until {minute_text(one.ended)}")
    return f"**{record.label}** {_words(record.title)} ({', '.join(facts)})"


def _error_line(pattern: Pattern) -> str:
    newest = pattern.newest
    what = ": ".join(part for part in (newest.type, pattern.template) if part)
    where = f" in {quoted(newest.where)}" if newest.where else ""
    helps = f"; known to help: {quoted(pattern.solution.title)}" if pattern.solution else ""
    return f"{len(pattern.events):,} × {quoted(what)}{where}{helps}"


def _endpoint(one: EndpointStats) -> list[str]:
    failed = f"{one.failures:,} ({one.failure_rate:.1%})" if one.failures else "0"
    name = quoted(one.endpoint).replace("|", "\\|")
    return [name, f"{one.n:,}", duration(one.p50), duration(one.p95), duration(one.total), failed]


def _words(title: str) -> str:
    return harmless(printable(title))
