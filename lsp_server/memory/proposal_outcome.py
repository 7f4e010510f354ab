"""Whether a proposal's changes are part of the memory, however they came there.

A merge button leaves the proposal's commits in the memory's history. Squashing and rebasing leave none of
them: then what the proposal wrote is looked for, file by file, among all that was written to the memory since
the two parted. What git mixed on the way is put right first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.sharing_results import Merge
from lsp_server.store.base import Difference, Version
from lsp_server.store.proposal_branches import ProposalBranch


class ProposalOutcome(NamedTuple):
    """``merges`` are the repairs of what git mixed when a forge merged the proposal, commits of their own."""

    is_merged: bool
    merges: Sequence[Merge] = ()


def outcome(core: Core, branch: ProposalBranch, mainline: Version) -> ProposalOutcome:
    """Whether the memory at ``mainline`` has all that the proposal wrote. One to which nothing was written
    is open, not merged."""
    store = core.mainline
    bases = store.merge_bases(mainline, branch.version)
    if not bases:
        return ProposalOutcome(False)
    start = branch.start or bases[0]
    if branch.version == start or not store.differences(start, branch.version):
        return ProposalOutcome(False)
    if branch.version in bases:
        return ProposalOutcome(True)
    from lsp_server.memory.merging import may_be_mixed, unmix_replayed

    base = bases[0]
    proposed = store.differences(base, branch.version)
    merges: Sequence[Merge] = ()
    if may_be_mixed(store, proposed, mainline):
        merges = unmix_replayed(core, store, base, branch.version, mainline)
        mainline = merges[-1].version if merges else mainline
    return ProposalOutcome(_has(core, base, proposed, branch.version, mainline), merges)


def _has(
    core: Core, base: Version, proposed: Sequence[Difference], proposal: Version, mainline: Version
) -> bool:
    written, deleted = core.mainline.written(base, mainline)
    if all(
        (change.new.object_id in written) if change.new is not None else (change.path in deleted)
        for change in proposed
    ):
        return True
    # Merged with an edit of the same file: then merging it once more would change nothing.
    from lsp_server.memory.merging import changes_nothing

    return changes_nothing(core, core.mainline.at(mainline), proposal)
