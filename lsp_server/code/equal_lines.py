"""Which of several equal lines is which: the one that stands where it stood.

A diff answers for `}` or `return None` whatever is equal and in order. Where two functions changed places,
that is a line of the other one. What a line stood beside tells: from a line that can only be one, as far as
both texts are the same. Pure, and never quadratic.

This makes a better map of all lines of two texts that follow on each other, for every look and every key.
``in_place`` is the judge of single answers of git's, between texts that may be years apart: it asks for the
names of blocks, too, and costs more for each line. Both measure with ``telling_lines``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from lsp_server.code.telling_lines import has_word, tells

_STEPS = 20_000  # lines that are looked at for what is around others, for one pair of texts: milliseconds


def places(
    old: Sequence[str],
    new: Sequence[str | None],
    known: Mapping[int, int],
    wanted: range,
    *,
    strictly: bool = False,
) -> dict[int, tuple[int, ...]]:
    """For lines of ``old`` in ``wanted`` the lines of ``new`` that they are by what they stand beside.

    ``known`` are lines that are known already, in any order. All lines count from 0. One place is an answer,
    two say that nobody can tell: something was put in beside an equal line. Lines that nothing known is
    beside are left out. A blank line parts: what is on this side of it tells more than what is beyond.
    ``strictly``: on its own only what is above the line and on this side of it tells.
    """
    below = reached(old, new, known, wanted)
    above = reached(old, new, known, wanted[::-1])
    found: dict[int, tuple[int, ...]] = {}
    for at in below.keys() | above.keys():
        told = [side[at] for side in (below, above) if at in side]
        answers = {place for place, is_near in told if is_near}
        if strictly and len(told) == 1 and (at in above or not answers):
            continue
        answers = answers or {place for place, _ in told}
        if answers:
            found[at] = tuple(sorted(answers))
    return found


def reached(
    old: Sequence[str],
    new: Sequence[str | None],
    known: Mapping[int, int],
    way: range,
    start: int | None = None,
) -> dict[int, tuple[int, bool]]:
    """The lines of ``old`` on a ``way`` that are the same in ``new`` from a ``known`` one on, each with its
    place, and whether it belongs to that one: no blank line is between. ``start`` is the place before the
    first line where both texts end there; what it holds belongs to nothing."""
    found: dict[int, tuple[int, bool]] = {}
    there, is_near = start, False
    for at in way:
        if at in known:
            there, is_near = known[at], True
        elif there is None:
            continue
        else:
            there += way.step
            if not 0 <= there < len(new) or old[at] != new[there]:
                there = None
                continue
            is_near = is_near and bool(old[at].strip())
        found[at] = there, is_near
    return found


def can_only_be(old: Sequence[str], at: int, new: Sequence[str], there: int) -> bool:
    """Whether two equal lines, each the only one of its text, are one: they say enough, or a line beside them
    is the same."""
    if tells(old[at]):
        return True
    if not has_word(old[at]):
        return False
    for step in (-1, 1):
        if 0 <= at + step < len(old) and 0 <= there + step < len(new):
            beside = old[at + step]
            if beside == new[there + step] and has_word(beside):
                return True
    return False


def settled(
    old: Sequence[str], new: Sequence[str], blocks: Sequence[tuple[int, int, int]]
) -> list[tuple[int, int, int]]:
    """Blocks of equal lines, (old, new, length) from 0 and rising, without the lines that stand elsewhere
    in what they stood in and beside, and with those at their right place where that is in order."""
    if not blocks or blocks[0] == (0, 0, max(len(old), len(new))):
        return list(blocks)
    singles = _Singles(old, new, blocks)
    inside = _Inside(old, new, singles)
    unsure: list[int] = []
    told: dict[int, tuple[int, ...]] = {}
    for stretch in _unsure(blocks, singles, len(old)):
        unsure.extend(stretch)
        if known := {at: there for at in stretch if (there := singles.place(at)) is not None}:
            for at, answers in places(old, new, known, stretch).items():
                told[at] = tuple(there for there in answers if inside.may_be(at, there))

    def is_stray(at: int, there: int) -> bool:
        return there not in told[at] if at in told else not inside.may_be(at, there)

    kept = _without(blocks, unsure, is_stray)
    for at, answers in told.items():
        if len(answers) == 1:
            _put_in(kept, at, answers[0])
    return kept


class _Singles:
    """Lines that stand once in both texts, and can only be one another."""

    def __init__(
        self, old: Sequence[str], new: Sequence[str], blocks: Sequence[tuple[int, int, int]]
    ) -> None:
        self._old, self._new, self._blocks = old, new, blocks
        # Counting is what costs most here: what both have is counted once.
        self._in_old = Counter(old)
        self._in_new = self._in_old.copy()
        self._came: dict[str, int] = {}
        old_at = new_at = 0
        for old_next, new_next, length in (*blocks, (len(old), len(new), 0)):
            self._in_new.subtract(old[old_at:old_next])
            self._in_new.update(new[new_at:new_next])
            self._came.update(zip(new[new_at:new_next], range(new_at, new_next), strict=True))
            old_at, new_at = old_next + length, new_next + length
        self._known: dict[int, int | None] = {}

    def place(self, at: int) -> int | None:
        """Where such a line is in the new text; None for any other."""
        if at not in self._known:
            self._known[at] = self._place(at)
        return self._known[at]

    def _place(self, at: int) -> int | None:
        line = self._old[at]
        if self._in_new[line] != 1 or self._in_old[line] != 1:
            return None
        there = self._came.get(line)
        if there is None:
            old, new, _ = self._blocks[bisect_left(self._blocks, (at + 1, 0, 0)) - 1]
            there = at - old + new
        return there if can_only_be(self._old, at, self._new, there) else None


class _Inside:
    """Whether a line still stands in the function that it stood in, as far as the indentation tells."""

    def __init__(self, old: Sequence[str], new: Sequence[str], singles: _Singles) -> None:
        self._old, self._new, self._singles = old, new, singles
        self._outer_old: dict[int, int | None] = {}
        self._outer_new: dict[int, int | None] = {}
        self._steps = _STEPS

    def may_be(self, at: int, there: int) -> bool:
        """False where a line that can only be one was around it, and is not around ``there``."""
        if self._singles.place(at) is not None:
            return True
        wanted: int | None = None
        outer = at
        while wanted is None:
            next_outer = self._outer(self._old, self._outer_old, outer)
            if next_outer is None:
                return True
            outer, wanted = next_outer, self._singles.place(next_outer)
        around: int | None = there
        while around is not None and around > wanted:
            around = self._outer(self._new, self._outer_new, around)
        return around == wanted or self._steps <= 0

    def _outer(self, lines: Sequence[str], known: dict[int, int | None], at: int) -> int | None:
        """The next line above that is indented less; for a bracket that closes a block, what opens it."""
        if at not in known:
            depth = _depth(lines[at])
            is_block = depth % 2 == 0  # what is above a bracket is around it only if there is a block between
            known[at] = None
            for above in range(at - 1, -1, -1) if depth > 0 else ():
                self._steps -= 1
                other = _depth(lines[above])
                if self._steps <= 0 or (0 <= other < depth and other % 2 == 0):
                    known[at] = above if is_block and self._steps > 0 else None
                    break
                is_block = is_block or other > depth
        return known[at]


def _depth(line: str) -> int:
    """Twice the columns before a line's text, and one more for one of brackets; -1 for a blank line."""
    text = line.lstrip()
    return 2 * (len(line) - len(text)) + (not has_word(text)) if text else -1


