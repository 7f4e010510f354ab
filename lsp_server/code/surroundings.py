"""Whether a line that git's history leads to still stands where it stood among the lines that tell something.

Git's diff pairs equal lines, whatever they are part of. When a function is written above one that shares
most of its lines, or two such functions change places, blame hands the lines of one to the other. A text
that stands in a file many times tells nothing about that by itself; the head of its block does, or the
lines beside it. Pure: values in, values out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from itertools import pairwise
from typing import NamedTuple

# How many letters and digits a line needs to be its own witness, standing once in both texts.
TELLING_ALONE = 12
_TELLING_HEAD = 6  # the same for what is said against a line: `else:` and `try:` come and go
_ENOUGH, _FEW = 4, 10  # of so many telling lines, one in so many is next to nothing
_ENOUGH_HEADS = 2  # the same, of lines that blocks begin with
_MOST = 2 / 3  # of a block's lines, where no other thing tells that it has another name now
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
            text for text, times in self._times.items() if times == 1 and _words(text) >= _TELLING_HEAD
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
        lines = [line for line in self.lines if _words(line)]
        heads: dict[int, set[str]] = {}
        for line, below in pairwise(lines):
            if line in self._telling and (line in self._headings or _indent(line) < _indent(below)):
                heads.setdefault(_indent(line), set()).add(line)
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
        text = self.lines[line - 1]
        limit = _indent(text) + (not _words(text) or _closes(text))
        for above in range(line - 1, 0, -1):
            if limit <= 0:
                break
            text = self.lines[above - 1]
            if _indent(text) < limit and _words(text):
                # What begins with a bracket ends what its own head began: `) -> None:`, `} else {`.
                limit = _indent(text) + _closes(text)
                line = above
                yield above
        heading = self._heading_of(line)
        if heading:
            yield heading

    def _heading_of(self, line: int) -> int:
        """The heading above a line (1-based), 0 where there is none."""
        if self.lines[line - 1] in self._headings:
            return 0
        return next((n for n in range(line - 1, 0, -1) if self.lines[n - 1] in self._headings), 0)

    @cached_property
    def _headings(self) -> frozenset[str]:
        """The lines that sections of a text or a configuration file begin with, indented as what is below."""
        heading = _TITLE if self._path.lower().endswith(_MARKDOWN) else _SECTION
        return frozenset(line for line in self._times if heading.match(line))

    def is_heading(self, text: str) -> bool:
        """Whether a line begins a section."""
        return text in self._headings

    def block(self, head: int) -> Sequence[str]:
        """The lines of the block below its head (1-based)."""
        text = self.lines[head - 1]
        limit, is_heading = _indent(text), text in self._headings
        for below in range(head, len(self.lines)):
            line = self.lines[below]
            if is_heading:
                if line in self._headings:
                    return self.lines[head:below]
            elif _words(line) and _indent(line) <= limit and not _closes(line):
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
    return now.is_single(text) and (then is None or then.is_single(text)) and _words(text) >= TELLING_ALONE


def is_in_place(then: Surroundings, old: int, now: Surroundings, new: int) -> bool:
    """Whether nothing speaks against today's line ``new`` being the line ``old`` (both 1-based)."""
    text = then.lines[old - 1]
    if now.lines[new - 1] != text or _is_beside_a_witness(then, old, now, new):
        return True
    if then.is_replaced_by(now):
        return False

    tells = partial(_tells, then, now)
    old_heads, new_heads = list(then.heads(old)), list(now.heads(new))
    was, is_ = [then.lines[n - 1] for n in old_heads], [now.lines[n - 1] for n in new_heads]
    told = False
    for heads, others in ((was, is_), (is_, was)):
        for head in filter(tells, heads):
            if head not in others:
                return False
            told = True
            if _words(head) >= TELLING_ALONE:
                break
    # A head that is gone, and another in its place: it may have been edited, or be another block's.
    left = [n for n, head in zip(old_heads, was, strict=True) if head not in is_ and not _closes(head)]
    came = [n for n, head in zip(new_heads, is_, strict=True) if head not in was and not _closes(head)]
    if left and came and (_words(text) or _is_bracket(text)):
        pairs = list(zip(reversed(left), reversed(came), strict=False))
        known = pairs if len(left) == len(came) else pairs[:1]  # a block more, and nobody can pair the inner
        return all(_has_become(then, head, now, other) for head, other in known)
    if told or (then.is_single(text) and now.is_single(text)):
        return True
    # What stands with it, without a blank line between, tells more than what is further off.
    for is_near in (True, False):
        votes = []
        for step in (-1, 1):
            neighbour = next(filter(tells, then.beside(old, step, is_near=is_near)), None)
            other = next(filter(tells, now.beside(new, step, is_near=is_near)), None)
            if neighbour is not None or (is_near and other is not None):
                votes.append(neighbour == other)
        if votes:
            return any(votes)
    return True


def _has_become(then: Surroundings, old: int, now: Surroundings, new: int) -> bool:
    """Whether the block with the head ``old`` is today's with the head ``new`` (both 1-based): it has its
    name, or a line that is nowhere else, or else most of its lines, and the same above and below it."""
    if then.name(old) and then.name(old) == now.name(new):
        return True
    was, is_ = then.block(old), now.block(new)
    tells = partial(_tells, then, now)
    if any(tells(line) for line in set(was).intersection(is_)):
        return True
    old_lines, new_lines = Counter(filter(_words, was)), Counter(filter(_words, is_))
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


def _tells(then: Surroundings, now: Surroundings, line: str) -> bool:
    """Whether a line says something, and is the only one of its text in either."""
    return then.is_telling(line) and now.is_telling(line)


def _is_beside_a_witness(then: Surroundings, old: int, now: Surroundings, new: int) -> bool:
    """Whether it is, or stands with, a line of its block that is its own witness, and all between the two
    is as it was."""
    own = _indent(then.lines[old - 1])
    for step in (1, -1):
        before, after = old - 1, new - 1
        while 0 <= before < len(then.lines) and 0 <= after < len(now.lines):
            text = then.lines[before]
            is_outside = _indent(text) < own and _words(text) > 0
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


def _is_bracket(text: str) -> bool:
    return text.strip()[:1] in tuple("()[]{}")


def _closes(text: str) -> bool:
    return text.lstrip()[:1] in tuple(")]}")
