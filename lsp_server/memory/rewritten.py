"""Following a remote whose history was rewritten: what only we have goes on top of the new history.

An ordinary merge would bring back all that was taken out there, a purged secret perhaps: our branch still
has the old history. So ours becomes one commit whose only parent is the remote's new tip.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from lsp_server.errors import StoreError
from lsp_server.store.base import Blob, ChangeSet, Snapshot
from lsp_server.store.remotes import Remotes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lsp_server.memory.core import Core
    from lsp_server.memory.merging.trees import Pool
    from lsp_server.memory.sharing_results import Merge
    from lsp_server.store.base import Version

KEPT = "refs/git-memory/before-rewrite/"
_MOST_ROUNDS = 5


def follow(core: Core, agreed: Version, theirs: Version, *, source: str) -> Merge:
    """Put what we changed since ``agreed`` (where we last agreed with the remote) on ``theirs``.

    The tip as it was is kept under a ref that a remark names. Raises what ``Store.commit`` raises.
    """
    store = core.mainline
    for _ in range(_MOST_ROUNDS):
        ours = store.snapshot().version
        done = _follow(core, agreed, ours, theirs, source)
        if done is not None:
            return done
    raise StoreError("the memory branch keeps moving: somebody writes to it without pause; try again")


def _follow(core: Core, agreed: Version, ours: Version, theirs: Version, source: str) -> Merge | None:
    from lsp_server.memory.merging import report
    from lsp_server.memory.merging.pairing import THEIRS
    from lsp_server.memory.merging.rules import rule
    from lsp_server.memory.merging.three_way import merge_trees
    from lsp_server.memory.merging.trees import Pool, Tree

    store = core.mainline
    pool = Pool(store, core.repository.object_format)
    outcome = merge_trees(
        store,
        pool,
        Tree(store, agreed),
        Tree(store, ours),
        Tree(store, theirs),
        rule=rule(core, store, pool, ours, yielding="ours", published=()),
        names=lambda side, _path: (ours, theirs)[side - 1][:8],
    )
    changes = outcome.changes(THEIRS)
    # A record that was taken out there and edited here would come back whole, with what it was purged of.
    revived = {told.id for told in outcome.notes.revived}
    purged = {}
    for path, blob in list(changes.items()):
        head = pool.head(path, blob)
        if head is not None and head.id in revived:
            purged[head.id] = changes.pop(path)
    kept = f"{KEPT}{datetime.now(timezone.utc):%Y%m%d-%H%M%S}-{ours[:10]}"
    store.on(kept).create(ours, f"the memory before {source} was followed")
    remarks = [f"the memory as it was before is kept: {kept}"]
    remarks += [
        f"{told.label} was taken out of {source}: your change to it is only kept there"
        for told in outcome.notes.revived
        if told.id in purged
    ]
    if not changes:
        if not Remotes(core.repository).replace(store.ref, ours, theirs, f"follow {source}, rewritten"):
            return None
        version = theirs
    else:
        subject = f"merge: what was not yet in {source}, whose history was rewritten"
        text = report.message(core, subject, outcome.notes)
        change_set = _change_set(pool, changes, text, theirs)

        def build(tip: Snapshot) -> ChangeSet | None:
            return change_set if tip.version == ours else None

        version = store.commit(build)
        if not store.contains(version, theirs):
            return None
    done = report.result(core, version, outcome.notes, outcome.counts)
    return replace(
        done,
        revived=tuple(one for one in done.revived if one.id not in purged),
        remarks=(*done.remarks, *remarks),
    )


def _change_set(pool: Pool, changes: Mapping[str, Blob | None], message: str, onto: Version) -> ChangeSet:
    writes = {}
    copies = {}
    for path, blob in sorted(changes.items()):
        made = pool.made(blob.object_id) if blob is not None else None
        if made is not None:
            writes[path] = made
        elif blob is not None:
            copies[path] = blob
    deletes = sorted(path for path, blob in changes.items() if blob is None)
    return ChangeSet(message, writes, deletes, copies, onto=onto)
