"""The line of an anchor's text that tells it from other code, as a number that can be looked up.

Text that was moved to another file is found there by it: the index has the number of each anchor, and a
file's lines are looked up all at once. A hint only; whoever finds one compares the whole text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

_LETTERS = 12  # letters and digits that a line needs to tell anything


def telling_line(text: Sequence[str]) -> str | None:
    """The line with the most letters and digits, the first of several; None where none has enough."""
    line, most = None, _LETTERS - 1
    for candidate in text:
        if len(candidate) > most and (count := sum(map(str.isalnum, candidate))) > most:
            line, most = candidate, count
    return line


def number_of(line: str) -> int:
    """A line as a number below 2**32, the same on every machine."""
    return crc32(line.encode("utf-8", "surrogatepass"))  # an editor may send half of a pair


def numbers_of(lines: Iterable[str]) -> set[int]:
    """The numbers of all lines that can be an anchor's telling line."""
    return {number_of(line) for line in lines if len(line) >= _LETTERS}
