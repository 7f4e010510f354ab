"""Which lines of a text are for certain which lines of another, for what is written down on the strength of
it. A diff always answers, and between equal lines by chance; such a line is left out here.

Lines that stand once in both texts, in the same order, hold the others: what is between two of them and the
same on both sides, and what belongs to one of them, up to the next blank line. Pure, and never quadratic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsp_server.code.line_map import longest_rising, once
from lsp_server.code.telling_lines import has_word, tells


def sure_lines(old: Sequence[str], new: Sequence[str]) -> Mapping[int, int]:
    """For lines of ``old`` (1-based) the line of ``new`` that each is; only those that are certain."""
    if tuple(old) == tuple(new):
        return {line: line for line in range(1, len(old) + 1)}
    held = _holding(old, new)
    below = _reached(old, new, held, (-1, -1), range(len(old)))
    above = _reached(old, new, held, (len(old), len(new)), range(len(old) - 1, -1, -1))
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

    def is_known(at: int, there: int) -> bool:
        if tells(old[at]):
            return True
        return any(
            0 <= at + step < len(old)
            and 0 <= there + step < len(new)
            and old[at + step] == new[there + step]
            and has_word(old[at + step])
            for step in (-1, 1)
        )

    return {at: there for at, there in longest_rising(pairs) if is_known(at, there)}


def _reached(
    old: Sequence[str], new: Sequence[str], held: Mapping[int, int], end: tuple[int, int], way: range
) -> dict[int, tuple[int, bool]]:
    """Lines that are the same from one that is held (or from the ``end`` of both texts) on, each with its
    place, and whether it belongs to it: no blank line, and no end of the text, is between."""
    found: dict[int, tuple[int, bool]] = {}
    shift: int | None = end[1] - end[0]
    is_near = False
    for at in way:
        if at in held:
            shift, is_near = held[at] - at, True
        elif shift is None or not 0 <= at + shift < len(new) or old[at] != new[at + shift]:
            shift = None
            continue
        elif not old[at].strip():
            is_near = False
        found[at] = at + shift, is_near
    return found
