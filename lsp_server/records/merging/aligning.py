"""What one side made of each unit of the base: kept, changed, gone; and what it added between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from lsp_server.records.merging.units import CONFLICT, HEADED, HEADING, LISTED, START, TITLE, Unit

_ALIKE = 0.5  # the share of words that a changed text has in common with what it was
_MANY = 2000  # units; from there on, repeated ones may be matched less well, but in time
_PAIRS = 10_000  # compared for likeness at most


class Edited(NamedTuple):
    """``became[i]`` is what is in the place of the base's unit ``i``, None where it is gone; ``added[i]``
    stands before that place, the last of ``added`` at the end."""

    became: list[Unit | None]
    added: list[list[Unit]]


def edits(base: Sequence[Unit], side: Sequence[Unit]) -> Edited:
    """What a side made of the base."""
    became: list[Unit | None] = [None] * len(base)
    added: list[list[Unit]] = [[] for _ in range(len(base) + 1)]
    for same, b1, b2, s1, s2 in matches([unit.key for unit in base], [unit.key for unit in side]):
        if same:
            became[b1:b2] = side[s1:s2]
            continue
        place = b1
        pairs = _pairs(base[b1:b2], side[s1:s2])
        for number in range(s1, s2):
            if number - s1 in pairs:
                place = b1 + pairs[number - s1]
                became[place] = side[number]
                place += 1
            else:
                added[place].append(side[number])
    return Edited(became, added)


def agree(base: Sequence[Unit], one: Edited, other: Edited) -> None:
    """Let the same new unit be one change, where one side has it in the place of another unit of the base
    than the other side, or before it: between the same two units that both kept."""
    kept = [
        left is not None and right is not None and unit.key == left.key == right.key
        for unit, left, right in zip(base, one.became, other.became, strict=True)
    ]
    known = {unit.key for unit in base}
    sides = [_new(side, known) for side in (one, other)]
    for key in [key for key in sides[0] if key in sides[1]]:
        (place, paired), (place_there, paired_there) = sides[0][key], sides[1][key]
        if (place, paired) == (place_there, paired_there) or any(kept[slice(*sorted((place, place_there)))]):
            continue
        if paired and (unit := one.became[place]):
            one.added[place].append(unit)
            one.became[place] = None
        if paired_there:
            other.became[place_there] = None
        else:
            other.added[place_there] = [unit for unit in other.added[place_there] if unit.key != key]


def _new(side: Edited, known: set[Hashable]) -> dict[Hashable, tuple[int, bool]]:
    """Where the units stand that the base has not: the place, and whether in that of one of the base."""
    found: dict[Hashable, tuple[int, bool]] = {}
    for place, added in enumerate(side.added):
        found.update((unit.key, (place, False)) for unit in added if unit.key not in known)
        if place < len(side.became) and (unit := side.became[place]) and unit.key not in known:
            found[unit.key] = (place, True)
    return found


def matches(one: Sequence[Hashable], other: Sequence[Hashable]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Runs of two sequences in order: whether they are the same, and where they stand in each."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    if start:
        yield True, 0, start, 0, start
    middle = one[start : len(one) - end], other[start : len(other) - end]
    matcher = SequenceMatcher(None, *middle, autojunk=max(map(len, middle)) > _MANY)
    for tag, o1, o2, t1, t2 in matcher.get_opcodes():
        yield tag == "equal", start + o1, start + o2, start + t1, start + t2
    if end:
        yield True, len(one) - end, len(one), len(other) - end, len(other)


def _pairs(base: Sequence[Unit], side: Sequence[Unit]) -> dict[int, int]:
    """Which unit of the side is a changed one of the base, both in order."""
    if not base or not side:
        return {}
    alike = _alike_pairs(base, side) if len(base) * len(side) <= _PAIRS else []
    pairs = dict(alike)
    # A text that has no word of the old one left is still in its place.
    edges = [(-1, -1), *alike, (len(side), len(base))]
    for (s1, b1), (s2, b2) in pairwise(edges):
        left = [number for number in range(b1 + 1, b2) if _is_text(base[number])]
        for number in range(s1 + 1, s2):
            if left and _is_text(side[number]):
                pairs[number] = left.pop(0)
    return pairs


def _is_text(unit: Unit) -> bool:
    return unit.kind not in (*LISTED, *HEADED, START)


def _alike_pairs(base: Sequence[Unit], side: Sequence[Unit]) -> list[tuple[int, int]]:
    """(place in the side, place in the base) of those that are most alike, both in order."""
    bags = [[_words(unit) for unit in units] for units in (base, side)]
    best = [[0.0] * (len(side) + 1) for _ in range(len(base) + 1)]
    like = [[_likeness(b, s) if _comparable(base[i], side[j]) else 0.0
             for j, s in enumerate(bags[1])] for i, b in enumerate(bags[0])]  # fmt: skip
    for i in range(len(base) - 1, -1, -1):
        for j in range(len(side) - 1, -1, -1):
            paired = like[i][j] + best[i + 1][j + 1] if like[i][j] >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    found, i, j = [], 0, 0
    while i < len(base) and j < len(side):
        if like[i][j] >= _ALIKE and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            found.append((j, i))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _comparable(one: Unit, other: Unit) -> bool:
    if one.kind == other.kind:
        return one.kind not in (START, TITLE)
    if CONFLICT in (one.kind, other.kind):
        return not {START, TITLE, HEADING} & {one.kind, other.kind}
    return one.kind in LISTED and other.kind in LISTED


def alike(one: Unit, other: Unit) -> bool:
    """Whether a unit reads as a changed version of another."""
    return _comparable(one, other) and _likeness(_words(one), _words(other)) >= _ALIKE


def _words(unit: Unit) -> list[Counter[str]]:
    texts = [one.text for one in unit.alternatives] or [unit.text]
    return [Counter(re.findall(r"\w+", text.lower())) for text in texts]


def _likeness(one: list[Counter[str]], other: list[Counter[str]]) -> float:
    """The share of words that two texts have in common, 0 to 1; of those in conflict, the most alike."""
    return max(_share(left, right) for left in one for right in other)


def _share(one: Counter[str], other: Counter[str]) -> float:
    together = sum(one.values()) + sum(other.values())
    return 2 * sum((one & other).values()) / together if together else 0.0
