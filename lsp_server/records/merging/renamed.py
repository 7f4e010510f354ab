"""Sections and bullets that one side gave other words: known by what stands below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING

from lsp_server.records.living.outline import is_placeholder
from lsp_server.records.merging.units import LISTED

if TYPE_CHECKING:
    from lsp_server.records.merging.living import Part

SECTION = "section"
_TELLS_NOTHING = 20  # sections with one line: which of them was renamed is not known by it
_Keyed = Mapping[Hashable, "Part"]


def with_old_names(old: _Keyed, one: _Keyed, other: _Keyed) -> tuple[dict[Hashable, Part], ...]:
    """Both sides with their renamed parts under the keys that these have in the base, so that what the
    other side did in them is done to them, and nothing stands twice."""
    names = [_renamed(old, side) for side in (one, other)]
    for mine, theirs, there in ((0, 1, other), (1, 0, one)):
        # A part of that name that somebody else made is another one.
        names[mine] = {
            new: before
            for new, before in names[mine].items()
            if new not in there or names[theirs].get(new) == before
        }
    result = []
    for found, side in zip(names, (one, other), strict=True):
        former = set(found.values())
        result.append(
            {found.get(key, ("again", key) if key in former else key): part for key, part in side.items()}
        )
    return tuple(result)


def _renamed(old: _Keyed, side: _Keyed) -> dict[Hashable, Hashable]:
    """New parts of a side, each with the base's that it was: one that is gone, or added again without
    anything that it had, at least half of whose content is in the new one, and more than in any other; or
    some of it, where the new one stands between the same two."""
    found: dict[Hashable, Hashable] = {}
    new = {key: _said(part) for key, part in side.items() if _has_a_name(part) and key not in old}
    if not any(new.values()):
        return found
    gone = {
        key: said
        for key, part in old.items()
        if _has_a_name(part)
        and side.get(key) != part
        and (said := _said(part))
        and (key not in side or not (_said(side[key]) & said))
    }
    shares = [
        (sum((gone[before] & new[now]).values()) / sum(gone[before].values()), before, now)
        for before, now in _sharing(gone, new)
        if _rank(old[before]) == _rank(side[now])
    ]
    around = [_neighbours(parts) for parts in (old, side)] if shares else []
    taken: set[Hashable] = set()
    for share, before, now in sorted(shares, key=lambda pair: -pair[0]):
        close = share >= 0.5 or around[0][before] == around[1][now]
        if close and now not in found and before not in taken:
            found[now] = before
            taken.add(before)
    return found


def _sharing(
    gone: Mapping[Hashable, Counter[str]], new: Mapping[Hashable, Counter[str]]
) -> Iterator[tuple[Hashable, Hashable]]:
    """Those of two texts' parts that have a line in common, each pair once, in order; a line that
    stands in very many of them tells none of them."""
    holders: dict[str, list[tuple[int, Hashable]]] = {}
    for place, (key, said) in enumerate(new.items()):
        for line in said:
            holders.setdefault(line, []).append((place, key))
    for before_key, said in gone.items():
        found = {
            pair for line in said if len(there := holders.get(line, ())) <= _TELLS_NOTHING for pair in there
        }
        yield from ((before_key, key) for _, key in sorted(found, key=lambda pair: pair[0]))


def _has_a_name(part: Part) -> bool:
    return part.key[0] == SECTION or (part.key[0] in LISTED and bool(part.parts))


def _rank(part: Part) -> Hashable:
    return part.key[0], heading_level(part)


def _neighbours(parts: _Keyed) -> dict[Hashable, tuple[Hashable, Hashable]]:
    """The parts of one sort that stand above and below each."""
    found: dict[Hashable, tuple[Hashable, Hashable]] = {}
    last: dict[Hashable, Hashable] = {}
    for key, part in parts.items():
        above = last.get(part.key[0])
        if above is not None:
            found[above] = (found[above][0], key)
        found[key] = (above, None)
        last[part.key[0]] = key
    return found


def heading_level(part: Part) -> int:
    """A heading's level, 0 for what is no section."""
    if part.key[0] != SECTION and not part.is_entry:
        return 0
    text = part.unit.text.strip()
    return len(text) - len(text.lstrip("#")) or (1 if text.endswith("=") else 2)


def _said(part: Part) -> Counter[str]:
    """What stands below a heading or a bullet; a field without a value says nothing."""
    found: Counter[str] = Counter()
    for one in part.parts:
        empty = one.said is not None and (not one.said or is_placeholder(one.said))
        found.update(line for line in one.content()[1 if empty else 0 :] if line)
    return found
