"""What the lines of a text are part of, and which of them tell something. Pure: values in, values out.

Git's diff pairs equal lines, whatever they are part of. When a function is written above one that shares
most of its lines, or two such functions change places, blame hands the lines of one to the other. A text
that stands in a file many times tells nothing about that by itself; the head of its block does, or the
lines beside it (``in_place``).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from lsp_server.code.telling_lines import tells, words
from lsp_server.records.fences import fence_after

_TELLING_HEAD = 6  # letters and digits, for what is said against a line: `else:` and `try:` come and go
_ENOUGH, _FEW = 4, 10  # of so many telling lines, one in so many is next to nothing
_ENOUGH_HEADS = 2  # the same, of lines that blocks begin with
_BESIDE = 10  # lines above and below that are looked at where no head tells
_TAB = 8
_SECTION = re.compile(r"\[[^\[\],]+\]|\[\[[^\[\],]+\]\]")
_TITLE = re.compile(r"#{1,6} \S")
_MARKDOWN = (".md", ".markdown", ".mdx")  # elsewhere `#` begins a comment
_NAMED = re.compile(r"(\w+)\s*\(")
_WORD = re.compile(r"\w{2,}")


class Surroundings:
    """The lines of a text, and what each of them is part of. ``path`` tells what its headings look like."""

    def __init__(self, lines: Sequence[str], path: str = "") -> None:
        self.lines = lines
        self._path = path

    @cached_property
    def _times(self) -> Counter[str]:
        return Counter(self.lines)

    def is_single(self, text: str) -> bool:
        """Whether a line's text stands in it once."""
        return self._times[text] == 1

    @cached_property
    def _telling(self) -> frozenset[str]:
        return frozenset(
            text for text, times in self._times.items() if times == 1 and words(text) >= _TELLING_HEAD
        )

    def is_telling(self, text: str) -> bool:
        """Whether a line says something, and is the only one of its text."""
        return text in self._telling

    def is_replaced_by(self, now: Surroundings) -> bool:
        """Whether next to nothing of this text is in another one: the file was written anew, or two files
        changed names. What the two share is what all files share."""
        for telling, enough in ((self._telling, _ENOUGH), (self._telling_heads, _ENOUGH_HEADS)):
            there = sum(text in now._times for text in telling)
            if len(telling) >= enough and there * _FEW < len(telling):
                return True
        return False

    @cached_property
    def _telling_heads(self) -> frozenset[str]:
        """The telling lines that the outmost blocks begin with, as deep as there are several."""
        lines = [line for line in self.lines if words(line)]
        heads: dict[int, set[str]] = {}
        for line, below in pairwise(lines):
            if line in self._telling and (line in self._headings or indent(line) < indent(below)):
                heads.setdefault(indent(line), set()).add(line)
        found: set[str] = set()
        for _, level in sorted(heads.items()):
            found |= level
            if len(found) > 1:
                break
        return frozenset(found)

    def heads(self, line: int) -> Iterator[int]:
        """The heads of the blocks that a line (1-based) is in, the inmost first: each is the last line above
        with words that is indented less, and at last the heading of the section. A bracket also has the line
        that it closes."""
        less, at_most = self._above
        text = self.lines[line - 1]
        is_closing = not words(text) or closes(text)
        while above := (at_most if is_closing else less)[line - 1]:
            yield above
            # What begins with a bracket ends what its own head began: `) -> None:`, `} else {`.
            is_closing = closes(self.lines[above - 1])
            line = above
        if self.lines[line - 1] not in self._headings:
            at = bisect_left(self._heading_lines, line)
            if at:
                yield self._heading_lines[at - 1]

    @cached_property
    def _above(self) -> tuple[Sequence[int], Sequence[int]]:
        """For each line the last one above it with words (1-based; 0: none) that is indented less, and that
        is not indented more."""
        less, at_most = [], []
        open_lines: list[int] = []  # each is indented more than the one before
        indents: list[int] = []
        for number, text in enumerate(self.lines, start=1):
            depth = indent(text)
            below = bisect_left(indents, depth)
            less.append(open_lines[below - 1] if below else 0)
            beside = bisect_right(indents, depth)
            at_most.append(open_lines[beside - 1] if beside else 0)
            if words(text):
                del open_lines[below:], indents[below:]
                open_lines.append(number)
                indents.append(depth)
        return less, at_most

    @cached_property
    def _heading_lines(self) -> Sequence[int]:
        return [number for number, text in enumerate(self.lines, start=1) if text in self._headings]

    @cached_property
    def _headings(self) -> frozenset[str]:
        """The lines that sections of a text or a configuration file begin with, indented as what is below."""
        if not self._path.lower().endswith(_MARKDOWN):
            return frozenset(line for line in self._times if _SECTION.match(line))
        found, fence = set(), ""
        for line in self.lines:
            after = fence_after(line, fence)
            if after is None and not fence and _TITLE.match(line):
                found.add(line)
            fence = fence if after is None else after
        return frozenset(found)

    def is_heading(self, text: str) -> bool:
        """Whether a line begins a section."""
        return text in self._headings

    def block(self, head: int) -> Sequence[str]:
        """The lines of the block below its head (1-based)."""
        text = self.lines[head - 1]
        limit, is_heading = indent(text), text in self._headings
        for below in range(head, len(self.lines)):
            line = self.lines[below]
            if is_heading:
                if line in self._headings:
                    return self.lines[head:below]
            elif words(line) and indent(line) <= limit and not closes(line):
                return self.lines[head:below]
        return self.lines[head:]

    def name(self, head: int) -> str:
        """What a head (1-based) names, "" where that does not tell it from the others beside it."""
        text = self.lines[head - 1]
        named = _NAMED.search(text)
        words = [named[1]] if named else _WORD.findall(text)
        if len(words) > 1:
            words = words[1:]
        return max(words, key=len, default="")

    def beside(self, line: int, step: int, *, is_near: bool) -> Iterator[str]:
        """The lines above (``step`` -1) or below a line (1-based), the nearest first; with ``is_near`` none
        beyond a blank one."""
        for distance in range(1, _BESIDE + 1):
            at = line - 1 + step * distance
            if not 0 <= at < len(self.lines) or (is_near and not self.lines[at].strip()):
                return
            yield self.lines[at]


class Then(NamedTuple):
    """A text in which an anchor's lines stood, from ``start`` (1-based) on."""

    text: Surroundings
    start: int


def tells_alone(text: str, then: Surroundings | None, now: Surroundings) -> bool:
    """Whether a line is its own witness: long enough, and the only one of its text."""
    return now.is_single(text) and (then is None or then.is_single(text)) and tells(text)


def indent(text: str) -> int:
    """The columns before a line's first character."""
    expanded = text.expandtabs(_TAB)
    return len(expanded) - len(expanded.lstrip())


def closes(text: str) -> bool:
    """Whether a line begins with a closing bracket."""
    return text.lstrip()[:1] in tuple(")]}")
