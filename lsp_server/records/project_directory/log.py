"""``development_log.md``, which is a file for each month in the memory: ``log/2025/01.md``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from lsp_server.records.living.documents import month_path
from lsp_server.records.project_directory.markdown import cut, trimmed

TITLE = "# Development Log"
_DAY = re.compile(r"\W*(\d{4})-(\d{2})-(\d{2})\b")


def months(text: str) -> tuple[dict[str, str], list[str]]:
    """The months of a log by their paths, and what has no day: text above the first one. What stands below a
    heading without a date stays with the day above it."""
    lines = text.split("\n")
    before, parts = cut(lines, lambda level, words: level == 2 and _day(words) is not None)
    found: dict[str, list[str]] = {}
    for part in parts:
        day = _day(part.title)
        assert day is not None
        section = trimmed([lines[part.line], *part.lines])
        found.setdefault(month_path(day), []).append("\n".join(section))
    _, titles = cut(before, lambda level, _: level == 1)
    extra = trimmed(before[titles[0].line + 1 :] if titles else before)
    whole = {path: f"{TITLE}\n\n" + "\n\n".join(days) + "\n" for path, days in found.items()}
    return whole, extra


def _day(words: str) -> date | None:
    found = _DAY.match(words)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def log_of(texts: Mapping[str, str]) -> str:
    """One log of all months, in the order of their paths."""
    days = []
    for path in sorted(texts):
        lines = texts[path].replace("\r\n", "\n").split("\n")
        _, titles = cut(lines, lambda level, _: level == 1)
        body = trimmed(lines[titles[0].line + 1 :] if titles else lines)
        if body:
            days.append("\n".join(body))
    return f"{TITLE}\n\n" + "\n\n".join(days) + "\n"


def joined(mine: str, theirs: str) -> str:
    """A month with the entries of another one that it does not have; the order is that of the days."""
    days = _entries(mine)
    for title, entries in _entries(theirs).items():
        there = days.setdefault(title, [])
        there += [entry for entry in entries if entry not in there]
    order = sorted(days, key=lambda title: _day(title) or date.min)
    body = "\n\n".join(f"## {title}\n\n" + "\n\n".join(days[title]) for title in order)
    return f"{TITLE}\n\n{body}\n"


def _entries(text: str) -> dict[str, list[str]]:
    days: dict[str, list[str]] = {}
    for part in cut(text.replace("\r\n", "\n").split("\n"), lambda level, _: level == 2)[1]:
        before, entries = cut(part.lines, lambda level, _: level == 3)
        found = days.setdefault(part.title, [])
        if above := trimmed(before):
            found.append("\n".join(above))
        found += ["\n".join(trimmed([f"### {one.title}", *one.lines])) for one in entries]
    return days
