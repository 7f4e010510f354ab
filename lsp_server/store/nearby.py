"""How two versions are related where they parted a few commits ago, told from those commits alone.

Both histories are read until all that was read comes from one commit. As every commit read leads to that
one, none of them can be in its history: what is known then is all that there is to know.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from lsp_server.store.ancestry import Related
from lsp_server.store.base import Version

_FEW = 16  # commits: more are quicker asked of git, in a process of its own


def related_nearby(
    parents: Callable[[Version], Sequence[Version] | None], one: Version, other: Version
) -> Related | None:
    """As ``ancestry.related``; None where it takes more than a few commits, or one is not there.
    ``parents`` tells a version's, None for one that is not there."""
    known: dict[Version, Sequence[Version]] = {}
    ends = deque(dict.fromkeys((one, other)))
    while len(ends) > 1:
        commit = ends.popleft()
        found = parents(commit) if len(known) < _FEW else None
        if not found:  # where a history begins, it does not come from that one commit
            return None
        known[commit] = found
        ends.extend(each for each in dict.fromkeys(found) if each not in known and each not in ends)
    mine, yours = _history(known, one), _history(known, other)
    alone = mine ^ yours
    shared = mine & yours
    best = shared.difference(*(_history(known, version) - {version} for version in shared))
    has_merges = any(len(known[version]) > 1 for version in alone)
    return Related(len(mine - yours), len(yours - mine), sorted(best), has_merges)


def _history(known: Mapping[Version, Sequence[Version]], version: Version) -> set[Version]:
    """The version and what it comes from, as far as that is known."""
    seen: set[Version] = set()
    waiting = [version]
    while waiting:
        commit = waiting.pop()
        if commit not in seen:
            seen.add(commit)
            waiting.extend(known.get(commit, ()))
    return seen
