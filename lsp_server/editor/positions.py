"""Columns of one line: code points inside, the client's code units outside.

A column past the end of the line means its end; one inside a character means the character's start.
"""

from __future__ import annotations

from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]


def as_encoding(name: object) -> Encoding:
    """The negotiated position encoding, UTF-16 where a client names none that the protocol knows."""
    value = getattr(name, "value", name)
    if value == "utf-8":
        return "utf-8"
    return "utf-32" if value == "utf-32" else "utf-16"


def to_column(line: str, units: int, encoding: Encoding) -> int:
    """The code points before ``units`` code units of a line."""
    if encoding == "utf-32" or line.isascii():
        return max(0, min(units, len(line)))
    seen = 0
    for column, character in enumerate(line):
        seen += _width(character, encoding)
        if seen > units:
            return column
    return len(line)


def to_units(line: str, column: int, encoding: Encoding) -> int:
    """The code units before a code point of a line."""
    before = line[:column]
    if encoding == "utf-32" or before.isascii():
        return len(before)
    return sum(_width(character, encoding) for character in before)


def _width(character: str, encoding: Encoding) -> int:
    point = ord(character)
    if encoding == "utf-16":
        return 2 if point > 0xFFFF else 1
    return 1 if point < 0x80 else 2 if point < 0x800 else 3 if point < 0x10000 else 4
