"""Giving records their new numbers on the side where they got the old ones, before the sides are merged.

After that the merge is an ordinary one, as if that side had given the new numbers from the start.
"""

from __future__ import annotations

from collections.abc import Mapping

from lsp_server.errors import RefusedError
from lsp_server.memory.merging.notes import Moved, Notes, told
from lsp_server.memory.merging.numbering import Numbers
from lsp_server.memory.merging.pairing import BASE, SIDES, Item, Paired, Place, Trio
from lsp_server.memory.merging.references import Renames, renumbered, rewritten
from lsp_server.memory.merging.trees import Pool
from lsp_server.records.model import Kind
from lsp_server.records.paths import TOMBSTONES, number_folder, number_of_name, numbered_path
from lsp_server.store.base import Blob


def relabel(paired: Paired, numbers: Numbers, pool: Pool, notes: Notes) -> None:
    """Change the records whose number is another in the result, and every text that names them."""
    old_names: dict[int, dict[str, str]] = {side: {} for side in SIDES}
    before = {one: tuple(paired.items[one].number(side) for side in SIDES) for one in numbers.given}
    for record_id in sorted(numbers.given):
        _renumber(paired.items[record_id], numbers, pool, notes, old_names)
    general: dict[int, Renames] = {}
    own: dict[int, dict[str, Renames]] = {side: {} for side in SIDES}
    for at, side in enumerate(SIDES):
        mapping: dict[tuple[Kind, int], int] = {}
        for record_id, number in numbers.given.items():
            item, old = paired.items[record_id], before[record_id][at]
            if old is None or old == number:
                continue
            if (item.kind, old) in numbers.shared[side]:
                own[side][record_id] = Renames({(item.kind, old): number}, {})
            else:
                mapping[item.kind, old] = number
        general[side] = Renames(mapping, old_names[side])
    if not any(general.values()) and not any(own.values()):
        return
    both = _common(*(general[side] for side in SIDES))
    for item in paired.items.values():
        _rewrite_record(item, general, own, both, pool)
    for path, trio in paired.plain.items():
        if not path.startswith(TOMBSTONES + "/"):
            paired.plain[path] = _rewrite_plain(trio, general, both, pool)


def _renumber(
    item: Item, numbers: Numbers, pool: Pool, notes: Notes, old_names: dict[int, dict[str, str]]
) -> None:
    new, is_fresh = numbers.given[item.id], item.id in numbers.fresh
    changed: dict[int, Place] = {}
    olds = set()
    for side in SIDES:
        place = item.places[side]
        old = place.number if place else None
        if place is None or place.head is None or old is None or old == new:
            continue
        if not is_fresh and old == item.number(BASE):
            continue  # the other side gave the new number
        data = pool.data(place.blob.object_id)
        try:
            blob = Blob(place.blob.mode, pool.add(renumbered(data, item.kind, old, new)))
        except RefusedError as error:
            notes.remarks.append(f"{place.path} has a number that another record has, and keeps it: {error}")
            numbers.given[item.id] = old
            numbers.fresh.discard(item.id)
            return
        path = _following(place.path, item.kind, old, new, data)
        changed[side] = Place(path, blob, place.head._replace(number=new))
        olds.add((old, place.path, data))
    for side, place in changed.items():
        before = item.places[side]
        assert before is not None
        if before.path != place.path:
            old_names[side][before.path.rpartition("/")[2]] = place.path.rpartition("/")[2]
        item.places[side] = place
    for old, path, data in sorted(olds):
        notes.renumbered.append(Moved(told(item.id, item.kind, new, path, data), item.kind, old))


def _following(path: str, kind: Kind, old: int, new: int, data: bytes) -> str:
    """Where a record goes with its number; the rest of its name stays."""
    name = path.rpartition("/")[2]
    if number_of_name(name) == old:
        return f"{number_folder(kind, new)}/{new:04d}{name.lstrip('0123456789')}"
    title = told("", kind, new, path, data).title
    return numbered_path(kind, new, title, name[name.rfind(".") :])


def _rewrite_record(
    item: Item,
    general: Mapping[int, Renames],
    own: Mapping[int, Mapping[str, Renames]],
    both: Renames,
    pool: Pool,
) -> None:
    base, ours, theirs = item.places
    is_same = ours is not None and theirs is not None and ours.blob == theirs.blob
    for side in SIDES:
        place = item.places[side]
        if place is None or (base is not None and place.blob == base.blob):
            continue
        data = pool.data(place.blob.object_id)
        before = pool.data(base.blob.object_id) if base else None
        new = rewritten(data, before, both if is_same else general[side])
        if alone := own[side].get(item.id):
            new = rewritten(new, None, alone)
        if new is not data:
            item.places[side] = place._replace(blob=Blob(place.blob.mode, pool.add(new)))


def _rewrite_plain(trio: Trio, general: Mapping[int, Renames], both: Renames, pool: Pool) -> Trio:
    base = trio[BASE]
    before = pool.data(base.object_id) if base and base.is_file else None
    result: list[Blob | None] = [base, None, None]
    for side in SIDES:
        blob = result[side] = trio[side]
        if blob is None or blob == base or not blob.is_file:
            continue
        data = pool.data(blob.object_id)
        renames = both if trio[1] == trio[2] else general[side]
        if b"\0" not in data and (new := rewritten(data, before, renames)) is not data:
            result[side] = Blob(blob.mode, pool.add(new))
    return result[0], result[1], result[2]


def _common(one: Renames, other: Renames) -> Renames:
    return Renames(
        dict(one.numbers.items() & other.numbers.items()), dict(one.files.items() & other.files.items())
    )
