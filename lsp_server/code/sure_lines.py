"""Which lines of a text are for certain which lines of another, for what is written down on the strength of
it. A diff always answers, and between equal lines by chance; such a line is left out here. (``equal_lines``
mends the diff, for what is only shown: it has an answer where this one has none.)

Lines that stand once in both texts, in the same order, hold the others: what is between two of them and the
same on both sides, and what belongs to one of them, up to the next blank line. Pure, and never quadratic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsp_server.code.equal_lines import can_only_be, reached
from lsp_server.code.line_map import longest_rising, once
from lsp_server.code.telling_lines import has_word


def sure_lines(old: Sequence[str], new: Sequence[str]) -> Mapping[int, int]:
    """For lines of ``old`` (1-based) the line of ``new`` that each is; only those that are certain."""
    if tuple(old) == tuple(new):
        return {line: line for line in range(1, len(old) + 1)}
    held = _holding(old, new)
    below = reached(old, new, held, range(len(old)), -1)
    above = reached(old, new, held, range(len(old) - 1, -1, -1), len(new))
    found: dict[int, int] = {}
    for at in range(len(old)):
        answers = [side[at] for side in (below, above) if at in side]
        places = {place for place, _ in answers}
        # Where the two disagree, something was put in between: only what a line belongs to tells.
        if len(answers) < 2 or len(places) > 1:
            places = {place for place, is_near in answers if is_near}
        if len(places) == 1:
            found[at + 1] = places.pop() + 1
    return found


def _holding(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """The lines (0-based) that can only be one another: once in both texts, in order, and telling, or beside
    another line that is the same."""
    in_old, in_new = once(old, 0, len(old)), once(new, 0, len(new))
    pairs = [(at, in_new[line]) for line, at in in_old.items() if line in in_new and has_word(line)]
    return {at: there for at, there in longest_rising(pairs) if can_only_be(old, at, new, there)}
