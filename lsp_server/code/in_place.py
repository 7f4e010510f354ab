"""Whether a line that git's history leads to still stands where it stood.

Of a line that tells nothing by itself, that the head of its block says, or the lines beside it: see ADR-0024.
It judges one answer at a time, of blame or of history, between a text as it was when something was anchored
and today's; which lines of two neighbouring texts are the same is ``equal_lines``' part. Pure: values in,
values out.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from lsp_server.code.surroundings import (
    Surroundings,
    closes,
    indent,
    tells_alone,
)
from lsp_server.code.telling_lines import TELLING_ALONE, words

_MOST = 2 / 3  # of a block's lines, where no other thing tells that it has another name now
_RUN = 200  # lines that are gone through for a witness


class Comparison:
    """An older text and today's: which lines can be the same one."""

    def __init__(self, then: Surroundings, now: Surroundings) -> None:
        self._then = then
        self._now = now
        self._become: dict[tuple[int, int], bool] = {}

    def is_in_place(self, old: int, new: int) -> bool:
        """Whether nothing speaks against today's line ``new`` being the line ``old`` (both 1-based)."""
        then, now = self._then, self._now
        text = then.lines[old - 1]
        if now.lines[new - 1] != text or _is_beside_a_witness(then, old, now, new):
            return True
        if self._is_replaced:
            return False
        old_heads, new_heads = list(then.heads(old)), list(now.heads(new))
        was, is_ = [then.lines[n - 1] for n in old_heads], [now.lines[n - 1] for n in new_heads]
        told = False
        for heads, others in ((was, is_), (is_, was)):
            telling = list(filter(self._tells, heads))
            long = (head for head in telling if words(head) >= TELLING_ALONE)
            head = next(long, telling[0] if telling else None)
            if head is not None and head not in others:
                return False
            told = told or head is not None
        # A head that is gone, and another in its place: it may have been edited, or be another block's.
        left = [n for n, head in zip(old_heads, was, strict=True) if head not in is_ and not closes(head)]
        came = [n for n, head in zip(new_heads, is_, strict=True) if head not in was and not closes(head)]
        if left and came and (words(text) or _is_bracket(text)):
            pairs = list(zip(reversed(left), reversed(came), strict=False))
            known = pairs if len(left) == len(came) else pairs[:1]  # a block more: nobody can pair the inner
            return all(self._has_become(head, other) for head, other in known)
        return told or (then.is_single(text) and now.is_single(text)) or self._is_beside_the_same(old, new)

    @cached_property
    def _is_replaced(self) -> bool:
        return self._then.is_replaced_by(self._now)

    def _is_beside_the_same(self, old: int, new: int) -> bool:
        """Whether the nearest telling line above or below is the same, if there are any. What stands with a
        line, without a blank one between, tells more than what is further off."""
        for is_near in (True, False):
            votes = []
            for step in (-1, 1):
                was = next(filter(self._tells, self._then.beside(old, step, is_near=is_near)), None)
                is_ = next(filter(self._tells, self._now.beside(new, step, is_near=is_near)), None)
                if was is not None or (is_near and is_ is not None):
                    votes.append(was == is_)
            if votes:
                return any(votes)
        return True

    def _has_become(self, old: int, new: int) -> bool:
        """Whether the block with the head ``old`` is today's with the head ``new`` (both 1-based)."""
        if (old, new) not in self._become:
            self._become[old, new] = self._is_block(old, new)
        return self._become[old, new]

    def _is_block(self, old: int, new: int) -> bool:
        """It has its name, or a line that is nowhere else, or else most of its lines, and the same above and
        below it."""
        then, now = self._then, self._now
        if then.name(old) and then.name(old) == now.name(new):
            return True
        was, is_ = then.block(old), now.block(new)
        if any(self._tells(line) for line in set(was).intersection(is_)):
            return True
        old_lines, new_lines = Counter(filter(words, was)), Counter(filter(words, is_))
        common = sum((old_lines & new_lines).values())
        if common < _MOST * max(sum(old_lines.values()), sum(new_lines.values())):
            return False
        sides = (
            (then.lines[: old - 1][::-1], now.lines[: new - 1][::-1]),
            (then.lines[old + len(was) :], now.lines[new + len(is_) :]),
        )
        return all(
            next(filter(then.is_telling, one), None) == next(filter(now.is_telling, other), None)
            for one, other in sides
        )

    def _tells(self, line: str) -> bool:
        """Whether a line says something, and is the only one of its text in either."""
        return self._then.is_telling(line) and self._now.is_telling(line)


def _is_beside_a_witness(then: Surroundings, old: int, now: Surroundings, new: int) -> bool:
    """Whether it is, or stands with, a line of its block that is its own witness, and all between the two
    is as it was."""
    own = indent(then.lines[old - 1])
    for step in (1, -1):
        before, after = old - 1, new - 1
        for _ in range(_RUN):
            if not (0 <= before < len(then.lines) and 0 <= after < len(now.lines)):
                break
            text = then.lines[before]
            is_outside = indent(text) < own and words(text) > 0
            is_next = before != old - 1 and then.is_heading(text)
            if text != now.lines[after] or (step > 0 and (is_outside or is_next)):
                break
            if not own and not text.strip():  # without indents, blank lines part the blocks
                break
            if tells_alone(text, then, now):
                return True
            if step < 0 and then.is_heading(text):
                break
            if is_outside:  # the head of its block: what is above that is part of the next one
                own = indent(text)
                if not own:
                    break
            before, after = before + step, after + step
    return False


def _is_bracket(text: str) -> bool:
    return text.strip()[:1] in tuple("()[]{}")
