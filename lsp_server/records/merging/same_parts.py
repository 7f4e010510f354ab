"""Which part of a document is the same one in its base and on both sides: by its key, and where several have
one key (entries of a log, a field that two people set) by what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from lsp_server.records.merging.renamed import with_old_names

if TYPE_CHECKING:
    from lsp_server.records.merging.living import Part

FIELD = "field"
Keyed = dict[Hashable, "Part"]


def named(base: Sequence[Part], one: Sequence[Part], other: Sequence[Part]) -> tuple[Keyed, Keyed, Keyed]:
    """The parts of the base and of both sides, each under a name that is the same for the same part."""
    old = _keyed(base, {})
    first, second = with_old_names(old, _keyed(one, old), _keyed(other, old))
    return old, *_with_one_name(old, first, second)


def _keyed(parts: Sequence[Part], base: Keyed) -> Keyed:
    """Parts by their keys, counted where there are several of one. Of several, one is the base's where it
    reads the same, else where it stands in its place; any other is new. An entry is another side's only where
    all of it is."""
    taken = _taken(parts, base)
    names = set(taken.values())
    found: Keyed = {}
    times: Counter[Hashable] = Counter()
    for place, part in enumerate(parts):
        name = taken.get(place)
        if name is None:
            key = (part.key, part.content()) if part.is_entry else part.key
            name = next(one for time in count(times[key]) if (one := (key, time)) not in names)
            times[key] = name[1] + 1
        found[name] = part
    return found


def _taken(parts: Sequence[Part], base: Keyed) -> dict[int, Hashable]:
    """Those of several with one key, by their places, that are one of the base, with its name there."""
    times = Counter(part.key for part in parts)
    times |= Counter(part.key for part in base.values())
    several = {key for key, number in times.items() if key[0] == FIELD and number > 1}
    places = [place for place, part in enumerate(parts) if part.is_entry or part.key in several]
    left = {name: part for name, part in base.items() if part.is_entry or part.key in several}
    found: dict[int, Hashable] = {}
    if not places or not left:
        return found
    by: Callable[[Part], Any]
    for by in (lambda part: part.content(), lambda part: part.unit.text.strip(), lambda part: part.key):
        names: dict[Hashable, list[Hashable]] = {}
        for name, part in left.items():
            names.setdefault((part.key, by(part)), []).append(name)
        for place in places:
            if place not in found and (free := names.get((parts[place].key, by(parts[place])))):
                found[place] = free.pop(0)
                del left[found[place]]
    return found


def _with_one_name(old: Keyed, first: Keyed, second: Keyed) -> tuple[Keyed, Keyed]:
    """Both sides, with what both say of a field that stands more than once under one name: what two merges
    kept twice is not there three times."""
    fields = Counter(part.key for name, part in {**first, **second}.items() if part.key[0] == FIELD)
    for key in [key for key, number in fields.items() if number > 1]:
        # What one side says anew and the other put in the place of what was there is said once.
        first, second = (
            _without(first, _new(key, first, old), _changed(key, second, old)),
            _without(second, _new(key, second, old), _changed(key, first, old)),
        )
        second = _renamed(second, _new(key, first, old), _new(key, second, old))
    return first, second


def _new(key: Hashable, side: Keyed, old: Keyed) -> Keyed:
    return {name: part for name, part in side.items() if part.key == key and name not in old}


def _changed(key: Hashable, side: Keyed, old: Keyed) -> Iterable[Part]:
    return [
        part
        for name, part in side.items()
        if part.key == key and name in old and old[name].content() != part.content()
    ]


def _without(side: Keyed, new: Keyed, there: Iterable[Part]) -> Keyed:
    said = {part.content() for part in there}
    return {name: part for name, part in side.items() if name not in new or part.content() not in said}


def _renamed(side: Keyed, theirs: Mapping[Hashable, Part], mine: Mapping[Hashable, Part]) -> Keyed:
    """The side with its new parts under the names that the other side gave to those that say the same."""
    free = list(dict.fromkeys((*theirs, *mine)))
    names: dict[Hashable, Hashable] = {}
    for name, part in mine.items():
        if same := [one for one in free if one in theirs and theirs[one].content() == part.content()]:
            names[name] = same[0]
            free.remove(same[0])
    for name in mine:
        if name not in names:
            names[name] = free.pop(0)
    return {names.get(name, name): part for name, part in side.items()}
