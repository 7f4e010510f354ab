"""Whether a line that git's history leads to still stands where it stood among the lines that tell something.

Git's diff pairs equal lines, whatever they are part of. When a function is written above one that shares
most of its lines, or two such functions change places, blame hands the lines of one to the other. A text
that stands in a file many times tells nothing about that by itself; the head of its block does, or the
lines beside it. Pure: values in, values out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

# How many letters and digits a line needs to be its own witness, standing once in both texts.
TELLING_ALONE = 12
_TELLING_HEAD = 6  # the same for what is said against a line: `else:` and `try:` come and go
_ENOUGH, _FEW = 4, 10  # of so many telling lines, one in so many is next to nothing
_BESIDE = 10  # lines above and below that are looked at where no head tells
_TAB = 8


class Surroundings:
    """The lines of a text, and what each of them is part of."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines

    @cached_property
    def _times(self) -> Counter[str]:
        return Counter(self.lines)

    def is_single(self, text: str) -> bool:
        """Whether a line's text stands in it once."""
        return self._times[text] == 1

    @cached_property
    def _telling(self) -> frozenset[str]:
        return frozenset(
            text for text, times in self._times.items() if times == 1 and _words(text) >= _TELLING_HEAD
        )

    def is_replaced_by(self, now: Surroundings) -> bool:
        """Whether next to nothing of this text is in another one: the file was written anew, or two files
        changed names. What the two share is what all files share."""
        there = sum(text in now._times for text in self._telling)
        return len(self._telling) >= _ENOUGH and there * _FEW < len(self._telling)

    def heads(self, line: int) -> Iterator[str]:
        """The heads of the blocks that a line (1-based) is in, the inmost first: each is the last line above
        with words that is indented less. A bracket also has the line that it closes."""
        text = self.lines[line - 1]
        limit = _indent(text) + (0 if _words(text) else 1)
        for above in range(line - 2, -1, -1):
            if limit <= 0:
                return
            text = self.lines[above]
            if _indent(text) < limit and _words(text):
                limit = _indent(text)
                yield text

    def beside(self, line: int, step: int) -> Iterator[str]:
        """The lines above (``step`` -1) or below a line (1-based), the nearest first."""
        for distance in range(1, _BESIDE + 1):
            at = line - 1 + step * distance
            if not 0 <= at < len(self.lines):
                return
            yield self.lines[at]


class Then(NamedTuple):
    """A text in which an anchor's lines stood, from ``start`` (1-based) on."""

    text: Surroundings
    start: int


def tells_alone(text: str, then: Surroundings | None, now: Surroundings) -> bool:
    """Whether a line is its own witness: long enough, and the only one of its text."""
    return now.is_single(text) and (then is None or then.is_single(text)) and _words(text) >= TELLING_ALONE


def is_in_place(then: Surroundings, old: int, now: Surroundings, new: int) -> bool:
    """Whether nothing speaks against today's line ``new`` being the line ``old`` (both 1-based)."""
    text = then.lines[old - 1]
    if now.lines[new - 1] != text or _is_beside_a_witness(then, old, now, new):
        return True
    if then.is_replaced_by(now):
        return False

    def tells(head: str) -> bool:
        return then.is_single(head) and now.is_single(head) and _words(head) >= _TELLING_HEAD

    was, is_ = list(then.heads(old)), list(now.heads(new))
    for heads, others in ((was, is_), (is_, was)):
        told = False
        for head in filter(tells, heads):
            if head not in others:
                return False
            told = True
            if _words(head) >= TELLING_ALONE:
                break
        if told:
            return True
    if then.is_single(text) and now.is_single(text):
        return True
    votes = []
    for step in (-1, 1):
        neighbour = next(filter(tells, then.beside(old, step)), None)
        if neighbour is not None:
            votes.append(neighbour == next(filter(tells, now.beside(new, step)), None))
    return not votes or any(votes)


def _is_beside_a_witness(then: Surroundings, old: int, now: Surroundings, new: int) -> bool:
    """Whether it is, or stands with, a line of its block that is its own witness, and all between the two
    is as it was."""
    own = _indent(then.lines[old - 1])
    for step in (1, -1):
        before, after = old - 1, new - 1
        while 0 <= before < len(then.lines) and 0 <= after < len(now.lines):
            text = then.lines[before]
            is_outside = _indent(text) < own and _words(text) > 0
            if text != now.lines[after] or (is_outside and step > 0):
                break
            if tells_alone(text, then, now):
                return True
            if is_outside:  # the head of its block: what is above that is part of the next one
                own = _indent(text)
                if not own:
                    break
            before, after = before + step, after + step
    return False


def _indent(text: str) -> int:
    expanded = text.expandtabs(_TAB)
    return len(expanded) - len(expanded.lstrip())


def _words(text: str) -> int:
    return sum(map(str.isalnum, text))
