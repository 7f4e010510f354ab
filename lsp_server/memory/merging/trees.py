"""The trees that a merge works on: a version of the memory, or one that only exists while it is thought of.

The base of a merge may itself be a merge (two clones merged each other's commits). Such a tree is a real
version and what is otherwise in it; the objects it made are in a ``Pool`` and on no disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from lsp_server.memory.merging.heads import Head, head_of
from lsp_server.records.model import Kind
from lsp_server.records.paths import number_folder, number_of_name
from lsp_server.store.base import Blob, Difference, Version
from lsp_server.store.git_store import GitStore

_STEP = 64  # files
_KEPT = 64 << 20  # bytes of files kept for reading them again

NOTHING: Mapping[str, Blob | None] = MappingProxyType({})


class Pool:
    """The contents of files by their object id: the repository's, and those made while merging."""

    def __init__(self, store: GitStore) -> None:
        self._store = store
        self._made: dict[str, bytes] = {}
        self._kept: dict[str, bytes] = {}
        self._room = _KEPT
        self._heads: dict[tuple[str, str], Head | None] = {}
        self._ahead: dict[tuple[Version | None, Version], Sequence[Difference]] = {}

    def add(self, data: bytes) -> str:
        """The id of a content that the repository need not have yet."""
        object_id = self._store.object_id(data)
        self._made[object_id] = data
        return object_id

    def made(self, object_id: str) -> bytes | None:
        """The content, if it was made here."""
        return self._made.get(object_id)

    def data(self, object_id: str) -> bytes:
        """The content. Raises ``StoreError`` when this clone does not have it."""
        known = self._made.get(object_id)
        if known is None:
            known = self._kept.get(object_id)
        if known is None:
            _, known = next(iter(self._store.contents([object_id])))
            self._keep(object_id, known)
        return known

    def read_ahead(self, old: Version, new: Version) -> Iterator[None]:
        """Read, step by step, what a merge will ask of the side that goes from one version to another."""
        self._ahead[old, new] = found = self._store.differences(old, new)
        yield
        blobs = ((path, blob) for path, *both in found for blob in both if blob and blob.is_file)
        yield from self._looking_at((path, blob.object_id) for path, blob in blobs)

    def differences(self, old: Version | None, new: Version) -> Sequence[Difference]:
        """Every path that differs between two versions."""
        known = self._ahead.pop((old, new), None)
        return known if known is not None else self._store.differences(old, new)

    def look_at(self, files: Iterable[tuple[str, str]]) -> None:
        """Read the heads of many files (path, object id), in one go."""
        for _ in self._looking_at(files):
            pass

    def _looking_at(self, files: Iterable[tuple[str, str]]) -> Iterator[None]:
        paths: dict[str, list[str]] = {}
        for path, object_id in files:
            if (object_id, path) not in self._heads:
                paths.setdefault(object_id, []).append(path)
        for object_id in [known for known in paths if known in self._made or known in self._kept]:
            for path in paths.pop(object_id):
                self._heads[object_id, path] = head_of(path, self.data(object_id))
        for number, (object_id, data) in enumerate(self._store.contents(list(paths))):
            self._keep(object_id, data)
            for path in paths[object_id]:
                self._heads[object_id, path] = head_of(path, data)
            if number % _STEP == 0:
                yield

    def head(self, path: str, blob: Blob | None) -> Head | None:
        """Which record stands there, None when none does."""
        if blob is None or not blob.is_file:
            return None
        if (blob.object_id, path) not in self._heads:
            self._heads[blob.object_id, path] = head_of(path, self.data(blob.object_id))
        return self._heads[blob.object_id, path]

    def _keep(self, object_id: str, data: bytes) -> None:
        self._room -= len(data)
        if self._room > 0:
            self._kept[object_id] = data


class Tree:
    """``version`` (None: the empty tree) with what ``over`` says of some paths instead."""

    def __init__(
        self, store: GitStore, version: Version | None, over: Mapping[str, Blob | None] = NOTHING
    ) -> None:
        self._store = store
        self.version = version
        self.over = over
        self._snapshot = None if version is None else store.at(version)
        self._numbers: dict[str, dict[int, list[str]]] = {}

    def blob(self, path: str) -> Blob | None:
        """What stands at a path, of whatever kind but a folder."""
        if path in self.over:
            return self.over[path]
        return self._snapshot.blob(path) if self._snapshot else None

    def stands(self, path: str) -> bool:
        """Whether there is anything at a path, be it a folder."""
        if self.over.get(path) is not None:
            return True
        entry = self._snapshot.entry(path) if self._snapshot else None
        return entry is not None and (path not in self.over or entry.is_tree)

    def names(self, folder: str) -> set[str]:
        """The names in a folder. Those that ``over`` takes away may still be among them."""
        names = {entry.name for entry in self._snapshot.list(folder)} if self._snapshot else set()
        start = folder + "/"
        names.update(path[len(start) :].partition("/")[0] for path in self.over if path.startswith(start))
        return names

    def named(self, kind: Kind, number: int) -> list[str]:
        """The paths whose names begin with a number, in the folder where it belongs."""
        folder = number_folder(kind, number)
        if folder not in self._numbers:
            found = self._numbers[folder] = {}
            for name in self.names(folder):
                if (given := number_of_name(name)) is not None:
                    found.setdefault(given, []).append(f"{folder}/{name}")
        return self._numbers[folder].get(number, [])

    def changed(self, changes: Mapping[str, Blob | None]) -> Tree:
        """This tree with further changes."""
        return Tree(self._store, self.version, {**self.over, **changes})


def differences(pool: Pool, base: Tree, side: Tree) -> dict[str, tuple[Blob | None, Blob | None]]:
    """What differs between two trees: (before, now) by path. Costs what differs, not what is there."""
    found: dict[str, tuple[Blob | None, Blob | None]] = {}
    if side.version is not None and base.version != side.version:
        found = {d.path: (d.old, d.new) for d in pool.differences(base.version, side.version)}
    for path in {*base.over, *side.over}:
        old, new = base.blob(path), side.blob(path)
        if old != new:
            found[path] = (old, new)
        else:
            found.pop(path, None)
    return found
