"""What one side made of a base, put on another version: not a merge of two histories, but one commit on top.

A record that was taken out there and edited here does not come back: it may have been purged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.merging import report
from lsp_server.memory.merging.changes import change_set
from lsp_server.memory.merging.notes import Told
from lsp_server.memory.merging.pairing import THEIRS
from lsp_server.memory.merging.rules import rule
from lsp_server.memory.merging.three_way import Outcome, merge_trees
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.memory.sharing_results import Merge
from lsp_server.store.base import ChangeSet, Version
from lsp_server.store.git_store import GitStore


class Onto(NamedTuple):
    """``changes`` to commit, None where there are none; ``left_out`` are the records that stay taken out."""

    changes: ChangeSet | None
    left_out: tuple[Told, ...]
    outcome: Outcome

    def result(self, core: Core, version: Version) -> Merge:
        """What was done, once ``version`` is the tip."""
        done = report.result(core, version, self.outcome.notes, self.outcome.counts)
        out = {told.id for told in self.left_out}
        return replace(done, revived=tuple(one for one in done.revived if one.id not in out))


def changes_onto(
    core: Core, store: GitStore, base: Version, ours: Version, theirs: Version, *, subject: str
) -> Onto:
    """What ours made of the base, as changes to theirs; of two records with one number ours yields."""
    pool = Pool(store, core.repository.object_format)
    outcome = merge_trees(
        store,
        pool,
        Tree(store, base),
        Tree(store, ours),
        Tree(store, theirs),
        rule=rule(core, store, pool, ours, yielding="ours", published=()),
        names=lambda side, _path: (ours, theirs)[side - 1][:8],
    )
    changes = outcome.changes(THEIRS)
    revived = {told.id for told in outcome.notes.revived}
    left_out = set()
    for path, blob in list(changes.items()):
        head = pool.head(path, blob)
        if head is not None and head.id in revived:
            left_out.add(head.id)
            del changes[path]
    commit = None
    if changes:
        commit = change_set(pool, changes, report.message(core, subject, outcome.notes), onto=theirs)
    return Onto(commit, tuple(told for told in outcome.notes.revived if told.id in left_out), outcome)
