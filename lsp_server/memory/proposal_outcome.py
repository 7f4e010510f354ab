"""Whether a proposal's changes are part of the memory, however they came there.

A merge button leaves the proposal's commits in the memory's history. Squashing and rebasing leave none of
them: then what the proposal wrote is looked for, file by file, among all that was written to the memory since
the two parted. What git mixed on the way is put right first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.sharing_results import Merge
from lsp_server.store.base import Difference, Version
from lsp_server.store.proposal_branches import ProposalBranch


class ProposalOutcome(NamedTuple):
    """``merges`` are the repairs of what git mixed when a forge merged the proposal, commits of their own."""

    is_merged: bool
    merges: Sequence[Merge] = ()


class _Parted(NamedTuple):
    """Where a proposal left the memory, and what it changed since."""

    base: Version
    proposed: Sequence[Difference]


def is_merged(core: Core, branch: ProposalBranch, mainline: Version) -> bool:
    """Whether the memory at ``mainline`` has all that the proposal wrote. One to which nothing was written
    is open, not merged."""
    parted = _parted(core, branch, mainline)
    return parted is True or (parted is not False and _has(core, parted, branch.version, mainline))


def outcome(core: Core, branch: ProposalBranch, mainline: Version) -> ProposalOutcome:
    """As ``is_merged``, once what git mixed when a forge merged the proposal is put right."""
    parted = _parted(core, branch, mainline)
    if isinstance(parted, bool):
        return ProposalOutcome(parted)
    merges = _mended(core, parted, branch.version, mainline)
    mainline = merges[-1].version if merges else mainline
    return ProposalOutcome(_has(core, parted, branch.version, mainline), merges)


def mended(core: Core, proposals: Iterable[Version]) -> list[Merge]:
    """The repairs of what git mixed when a forge merged others' proposals, which have ended there."""
    merges: list[Merge] = []
    for version in proposals:
        mainline = core.mainline.tip()
        if mainline is None:
            continue
        parted = _parted(core, ProposalBranch("", version, None, None), mainline)
        if not isinstance(parted, bool):
            merges += _mended(core, parted, version, mainline)
    return merges


def _mended(core: Core, parted: _Parted, proposal: Version, mainline: Version) -> Sequence[Merge]:
    from lsp_server.memory.merging import may_be_mixed, unmix_replayed
    from lsp_server.memory.proposing import began_before_a_rewrite

    store = core.mainline
    if not may_be_mixed(store, parted.proposed, mainline) or began_before_a_rewrite(core, proposal):
        return ()
    return unmix_replayed(core, store, parted.base, proposal, mainline)


def _parted(core: Core, branch: ProposalBranch, mainline: Version) -> _Parted | bool:
    """A bool where it can be told from the history alone whether the proposal was merged."""
    store = core.mainline
    bases = store.merge_bases(mainline, branch.version)
    if not bases:
        return False
    start = branch.start or bases[0]
    if branch.version == start:
        return False
    written = store.differences(start, branch.version)
    if not written:
        return False
    if branch.version in bases:
        return True
    base = bases[0]
    return _Parted(base, written if base == start else store.differences(base, branch.version))


def _has(core: Core, parted: _Parted, proposal: Version, mainline: Version) -> bool:
    written, deleted = core.mainline.written(parted.base, mainline)
    if all(
        (change.new.object_id in written) if change.new is not None else (change.path in deleted)
        for change in parted.proposed
    ):
        return True
    # Merged with an edit of the same file: then merging it once more would change nothing.
    from lsp_server.memory.merging import changes_nothing

    return changes_nothing(core, core.mainline.at(mainline), proposal)
