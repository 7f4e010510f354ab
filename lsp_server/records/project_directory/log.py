"""``development_log.md``, which is a file for each month in the memory: ``log/2025/01.md``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from lsp_server.records.living.documents import month_path
from lsp_server.records.project_directory.markdown import cut, trimmed
from lsp_server.records.sections import headings

TITLE = "# Development Log"
_DAY = re.compile(r"\W*(\d{4})-(\d{2})-(\d{2})\b")


def months(text: str) -> tuple[dict[str, str], list[str]]:
    """The months of a log by their paths, and what has no day: the lines above the first one, its own title
    among them where there is more. What stands below a heading without a date stays with the day above it."""
    lines = text.split("\n")
    before, parts = cut(lines, lambda level, words: level == 2 and _day(words) is not None)
    if not parts:  # some begin a day at the first level
        before, parts = cut(lines, lambda level, words: level == 1 and _day(words) is not None)
    found: dict[str, list[str]] = {}
    for part in parts:
        day = _day(part.title)
        assert day is not None
        section = "\n".join(trimmed([lines[part.line], *part.lines]))
        found.setdefault(month_path(day), []).append(section if part.level == 2 else _deeper(section))
    whole = {path: f"{TITLE}\n\n" + "\n\n".join(days) + "\n" for path, days in found.items()}
    above = trimmed(before)
    return whole, [] if len(above) == 1 and above[0].startswith("# ") else above


def _deeper(text: str) -> str:
    """A text whose headings are each a level deeper."""
    lines = text.split("\n")
    for heading in headings(lines):
        if heading.end == heading.start + 1 and heading.level < 6:
            lines[heading.start] = lines[heading.start].replace("#", "##", 1)
    return "\n".join(lines)


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
    above, days = _entries(mine)
    above_theirs, others = _entries(theirs)
    above += [line for line in above_theirs if line.strip() and line not in (*above, TITLE)]
    for title, entries in others.items():
        there = days.setdefault(title, [])
        there += [entry for entry in entries if entry not in there]
    order = sorted(days, key=lambda title: _day(title) or date.min)
    body = [f"## {title}\n\n" + "\n\n".join(days[title]) for title in order]
    return "\n\n".join(["\n".join(trimmed(above)) or TITLE, *body]) + "\n"


def _entries(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """What stands above the first day, and the entries of each. A heading without a date is an entry."""
    days: dict[str, list[str]] = {}
    lines = text.replace("\r\n", "\n").split("\n")
    above, parts = cut(lines, lambda level, words: level == 2 and _day(words) is not None)
    for part in parts:
        before, entries = cut(part.lines, lambda level, _: level in (2, 3))
        found = days.setdefault(part.title, [])
        if text_above := trimmed(before):
            found.append("\n".join(text_above))
        found += ["\n".join(trimmed([f"{'#' * one.level} {one.title}", *one.lines])) for one in entries]
    return above, days
