"""What one side made of a base, put on another version: not a merge of two histories, but one commit on top.

What was taken out there does not come back by an edit of ours: a record that is gone stays gone, and where
both sides changed a record, ours is held back if a word is in it that theirs no longer has. It may be the
very secret that the history was rewritten for. The numbers of what is gone stay given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.merging import report
from lsp_server.memory.merging.changes import change_set
from lsp_server.memory.merging.notes import Notes, told
from lsp_server.memory.merging.numbering import Number
from lsp_server.memory.merging.pairing import BASE, OURS, THEIRS
from lsp_server.memory.merging.rules import rule
from lsp_server.memory.merging.settling import aside
from lsp_server.memory.merging.three_way import Outcome, merge_trees
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.memory.sharing_results import Merge
from lsp_server.records.labels import format_label, label_number
from lsp_server.records.paths import TOMBSTONES, tombstone_path
from lsp_server.records.tombstones import read_tombstone
from lsp_server.store.base import Blob, ChangeSet, Version
from lsp_server.store.git_store import GitStore

_WORD = re.compile(r"\w{3,}")
_NAMED = 8  # labels in one sentence


class HeldBack(NamedTuple):
    """What we changed and does not come: how it is called, where it stands in ours, whether it is gone from
    theirs altogether (else it was changed there, too)."""

    name: str
    path: str
    is_gone: bool


class Onto(NamedTuple):
    """``changes`` to commit, None where there are none."""

    changes: ChangeSet | None
    held_back: tuple[HeldBack, ...]
    outcome: Outcome

    def result(self, core: Core, version: Version) -> Merge:
        """What was done, once ``version`` is the tip."""
        return report.result(core, version, self.outcome.notes, self.outcome.counts)


def changes_onto(
    core: Core, store: GitStore, base: Version, ours: Version, theirs: Version, *, subject: str
) -> Onto:
    """What ours made of the base, as changes to theirs; of two records with one number ours yields."""
    pool = Pool(store)
    trees = Tree(store, base), Tree(store, ours), Tree(store, theirs)
    outcome = merge_trees(
        store,
        pool,
        *trees,
        rule=rule(core, store, pool, ours, yielding="ours", published=()),
        names=lambda side, _path: f"version {(ours, theirs)[side - 1][:8]}",
    )
    changes = outcome.changes(THEIRS)
    held_back, ids = _hold_back(changes, outcome, pool)
    outcome = outcome._replace(notes=_without(outcome.notes, ids, {one.name for one in held_back}))
    kept = _numbers_kept(core, outcome, changes, trees[THEIRS], pool)
    for path, (_, stone) in kept.items():
        changes[path] = stone
    for path in [path for path in changes if changes[path] is None and path.startswith(TOMBSTONES + "/")]:
        if _id_in(pool, trees[THEIRS].blob(path)) in ids:
            del changes[path]  # it would make room for what does not come
    if kept:
        outcome.notes.remarks.append(_told_of([label for label, _ in kept.values()]))
    commit = None
    if changes:
        commit = change_set(pool, changes, report.message(core, subject, outcome.notes), onto=theirs)
    return Onto(commit, tuple(sorted(held_back)), outcome)


# what does not come --------------------------------------------------------------------------------
def _hold_back(
    changes: dict[str, Blob | None], outcome: Outcome, pool: Pool
) -> tuple[list[HeldBack], set[str]]:
    """Take from the changes what would bring back what is gone: what that is, and the records' ids."""
    sides = [_by_identity(outcome, side, pool) for side in (BASE, OURS, THEIRS)]
    copied = {blob.object_id: key for key, (_, blob) in sides[OURS].items()}
    # Several files may have one text: which of them stands beside another, its name says.
    beside = {aside(path, blob): key for key, (path, blob) in sides[OURS].items()}
    held: dict[str, HeldBack] = {}
    ids: set[str] = set()
    for path, blob in changes.items():
        if blob is None:
            continue
        key = _identity(pool, path, blob)
        if key not in sides[BASE]:
            # A file that could not be merged stands beside the other.
            key = beside.get(path) or copied.get(blob.object_id, key)
        before, now = sides[BASE].get(key), sides[THEIRS].get(key)
        if before is None or (now is not None and not _brings_back(pool, before[1], now[1], blob)):
            continue
        head = pool.head(path, blob)
        name = ours = sides[OURS][key][0] if key in sides[OURS] else path
        if head is not None:
            ids.add(head.id)
            name = told(head.id, head.kind, head.number, path, pool.data(blob.object_id)).label
        held[path] = HeldBack(name, ours, now is None)
    for path in list(changes):
        theirs = outcome.paths[path][THEIRS] if path in outcome.paths else None
        is_elsewhere = changes[path] is None and theirs and _identity(pool, path, theirs) in ids
        if path in held or is_elsewhere:
            del changes[path]  # what stands in theirs stays where it stands
    return list(held.values()), ids


