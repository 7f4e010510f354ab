"""An order for what two sides have, that fits both."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def fitting_order(base: Sequence[Key], one: Sequence[Key], other: Sequence[Key]) -> list[Key]:
    """All keys of both sides, each side's once: in the order of the side that changed the base's; what the
    other side added stands below what it stands below there, and below what this side added."""
    spine, further = one, other
    both = set(one) & set(other)
    common = [key for key in base if key in both]
    kept = set(common)
    if [key for key in one if key in kept] == common and [key for key in other if key in kept] != common:
        spine, further = other, one
    places = {key: place for place, key in enumerate(spine)}
    theirs, old = set(further), set(base)
    before: list[list[Key]] = [[] for _ in range(len(spine) + 1)]
    place = 0
    for number, key in enumerate(further):
        if (there := places.get(key)) is not None:
            place = max(place, there + 1) if number else there + 1
            continue
        while place < len(spine) and spine[place] not in theirs and spine[place] not in old:
            place += 1
        before[place].append(key)
    result: list[Key] = []
    for place, added in enumerate(before):
        result += added
        result += spine[place : place + 1]
    return result
