"""Merging two trees with their base, by record id. See DESIGN, "How a write happens".

Nothing here depends on who merges: with the rule ``YOUNGER`` merging in either direction gives one tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory.merging.artifact_files import tell_lfs
from lsp_server.memory.merging.notes import Notes
from lsp_server.memory.merging.numbering import Numbering
from lsp_server.memory.merging.pairing import BASE, OURS, THEIRS, Item, Paired, Trio, pair
from lsp_server.memory.merging.placing import place
from lsp_server.memory.merging.relabelling import relabel
from lsp_server.memory.merging.reviving import bring_back
from lsp_server.memory.merging.rules import Rule
from lsp_server.memory.merging.settling import Names, settle_plain, settle_record, settle_tombstone
from lsp_server.memory.merging.trees import Pool, Tree, differences
from lsp_server.memory.merging.unedited import leave_deleted
from lsp_server.records.paths import TOMBSTONES
from lsp_server.store.base import Blob
from lsp_server.store.fast_import import require_safe_path
from lsp_server.store.git_store import GitStore


class Outcome(NamedTuple):
    """``placed`` is what stands in the result at the ``paths`` that were looked at, and at new ones.
    ``counts`` are the records that came to our side, changed there and went."""

    paths: Mapping[str, Trio]
    placed: Mapping[str, Blob]
    notes: Notes
    counts: tuple[int, int, int]

    def changes(self, side: int) -> dict[str, Blob | None]:
        """What is otherwise in the result than on a side: by path, None for what is gone."""
        found: dict[str, Blob | None] = {}
        for path in {*self.paths, *self.placed}:
            wanted = self.placed.get(path)
            standing = self.paths[path][side] if path in self.paths else None
            if wanted != standing:
                found[path] = wanted
        return found


def merge_trees(
    store: GitStore, pool: Pool, base: Tree, ours: Tree, theirs: Tree, *, rule: Rule, names: Names
) -> Outcome:
    """Everything that both sides made of the base. Costs what changed since then.

    Raises ``RefusedError`` for a path that leaves the tree, and when there is no number left.
    """
    paths = looked_at(differences(pool, base, ours), differences(pool, base, theirs))
    notes = Notes()
    paired = _paired(paths, (base, ours, theirs), pool, store)
    numbers = Numbering((ours, theirs), pool, rule).settle(paired, paths)
    if more := _elsewhere((base, ours, theirs), pool, rule, paired, numbers.fresh):
        paths.update(more)
        paired = _paired(paths, (base, ours, theirs), pool, store)
        numbers = Numbering((ours, theirs), pool, rule).settle(paired, paths)
    alive = {item.id for item in paired.items.values() if item.is_alive}
    notes.remarks += [
        f"{path} was another file of the record in {kept}: they are one" for kept, path in paired.folded
    ]
    origin = {
        item.id: [at.path if at else None for at in item.places]
        for item in paired.items.values()
        if item.places[OURS] and item.places[THEIRS]
    }
    counts = _counts(paired.items.values(), alive)
    relabel(paired, numbers, pool, notes)
    settled = [
        settle_record(paired.items[record_id], origin.get(record_id, ()), pool, names, notes)
        for record_id in sorted(alive)
    ]
    for path in sorted(paired.plain):
        trio = paired.plain[path]
        if path.startswith(TOMBSTONES + "/"):
            settled += settle_tombstone(path, trio, pool, alive.__contains__)
        else:
            settled += settle_plain(path, trio, pool, names, notes)
    placed = place(settled, lambda path: ours.stands(path) or theirs.stands(path), paths, notes)
    tell_lfs(placed, paths, ours, pool)
    return Outcome(paths, placed, notes, counts)


def _paired(paths: Mapping[str, Trio], trees: tuple[Tree, Tree, Tree], pool: Pool, store: GitStore) -> Paired:
    paired = pair(paths, pool)
    leave_deleted(paired, trees, pool)
    bring_back(paired, trees, pool, store)
    return paired


def _elsewhere(
    trees: tuple[Tree, Tree, Tree], pool: Pool, rule: Rule, paired: Paired, fresh: Iterable[str]
) -> dict[str, Trio]:
    """Files of records that would be renumbered as new ones and are not: they stand, untouched, in another
    file. A forge's merge can bring back the file that a record had before it was renumbered."""
    found: dict[str, Trio] = {}
    for record_id in fresh:
        item = paired.items[record_id]
        if item.places[BASE] or item.places[OURS]:
            continue  # our own side is kept free of that
        for path in rule.elsewhere(record_id):
            blobs = tuple(tree.blob(path) for tree in trees)
            head = pool.head(path, blobs[2])
            if head is not None and head.id == record_id:
                found[path] = (blobs[0], blobs[1], blobs[2])
    return found


def _counts(items: Iterable[Item], alive: set[str]) -> tuple[int, int, int]:
    added = changed = deleted = 0
    for item in items:
        base, ours, theirs = item.places
        if item.id not in alive:
            deleted += ours is not None
        elif ours is None or item.gone == OURS:
            added += 1
        else:
            changed += theirs is not None and theirs not in (base, ours)
    return added, changed, deleted


def looked_at(
    ours: Mapping[str, tuple[Blob | None, Blob | None]],
    theirs: Mapping[str, tuple[Blob | None, Blob | None]],
) -> dict[str, Trio]:
    """What stands at every path that differs from the base on a side. Raises ``RefusedError`` for one that
    comes from theirs and leaves the tree."""
    paths: dict[str, Trio] = {}
    for path in {*ours, *theirs}:
        base, one = ours[path] if path in ours else (theirs[path][0], theirs[path][0])
        other = theirs[path][1] if path in theirs else base
        if other is not None and other != one:
            _require_inside(path)
        paths[path] = (base, one, other)
    return paths


def _require_inside(path: str) -> None:
    try:
        require_safe_path(path)
    except UsageError as error:
        raise RefusedError(f"what comes from elsewhere cannot be merged: {error}") from error
