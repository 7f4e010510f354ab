"""The base of a merge: the common ancestor, or what all of them come to where there are several."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.memory.merging.pairing import OURS
from lsp_server.memory.merging.rules import YOUNGER
from lsp_server.memory.merging.three_way import merge_trees
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.store.base import Version
from lsp_server.store.git_store import GitStore

_DEEPEST = 50  # merges of merges; below, any one of the ancestors must do


class Bases:
    """Finds bases, each once."""

    def __init__(self, store: GitStore, pool: Pool) -> None:
        self._store = store
        self._pool = pool
        self._known: dict[tuple[Version, ...], Tree] = {}

    def merged(self, versions: Sequence[Version], depth: int = 0) -> Tree:
        """The best common ancestors of two versions as one tree (the empty one where there are none): the
        same whoever merges, in the order of their ids, and the younger record yields."""
        if not versions:
            return Tree(self._store, None)
        if len(versions) == 1 or depth >= _DEEPEST:
            return Tree(self._store, versions[0])
        key = tuple(versions)
        if key not in self._known:
            merged = Tree(self._store, versions[0])
            for at, version in enumerate(versions[1:], 1):
                base = self.merged(self._ancestors(versions[:at], version), depth + 1)
                outcome = merge_trees(
                    self._store,
                    self._pool,
                    base,
                    merged,
                    Tree(self._store, version),
                    rule=YOUNGER,
                    names=_earlier,
                )
                merged = merged.changed(outcome.changes(OURS))
            self._known[key] = merged
        return self._known[key]

    def _ancestors(self, merged: Sequence[Version], version: Version) -> Sequence[Version]:
        """The best common ancestors of a version and the merge of others."""
        if len(merged) == 1:
            return self._store.merge_bases(merged[0], version)
        found = sorted({base for one in merged for base in self._store.merge_bases(one, version)})
        return [
            base
            for base in found
            if not any(other != base and self._store.contains(other, base) for other in found)
        ]


def _earlier(_side: int, _path: str) -> str:
    return "an earlier version"
