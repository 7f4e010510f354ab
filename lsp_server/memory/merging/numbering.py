"""The number that each record has after a merge: none is given twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.memory.merging.pairing import BASE, OURS, SIDES, THEIRS, Item, Paired, Place, Trio
from lsp_server.memory.merging.rules import Rule
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.records.labels import MOST, NUMBERED, format_label, label_number
from lsp_server.records.model import Kind
from lsp_server.records.paths import TOMBSTONES, highest_number
from lsp_server.records.tombstones import read_tombstone

Number = tuple[Kind, int]
_BEFORE_ALL = (-(1 << 62), "")


class Numbers(NamedTuple):
    """``given`` is every numbered record's number in the result; ``fresh`` the ids of those whose number
    neither side had. ``shared[side]`` are numbers that several records have on that side: there a label in
    a text does not say which."""

    given: dict[str, int]
    fresh: set[str]
    shared: dict[int, set[Number]]


class Numbering:
    """One merge's numbers. ``items`` and ``paths`` get those records besides that a number runs into."""

    def __init__(self, trees: tuple[Tree, Tree], pool: Pool, rule: Rule) -> None:
        self._trees = trees
        self._pool = pool
        self._rule = rule

    def settle(self, paired: Paired, paths: dict[str, Trio]) -> Numbers:
        items = paired.items
        given = {
            item.id: number
            for item in items.values()
            if item.is_alive and (number := _wanted(item)) is not None
        }
        claims: dict[Number, set[str]] = {}
        for record_id, number in given.items():
            claims.setdefault((items[record_id].kind, number), set()).add(record_id)
        for kind, number in list(claims):
            for item in self._bystanders(kind, number, paths, items):
                items[item.id] = item
                given[item.id] = number
                claims[kind, number].add(item.id)
        deleted = self._tombstones(paired.plain)
        yielding: list[Item] = []
        for claimed, ids in claims.items():
            claimants = [items[record_id] for record_id in ids]
            yielding += self._yielding(claimed, claimants, deleted.get(claimed, ()))
        shared = {side: _shared(side, items.values()) for side in SIDES}
        if not yielding:
            return Numbers(given, set(), shared)
        highest: dict[Kind, int] = {}
        for item in sorted(yielding, key=lambda item: (item.kind.value, item.age)):
            if item.kind not in highest:
                used = [n for kind, n in (*claims, *deleted, *_numbers(items.values())) if kind is item.kind]
                highest[item.kind] = self._highest(item.kind, used)
            highest[item.kind] += 1
            if highest[item.kind] > MOST:
                label = format_label(item.kind, highest[item.kind] - 1, "")
                raise RefusedError(
                    f"there is no number left for a {item.kind.value}: {label} has the last one"
                )
            given[item.id] = highest[item.kind]
        return Numbers(given, {item.id for item in yielding}, shared)

    def _yielding(
        self, number: Number, claimants: list[Item], deleted: Iterable[tuple[str, int]]
    ) -> list[Item]:
        """Those of the claimants of one number who must have another."""

        def rank(record_id: str, sides: set[int], age: tuple[int, str]) -> tuple[bool, tuple[int, str]]:
            return not self._rule.stands_first(record_id, *number, sides), age

        ranked: list[tuple[tuple[bool, tuple[int, str]], Item | None]] = []
        for record_id, side in deleted:
            # The other side gave the number too, and took the record away: what was written about it then
            # keeps its meaning. (Where one side has both, that was settled before.)
            others = [item for item in claimants if item.id != record_id]
            if any(one.number(3 - side) == number[1] != one.number(side) for one in others):
                ranked.append((rank(record_id, {side}, _BEFORE_ALL), None))
        if len(claimants) + len(ranked) < 2:
            return []
        for item in claimants:
            sides = {side for side in SIDES if item.number(side) == number[1]}
            ranked.append((rank(item.id, sides, item.age), item))
        ranked.sort(key=lambda pair: pair[0])
        return [item for _, item in ranked[1:] if item is not None]

    def _bystanders(
        self, kind: Kind, number: int, paths: dict[str, Trio], items: Mapping[str, Item]
    ) -> list[Item]:
        """Records that nobody touched, and that have this number."""
        found = {}
        for path in sorted({path for tree in self._trees for path in tree.named(kind, number)}):
            if path in paths:
                continue
            blobs = [tree.blob(path) for tree in self._trees]
            heads = [self._pool.head(path, blob) for blob in blobs]
            head, blob = heads[0] or heads[1], blobs[0] or blobs[1]
            if head is None or blob is None or (head.kind, head.number) != (kind, number) or head.id in items:
                continue
            if head.id not in found:
                place = Place(path, blob, head)
                found[head.id] = Item(head.id, kind, head.created, [place, place, place])
                paths[path] = (blob, blob, blob)
        return list(found.values())

    def _tombstones(self, plain: Mapping[str, Trio]) -> dict[Number, list[tuple[str, int]]]:
        """What one side alone has newly deleted: (id, side) by number."""
        found: dict[Number, list[tuple[str, int]]] = {}
        for path, trio in plain.items():
            if not path.startswith(TOMBSTONES + "/") or trio[BASE] is not None:
                continue
            for side in SIDES:
                blob, other = trio[side], trio[3 - side]
                if blob is None or not blob.is_file or other is not None:
                    continue
                known = read_tombstone(self._pool.data(blob.object_id))
                number = label_number(known[0]) if known else None
                if known and number:
                    found.setdefault(number, []).append((known[1], side))
        return found

    def _highest(self, kind: Kind, used: Iterable[int]) -> int:
        def listing(folder: str) -> list[str]:
            return sorted({name for tree in self._trees for name in tree.names(folder)})

        counted = [number for number in used if number <= MOST]
        return max([highest_number(kind, listing), self._rule.highest(kind), *counted])


def _wanted(item: Item) -> int | None:
    """The number of a record from its numbers on both sides: who changed it has it; where both did, the
    higher one, which was given as free by the one who had seen more."""
    if item.kind not in NUMBERED:
        return None
    base, ours, theirs = (item.number(tree) for tree in (BASE, OURS, THEIRS))
    if ours is None or theirs is None or ours == theirs:
        return theirs if ours is None else ours
    if ours == base:
        return theirs
    return ours if theirs == base else max(ours, theirs)


def _numbers(items: Iterable[Item]) -> set[Number]:
    return {
        (item.kind, number)
        for item in items
        for tree in (BASE, *SIDES)
        if (number := item.number(tree)) is not None
    }


def _shared(side: int, items: Iterable[Item]) -> set[Number]:
    once: set[Number] = set()
    twice: set[Number] = set()
    for item in items:
        number = item.number(side)
        if number is not None:
            (twice if (item.kind, number) in once else once).add((item.kind, number))
    return twice
