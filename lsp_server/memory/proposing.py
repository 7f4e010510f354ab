"""Use cases: propose changes on a branch of their own, and adopt or withdraw them after the review."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.errors import NotFoundError, RefusedError, SecretError, StoreError
from lsp_server.memory.core import Core
from lsp_server.memory.sharing_results import Adopted, Merge, Proposal, Withdrawn
from lsp_server.store.base import Version
from lsp_server.store.proposal_branches import ProposalBranch, ProposalBranches

_MOST_ROUNDS = 20  # against somebody who goes on writing to a proposal while it is adopted


def proposals(core: Core) -> Sequence[Proposal]:
    """The open proposals: this clone's own and those that remotes are known to have, by name. A branch that
    a remote still has of one that has ended is none."""
    branches = _branches(core)
    known = branches.all()
    held = branches.held()
    here = core.repository.proposal
    mainline = core.mainline.tip()
    result = []
    for name in sorted({branch.name for branch in known}):
        own = next((b for b in known if b.name == name and b.remote is None), None)
        remotes = tuple(b.remote for b in known if b.name == name and b.remote is not None)
        newest = own or next(b for b in known if b.name == name)
        if own is None and mainline is not None and _has_ended(core, branches, newest, mainline):
            continue
        result.append(
            Proposal(
                name=name,
                branch=core.repository.proposal_ref(name).removeprefix("refs/heads/"),
                version=newest.version,
                commits=core.store.count(mainline, newest.version),
                here=name == here,
                own=own is not None,
                remotes=remotes,
                worktrees=len(held.get(name, ())),
            )
        )
    return result


def _has_ended(core: Core, branches: ProposalBranches, branch: ProposalBranch, mainline: Version) -> bool:
    """Whether a remote's branch is only what was left of a proposal: merged there, adopted or withdrawn."""
    from lsp_server.memory.proposal_outcome import is_merged

    return (
        core.store.contains(mainline, branch.version)
        or branch.version in branches.withdrawn()
        or is_merged(core, branch, mainline)
    )


def begin(core: Core, name: str) -> bool:
    """Make a proposal at the memory's tip, or take up the one that a remote has; whether it is new.

    Raises ``UsageError`` for a name that no branch can have, ``RefusedError`` where another is in its way.
    """
    branches = _branches(core)
    branches.check_name(name)
    _require_no_secret(name)
    mainline = core.mainline.snapshot().version
    if branches.branch(name).tip() is not None:
        return False
    _require_nothing_lost(core, branches, name)
    known = branches.all()
    if other := next((b.name for b in known if b.remote is None and _is_within(b.name, name)), None):
        # git keeps a branch as a file, and the name of a file cannot be that of a folder.
        raise RefusedError(f"there is a proposal '{other}', so that none can be called '{name}' beside it")
    remote = next((b for b in known if b.name == name), None)
    if remote is None or core.store.contains(mainline, remote.version):  # none, or one that has ended
        return branches.begin(name, mainline, mainline)
    bases = core.store.merge_bases(mainline, remote.version)
    branches.begin(name, remote.version, bases[0] if bases else mainline)
    return False


def require_open(core: Core, name: str) -> None:
    """Raise ``NotFoundError`` where this clone has no proposal of that name."""
    branches = _branches(core)
    branches.check_name(name)
    if branches.branch(name).tip() is None:
        raise NotFoundError(f"there is no proposal '{name}'")


def end_unused(core: Core) -> bool:
    """End the proposal that is written to, when nothing was written and no worktree is on it."""
    branches, name = _branches(core), core.repository.proposal
    if name is None or name in branches.held():
        return False
    version = branches.branch(name).tip()
    if version is None or version != branches.start(name) or not branches.end(name, version):
        return False
    core.indexes.forget(core.repository.proposal_ref(name))
    return True


def _require_no_secret(name: str) -> None:
    """The name is in a branch's, which a sync publishes, and in the message of the merge."""
    from lsp_server.memory import secrets

    if found := secrets.check(name):
        raise SecretError(f"the name of the proposal looks like a secret ({found[0].rule}): choose another")


def hold(core: Core, name: str) -> bool:
    """Let this worktree's writes go to a proposal, until ``release``; whether the proposal is new."""
    is_new = begin(core, name)
    _branches(core).hold(name)
    return is_new


def release(core: Core) -> str | None:
    """Let this worktree's writes go to the memory itself; the proposal that they went to."""
    name = core.repository.proposal
    _branches(core).release()
    return name


def adopt(core: Core, name: str) -> Adopted:
    """Merge a proposal into the memory, and end it. Numbers that the memory has given meanwhile are the
    memory's: the proposal's records get new ones. Merged, it is adopted: a branch that cannot be taken away
    just now is only said to be left."""
    from lsp_server.memory.foreign_secrets import secrets_between
    from lsp_server.memory.merging import merge_into

    branches = _branches(core)
    for _ in range(_MOST_ROUNDS):
        found = _find(core, branches, name)
        _require_current_history(core, found)
        before = core.mainline.snapshot().version
        merge = merge_into(
            core, core.mainline, found.version, source=f"the proposal '{name}'", yielding="theirs"
        )
        left = None
        try:
            if found.remote is None and not _end(core, branches, found):
                continue
        except StoreError as error:
            left = str(error)
        came = () if merge is None else secrets_between(core.mainline, before, merge.version)
        return Adopted(name, merge, _let_go(core, branches, name), came, left)
    raise StoreError(f"somebody keeps writing to the proposal '{name}'; try again")


