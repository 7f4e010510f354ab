"""A record that one side deleted and the other edited lives on, with what was written to it on both: the
deleting side may have edited it, too, before it took it away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from lsp_server.errors import GitMemoryError
from lsp_server.memory.merging.pairing import BASE, OURS, THEIRS, Item, Paired, Place
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.records.merging import merge_record
from lsp_server.records.paths import is_record_path
from lsp_server.store.base import Blob
from lsp_server.store.git_store import GitStore
from lsp_server.store.raw_diff import Deletion

_NAMES = ("one version before a deletion", "another version before a deletion")


def bring_back(paired: Paired, trees: tuple[Tree, Tree, Tree], pool: Pool, store: GitStore) -> None:
    """Let what lives on stand on the side that deleted it as it last stood there. Where that is not to be
    seen, in a history that is cut, the edit alone lives on. One process for each side that deleted some."""
    for side in (OURS, THEIRS):
        wanted = {item.id: item for item in paired.items.values() if _lives_on_without(item, side)}
        version, other = trees[side].version, trees[3 - side].version
        if not wanted or version is None or other is None:
            continue
        with contextlib.suppress(GitMemoryError):
            deletions = store.deletions(version, other)
            for item in wanted.values():
                base = item.places[BASE]
                if base and (place := stood_last(item.id, base.blob, deletions, pool, store)) is not None:
                    item.places[side] = place
                    item.gone = side


def _lives_on_without(item: Item, side: int) -> bool:
    return item.places[BASE] is not None and item.places[side] is None and item.is_alive


def stood_last(
    record_id: str, base: Blob, deletions: Iterable[Deletion], pool: Pool, store: GitStore
) -> Place | None:
    """A record as it stood when it was deleted; the edits of all who deleted it at once, as one."""
    found = []
    for deletion in deletions:
        if is_record_path(deletion.path) and deletion.old.is_file:
            head = pool.head(deletion.path, deletion.old)
            if head is not None and head.id == record_id:
                found.append((deletion, Place(deletion.path, deletion.old, head)))
    last = [
        place
        for deletion, place in found
        if not any(
            later.version != deletion.version and store.contains(later.version, deletion.version)
            for later, _ in found
        )
    ]
    if not last:
        return None
    first, *others = sorted(last, key=lambda place: (place.number or 0, place.path, place.blob))
    data = pool.data(first.blob.object_id)
    for place in others:
        if first.head and place.number == first.number:
            one, other = pool.data(base.object_id), pool.data(place.blob.object_id)
            data = merge_record(first.head.kind, one, data, other, _NAMES).data
    return first._replace(blob=Blob(first.blob.mode, pool.add(data))) if others else first