def _brings_back(pool: Pool, before: Blob, now: Blob, result: Blob) -> bool:
    """Whether a text has words that were taken out of it on the other side."""
    if before.object_id == now.object_id:
        return False
    words = [_words(pool, blob) for blob in (before, now, result)]
    return bool((words[0] - words[1]) & words[2])


def _words(pool: Pool, blob: Blob) -> set[str]:
    if not blob.is_file:
        return {blob.object_id}
    text = pool.data(blob.object_id).decode("utf-8", "replace")
    return {*text.split(), *_WORD.findall(text)}


def _by_identity(outcome: Outcome, side: int, pool: Pool) -> dict[str, tuple[str, Blob]]:
    found: dict[str, tuple[str, Blob]] = {}
    for path in sorted(outcome.paths):
        blob = outcome.paths[path][side]
        if blob is not None:
            found.setdefault(_identity(pool, path, blob), (path, blob))
    return found


def _identity(pool: Pool, path: str, blob: Blob) -> str:
    """A record's id, or the path of another file."""
    head = pool.head(path, blob)
    return head.id if head is not None else path


def _without(notes: Notes, ids: set[str], names: set[str]) -> Notes:
    """What there is to tell, but of some records."""
    return replace(
        notes,
        renumbered=[one for one in notes.renumbered if one.record.id not in ids],
        conflicts=[one for one in notes.conflicts if one[0].id not in ids],
        revived=[one for one in notes.revived if one.id not in ids],
        merged=[label for label in notes.merged if label not in names],
        remarks=[one for one in notes.remarks if not one.startswith(tuple(f"{name} was " for name in names))],
    )


# numbers -------------------------------------------------------------------------------------------
def _numbers_kept(
    core: Core, outcome: Outcome, changes: Mapping[str, Blob | None], theirs: Tree, pool: Pool
) -> dict[str, tuple[str, Blob]]:
    """A tombstone, with its label, for every number that the base had given and the result would not know
    of. Without a title: it may have been what was to be taken out."""
    stones: dict[str, tuple[str, Blob]] = {}
    standing = [*changes.items(), *((path, trio[THEIRS]) for path, trio in outcome.paths.items())]
    used = {(head.kind, head.number) for path, blob in standing if (head := pool.head(path, blob))}
    for (kind, number), record_id in sorted(_given(outcome, pool)):
        path, label = tombstone_path(kind, number), format_label(kind, number, record_id)
        if theirs.stands(path) or (kind, number) in used:
            continue
        heads = [pool.head(at, theirs.blob(at)) for at in theirs.named(kind, number)]
        if any(head is not None and (head.kind, head.number) == (kind, number) for head in heads):
            continue
        text = core.templates.render(
            "records/tombstone.yaml",
            label=label,
            id=record_id,
            title="taken out of the history",
            deleted=core.now().isoformat(timespec="seconds"),
        )
        stones[path] = label, Blob("100644", pool.add(text.encode()))
    return stones


def _given(outcome: Outcome, pool: Pool) -> Iterator[tuple[Number, str]]:
    """The numbers in the base that no record and no tombstone has in the place where it was."""
    for path, (before, _, now) in outcome.paths.items():
        if before is None or now == before:
            continue
        head = pool.head(path, before)
        if head is not None and head.number is not None:
            yield (head.kind, head.number), head.id
        elif path.startswith(TOMBSTONES + "/") and before.is_file:
            stone = read_tombstone(pool.data(before.object_id))
            number = label_number(stone[0]) if stone else None
            if stone and number:
                yield number, stone[1]


def _id_in(pool: Pool, blob: Blob | None) -> str | None:
    stone = read_tombstone(pool.data(blob.object_id)) if blob and blob.is_file else None
    return stone[1] if stone else None


def _told_of(labels: list[str]) -> str:
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    return f"taken out there, and their numbers are not given again: {', '.join(labels[:_NAMED])}{more}"
