"""Moments, spans and texts from events in the words of a record."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from lsp_server.memory.learning.model import Standing
from lsp_server.memory.titles import inert, printable
from lsp_server.records.amounts import plural, span_text
from lsp_server.records.shortening import shortened

_LONGEST = 300  # characters of a text that is quoted in a sentence
_MARKS = re.compile(r"^(?=<{7}|={7}|>{7}|\|{7})", re.MULTILINE)


def day_text(moment: datetime) -> str:
    """``2026-11-21``, in UTC."""
    return moment.astimezone(timezone.utc).date().isoformat()


def minute_text(moment: datetime) -> str:
    """``2026-11-21 08:12``, in UTC."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M")


def in_words(standing: Standing) -> str:
    """``106 times, last on 2026-11-18``: how a finding stands."""
    if standing.ended is not None:
        return f"over since {day_text(standing.ended)}"
    if standing.count > 1:
        return f"{plural(standing.count, 'time')}, last on {day_text(standing.last)}"
    return f"since {day_text(standing.first)}"


def span_between(begin: datetime, end: datetime) -> str:
    """``26 hours``, ``3 days``: how long ago, in one unit."""
    hours = int((end - begin).total_seconds() // 3600)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours > 1 else span_text(end - begin)


def amount(value: float) -> str:
    """A figure with as many places as say something: ``0.35``, ``4.2``, ``118``."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def duration(ms: float) -> str:
    """Milliseconds as people say them: ``4.2 ms``, ``1.3 s``, ``12 minutes``."""
    if ms < 1000:
        return f"{amount(ms)} ms"
    seconds = ms / 1000
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"


def quoted(text: str) -> str:
    """A text from an event as code within a sentence: nothing in it is Markdown."""
    one = shortened(printable(text), _LONGEST)
    fence = "`"
    while fence in one:
        fence += "`"
    gap = " " if one[:1] == "`" or one[-1:] == "`" else ""
    return f"{fence}{gap}{one}{gap}{fence}"


def plain(text: str) -> str:
    """A text from an event as a record's title may hold it."""
    return printable(text)


def block(text: str) -> str:
    """A text from an event as a block of code."""
    safe = _MARKS.sub(" ", "\n".join(inert(line.expandtabs(4)) for line in text.strip("\n").split("\n")))
    fence = "```"
    while fence in safe:
        fence += "`"
    return f"{fence}\n{safe}\n{fence}"
