"""Use case: merge another tip of the memory into a branch, and mend what a merge by others left behind."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lsp_server.errors import GitMemoryError, RefusedError
from lsp_server.memory.core import Core
from lsp_server.memory.merging import report
from lsp_server.memory.merging.bases import Bases
from lsp_server.memory.merging.changes import change_set
from lsp_server.memory.merging.forward import forward
from lsp_server.memory.merging.pairing import OURS, THEIRS
from lsp_server.memory.merging.rules import YOUNGER, Rule, rule
from lsp_server.memory.merging.settling import Names
from lsp_server.memory.merging.three_way import Outcome, merge_trees
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.memory.sharing_results import Merge
from lsp_server.records.labels import NUMBERED
from lsp_server.records.model import Kind
from lsp_server.records.paths import kind_of_path, number_of_name
from lsp_server.store.base import Advance, Blob, ChangeSet, Commit, Snapshot, Version
from lsp_server.store.git_store import FORMAT, GitStore
from lsp_server.store.log import Query, commits
from lsp_server.store.repository import Repository
from lsp_server.store.snapshot import FORMAT_FILE


def merge_into(
    core: Core,
    store: GitStore,
    theirs: Version,
    *,
    source: str,
    yielding: str,
    published: Sequence[Version] = (),
    common: tuple[Version, Sequence[Version]] | None = None,
    ready: Pool | None = None,
) -> Merge | None:
    """Merge ``theirs`` into the branch of ``store``; None when the branch has it already.

    ``source`` is what people call it. ``yielding`` tells who is renumbered when a number was given twice:
    ``ours`` (unless it stands in one of the ``published`` versions, then the younger), ``theirs`` or
    ``younger``. ``common``, where they are known already: a version of the branch, and its best common
    ancestors with ``theirs``. ``ready`` may have read ahead. Raises ``RefusedError`` where ``theirs`` is no
    memory, of a newer format or leaves the tree, and what ``Store.commit`` raises.
    """
    _require_memory(store, theirs, source)
    done: list[_Done] = []
    readied = [] if ready is None else [ready]  # for the first try: what is made in one is of no other

    def build(tip: Snapshot) -> ChangeSet | Advance | None:
        done.clear()
        bases = common[1] if common and common[0] == tip.version else store.merge_bases(tip.version, theirs)
        if list(bases) == [theirs]:
            return None
        pool = readied.pop() if readied else Pool(store)
        if list(bases) == [tip.version]:
            outcome = forward(core, store, pool, (tip.version, theirs), tip.version)
            mended = outcome.changes(THEIRS)
            done.append(_Done(outcome, is_forward=not mended))
            # What is wrong in theirs is mended as the branch moves to it: killed at any instant, it is not
            # left for somebody to find.
            return _mending(core, pool, outcome, mended, onto=theirs) if mended else Advance(theirs)
        who = rule(core, store, pool, tip.version, yielding=yielding, published=published)
        outcome = _merged(core, pool, _Tips(store, tip.version, theirs, bases), who)
        done.append(_Done(outcome, is_forward=False))
        subject = f"merge: {source} into {store.branch}"
        text = report.message(core, subject, outcome.notes)
        return change_set(pool, outcome.changes(OURS), text, merges=[theirs])

    version = store.commit(build)
    if not done:
        return None
    outcome, is_forward = done[0]
    if is_forward:
        return Merge(version, True, *outcome.counts)
    return report.result(core, version, outcome.notes, outcome.counts)


def repair(core: Core, store: GitStore, *, since: Version | None) -> Merge | None:
    """Mend what others' merges left on the branch after a version (None: ever): several records with one
    number. A commit of its own, the same whoever makes it; None when nothing is wrong."""
    done: list[Outcome] = []

    def build(tip: Snapshot) -> ChangeSet | None:
        done.clear()
        pool = Pool(store)
        outcome = forward(core, store, pool, (since, tip.version), tip.version)
        mended = outcome.changes(THEIRS)
        if not mended:
            return None
        done.append(outcome)
        return _mending(core, pool, outcome, mended)

    version = store.commit(build)
    return report.result(core, version, done[0].notes, (0, 0, 0)) if done else None


def mend_adopted(core: Core, store: GitStore) -> Merge | None:
    """As ``repair``, for a memory that this clone has just taken over as it was: only where the names of
    its files give a number twice. One process, where they do not."""
    seen: set[tuple[Kind, int]] = set()
    for file in store.snapshot().files():
        kind, number = kind_of_path(file.path), number_of_name(file.path.rpartition("/")[2])
        if kind in NUMBERED and number is not None:
            if (kind, number) in seen:
                return repair(core, store, since=None)
            seen.add((kind, number))
    return None


def _mending(
    core: Core,
    pool: Pool,
    outcome: Outcome,
    mended: Mapping[str, Blob | None],
    onto: Version | None = None,
) -> ChangeSet:
    text = report.message(core, "repair: settle what a merge elsewhere gave twice", outcome.notes)
    return change_set(pool, mended, text, onto=onto)


def changes_nothing(core: Core, into: Snapshot, theirs: Version) -> bool:
    """Whether all that ``theirs`` has is in a version of the memory already, however it came there."""
    store = core.mainline
    if store.contains(into.version, theirs):
        return True
    pool = Pool(store)
    common = store.merge_bases(into.version, theirs)
    return not _merged(core, pool, _Tips(store, into.version, theirs, common), YOUNGER).changes(OURS)


class _Done(NamedTuple):
    """What was decided; ``is_forward`` where it needs no commit."""

    outcome: Outcome
    is_forward: bool


class _Tips(NamedTuple):
    """What is merged, and the best common ancestors."""

    store: GitStore
    ours: Version
    theirs: Version
    common: Sequence[Version]


def _merged(core: Core, pool: Pool, tips: _Tips, who: Rule) -> Outcome:
    store = tips.store
    base = Bases(store, pool).merged(tips.common)
    names = _names(core.repository, (tips.ours, tips.theirs))
    ours, theirs = Tree(store, tips.ours), Tree(store, tips.theirs)
    return merge_trees(store, pool, base, ours, theirs, rule=who, names=names)


def _names(repository: Repository, versions: tuple[Version, Version]) -> Names:
    """What the texts of a conflict are called: who wrote them last, when, and in which commit. Where that is
    not to be seen, in a history that is cut, the version that has them."""

    def name(side: int, path: str) -> str:
        version = versions[side - 1]
        found: Sequence[Commit] = ()
        with contextlib.suppress(GitMemoryError):
            found = list(commits(repository.git, version, Query(paths=(path,), limit=1)))
        if not found or found[0].version in repository.shallow_commits():
            return f"version {version[:8]}"
        last = found[0]
        return f"{last.author}, {last.when:%Y-%m-%d} ({last.version[:8]})"

    return name


def _require_memory(store: GitStore, theirs: Version, source: str) -> None:
    """Raise ``RefusedError`` for a version that is no memory, or one of a newer format."""
    snapshot = store.at(theirs)
    if not snapshot.is_memory():
        raise RefusedError(f"{source} holds something else than a memory: it has no {FORMAT_FILE}")
    if (found := snapshot.format()) > FORMAT:
        raise RefusedError(
            f"{source} was written by a newer Git Memory (format {found}, this one knows {FORMAT}): "
            "update Git Memory to merge it"
        )
