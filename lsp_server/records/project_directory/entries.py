"""Where the entries of a file begin, and what people write beside the words that a record has a place for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from lsp_server.records.model import Kind
from lsp_server.records.project_directory.markdown import Cut, cut, trimmed
from lsp_server.records.project_directory.parts import named
from lsp_server.records.project_directory.words import bare

NOTES = "## Notes"
PERIOD = re.compile(
    r"(?:\w{1,12}\.? )?(?:19|20)\d\d(?:[ /.-]*(?:Q[1-4]|\d{1,2})|[-–/](?:19|20)?\d\d)?\Z", re.IGNORECASE
)
"""A year, a quarter or a month, as headings that entries are grouped by have it."""
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\Z")
_WORD = re.compile(r"[\w']+")


def cut_entries(kind: Kind, lines: list[str], is_named: Callable[[str], bool]) -> tuple[list[str], list[Cut]]:
    """As ``cut``: entries stand below headings at level two. Where none there is named as entries are, and
    those at level one are, they stand there, and what is at level two are their sections."""
    before, parts = cut(lines, lambda level, _: level == 2)
    if any(is_named(part.title) for part in parts):
        return before, parts
    above, high = cut(lines, lambda level, words: level == 1 and is_named(words))
    are_sections = all(part.title.casefold().rstrip(":") in named(kind) for part in parts)
    return (above, high) if len(high) > 1 or (high and are_sections) else (before, parts)


def in_periods(
    kind: Kind, before: list[str], parts: list[Cut]
) -> tuple[list[str], list[tuple[str, Cut]]] | None:
    """The entries of a file whose headings at level two are years (``## 2024``) and whose entries stand below
    those, each with its period; None for any other file. What is said of a period itself belongs to no entry.
    """
    if not parts or not all(PERIOD.match(part.title) for part in parts):
        return None
    above, found = list(before), list[tuple[str, Cut]]()
    for part in parts:
        said, entries = cut(part.lines, lambda level, _: level == part.level + 1)  # noqa: B023 (called here)
        if entries and all(entry.title.casefold().rstrip(":") in named(kind) for entry in entries):
            return None  # one that has a year for its title
        if any(line.strip() for line in trimmed(said, separator=True)):
            above += [f"## {part.title}", *said]
        found += [(part.title, entry._replace(line=part.line + 1 + entry.line)) for entry in entries]
    return (above, found) if found else None


def meaning(table: Mapping[str, str], said: str) -> tuple[str | None, bool]:
    """What the first words of a status or severity stand for, and whether nothing more is said."""
    words = bare(said).split()
    for end in range(len(words), 0, -1):
        first = " ".join(words[:end])
        if found := table.get(first):
            return found, _WORD.findall(said.casefold()) == _WORD.findall(first)
    return None, not said.strip()


def is_whole_date(said: str) -> bool:
    """Whether a date says nothing beside the date."""
    try:
        datetime.fromisoformat(re.sub(r"[zZ]\Z", "+00:00", said.strip()))
    except ValueError:
        return _DAY.match(said.strip()) is not None
    return True


def noted(others: list[str], texts: Iterable[str]) -> None:
    """Put texts that belong nowhere above the sections that belong to no field."""
    text = "\n\n".join(text for text in texts if text)
    if text and others and others[0].startswith(f"{NOTES}\n\n"):
        others[0] = f"{NOTES}\n\n{text}\n\n{others[0][len(NOTES) + 2 :]}"
    elif text:
        others.insert(0, f"{NOTES}\n\n{text}")


def as_written(values: Mapping[str, str], names: Iterable[str]) -> str:
    """The lines of a head as they were, for those that say more than was understood."""
    return "  \n".join(f"**{name.title()}:** {values[name]}" for name in names if values.get(name))