def withdraw(core: Core, name: str) -> Withdrawn:
    """End a proposal without its changes. They are kept under a ref of this clone."""
    branches = _branches(core)
    for _ in range(_MOST_ROUNDS):
        found = _find(core, branches, name)
        if found.remote is not None:
            raise RefusedError(
                f"the proposal '{name}' is {found.remote}'s alone: close it there, with its pull request"
            )
        kept = branches.keep_withdrawn(name, found.version)
        if _end(core, branches, found):
            commits = core.store.count(found.start or core.mainline.tip(), found.version)
            return Withdrawn(name, found.version, kept, commits, _let_go(core, branches, name))
    raise StoreError(f"somebody keeps writing to the proposal '{name}'; try again")


def settle_proposals(core: Core, remote: str) -> tuple[list[str], list[Merge]]:
    """After a sync: end the proposals whose changes the memory has by now, whatever button of a forge
    brought them there. A sentence for each, and the repairs of what git mixed when the forge merged them."""
    from lsp_server.memory.proposal_outcome import outcome

    branches = _branches(core)
    said: list[str] = []
    merges: list[Merge] = []
    for branch in branches.all():
        mainline = core.mainline.tip()
        if branch.remote is not None or mainline is None:
            continue
        found = outcome(core, branch, mainline)
        merges += found.merges
        if not found.is_merged:
            continue
        ended = f"the proposal '{branch.name}' was merged on {remote}: it is part of the memory now"
        try:
            if not _end(core, branches, branch):
                continue  # written to in this very moment: not merged after all
        except StoreError as error:  # that keeps nobody from syncing
            ended += f"; its branch is still here: {error}"
        if _let_go(core, branches, branch.name):
            ended += ", and this worktree writes to the memory itself again"
        said.append(ended)
    return said, merges


def _end(core: Core, branches: ProposalBranches, branch: ProposalBranch) -> bool:
    """Take the branch away, and its index with it; False when somebody wrote to it meanwhile."""
    if not branches.end(branch.name, branch.version):
        return False
    core.indexes.forget(core.repository.proposal_ref(branch.name))
    return True


def began_before_a_rewrite(core: Core, version: Version) -> bool:
    """Whether a proposal stands on a history which the memory has left: all that was purged there would come
    back with it."""
    mainline, store = core.mainline.snapshot().version, core.store
    return any(
        not store.contains(mainline, base)
        for left in _branches(core).left_histories()
        for base in store.merge_bases(left, version)
    )


def _require_current_history(core: Core, branch: ProposalBranch) -> None:
    if began_before_a_rewrite(core, branch.version):
        raise RefusedError(
            f"the proposal '{branch.name}' began before the memory's history was rewritten, and would "
            "bring back what was taken out then: record its changes anew on a proposal of another name, "
            f"then `git memory withdraw {branch.name}`"
        )


def _let_go(core: Core, branches: ProposalBranches, name: str) -> bool:
    """This worktree alone goes back to the memory: the writes of others are refused until they say so."""
    if core.repository.proposal != name:
        return False
    branches.release()
    return True


def _find(core: Core, branches: ProposalBranches, name: str) -> ProposalBranch:
    branches.check_name(name)
    found = [branch for branch in branches.all() if branch.name == name]
    if not found or found[0].remote is not None:
        _require_nothing_lost(core, branches, name)
    if not found:
        others = [proposal.name for proposal in proposals(core)]
        shown = f"; there {'is' if len(others) == 1 else 'are'} {', '.join(others[:5])}" if others else ""
        raise NotFoundError(f"there is no proposal '{name}'{shown}")
    return found[0]


def _require_nothing_lost(core: Core, branches: ProposalBranches, name: str) -> None:
    """Raise ``RefusedError`` when somebody deleted the branch of this clone and with it what nothing else
    has: neither a new proposal nor the one of a remote must silently take its place."""
    from lsp_server.memory.proposal_outcome import is_merged
    from lsp_server.store.known_tips import lost, require_nothing_lost

    ref, mainline = core.repository.proposal_ref(name), core.mainline.tip()
    gone = lost(core.repository, ref)
    if gone is None or mainline is None:
        return
    deleted = ProposalBranch(name, gone.version, branches.start(name), None)
    if not is_merged(core, deleted, mainline):
        require_nothing_lost(core.repository, ref)


def _is_within(one: str, other: str) -> bool:
    """Whether one of two names is a folder of the other."""
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _branches(core: Core) -> ProposalBranches:
    return ProposalBranches(core.repository, core.store)
