"""Following a remote whose history was rewritten: what only we have goes on top of the new history.

An ordinary merge would bring back all that was taken out there, a purged secret perhaps: our branch still
has the old history. So ours becomes one commit whose only parent is the remote's new tip. What of ours would
bring it back is left out of that commit, and told with the command that shows it.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from lsp_server.store.base import ChangeSet, Snapshot, keeps_moving
from lsp_server.store.proposal_branches import BEFORE_REWRITES
from lsp_server.store.remotes import Remotes

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.sharing_results import Merge
    from lsp_server.store.base import Version


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
    raise keeps_moving()


def _follow(core: Core, agreed: Version, ours: Version, theirs: Version, source: str) -> Merge | None:
    from lsp_server.memory.merging import changes_onto

    store = core.mainline
    subject = f"merge: what was not yet in {source}, whose history was rewritten"
    ontop = changes_onto(core, store, agreed, ours, theirs, subject=subject)
    kept = f"{BEFORE_REWRITES}{datetime.now(timezone.utc):%Y%m%d-%H%M%S}-{ours[:10]}"
    store.on(kept).create(ours, f"the memory before {source} was followed")
    if ontop.changes is None:
        if not Remotes(core.repository).replace(store.ref, ours, theirs, f"follow {source}, rewritten"):
            return None
        version = theirs
    else:
        change_set = ontop.changes

        def build(tip: Snapshot) -> ChangeSet | None:
            return change_set if tip.version == ours else None

        version = store.commit(build)
        if not store.contains(version, theirs):
            return None
    done = ontop.result(core, version)
    remarks = [f"the memory as it was before is kept: {kept}"]
    for one in ontop.held_back:
        how = "taken out of" if one.is_gone else "changed in"
        why = "" if one.is_gone else " has words that were taken out of it there and"
        shown = f"`git show {shlex.quote(f'{kept}:{one.path}')}`"
        remarks.append(f"{one.name} was {how} {source}: your change to it{why} is only kept: {shown}")
    return replace(done, remarks=(*done.remarks, *remarks))
