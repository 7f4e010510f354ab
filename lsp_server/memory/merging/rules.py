"""Who is renumbered when a number was given twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.memory.core import Core
from lsp_server.memory.merging.pairing import OURS, THEIRS
from lsp_server.memory.merging.trees import Pool, Tree
from lsp_server.records.model import Kind
from lsp_server.records.paths import tombstone_path
from lsp_server.records.tombstones import read_tombstone
from lsp_server.store.base import Version
from lsp_server.store.git_store import GitStore

YIELDING = ("ours", "theirs", "younger")


class Rule(NamedTuple):
    """``stands_first(record id, kind, number, sides)`` tells whether a record that has its number on these
    sides keeps it before others, who have it on other sides only; among equals the older keeps it.
    ``highest`` is a number that the next one given must be above. ``elsewhere`` names files where a record
    may stand that seems to be new."""

    stands_first: Callable[[str, Kind, int, set[int]], bool]
    highest: Callable[[Kind], int]
    elsewhere: Callable[[str], Collection[str]] = lambda _: ()


YOUNGER = Rule(lambda *_: True, lambda _: 0)
"""The younger yields: the same whoever merges, and in whatever direction."""


def known_places(core: Core, store: GitStore, tip: Version) -> Callable[[str], Collection[str]]:
    """The files that the index of a branch knows of for a record; asked only where a number is in doubt."""

    def elsewhere(record_id: str) -> Collection[str]:
        index = core.index_of(store)
        try:
            index.follow(store, tip)
            record = index.get(record_id)
            return {*([record.path] if record else []), *(broken.path for broken in index.broken())}
        except GitMemoryError:
            return ()

    return elsewhere


def rule(
    core: Core, store: GitStore, pool: Pool, tip: Version, *, yielding: str, published: Sequence[Version]
) -> Rule:
    """The rule by its name in ``merge_into``."""
    if yielding not in YIELDING:
        raise ValueError(f"yielding is one of {YIELDING}, not {yielding!r}")
    if yielding == "younger":
        return YOUNGER._replace(elsewhere=known_places(core, store, tip))
    versions = [Tree(store, version) for version in dict.fromkeys(published)]

    def is_published(record_id: str, kind: Kind, number: int) -> bool:
        for tree in versions:
            for path in tree.named(kind, number):
                head = pool.head(path, tree.blob(path))
                if head and (head.id, head.kind, head.number) == (record_id, kind, number):
                    return True
            blob = tree.blob(tombstone_path(kind, number))
            found = read_tombstone(pool.data(blob.object_id)) if blob and blob.is_file else None
            if found and found[1] == record_id:
                return True
        return False

    def stands_first(record_id: str, kind: Kind, number: int, sides: set[int]) -> bool:
        if yielding == "theirs":
            return OURS in sides
        return THEIRS in sides or is_published(record_id, kind, number)

    def highest(kind: Kind) -> int:
        # The result depends on this clone anyway: then no number that it ever saw is given again.
        try:
            return core.index_of(store).highest_number(kind)
        except GitMemoryError:
            return 0

    return Rule(stands_first, highest, known_places(core, store, tip))
