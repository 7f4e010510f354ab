"""The three-way merge of two Markdown texts, unit by unit.

Different paragraphs never conflict; two that were added in one place are both kept; two versions of one
paragraph are a conflict, and both stand between git's marks. Items of a list are units of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from lsp_server.records import conflict_marks
from lsp_server.records.conflict_marks import Alternative
from lsp_server.records.merging.aligning import agree, alike, edits, matches
from lsp_server.records.merging.choosing import changed_one
from lsp_server.records.merging.units import CONFLICT, HEADED, LISTED, START, STEP, TITLE, Unit, cut

_NUMBER = re.compile(r"([ \t]{0,3})(\d{1,9})(?=[.)])")
Settle = Callable[[str, str], str]


class Piece(NamedTuple):
    """A unit of the result. ``gaps`` are what followed it, and the kind of unit that came, best first."""

    unit: Unit
    gaps: tuple[tuple[str, str], ...]
    new_conflict: bool = False


class Texts(NamedTuple):
    """Two texts being merged, in an order that does not depend on who merges. ``settle`` chooses between two
    titles, and notes the other one."""

    names: tuple[str, str]
    settle: Settle
    held: tuple[frozenset[Hashable], frozenset[Hashable]]  # what each has in conflicts that the base has not


def merge_body(base: str | None, first: str, second: str, names: tuple[str, str], settle: Settle) -> str:
    """The merged text. ``base`` is None where the two have no common past."""
    sides = [cut(first), cut(second)]
    old = cut(base) if base is not None else None
    known = {unit.key for unit in old or ()}
    texts = Texts(names, settle, (_held(sides[0], known), _held(sides[1], known)))
    if old is None:
        pieces = _both(texts, sides[0], sides[1], strict=True)
    else:
        pieces = _three_way(texts, old, sides[0], sides[1])
    pieces = _joined_conflicts(pieces)
    ends = [units[-1].gap for units in (old or sides[0], *sides)]
    return numbered(together(pieces, changed_one(*ends)), sides)


def _held(units: Sequence[Unit], known: set[Hashable]) -> frozenset[Hashable]:
    """The keys of what stands in a side's own conflicts: merged with the same text again, it is there."""
    return frozenset(
        unit.key
        for conflict in units
        if conflict.kind == CONFLICT and conflict.key not in known
        for one in conflict.alternatives
        for unit in cut(one.text)
        if unit.kind != START
    )


def _three_way(
    texts: Texts, base: Sequence[Unit], first: Sequence[Unit], second: Sequence[Unit]
) -> list[Piece]:
    one, other = edits(base, first), edits(base, second)
    agree(base, one, other)
    pieces: list[Piece] = []
    for place in range(len(base) + 1):
        added = [
            [unit for unit in side.added[place] if unit.key not in held]
            for side, held in ((one, texts.held[1]), (other, texts.held[0]))
        ]
        pieces += _both(texts, added[0], added[1], strict=False)
        if place < len(base):
            goes_on = bool(pieces) and pieces[-1].new_conflict
            pieces += _settled(texts, base[place], one.became[place], other.became[place], goes_on=goes_on)
    return pieces


def _settled(texts: Texts, base: Unit, one: Unit | None, other: Unit | None, *, goes_on: bool) -> list[Piece]:
    """What becomes of one unit of the base; with ``goes_on`` the one above it is in conflict."""
    if one is None or other is None:
        left = one or other
        if left is None or left.key == base.key:
            return []
        if left.kind in LISTED or left.kind in HEADED or not (goes_on or alike(base, left)):
            return [_piece(left)]
        if left.key in texts.held[1 if other is None else 0]:
            return []
        return [_conflict(texts, [one] if one else [], [other] if other else [])]
    gaps = gaps_of(base, one, other)
    if base.kind == TITLE and one.kind == other.kind == TITLE:
        return [Piece(_title(texts, base, one, other), gaps)]
    if one.key == other.key or base.key in (one.key, other.key):
        if one.key == other.key == base.key:
            text = changed_one(base.text, one.text, other.text)
            return [Piece((one if text == one.text else other), gaps)]
        return [Piece(other if one.key == base.key else one, gaps)]
    for left, right, held in ((one, other, texts.held[0]), (other, one, texts.held[1])):
        if left.kind == CONFLICT and right.key in held:
            return [Piece(left, gaps)]
    return [_conflict(texts, [one], [other])]


def _title(texts: Texts, base: Unit | None, one: Unit, other: Unit) -> Unit:
    if base is not None and base.text in (one.text, other.text):
        return other if one.text == base.text else one
    return one if texts.settle(one.text, other.text) == one.text else other


