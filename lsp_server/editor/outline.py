"""What an editor lists of one of our files: headings, fields, keys, messages. Pure: from lines to a tree.

Reads lines, not YAML: a session of ten thousand messages must not keep the others from running while it is
read, and what is broken half-way is listed up to there and after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from lsp_server.records.living.outline import field_of
from lsp_server.records.sections import headings
from lsp_server.records.shortening import shortened


class Sort(Enum):
    """What an entry is, for the editor's icon."""

    HEADING = auto()
    FIELD = auto()
    KEY = auto()
    ITEM = auto()
    MESSAGE = auto()


@dataclass
class Entry:
    """``start`` and ``end`` are 0-based lines, both its own."""

    name: str
    detail: str
    sort: Sort
    start: int
    end: int
    children: list[Entry] = field(default_factory=list)


_SHOWN = 60  # characters of a name or a value
_DEEPEST = 3  # keys and items in each other
_KEY = re.compile(r"([A-Za-z_\"'][^:#\[\]{}]*):(?:[ \t]+(.*))?\Z")
_DASH = re.compile(r"( *)-(?:[ \t]+(.*))?\Z")
_BLOCK = re.compile(r"(?:.*[ \t])?[|>][-+0-9]*(?:[ \t]+#.*)?\Z")
_NAMES = ("name", "title", "description", "id")  # what an item of a list is called by, the best first
_MESSAGES = ("messages", "system_messages")


def markdown_outline(lines: Sequence[str]) -> list[Entry]:
    """Front matter keys, headings in each other, and the fields (``- **Name**: value``) under each."""
    body = _front_end(lines)
    roots = _yaml(lines[1 : body - 1], 1)[0] if body else []
    found = list(headings([*[""] * body, *lines[body:]]))
    open_: list[tuple[int, Entry]] = []
    for place, here in enumerate(found):
        end = next((one.start for one in found[place + 1 :] if one.level <= here.level), len(lines)) - 1
        stop = found[place + 1].start if place + 1 < len(found) else len(lines)
        entry = Entry(shortened(here.text, _SHOWN) or "(no title)", "", Sort.HEADING, here.start, end)
        entry.children = _fields(lines, here.end, stop)
        while open_ and open_[-1][0] >= here.level:
            open_.pop()
        (open_[-1][1].children if open_ else roots).append(entry)
        open_.append((here.level, entry))
    return roots


def yaml_outline(lines: Sequence[str]) -> list[Entry]:
    """Keys and items of a YAML file three deep; a message by its role and first words."""
    return _yaml(lines, 0)[0]


def _front_end(lines: Sequence[str]) -> int:
    """Where the body begins: 0 without front matter."""
    if not lines or lines[0].lstrip("\ufeff").rstrip() != "---":
        return 0
    return next((at + 1 for at, line in enumerate(lines) if at and line.rstrip() in ("---", "...")), 0)


def _fields(lines: Sequence[str], start: int, stop: int) -> list[Entry]:
    return [
        Entry(shortened(said["name"].strip(), _SHOWN), shortened(said["value"], _SHOWN), Sort.FIELD, at, at)
        for at in range(start, stop)
        if (said := field_of(lines[at].rstrip())) is not None
    ]


