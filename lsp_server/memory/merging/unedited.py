"""A record that one side deleted and nobody edited on the other: there it only has another number, or names
others by numbers that they got in a merge. That is no edit of a person's, and brings nothing back."""

from __future__ import annotations

import re
from collections.abc import Callable

from lsp_server.errors import RefusedError
from lsp_server.memory.merging.pairing import BASE, OURS, THEIRS, Item, Paired, Place
from lsp_server.memory.merging.references import aliases_of, without_number
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.records.labels import LABELS, NUMBERED, format_label
from lsp_server.records.model import Kind
from lsp_server.records.paths import TOMBSTONES, tombstone_path
from lsp_server.records.tombstones import read_tombstone
from lsp_server.store.base import Blob

_KIND_OF = {LABELS[kind]: kind for kind in NUMBERED}
# A label, or a file's name that begins with a number: what a merge rewrites.
_NAME = re.compile(r"(?<![\w-])(?:(ADR|BUG)-(\d{1,9})|(\d{1,9})(?=-[\w-]+\.\w))", re.IGNORECASE)
Explained = Callable[[Kind, int, int], bool]
"""Whether what had a number (kind, old) has another (new) now, by what stands on a side."""


def leave_deleted(paired: Paired, trees: tuple[Tree, Tree, Tree], pool: Pool) -> None:
    """Mark what only looks as if it had been edited. A tombstone goes to the number that the record has."""
    for item in paired.items.values():
        base, ours, theirs = item.places
        if base is None or (ours is None) == (theirs is None):
            continue
        side = OURS if ours else THEIRS
        place = ours or theirs
        if place is None or place.blob.object_id == base.blob.object_id:
            continue
        if _is_unedited(base, place, _explained(trees[side], pool), pool):
            item.is_unedited = True
            if place.number is not None and place.number != base.number:
                _follow(item, 3 - side, place.number, paired, pool)


def _is_unedited(base: Place, place: Place, explained: Explained, pool: Pool) -> bool:
    if base.head is None or place.head is None or base.head.kind is not place.head.kind:
        return False
    if base.blob.mode != place.blob.mode:
        return False
    old, new = (pool.data(at.blob.object_id).decode("utf-8", "surrogateescape") for at in (base, place))
    if base.number != place.number:
        former = aliases_of(old)
        if base.number is not None:
            former.add(format_label(base.head.kind, base.number, ""))
        if not former <= aliases_of(new):
            return False
        try:
            old, new = without_number(old), without_number(new)
        except RefusedError:
            return False
    before, after = old.split("\n"), new.split("\n")
    return len(before) == len(after) and all(
        one == other or _names_the_same(one, other, explained)
        for one, other in zip(before, after, strict=True)
    )


def _names_the_same(one: str, other: str, explained: Explained) -> bool:
    """Whether two lines differ in nothing but what they call others."""
    if _NAME.sub("#", one) != _NAME.sub("#", other):
        return False
    for old, new in zip(_NAME.finditer(one), _NAME.finditer(other), strict=True):
        if old[0] == new[0]:
            continue
        if old[1] != new[1]:
            return False
        numbers = int(old[2] or old[3]), int(new[2] or new[3])
        kinds = [_KIND_OF[old[1].upper()]] if old[1] else sorted(NUMBERED)
        if not any(explained(kind, *numbers) for kind in kinds):
            return False
    return True


def _explained(tree: Tree, pool: Pool) -> Explained:
    def explained(kind: Kind, old: int, new: int) -> bool:
        for path in tree.named(kind, new):
            blob = tree.blob(path)
            head = pool.head(path, blob)
            if blob is None or head is None or (head.kind, head.number) != (kind, new):
                continue
            text = pool.data(blob.object_id).decode("utf-8", "surrogateescape")
            if format_label(kind, old, "") in aliases_of(text):
                return True
        return False

    return explained


def _follow(item: Item, side: int, number: int, paired: Paired, pool: Pool) -> None:
    """What is left of a record on the side that deleted it, under the number that it had on the other."""
    target = tombstone_path(item.kind, number)
    if target in paired.plain:
        return
    for path, trio in list(paired.plain.items()):
        blob = trio[side]
        if not path.startswith(TOMBSTONES + "/") or trio[BASE] is not None or not (blob and blob.is_file):
            continue
        data = pool.data(blob.object_id)
        said = read_tombstone(data)
        if said is None or said[1] != item.id or said[0].encode() not in data:
            continue
        label = format_label(item.kind, number, "")
        moved = Blob(blob.mode, pool.add(data.replace(said[0].encode(), label.encode())))
        paired.plain[path] = (None, None, trio[THEIRS]) if side == OURS else (None, trio[OURS], None)
        paired.plain[target] = (None, moved, None) if side == OURS else (None, None, moved)
        return