def _both(texts: Texts, first: Sequence[Unit], second: Sequence[Unit], *, strict: bool) -> list[Piece]:
    """Two runs of units in one place, what is in both once. With ``strict`` different texts in one place
    are a conflict, as they are under a heading that both added."""
    pieces: list[Piece] = []
    runs = list(matches([unit.key for unit in first], [unit.key for unit in second]))
    for same, f1, f2, s1, s2 in runs:
        if same:
            for one, other in zip(first[f1:f2], second[s1:s2], strict=True):
                chosen = _title(texts, None, one, other) if one.kind == TITLE and one != other else one
                chosen = chosen if one.kind == TITLE else min(one, other, key=lambda unit: unit.text)
                pieces.append(Piece(chosen, gaps_of(None, one, other)))
                strict = strict or one.kind in HEADED
            continue
        heads = [_before_heading(first[f1:f2]), _before_heading(second[s1:s2])]
        if strict and all(any(unit.kind not in LISTED for unit in run) for run in heads):
            pieces.append(_conflict(texts, heads[0], heads[1]))
        else:
            pieces += [_piece(unit) for run in heads for unit in run]
        pieces += map(_piece, first[f1 + len(heads[0]) : f2])
        pieces += map(_piece, second[s1 + len(heads[1]) : s2])
    return pieces


def _before_heading(units: Sequence[Unit]) -> Sequence[Unit]:
    return units[: next((place for place, unit in enumerate(units) if unit.kind in HEADED), len(units))]


def _conflict(texts: Texts, first: Sequence[Unit], second: Sequence[Unit]) -> Piece:
    """Both texts between marks; of those that are in conflict already, each text once."""
    found: list[Alternative] = []
    for name, units in zip(texts.names, (first, second), strict=True):
        if len(units) == 1 and units[0].alternatives:
            found += units[0].alternatives
        else:
            found.append(Alternative(name, together([_piece(unit) for unit in units], "")))
    united = conflict_marks.unite(found)
    last = [units[-1] for units in (first, second) if units]
    gaps = tuple((unit.gap, unit.follows) for unit in last)
    text = conflict_marks.write(united)
    unit = Unit(CONFLICT, text, "\n\n", "", (CONFLICT, text), tuple(united))
    return Piece(unit, gaps, new_conflict=True)


def _joined_conflicts(pieces: Iterable[Piece]) -> list[Piece]:
    """Conflicts of the same two sides that stand next to each other as one: so a person reads them."""
    result: list[Piece] = []
    for piece in pieces:
        above = result[-1] if result else None
        if above and above.new_conflict and piece.new_conflict:
            upper, lower = above.unit.alternatives, piece.unit.alternatives
            if [one.label for one in upper] == [one.label for one in lower] and len(upper) == 2:
                both = [
                    Alternative(one.label, "\n\n".join(filter(None, (one.text, two.text))))
                    for one, two in zip(upper, lower, strict=True)
                ]
                text = conflict_marks.write(both)
                unit = Unit(CONFLICT, text, "\n\n", "", (CONFLICT, text), tuple(both))
                result[-1] = Piece(unit, piece.gaps, new_conflict=True)
                continue
        result.append(piece)
    return result


def _piece(unit: Unit) -> Piece:
    return Piece(unit, ((unit.gap, unit.follows),))


def gaps_of(base: Unit | None, one: Unit, other: Unit) -> tuple[tuple[str, str], ...]:
    """What followed a unit on both sides, first where it is another than in the base."""
    found = [(one.gap, one.follows), (other.gap, other.follows)]
    if base is not None and found[0] == (base.gap, base.follows):
        found.reverse()
    return tuple(found)


def together(pieces: Sequence[Piece], end: str) -> str:
    """The text that the pieces make up; ``end`` is what follows the last."""
    parts: list[str] = []
    tight = "\n"
    for place, (unit, gaps, _) in enumerate(pieces):
        parts.append(unit.text)
        if place + 1 == len(pieces):
            parts.append(end)
            break
        after = pieces[place + 1].unit
        fitting = next((gap for gap, follows in gaps if follows == after.kind), None)
        if unit.kind == START:
            gap = gaps[0][0] if fitting is None else fitting
        elif fitting is not None and "\n" in fitting and CONFLICT not in (unit.kind, after.kind):
            gap = fitting
        elif unit.kind in LISTED and after.kind in LISTED:
            gap = tight  # an item that was the last of its list
        else:
            gap = max((gap for gap, _ in gaps if gap.count("\n") > 1), key=len, default="\n\n")
        tight = gap if unit.kind in LISTED and after.kind in LISTED else "\n"
        parts.append(gap)
    return "".join(parts)


def numbered(text: str, sides: Sequence[Sequence[Unit]]) -> str:
    """Steps that came from two sides counted through, where both sides counted theirs."""
    if not any(unit.kind == STEP for units in sides for unit in units):
        return text
    if not all(_counted(units) for units in sides):
        return text
    units = cut(text)
    if _counted(units):
        return text
    result, number = [], 0
    for place, unit in enumerate(units):
        found = _NUMBER.match(unit.text) if unit.kind == STEP else None
        said = unit.text
        if found:
            goes_on = units[place - 1].kind == STEP
            number = number + 1 if goes_on else int(found[2])
            said = f"{found[1]}{number}{said[found.end() :]}"
        result.append(said + unit.gap)
    return "".join(result)


def _counted(units: Sequence[Unit]) -> bool:
    """Whether every numbered list counts on by one."""
    numbers = [
        int(found[2]) if unit.kind == STEP and (found := _NUMBER.match(unit.text)) else None for unit in units
    ]
    return all(a is None or b is None or b == a + 1 for a, b in pairwise(numbers))