def _yaml(lines: Sequence[str], first: int) -> tuple[list[Entry], int]:
    """The keys of a block of YAML whose first line is ``first``."""
    roots: list[Entry] = []
    open_: list[tuple[int, Entry]] = []  # by column, outermost first
    skip_below = -1  # the column of a key whose text goes on: deeper lines are its text
    quote = ""
    last = -1
    for at, raw in enumerate(lines):
        line = raw.rstrip()
        bare = line.lstrip(" ")
        if not bare or bare.startswith("#"):
            continue
        column = len(line) - len(bare)
        if skip_below >= 0:
            if column > skip_below or (quote and column >= skip_below):
                last = at
                if quote and line.endswith(quote):
                    skip_below, quote = -1, ""
                continue
            skip_below, quote = -1, ""
        begins = _begins(line)
        while open_ and begins and _is_over(open_[-1], column, begins[0][3]):
            _close(open_.pop()[1], first + last)
        last = at
        for where, name, value, sort in begins:
            in_messages = len(open_) >= 2 and open_[0][1].name in _MESSAGES and open_[0][0] == 0
            if in_messages:
                _say(open_[1][1], name, value)
            elif len(open_) < _DEEPEST:
                entry = Entry(name, shortened(value, _SHOWN), sort, first + at, first + at)
                (open_[-1][1].children if open_ else roots).append(entry)
                open_.append((where, entry))
                if sort is Sort.ITEM and open_[0][1].name in _MESSAGES:
                    entry.sort = Sort.MESSAGE
            if sort is Sort.KEY and _BLOCK.match(value):
                skip_below, quote = where, ""
            elif value[:1] in ('"', "'") and not (len(value) > 1 and value.endswith(value[0])):
                skip_below, quote = where, value[0]
        if skip_below >= 0 and not quote and open_ and open_[-1][1].sort is Sort.MESSAGE:
            _first_words(open_[-1][1], lines, at + 1, skip_below)
    for _, entry in open_:
        _close(entry, first + last)
    for entry in roots:
        _name_items(entry)
    return roots, last


def _is_over(above: tuple[int, Entry], column: int, sort: Sort) -> bool:
    """Whether what begins at a column is none of what is above it; a list may stand right below its key."""
    at, entry = above
    return column < at or (column == at and not (sort is Sort.ITEM and entry.sort is Sort.KEY))


def _begins(line: str) -> list[tuple[int, str, str, Sort]]:
    """What begins on a line: (column, name, value, sort), outermost first."""
    found: list[tuple[int, str, str, Sort]] = []
    rest, column = line.lstrip(" "), len(line) - len(line.lstrip(" "))
    while rest == "-" or rest.startswith("- "):
        after = rest[1:].lstrip(" ")
        found.append((column, "", after, Sort.ITEM))
        column += len(rest) - len(after)
        rest = after
    if match := _KEY.match(rest):
        if found:
            found[-1] = (*found[-1][:2], "", Sort.ITEM)
        found.append((column, match[1].rstrip().strip("\"'"), (match[2] or "").strip(), Sort.KEY))
    return found


def _say(message: Entry, key: str, value: str) -> None:
    """What a line within a message tells about it."""
    value = value.strip("\"'")
    if key == "role":
        message.name = shortened(value, _SHOWN)
    elif key == "content" and value not in ("null", "~", "") and not _BLOCK.match(value):
        message.detail = shortened(value, _SHOWN)
    elif key == "tool_calls" and not message.detail:
        message.detail = "tool call"


def _first_words(message: Entry, lines: Sequence[str], start: int, column: int) -> None:
    """The first words of a text that begins below its key, where the message has none yet."""
    if message.detail not in ("", "tool call") or ":" not in lines[start - 1]:
        return
    if lines[start - 1].rpartition(":")[0].split()[-1] != "content":
        return
    for line in lines[start : start + 20]:
        if line.strip():
            message.detail = (
                shortened(line.strip(), _SHOWN) if len(line) - len(line.lstrip()) > column else ""
            )
            return


def _close(entry: Entry, last: int) -> None:
    entry.end = max(entry.end, last)


def _name_items(entry: Entry) -> None:
    for number, child in enumerate(entry.children, 1):
        _name_items(child)
        if child.sort is Sort.MESSAGE:
            said = child.detail
            child.name = f"{child.name or 'message'}: {said}" if said else child.name or f"message {number}"
            child.detail = ""
        elif child.sort is Sort.ITEM and not child.name:
            keys = {one.name: one.detail for one in child.children}
            named = next((keys[key] for key in _NAMES if keys.get(key)), child.detail)
            child.name, child.detail = shortened(named.strip("\"'"), _SHOWN) or f"item {number}", ""
