"""One record's edit that git's own merge wrote into another record.

Where a record was deleted on one side and edited on the other, and a text like it was added beside the
deletion, git takes the two for one renamed file: `git merge` and a forge's button put the edit into the new
record, without a word. Told from the merge commit: the new record is otherwise in it than on the only side
that has it, and what is otherwise is what the edit did. Then both records are put right: the edit survives
a deletion, as in every merge of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lsp_server.memory.core import Core
from lsp_server.memory.merging import report
from lsp_server.memory.merging.changes import change_set
from lsp_server.memory.merging.pairing import OURS
from lsp_server.memory.merging.rules import YOUNGER, known_places
from lsp_server.memory.merging.three_way import Outcome, merge_trees
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.memory.sharing_results import Merge
from lsp_server.records.paths import TOMBSTONES, is_record_path
from lsp_server.store.base import Blob, ChangeSet, Snapshot, Version
from lsp_server.store.git_store import GitStore
from lsp_server.store.merges import Combined, combined


class Mixed(NamedTuple):
    """``over`` is what should stand in the merge; ``edited`` the text that the deletion did not know, and
    ``into`` the file that git wrote the edit to."""

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
    pool = Pool(store, core.repository.object_format)
    merges = combined(core.repository.git, tip, known)
    found = [one for merge in merges for one in _mixed(store, pool, merge)]
    return [done for one in found if (done := _put_right(core, store, one)) is not None]


def _mixed(store: GitStore, pool: Pool, merge: Combined) -> Iterator[Mixed]:
    for path, (first, second, now) in merge.files.items():
        side = first or second
        if now is None or side is None or (first and second) or not (now.is_file and side.is_file):
            continue
        head, was = pool.head(path, now), pool.head(path, side)
        if head is None or was is None or head.id != was.id:
            continue
        adding, editing = merge.parents if first else merge.parents[::-1]
        did = _edit(pool, side, now)
        if any(did) and (one := _from(store, pool, merge.version, (adding, editing), did)) is not None:
            yield one._replace(over={**one.over, path: side}, into=path)


def _from(
    store: GitStore,
    pool: Pool,
    merge: Version,
    sides: tuple[Version, Version],
    did: tuple[set[bytes], ...],
) -> Mixed | None:
    """The record whose edit it was: gone on the side that added the other, edited on the other side."""
    adding, editing = sides
    for base in store.merge_bases(adding, editing)[:1]:
        gone = {d.path: d for d in store.differences(base, adding) if d.old is not None and d.new is None}
        edited = [d for d in store.differences(base, editing) if d.path in gone and is_record_path(d.path)]
        for edit in edited:
            if edit.old is None or edit.new is None or not (edit.old.is_file and edit.new.is_file):
                continue
            head = pool.head(edit.path, edit.new)
            if head is None or store.at(merge).entry(edit.path) is not None:
                continue
            if all(one <= other for one, other in zip(did, _edit(pool, edit.old, edit.new), strict=True)):
                over: dict[str, Blob | None] = {edit.path: edit.new}
                over.update(dict.fromkeys(_tombstones(store, pool, base, adding, head.id)))
                return Mixed(merge, over, edit.new.object_id, edit.path, "")
    return None


def _tombstones(store: GitStore, pool: Pool, base: Version, side: Version, record_id: str) -> Iterable[str]:
    for path, _, stone in store.differences(base, side):
        if stone is None or not path.startswith(TOMBSTONES + "/"):
            continue
        if record_id.encode() in pool.data(stone.object_id):
            yield path


def _edit(pool: Pool, old: Blob, new: Blob) -> tuple[set[bytes], set[bytes]]:
    """The lines that came, and those that went."""
    before, after = (set(pool.data(blob.object_id).splitlines()) for blob in (old, new))
    return after - before, before - after


def _put_right(core: Core, store: GitStore, one: Mixed) -> Merge | None:
    done: list[Outcome] = []

    def build(tip: Snapshot) -> ChangeSet | None:
        done.clear()
        if tip.version != one.merge and one.edited in store.written(one.merge, tip.version)[0]:
            return None  # somebody has put it right already, and may have gone on from there
        pool = Pool(store, core.repository.object_format)
        wrong = Tree(store, one.merge)
        who = YOUNGER._replace(elsewhere=known_places(core, store, tip.version))
        right, ours = wrong.changed(one.over), Tree(store, tip.version)
        outcome = merge_trees(store, pool, wrong, ours, right, rule=who, names=lambda _, path: path)
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
