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