def _unsure(blocks: Sequence[tuple[int, int, int]], singles: _Singles, count: int) -> Iterator[range]:
    """The stretches of the old text around what differs, up to lines that can only be where they are."""
    start = 0
    for old, _, length in blocks:
        lines = range(old, old + length)
        first = next((at for at in lines if singles.place(at) is not None), None)
        if first is not None:
            yield range(start, first + 1)
            start = next(at for at in reversed(lines) if singles.place(at) is not None)
    yield range(start, count)


def _without(
    blocks: Sequence[tuple[int, int, int]], unsure: Sequence[int], is_stray: Callable[[int, int], bool]
) -> list[tuple[int, int, int]]:
    """The blocks without those of the ``unsure`` lines (in order) that are strays."""
    kept: list[tuple[int, int, int]] = []
    for old, new, length in blocks:
        begin = old
        for at in unsure[bisect_left(unsure, old) : bisect_left(unsure, old + length)]:
            if is_stray(at, at - old + new):
                if at > begin:
                    kept.append((begin, begin - old + new, at - begin))
                begin = at + 1
        if begin < old + length:
            kept.append((begin, begin - old + new, old + length - begin))
    return kept


def _put_in(blocks: list[tuple[int, int, int]], old: int, new: int) -> None:
    """One line more, where neither it nor its place has been given, and the order allows it."""
    index = bisect_left(blocks, (old + 1, 0, 0))
    if index:
        before = blocks[index - 1]
        if before[0] + before[2] > old or before[1] + before[2] > new:
            return
    if index == len(blocks) or blocks[index][1] > new:
        blocks.insert(index, (old, new, 1))
