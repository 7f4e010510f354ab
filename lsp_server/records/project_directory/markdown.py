"""Markdown cut into entries and sections, and put together again: headings are shifted, code is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from lsp_server.records.sections import headings

_SEPARATOR = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*\Z")
_META = re.compile(r"(?:[-*+] )?\*\*([^*\n]{1,40}?)(?::\*\*|\*\*:)(.*)\Z")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]+(\S.*)\Z")
_DEEPEST = 6


class Cut(NamedTuple):
    """A heading's words and the lines below it; ``line`` is 0-based."""

    title: str
    lines: list[str]
    line: int
    level: int


def cut(lines: list[str], is_one: Callable[[int, str], bool]) -> tuple[list[str], list[Cut]]:
    """What stands before the first heading for which ``is_one(level, words)``, and what each has below it.
    Underlined headings are text here: people write ``---`` below a paragraph to end an entry."""
    found = [h for h in headings(lines) if h.end == h.start + 1 and is_one(h.level, h.text)]
    if not found:
        return lines, []
    ends = [*(h.start for h in found[1:]), len(lines)]
    parts = [Cut(h.text, lines[h.end : end], h.start, h.level) for h, end in zip(found, ends, strict=True)]
    return lines[: found[0].start], parts


def trimmed(lines: Sequence[str], *, separator: bool = False) -> list[str]:
    """Without blank lines around, and without the line that separates an entry from the next one."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    if separator and end > start and _SEPARATOR.match(lines[end - 1]):
        return trimmed(lines[start : end - 1])
    return list(lines[start:end])


def is_separator(line: str) -> bool:
    """Whether a line separates an entry from the next one."""
    return _SEPARATOR.match(line) is not None


def meta(lines: list[str], known: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The ``**Key:** value`` lines at the top that are known (in lower case), and the rest."""
    values: dict[str, str] = {}
    at = 0
    while at < len(lines):
        line = lines[at].rstrip("\r")
        found = _META.match(line)
        if found and found[1].strip().casefold() in known and found[1].strip().casefold() not in values:
            values[found[1].strip().casefold()] = found[2].strip(" \t")
        elif line.strip():
            break
        at += 1
    return values, lines[at:]


def bold_sections(lines: list[str], known: Sequence[str]) -> tuple[list[str], list[Cut]]:
    """As ``cut``, for sections that begin with ``**Name:**``, maybe with their text on the same line."""
    from lsp_server.records.fences import fence_after

    before: list[str] = []
    parts: list[Cut] = []
    fence = ""
    for number, line in enumerate(lines):
        after = fence_after(line, fence)
        if after is not None:
            fence = after
        found = None if fence or after is not None else _META.match(line)
        if found and line.startswith("**") and found[1].strip().casefold() in known:
            said = found[2].strip(" \t")
            parts.append(Cut(found[1].strip(), [said] if said else [], number, 0))
        else:
            (parts[-1].lines if parts else before).append(line)
    return before, parts


def shifted(text: str, by: int) -> str:
    """Headings so many levels deeper (or higher, never above the second)."""
    if by == 0 or "#" not in text:
        return text
    lines = text.split("\n")
    for heading in headings(lines):
        if heading.end == heading.start + 1:
            level = min(max(max(heading.level, 2) + by, 2), _DEEPEST)
            line = lines[heading.start]
            lines[heading.start] = line.replace("#" * heading.level, "#" * level, 1)
    return "\n".join(lines)


def items_of(text: str) -> tuple[str, ...] | None:
    """The items of a list that is nothing else: no paragraphs, no code, none below an item. Else None."""
    found: list[str] = []
    for line in text.split("\n"):
        item = _ITEM.match(line)
        if item:
            found.append(item[1].strip())
        elif line.strip():
            inner = line.strip()
            if not found or not line.startswith("  ") or _ITEM.match(inner) or inner[0] in "`~#>|<":
                return None
            found[-1] += "\n" + inner
    return tuple(found)


def listed(items: Sequence[str], *, numbered: bool = False) -> str:
    lines = []
    for number, item in enumerate(items, 1):
        mark = f"{number}." if numbered else "-"
        lines.append(f"{mark} " + item.replace("\n", "\n" + " " * (len(mark) + 1)))
    return "\n".join(lines)


def stands_alone(text: str) -> bool:
    """Whether nothing in a text goes on below it: no code and no comment that was never closed."""
    last = None
    for last in headings([*text.split("\n"), "", "# end"]):  # noqa: B007 (the last of them)
        pass
    return last is not None and last.text == "end"


def in_a_fence(text: str) -> str:
    """A text that would swallow what comes after it, as code that nothing in it can end."""
    longest = max((len(run) for run in re.findall(r"~+", text)), default=0)
    fence = "~" * max(longest + 1, 3)
    return f"{fence} markdown\n{text}\n{fence}"
