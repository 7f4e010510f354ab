"""A version that comes after another: what others merged into it, looked at for what they left wrong."""

from __future__ import annotations

from collections.abc import Mapping

from lsp_server.memory.core import Core
from lsp_server.memory.merging.notes import Notes
from lsp_server.memory.merging.pairing import BASE, THEIRS, Trio
from lsp_server.memory.merging.rules import YOUNGER, known_places
from lsp_server.memory.merging.three_way import Outcome, looked_at, merge_trees
from lsp_server.memory.merging.trees import Pool, Tree, differences
from lsp_server.records.labels import NUMBERED
from lsp_server.records.paths import TOMBSTONES, kind_of_path
from lsp_server.store.base import Version
from lsp_server.store.git_store import GitStore


def forward(
    core: Core, store: GitStore, pool: Pool, versions: tuple[Version | None, Version], tip: Version
) -> Outcome:
    """The changes between two versions, as if they were merged with none: then what is otherwise in the
    result than in the later one was wrong in it. Of two records with one number the younger yields."""
    before, after = (Tree(store, version) for version in versions)
    paths = looked_at({}, differences(pool, before, after))
    if (counts := _without_numbers(paths)) is not None:
        placed = {path: trio[THEIRS] for path, trio in paths.items()}
        return Outcome(paths, {path: blob for path, blob in placed.items() if blob}, Notes(), counts)
    who = YOUNGER._replace(elsewhere=known_places(core, store, tip))
    return merge_trees(store, pool, before, before, after, rule=who, names=lambda _, path: path)


def _without_numbers(paths: Mapping[str, Trio]) -> tuple[int, int, int] | None:
    """How many records came, changed and went, told from the names of files alone; None where they must be
    read: only what has to do with numbers can be wrong, and only what both comes and goes may be one
    record."""
    added = changed = deleted = 0
    for path, trio in paths.items():
        kind = kind_of_path(path)
        if kind in NUMBERED or path.startswith(TOMBSTONES + "/"):
            return None
        if kind is not None:
            if trio[BASE] is None:
                added += 1
            elif trio[THEIRS] is None:
                deleted += 1
            else:
                changed += 1
    return None if added and deleted else (added, changed, deleted)
