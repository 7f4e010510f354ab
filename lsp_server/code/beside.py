"""What stands beside lines that no commit has, so that they are known again among others of the same text.

Such lines have no birth, and their number says nothing once a line was put in above. What belongs to them
does: the lines from there to the next blank one, as far as they are needed to tell them apart. Where those do
not, what is above and what is below, both. Pure.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from lsp_server.code.telling_lines import has_word
from lsp_server.records.anchors import Beside

_MOST = 200  # lines on one side
_MOST_TEXTS = 2000  # places of the same text
_MOST_SPANS = 20  # of lines that stand once: a record's file is read by people
_END = "\0"  # stands above the first line and below the last


def beside_of(lines: Sequence[str], start: int, end: int) -> Beside:
    """What tells the lines ``start`` to ``end`` (1-based) of a file from all others of the same text."""
    text = tuple(lines[start - 1 : end])
    counted = Counter(lines)
    own = _few(n for n, line in enumerate(text, start=1) if counted[line] == 1 and has_word(line))
    same = _others(lines, start, len(text))
    if len(same) > _MOST_TEXTS:
        return Beside(0, 0, "", own)
    last = len(text) - 1

    def upwards(place: int, step: int) -> str | None:
        return _at(lines, place - step)

    def downwards(place: int, step: int) -> str | None:
        return _at(lines, place + last + step)

    above, belongs = _needed(start, same, upwards, counted)
    below = 0
    if not belongs:
        below, belongs = _needed(start, same, downwards, counted)
        above = 0 if belongs else above
    if not belongs and not (above and below):
        return Beside(0, 0, "", own)
    return Beside(above, below, _digest(lines, range(start, end + 1), above, below), own)


def is_beside(beside: Beside, lines: Sequence[str], block: range) -> bool:
    """Whether that stands beside the lines ``block`` (1-based) of a file."""
    return bool(beside.digest) and _digest(lines, block, beside.above, beside.below) == beside.digest


def _others(lines: Sequence[str], start: int, count: int) -> list[int]:
    """Where else the ``count`` lines from ``start`` on stand; no more than one beyond what is looked at.

    Each line as a number of four bytes, so that the interpreter's own search goes over them: a text of
    thousands of equal lines has as many places that begin like it.
    """
    numbers: dict[str, int] = {}
    coded = array("I", (numbers.setdefault(line, len(numbers)) for line in lines))
    width = coded.itemsize
    whole = coded.tobytes()
    wanted = coded[start - 1 : start - 1 + count].tobytes()
    found: list[int] = []
    at = whole.find(wanted)
    while at >= 0 and len(found) <= _MOST_TEXTS:
        place, across = divmod(at, width)
        if not across and place + 1 != start:
            found.append(place + 1)
        at = whole.find(wanted, at + 1 if across else at + width)
    return found


def _needed(
    start: int, same: Sequence[int], at: Callable[[int, int], str | None], counted: Counter[str]
) -> tuple[int, bool]:
    """How many lines on one side tell a place from the same text elsewhere, and whether all of these belong
    to it; 0 where none do. One that stands once in the file is among them, if one belongs to it."""
    enough = 0
    belongs, is_telling = True, False
    for step in range(1, _MOST + 1):
        line = at(start, step)
        if line is None:
            break
        if line == _END or not line.strip():
            if enough:
                break
            belongs = False
        is_telling = is_telling or line == _END or has_word(line)
        same = [one for one in same if at(one, step) == line]
        if not same and is_telling:
            enough = enough or step
            if not belongs:
                break
            if counted[line] == 1 and has_word(line):
                return step, True
    return enough, belongs if enough else False


def _at(lines: Sequence[str], number: int) -> str | None:
    if number in (0, len(lines) + 1):
        return _END
    return lines[number - 1] if 0 < number <= len(lines) else None


def _digest(lines: Sequence[str], block: range, above: int, below: int) -> str:
    import hashlib

    numbers = [*range(block.start - above, block.start), *range(block.stop, block.stop + below)]
    beside = "\n".join(line for number in numbers if (line := _at(lines, number)) is not None)
    return hashlib.sha256(beside.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _few(numbers: Iterable[int]) -> tuple[int, ...]:
    kept: list[int] = []
    spans = 0
    for number in numbers:
        spans += not kept or kept[-1] + 1 != number
        if spans > _MOST_SPANS:
            break
        kept.append(number)
    return tuple(kept)
