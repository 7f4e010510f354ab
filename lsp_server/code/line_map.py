"""Which line of a text is which line of its edited version. Pure, and never quadratic.

What both ends share is cut off first, which settles the usual edit. Lines that occur once on both sides
hold the rest in place (patience), and only small remainders are compared line by line. That is a diff, which
takes any equal line for the line; what each stood beside has the last word (``equal_lines``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from lsp_server.code.equal_lines import settled

_SMALL = 10_000  # pairs of lines that one remainder may compare
_BUDGET = 40_000  # and all remainders of one map together: some ten milliseconds
_DEPTH = 12


@dataclass(frozen=True)
class Block:
    """``length`` equal lines: 1-based ``old`` and ``new`` are the first of them on either side."""

    old: int
    new: int
    length: int


@dataclass(frozen=True)
class LineMap:
    """Equal lines of two texts, as blocks that rise on both sides."""

    blocks: tuple[Block, ...]

    def to_new(self, line: int) -> int | None:
        """Where an old line (1-based) is in the new text; None when it is gone."""
        block = self._find(self._old_starts, line)
        if block is None or line >= block.old + block.length:
            return None
        return block.new + line - block.old

    def to_old(self, line: int) -> int | None:
        """Where a new line (1-based) was in the old text; None when it was not there."""
        block = self._find(self._new_starts, line)
        if block is None or line >= block.new + block.length:
            return None
        return block.old + line - block.new

    @cached_property
    def _old_starts(self) -> tuple[int, ...]:
        return tuple(block.old for block in self.blocks)

    @cached_property
    def _new_starts(self) -> tuple[int, ...]:
        return tuple(block.new for block in self.blocks)

    def _find(self, starts: tuple[int, ...], line: int) -> Block | None:
        at = bisect_right(starts, line) - 1
        return self.blocks[at] if at >= 0 else None


def map_lines(old: Sequence[str], new: Sequence[str]) -> LineMap:
    """Map the lines of ``old`` to those of ``new``. Mapped lines are equal and keep their order. One of
    several equal lines is not taken for another that stands elsewhere, in what that one stood beside."""
    return LineMap(_Matching(old, new).blocks())


@dataclass(frozen=True)
class _Part:
    """A stretch of both texts, 0-based and half open."""

    old: int
    old_end: int
    new: int
    new_end: int
    depth: int


class _Matching:
    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self._old, self._new = old, new
        self._budget = _BUDGET
        self._found: list[tuple[int, int, int]] = []

    def blocks(self) -> tuple[Block, ...]:
        parts = [_Part(0, len(self._old), 0, len(self._new), 0)]
        while parts:
            part = self._trimmed(parts.pop())
            if part.old == part.old_end or part.new == part.new_end:
                continue
            held = self._held_lines(part) if part.depth < _DEPTH else []
            if held:
                parts.extend(self._between(part, held))
            else:
                self._compare(part)
        return tuple(
            Block(old + 1, new + 1, length)
            for old, new, length in _merged(settled(self._old, self._new, _merged(self._found)))
        )

    def _trimmed(self, part: _Part) -> _Part:
        """Without the lines that both stretches begin and end with, which are noted as found."""
        old, new = self._old, self._new
        most = min(part.old_end - part.old, part.new_end - part.new)
        head = 0
        while head < most and old[part.old + head] == new[part.new + head]:
            head += 1
        tail = 0
        while tail < most - head and old[part.old_end - 1 - tail] == new[part.new_end - 1 - tail]:
            tail += 1
        if head:
            self._found.append((part.old, part.new, head))
        if tail:
            self._found.append((part.old_end - tail, part.new_end - tail, tail))
        return _Part(part.old + head, part.old_end - tail, part.new + head, part.new_end - tail, part.depth)

    def _held_lines(self, part: _Part) -> list[tuple[int, int]]:
        """Lines that occur once in either stretch, as many as rise on both sides."""
        in_old = once(self._old, part.old, part.old_end)
        in_new = once(self._new, part.new, part.new_end)
        pairs = [(at, in_new[text]) for text, at in in_old.items() if text in in_new]
        # What is left of a text may have one line of those that the whole has several of.
        alone = [(at, there) for at, there in pairs if self._is_alone(self._old[at])]
        return longest_rising(alone or pairs)

    def _is_alone(self, line: str) -> bool:
        return self._times_old[line] == self._times_new[line] == 1 and any(map(str.isalnum, line))

    @cached_property
    def _times_old(self) -> Counter[str]:
        return Counter(self._old)

    @cached_property
    def _times_new(self) -> Counter[str]:
        return Counter(self._new)

    def _between(self, part: _Part, held: list[tuple[int, int]]) -> list[_Part]:
        parts: list[_Part] = []
        old, new = part.old, part.new
        for old_at, new_at in held:
            self._found.append((old_at, new_at, 1))
            parts.append(_Part(old, old_at, new, new_at, part.depth + 1))
            old, new = old_at + 1, new_at + 1
        parts.append(_Part(old, part.old_end, new, part.new_end, part.depth + 1))
        return parts

    def _compare(self, part: _Part) -> None:
        pairs = (part.old_end - part.old) * (part.new_end - part.new)
        if pairs > min(_SMALL, self._budget):
            return  # better no answer than a slow one: these lines count as rewritten
        self._budget -= pairs
        matcher = SequenceMatcher(
            None,
            self._old[part.old : part.old_end],
            self._new[part.new : part.new_end],
            autojunk=False,
        )
        self._found.extend(
            (part.old + block.a, part.new + block.b, block.size)
            for block in matcher.get_matching_blocks()
            if block.size
        )


def _merged(found: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Equal stretches in order, those that go on in both texts as one."""
    merged: list[tuple[int, int, int]] = []
    for old, new, length in sorted(found):
        last = merged[-1] if merged else None
        if last and (last[0] + last[2], last[1] + last[2]) == (old, new):
            merged[-1] = (last[0], last[1], last[2] + length)
        else:
            merged.append((old, new, length))
    return merged


def once(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    """The lines of a stretch that occur once in it, in order, and where."""
    found: dict[str, int] = {}
    repeated: set[str] = set()
    for at in range(start, end):
        line = lines[at]
        if line in found:
            repeated.add(line)
        else:
            found[line] = at
    for line in repeated:
        del found[line]
    return found


def longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs, sorted by the first, whose seconds rise too."""
    tails: list[int] = []  # the smallest last second of a run of each length …
    ends: list[int] = []  # … and which pair that is
    before: list[int] = []
    for index, (_, second) in enumerate(pairs):
        at = bisect_left(tails, second)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(second)
            ends.append(index)
        else:
            tails[at] = second
            ends[at] = index
    rising: list[tuple[int, int]] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        rising.append(pairs[index])
        index = before[index]
    return rising[::-1]
