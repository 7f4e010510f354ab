"""Whether a proposal's changes are part of the memory, however they came there.

A merge button leaves the proposal's commits in the memory's history. Squashing and rebasing leave none of
them: then what the proposal wrote is looked for, file by file, among all that was written to the memory since
the two parted.
"""

from __future__ import annotations

from lsp_server.memory.core import Core
from lsp_server.store.base import Version
from lsp_server.store.proposal_branches import ProposalBranch


def is_merged(core: Core, branch: ProposalBranch, mainline: Version) -> bool:
    """Whether the memory at ``mainline`` has all that the proposal wrote. One to which nothing was written
    is open, not merged."""
    store = core.store
    bases = store.merge_bases(mainline, branch.version)
    if not bases:
        return False
    start = branch.start or bases[0]
    if branch.version == start or not store.differences(start, branch.version):
        return False
    if branch.version in bases:
        return True
    base = bases[0]
    proposed = store.differences(base, branch.version)
    written, deleted = store.written(base, mainline)
    if all(
        (change.new.object_id in written) if change.new is not None else (change.path in deleted)
        for change in proposed
    ):
        return True
    # Merged with an edit of the same file: then merging it once more would change nothing.
    from lsp_server.memory.merging import changes_nothing

    return changes_nothing(core, core.mainline.at(mainline), branch.version)
