"""The three-way merge of values as JSON has them: dictionaries by key, lists by what was added and taken out,
anything else as a whole.

The two sides come in an order that does not depend on who merges; where both set one thing, the later side's
is taken. So nothing ever conflicts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from lsp_server.records.merging.aligning import matches

ABSENT: Final[Any] = object()  # of a key: it is not there


def merge_values(base: Any, earlier: Any, later: Any) -> Any:
    """What two sides made of ``base``; any of the three may be ``ABSENT``, and so may the answer.

    Dictionaries are merged key by key, at every depth. What both sides only added to a list, or one took out
    of it, is added and taken out; an item that both changed is merged as a value. What one side took out and
    the other changed stays.
    """
    if base is not ABSENT:
        before = _said(base)
        if earlier is ABSENT or later is ABSENT:
            return _left(before, later if earlier is ABSENT else earlier)
        if _said(later) == before:
            return earlier
        if _said(earlier) == before:
            return later
    elif earlier is ABSENT or later is ABSENT:
        return later if earlier is ABSENT else earlier
    if isinstance(earlier, dict) and isinstance(later, dict):
        old = base if isinstance(base, dict) else {}
        merged = {
            key: merge_values(old.get(key, ABSENT), earlier.get(key, ABSENT), later.get(key, ABSENT))
            for key in dict.fromkeys((*earlier, *later))
        }
        return {key: value for key, value in merged.items() if value is not ABSENT}
    if isinstance(earlier, list) and isinstance(later, list):
        return _merged_lists(base if isinstance(base, list) else [], earlier, later)
    return later


def _left(before: str, standing: Any) -> Any:
    """What stays where a side took a value out: what the other changed."""
    return ABSENT if standing is ABSENT or _said(standing) == before else standing


class _Part(NamedTuple):
    """The same part of three lists. ``is_same``: all have it alike."""

    is_same: bool
    base: Sequence[Any]
    earlier: Sequence[Any]
    later: Sequence[Any]


def _merged_lists(base: list[Any], earlier: list[Any], later: list[Any]) -> list[Any]:
    merged: list[Any] = []
    for part in _parts(base, earlier, later):
        if part.is_same:
            merged += part.base
        elif _same(part.base, part.later):
            merged += part.earlier
        elif _same(part.base, part.earlier) or _same(part.earlier, part.later):
            merged += part.later
        elif not part.base:
            merged += _both(part.earlier, part.later)
        elif len(part.earlier) == len(part.base) == len(part.later):  # each item is in its place still
            merged += map(merge_values, part.base, part.earlier, part.later)
        else:
            merged += part.later
    return merged


def _both(earlier: Sequence[Any], later: Sequence[Any]) -> list[Any]:
    """What both added at one place: what they added alike is there once."""
    there = Counter(map(_said, earlier))
    more = []
    for value in later:
        said = _said(value)
        if there[said]:
            there[said] -= 1
        else:
            more.append(value)
    return [*earlier, *more]


def _parts(base: list[Any], earlier: list[Any], later: list[Any]) -> Iterator[_Part]:
    """Cut three lists at the items that all three have."""
    said = [_said(value) for value in base]
    kept = [_places(said, [_said(value) for value in side]) for side in (earlier, later)]
    b = e = t = 0
    for place in [*sorted(kept[0].keys() & kept[1].keys()), len(base)]:
        at = kept[0].get(place, len(earlier)), kept[1].get(place, len(later))
        if (b, e, t) != (place, *at):
            yield _Part(False, base[b:place], earlier[e : at[0]], later[t : at[1]])
        if place < len(base):
            yield _Part(True, [base[place]], [base[place]], [base[place]])
        b, e, t = place + 1, at[0] + 1, at[1] + 1


def _places(base: Sequence[str], side: Sequence[str]) -> dict[int, int]:
    """Where the items of the base stand on a side."""
    found: dict[int, int] = {}
    for place, said in enumerate(side):  # most lists are only added to
        if len(found) < len(base) and base[len(found)] == said:
            found[len(found)] = place
    if len(found) == len(base):
        return found
    found.clear()
    for same, b1, b2, s1, _ in matches(base, side):
        if same:
            found.update((b1 + number, s1 + number) for number in range(b2 - b1))
    return found


def _same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return _said(one) == _said(other)


def _said(value: Any) -> str:
    """A text that is the same for the same value only: 1, 1.0 and true are three."""
    return json.dumps(value, sort_keys=True, default=lambda other: {"": repr(other)})
