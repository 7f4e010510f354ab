"""One record's edit that git's own merge wrote into another record.

Where a record was deleted on one side and edited on the other, and a text like it was added beside the
deletion, git takes the two for one renamed file: `git merge` and a forge's button put the edit into the new
record, without a word. Told from what git made of two sides: the new record is otherwise in it than on the
only side that has it, and what is otherwise is what the edit did. Then both records are put right: the edit
survives a deletion, as in every merge of ours. What a squash or a rebase made: see ``replayed.py``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.memory.core import Core
from lsp_server.memory.merging import report
from lsp_server.memory.merging.changes import change_set
from lsp_server.memory.merging.pairing import OURS
from lsp_server.memory.merging.reviving import stood_last
from lsp_server.memory.merging.rules import YOUNGER, known_places
from lsp_server.memory.merging.three_way import Outcome, merge_trees
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.memory.sharing_results import Merge
from lsp_server.records.merging import merge_record
from lsp_server.records.paths import TOMBSTONES, is_record_path
from lsp_server.store.base import Blob, ChangeSet, Difference, Snapshot, Version
from lsp_server.store.git_store import GitStore
from lsp_server.store.merges import Combined, combined


class Mixed(NamedTuple):
    """``over`` is what should stand in what git made, ``merge``; ``edited`` the text that the deletion did
    not know, at ``path``, and ``into`` the file that git wrote the edit to."""

    merge: Version
    over: dict[str, Blob | None]
    edited: str
    path: str
    into: str


def unmix(core: Core, store: GitStore, *, known: Sequence[Version]) -> Sequence[Merge]:
    """Put right what merges since ``known`` mixed: a commit for each, the same whoever makes it."""
    tip = store.tip()
    if tip is None or tip in known:
        return ()
    pool = Pool(store)
    merges = combined(core.repository.git, tip, known)
    found = [one for merge in merges for one in mixed_in(store, pool, merge)]
    return put_right(core, store, pool, found)


def mixed_in(
    store: GitStore, pool: Pool, merge: Combined, base: Version | None = None, *, whole: bool = False
) -> Iterator[Mixed]:
    """What git mixed when it made ``merge.version`` of two sides, since ``base`` (None: their common
    ancestor). With ``whole`` only where all that the edit brought is there."""
    for path, (first, second, now) in merge.files.items():
        side = first or second
        if now is None or side is None or (first and second) or not (now.is_file and side.is_file):
            continue
        head, was = pool.head(path, now), pool.head(path, side)
        if head is None or was is None or head.id != was.id:
            continue
        adding, editing = merge.parents if first else merge.parents[::-1]
        bases = [base] if base is not None else store.merge_bases(adding, editing)[:1]
        if not bases or not any(_edit(pool, side, now)):
            continue
        found = _from(store, pool, merge.version, (bases[0], adding, editing), (side, now), whole=whole)
        if found is not None:
            yield found._replace(over={**found.over, path: side}, into=path)


def _from(
    store: GitStore,
    pool: Pool,
    merge: Version,
    versions: tuple[Version, Version, Version],
    became: tuple[Blob, Blob],
    *,
    whole: bool,
) -> Mixed | None:
    """The record whose edit it was: gone on the side that added the other, edited on the other side."""
    base, adding, editing = versions
    came, went = _edit(pool, *became)
    changed = store.differences(base, adding)
    gone = {d.path for d in changed if d.old is not None and d.new is None}
    edited = [d for d in store.differences(base, editing) if d.path in gone and is_record_path(d.path)]
    for edit in edited:
        if edit.old is None or edit.new is None or not (edit.old.is_file and edit.new.is_file):
            continue
        head = pool.head(edit.path, edit.new)
        if head is None or store.at(merge).entry(edit.path) is not None:
            continue
        brought, took = _edit(pool, edit.old, edit.new)
        if not (came <= brought and went <= took):
            continue
        if whole and not brought <= _lines(pool, became[1]):
            continue
        text = _merged(store, pool, (adding, editing), (edit.old, edit.new), edit.path)
        over: dict[str, Blob | None] = {edit.path: text}
        over.update(dict.fromkeys(_tombstones(pool, changed, head.id)))
        return Mixed(merge, over, text.object_id, edit.path, "")
    return None


def _merged(
    store: GitStore, pool: Pool, sides: tuple[Version, Version], edit: tuple[Blob, Blob], path: str
) -> Blob:
    """The edited record, with what was written to it on the side that deleted it."""
    (adding, editing), (old, new) = sides, edit
    head = pool.head(path, new)
    last = None
    with contextlib.suppress(GitMemoryError):  # a history that is cut
        if head is not None:
            last = stood_last(head.id, old, store.deletions(adding, editing), pool, store)
    if head is None or last is None or last.number != head.number or last.blob == old:
        return new
    before, edited, deleted = (pool.data(blob.object_id) for blob in (old, new, last.blob))
    names = (f"version {editing[:8]}", f"version {adding[:8]}")
    return Blob(new.mode, pool.add(merge_record(head.kind, before, edited, deleted, names).data))


def _tombstones(pool: Pool, changed: Iterable[Difference], record_id: str) -> Iterable[str]:
    for path, _, stone in changed:
        if stone is None or not path.startswith(TOMBSTONES + "/"):
            continue
        if record_id.encode() in pool.data(stone.object_id):
            yield path


def _edit(pool: Pool, old: Blob, new: Blob) -> tuple[set[bytes], set[bytes]]:
    """The lines that came, and those that went."""
    before, after = _lines(pool, old), _lines(pool, new)
    return after - before, before - after


def _lines(pool: Pool, blob: Blob) -> set[bytes]:
    return set(pool.data(blob.object_id).splitlines())


def put_right(
    core: Core, store: GitStore, pool: Pool, found: Sequence[Mixed], *, is_new: bool = False
) -> Sequence[Merge]:
    """Put right what was mixed, as far as nobody has: a commit for each. With ``is_new`` nobody can."""
    done = [_put_right(core, store, pool, one, is_new=is_new) for one in found]
    return [merge for merge in done if merge is not None]


def _put_right(core: Core, store: GitStore, pool: Pool, one: Mixed, *, is_new: bool) -> Merge | None:
    done: list[Outcome] = []

    def build(tip: Snapshot) -> ChangeSet | None:
        done.clear()
        is_looked_at = not is_new and tip.version != one.merge
        if is_looked_at and one.edited in store.written(one.merge, tip.version)[0]:
            return None  # somebody has put it right already, and may have gone on from there
        outcome = _with(core, store, pool, one, tip)
        changes = outcome.changes(OURS)
        if not changes:
            return None
        outcome.notes.remarks.append(
            f"{one.path}, deleted on one side and edited on the other, is there again: "
            f"a merge elsewhere had written its edit into {one.into}"
        )
        done.append(outcome)
        subject = "repair: take one record's edit out of another"
        return change_set(pool, changes, report.message(core, subject, outcome.notes))

    version = store.commit(build)
    return report.result(core, version, done[0].notes, done[0].counts) if done else None


def _with(core: Core, store: GitStore, pool: Pool, one: Mixed, tip: Snapshot) -> Outcome:
    """What should have been, merged with what was written since."""
    wrong = Tree(store, one.merge)
    who = YOUNGER._replace(elsewhere=known_places(core, store, tip.version))
    over = dict(one.over)
    for _ in range(2):
        right, ours = wrong.changed(over), Tree(store, tip.version)
        outcome = merge_trees(store, pool, wrong, ours, right, rule=who, names=lambda _, path: path)
        head = pool.head(one.into, over.get(one.into))
        if head is None or head.id not in {told.id for told in outcome.notes.revived}:
            break
        del over[one.into]  # somebody has deleted the other record since: taking a text out brings none back
    return outcome
