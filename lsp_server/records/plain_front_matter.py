"""A front matter as we write it ourselves, read without YAML: that takes a fifth of the time.

Only what every YAML reader takes for the same: keys with plain text, a list of plain words on one line, and
one further level of either. Anything else is left to YAML, and a test compares the two.
"""

from __future__ import annotations

import re
from typing import Any

# Plain text without any character that could mean something: no quote, bracket, comma, colon before a blank.
_TEXT = r"[A-Za-z0-9_/](?:[\w./+@-]|:(?=[0-9])| (?=[\w/]))*"
_WORD = r"[A-Za-z0-9_/](?:[\w./+@-]| (?=[\w/]))*"  # in a list a colon may mean more
LINE = re.compile(rf"([a-z][a-z0-9-]*):(?: ({_TEXT})| \[({_WORD}(?:, {_WORD})*)\]|)\n", re.ASCII)
INNER = re.compile(rf"  ([a-z][a-z0-9-]*): ({_TEXT})\n", re.ASCII)
ITEM = re.compile(rf"  - ([a-z][a-z0-9-]*): ({_TEXT})(?:  # [A-Za-z0-9-]+)?\n", re.ASCII)
WORD_ITEM = re.compile(rf"  - ({_TEXT})(?:  # [A-Za-z0-9-]+)?\n", re.ASCII)


def read_plain(front: str) -> dict[str, Any] | None:
    """What ``front`` says; None where it is more than plain, or plainly wrong."""
    values: dict[str, Any] = {}
    place, end = 0, len(front)
    while place < end:
        line = LINE.match(front, place)
        if line is None:
            return None
        place = line.end()
        key, text, words = line.groups()
        if key in values:
            return None
        if text is not None:
            values[key] = text
        elif words is not None:
            values[key] = words.split(", ")
        else:
            mapping: dict[str, str] = {}
            while inner := INNER.match(front, place):
                mapping[inner[1]] = inner[2]
                place = inner.end()
            items: list[dict[str, str]] = []
            while not mapping and (item := ITEM.match(front, place)):
                items.append({item[1]: item[2]})
                place = item.end()
            words_below: list[str] = []
            while not mapping and not items and (word := WORD_ITEM.match(front, place)):
                words_below.append(word[1])
                place = word.end()
            below = mapping or items or words_below
            if not below:
                return None
            values[key] = below
    return values or None
