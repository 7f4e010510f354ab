"""Sections that one side gave another heading: known by what stands below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from lsp_server.records.living.outline import is_placeholder

if TYPE_CHECKING:
    from lsp_server.records.merging.living import Part

SECTION = "section"
_Keyed = Mapping[Hashable, "Part"]


def with_old_names(old: _Keyed, one: _Keyed, other: _Keyed) -> tuple[dict[Hashable, Part], ...]:
    """Both sides with their renamed sections under the keys that these have in the base, so that what the
    other side did in them is done to them, and nothing stands twice."""
    names = [_renamed(old, side) for side in (one, other)]
    for mine, theirs, there in ((0, 1, other), (1, 0, one)):
        # A section of that name that somebody else made is another one.
        names[mine] = {
            new: before
            for new, before in names[mine].items()
            if new not in there or names[theirs].get(new) == before
        }
    return tuple(
        {found.get(key, ("again", key) if key in found.values() else key): part for key, part in side.items()}
        for found, side in zip(names, (one, other), strict=True)
    )


def _renamed(old: _Keyed, side: _Keyed) -> dict[Hashable, Hashable]:
    """New sections of a side, each with the base's that it was: one that is gone, or added again without
    anything that it had, at least half of whose content is in the new one, and more than in any other."""
    found: dict[Hashable, Hashable] = {}
    new = {key: _said(part) for key, part in side.items() if part.key[0] == SECTION and key not in old}
    if not new:
        return found
    gone = {
        key: said
        for key, part in old.items()
        if part.key[0] == SECTION
        and (said := _said(part))
        and (key not in side or not (_said(side[key]) & said))
    }
    shares = [
        (sum((before & now).values()) / sum(before.values()), before_key, now_key)
        for before_key, before in gone.items()
        for now_key, now in new.items()
        if heading_level(old[before_key]) == heading_level(side[now_key])
    ]
    for share, before_key, now_key in sorted(shares, key=lambda pair: -pair[0]):
        if share >= 0.5 and now_key not in found and before_key not in found.values():
            found[now_key] = before_key
    return found


def heading_level(part: Part) -> int:
    """A heading's level, 0 for what is no section."""
    if part.key[0] != SECTION and not part.is_entry:
        return 0
    text = part.unit.text.strip()
    return len(text) - len(text.lstrip("#")) or (1 if text.endswith("=") else 2)


def _said(part: Part) -> Counter[str]:
    """What stands below a heading; a field without a value says nothing."""
    found: Counter[str] = Counter()
    for one in part.parts:
        if one.said is None or (one.said and not is_placeholder(one.said)) or one.parts:
            found.update(line for line in one.content() if line)
    return found
