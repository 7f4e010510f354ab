"""Which file is which record on each side of a merge: by id, wherever the file stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lsp_server.memory.merging.folding import fold
from lsp_server.memory.merging.heads import Head
from lsp_server.memory.merging.trees import Pool
from lsp_server.records.model import Kind
from lsp_server.store.base import Blob

Trio = tuple["Blob | None", "Blob | None", "Blob | None"]
"""What stands at a path in the base, in ours and in theirs."""

BASE, OURS, THEIRS = 0, 1, 2
SIDES = (OURS, THEIRS)


class Place(NamedTuple):
    """A record's file on one side. ``head`` is None for one that cannot be read there."""

    path: str
    blob: Blob
    head: Head | None

    @property
    def number(self) -> int | None:
        return self.head.number if self.head else None


@dataclass(slots=True)
class Item:
    """One record: where it stands in the base, in ours and in theirs. ``is_unedited`` where one side deleted
    it and the other changed nothing but what it and others are called; ``gone`` is the side that deleted it
    where it lives on: its place there is where it stood last."""

    id: str
    kind: Kind
    created: int
    places: list[Place | None] = field(default_factory=lambda: [None, None, None])
    is_unedited: bool = False
    gone: int | None = None

    @property
    def age(self) -> tuple[int, str]:
        """Sorts the older first."""
        return self.created, self.id

    def number(self, tree: int) -> int | None:
        place = self.places[tree]
        return place.number if place else None

    @property
    def is_alive(self) -> bool:
        """Whether it stands in the result: what was deleted on one side lives where the other edited it."""
        base, ours, theirs = self.places
        if ours and theirs:
            return True
        alone = ours or theirs
        if alone is None or self.is_unedited:
            return False
        return base is None or alone.blob.object_id != base.blob.object_id


class Paired(NamedTuple):
    """``items`` by id; ``plain`` is what else stands at the paths that were looked at. ``folded`` are those
    records that stood in several files of one side: where it stands now, and where it stood besides."""

    items: dict[str, Item]
    plain: dict[str, Trio]
    folded: list[tuple[str, str]]


def pair(paths: Mapping[str, Trio], pool: Pool) -> Paired:
    """Sort the files at some paths into records and others.

    Where one id stands in two files, the one where the base has it is the record, else the first by path;
    further ones are plain files. A file that cannot be read (any more) is still the record that was there.
    """
    pool.look_at(
        (path, blob.object_id) for path, trio in paths.items() for blob in trio if blob and blob.is_file
    )
    found: dict[str, list[tuple[int, str, Head]]] = {}  # by id: (tree, path, head)
    unread: list[set[str]] = [set(), set(), set()]
    for path in sorted(paths):
        for tree, blob in enumerate(paths[path]):
            if blob is None:
                continue
            if head := pool.head(path, blob):
                found.setdefault(head.id, []).append((tree, path, head))
            elif blob.is_file:
                unread[tree].add(path)
    items: dict[str, Item] = {}
    owned: dict[str, int] = {}  # by path: a bit for each tree whose file there is a record's
    folded: set[tuple[str, str]] = set()
    for record_id in sorted(found):
        if len(found[record_id]) == 1:  # most were added by somebody
            ((tree, path, head),) = found[record_id]
            item = Item(record_id, head.kind, head.created)
            item.places[tree] = _place(paths, tree, path, head)
            items[record_id] = item
            continue
        first: str | None = None
        heads: list[Head] = []
        item = Item(record_id, Kind.DECISION, 0)
        for tree in (BASE, *SIDES):
            candidates = {path: head for at, path, head in found[record_id] if at == tree}
            if not candidates:
                continue
            path = first if first in candidates else min(candidates)
            if tree == BASE:
                first = path
            item.places[tree] = _place(paths, tree, path, candidates[path])
            heads.append(candidates[path])
            if tree != BASE and len(candidates) > 1:
                for other in _folded(item, tree, candidates, paths, pool):
                    owned[other] = owned.get(other, 0) | 1 << tree
                    folded.add((at.path if (at := item.places[tree]) else other, other))
        seen = heads[1:] if item.places[BASE] and len(heads) > 1 else heads
        item.kind = min((head.kind for head in seen), key=lambda kind: kind.value)
        item.created = min(head.created for head in seen)
        items[record_id] = item
    if any(unread):
        readable = {(tree, path) for places in found.values() for tree, path, _ in places}
        _inherit(items.values(), paths, readable, unread)
    for item in items.values():
        for tree in (BASE, *SIDES):
            if place := item.places[tree]:
                owned[place.path] = owned.get(place.path, 0) | 1 << tree
    return Paired(items, _left(paths, owned), sorted(folded))


def _left(paths: Mapping[str, Trio], owned: Mapping[str, int]) -> dict[str, Trio]:
    """What is no record's."""
    plain: dict[str, Trio] = {}
    for path, trio in paths.items():
        base, ours, theirs = trio
        bits = owned.get(path, 0)
        if bits & 1 << BASE:
            base = None
        if bits & 1 << OURS:
            ours = None
        if bits & 1 << THEIRS:
            theirs = None
        if base or ours or theirs:
            plain[path] = (base, ours, theirs)
    return plain


def _folded(
    item: Item, tree: int, candidates: Mapping[str, Head], paths: Mapping[str, Trio], pool: Pool
) -> list[str]:
    """Make one of several files of a record, when one of them is new on this side: the files besides."""
    files = {path: (blob, head) for path, head in candidates.items() if (blob := paths[path][tree])}
    if all(paths[path][BASE] is not None for path in files) or (one := fold(files, pool)) is None:
        return []
    item.places[tree] = Place(*one)
    return sorted(path for path in files if path != one[0])


def _place(paths: Mapping[str, Trio], tree: int, path: str, head: Head | None) -> Place:
    blob = paths[path][tree]
    assert blob is not None
    return Place(path, blob, head)


def _inherit(
    items: Iterable[Item],
    paths: Mapping[str, Trio],
    readable: set[tuple[int, str]],
    unread: list[set[str]],
) -> None:
    """Give a record the unreadable files that stand where it stood, or stands after somebody mended it."""

    def unreadable(tree: int, path: str) -> bool:
        return path in unread[tree]

    for item in items:
        base = item.places[BASE]
        if base is not None:
            for side in SIDES:
                if item.places[side] is None and unreadable(side, base.path):
                    item.places[side] = _place(paths, side, base.path, None)
            continue
        for side in SIDES:
            place, other = item.places[side], SIDES[2 - side]
            if place is None or not unreadable(BASE, place.path) or item.places[BASE] is not None:
                continue
            if (other, place.path) in readable and item.places[other] is None:
                continue  # somebody else's record stands there on the other side
            item.places[BASE] = _place(paths, BASE, place.path, None)
            if item.places[other] is None and unreadable(other, place.path):
                item.places[other] = _place(paths, other, place.path, None)
