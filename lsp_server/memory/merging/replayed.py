"""What git mixed when a forge squashed or rebased a proposal into the memory.

Such commits have one parent, and nothing in them says what they were made of. Here the proposal is known:
a rebased commit is told by who wrote it, when, and its subject, which a rebase leaves as they are; a squash
by its changes, which are the proposal's and nothing else, but for the edit that git wrote into another
record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.merging.mixed import Mixed, mixed_in, put_right
from lsp_server.memory.merging.trees import Pool
from lsp_server.memory.sharing_results import Merge
from lsp_server.records.paths import is_record_path
from lsp_server.store.base import Blob, Difference, Version
from lsp_server.store.git_store import GitStore
from lsp_server.store.merges import Combined
from lsp_server.store.single_commits import Files, SingleCommit, net, single_commits

_MOST_STATES = 50  # of a proposal, the newest: one of them was squashed


class _Replay(NamedTuple):
    """``onto`` became ``result`` by what git took for the changes from the base to ``taken``: ``proposed``
    are those, ``made`` what came of them."""

    onto: Version
    taken: Version
    result: Version
    proposed: Files
    made: Files


def may_be_mixed(store: GitStore, proposed: Sequence[Difference], mainline: Version) -> bool:
    """Whether a squash or a rebase of these changes can have mixed two records. No process."""
    records = [one for one in proposed if is_record_path(one.path)]
    if any(one.new is None for one in records) and any(one.old is None for one in records):
        return True
    tip = store.at(mainline)
    return any(one.old and one.new and tip.entry(one.path) is None for one in records)


def unmix_replayed(
    core: Core,
    store: GitStore,
    base: Version,
    proposal: Version,
    mainline: Version,
    *,
    is_new: bool = False,
) -> Sequence[Merge]:
    """Put right what a squash or a rebase of a proposal mixed, as ``mainline`` has it: a commit for each,
    the same whoever makes it. ``base`` is where the proposal left the memory; ``is_new`` where nobody can
    have put it right already."""
    git = core.repository.git
    pool = Pool(store)
    own = single_commits(git, proposal, base)
    written = single_commits(git, mainline, proposal)
    found: dict[tuple[str, str], Mixed] = {}
    for replay in _rebased(own, written):
        for one in _mixed(store, pool, base, replay):
            found.setdefault((one.path, one.into), one)
    states = _states(base, own)
    for commit in written:
        for one in _squashed(store, pool, base, states, commit):
            found.setdefault((one.path, one.into), one)
    return put_right(core, store, pool, list(found.values()), is_new=is_new)


def _mixed(
    store: GitStore, pool: Pool, base: Version, replay: _Replay, *, whole: bool = False
) -> list[Mixed]:
    """What git mixed in it, told as in a merge of the two."""
    taken = store.at(replay.taken)
    files: dict[str, tuple[Blob | None, Blob | None, Blob | None]] = {}
    for path, (before, now) in replay.made.items():
        theirs = taken.blob(path)
        if now != theirs:
            files[path] = (before, theirs, now)
    merge = Combined(replay.result, (replay.onto, replay.taken), files)
    return list(mixed_in(store, pool, merge, base, whole=whole))


# a rebase ------------------------------------------------------------------------------------------
def _rebased(own: Sequence[SingleCommit], written: Sequence[SingleCommit]) -> Iterator[_Replay]:
    """Runs of copies of the proposal's commits, one on the other."""
    waiting: dict[str, list[int]] = {}
    for at, commit in enumerate(own):
        waiting.setdefault(commit.origin, []).append(at)
    run: list[SingleCommit] = []
    first = last = -1
    for copy in written:
        places = waiting.get(copy.origin)
        at = places.pop(0) if places else -1
        if run and (at <= last or copy.parent != run[-1].version):
            yield _run(own[first : last + 1], run)
            run = []
        if at >= 0:
            first = at if not run else first
            last = at
            run.append(copy)
    if run:
        yield _run(own[first : last + 1], run)


def _run(own: Sequence[SingleCommit], copies: Sequence[SingleCommit]) -> _Replay:
    return _Replay(copies[0].parent, own[-1].version, copies[-1].version, net(own), net(copies))


# a squash ------------------------------------------------------------------------------------------
def _states(base: Version, own: Sequence[SingleCommit]) -> list[tuple[Version, Files]]:
    """The states of a proposal, the newest first, with what it had changed by then; none where others were
    merged into it."""
    parents = [base, *(commit.version for commit in own)]
    if any(commit.parent != parent for commit, parent in zip(own, parents, strict=False)):
        return []
    ends = range(len(own), max(len(own) - _MOST_STATES, 0), -1)
    return [(own[end - 1].version, net(own[:end])) for end in ends]


def _squashed(
    store: GitStore,
    pool: Pool,
    base: Version,
    states: Sequence[tuple[Version, Files]],
    commit: SingleCommit,
) -> list[Mixed]:
    """What git mixed in a commit, where that is a squash of the proposal in one of its states."""
    for taken, proposed in states:
        replay = _Replay(commit.parent, taken, commit.version, proposed, commit.files)
        wrong = _not_from(store, replay)
        if not wrong or store.merge_bases(commit.parent, taken)[:1] != [base]:
            continue
        found = _mixed(store, pool, base, replay, whole=True)
        if {one.into for one in found} == wrong and not _says_so(pool, commit, wrong):
            return found
    return []


def _not_from(store: GitStore, replay: _Replay) -> set[str]:
    """The files that a squash of the proposal would have made otherwise, where all others are as it makes
    them; none where it is no squash of it."""
    wrong = {path for path in replay.made if path not in replay.proposed}
    if any(None in replay.made[path] or not is_record_path(path) for path in wrong):
        return set()
    onto = store.at(replay.onto)
    for path, (base, theirs) in replay.proposed.items():
        ours = onto.blob(path)
        now = replay.made[path][1] if path in replay.made else ours
        if ours in (base, theirs):
            if now == theirs:
                continue
            if base is not None or now is None or not is_record_path(path):
                return set()
            wrong.add(path)
        elif (now is None) != (ours is None or theirs is None):
            return set()
    return wrong


def _says_so(pool: Pool, commit: SingleCommit, wrong: set[str]) -> bool:
    """Whether the commit itself says that it is about a record which the proposal does not know: then a
    person has written there just what the proposal writes elsewhere."""
    ids = set()
    for path in wrong:
        before, now = commit.files[path]
        head = pool.head(path, now)
        if before is not None and head is not None:
            ids.add(head.id)
    return bool(ids & commit.records)
