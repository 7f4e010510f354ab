"""One version of the memory, read by walking git's trees name by name.

No path is ever given to git, so none can be taken for a revision, a pattern or an option.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from lsp_server.errors import NotFoundError, StoreError
from lsp_server.store.base import Blob, Entry, File, Version
from lsp_server.store.cat_file import CatFile
from lsp_server.store.git_process import Git

FORMAT_FILE = "memory.yaml"
_FORMAT = re.compile(rb"^format:[ \t]*(\d+)[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_REMEMBERED_TREES = 1024
_FILE_MODES = {b"100644", b"100755", b"100664"}
TREE_MODE = b"40000"


V = TypeVar("V")


class TreeEntry(NamedTuple):
    """One line of a tree; ``mode`` as git stores it (``100644``, ``40000``, ``120000`` …)."""

    mode: bytes
    object_id: str

    @property
    def is_tree(self) -> bool:
        return self.mode == TREE_MODE

    @property
    def is_file(self) -> bool:
        return self.mode in _FILE_MODES


Tree = Mapping[str, TreeEntry]


def path_bytes(path: str) -> bytes:
    """A path as git stores it. Bytes that are no UTF-8 travel as surrogates, as in Python's own paths."""
    return path.encode("utf-8", "surrogateescape")


def path_text(path: bytes) -> str:
    """The inverse of ``path_bytes``."""
    return path.decode("utf-8", "surrogateescape")


class Trees:
    """Commits and trees by id, the last ones remembered. Thread-safe: what has an id never changes."""

    def __init__(self, objects: CatFile, id_bytes: int) -> None:
        self._objects = objects
        self._id_bytes = id_bytes
        self._lock = threading.Lock()
        self._trees: OrderedDict[str, Tree] = OrderedDict()
        self._roots: OrderedDict[str, str] = OrderedDict()

    def root_of(self, version: Version) -> str:
        """The tree of a commit. Raises ``NotFoundError`` when there is no such commit."""
        with self._lock:
            known = self._roots.get(version)
        if known is not None:
            return known
        found = self._objects.read(version)
        if found is None or found.kind != "commit":
            raise NotFoundError(f"the memory has no version {version[:12]}")
        root = found.data[len(b"tree ") : found.data.index(b"\n")].decode()
        with self._lock:
            _remember(self._roots, version, root)
        return root

    def tree(self, object_id: str) -> Tree:
        """The entries of a tree by name."""
        with self._lock:
            known = self._trees.get(object_id)
            if known is not None:
                self._trees.move_to_end(object_id)
                return known
        tree = dict(self._parse(self._objects.need(object_id, "tree")))
        with self._lock:
            _remember(self._trees, object_id, tree)
        return tree

    def entry(self, root: str, path: str) -> TreeEntry | None:
        """What stands at a path below a tree; None when there is nothing."""
        *directories, name = path.split("/")
        tree: Tree | None = self.tree(root)
        for directory in directories:
            step = tree.get(directory) if tree is not None else None
            if step is None or not step.is_tree:
                return None
            tree = self.tree(step.object_id)
        return tree.get(name) if tree is not None else None

    def _parse(self, data: bytes) -> Iterator[tuple[str, TreeEntry]]:
        position = 0
        while position < len(data):
            space = data.index(b" ", position)
            nul = data.index(b"\0", space)
            end = nul + 1 + self._id_bytes
            name = path_text(data[space + 1 : nul])
            yield name, TreeEntry(data[position:space], data[nul + 1 : end].hex())
            position = end


def _remember(cache: OrderedDict[str, V], key: str, value: V) -> None:
    cache[key] = value
    while len(cache) > _REMEMBERED_TREES:
        cache.popitem(last=False)


class GitSnapshot:
    """One commit of the memory branch, readable whatever happens to the branch meanwhile."""

    def __init__(self, version: Version, trees: Trees, objects: CatFile, git: Git) -> None:
        self._version = version
        self._trees = trees
        self._objects = objects
        self._git = git
        self._root = trees.root_of(version)

    @property
    def version(self) -> Version:
        return self._version

    def entry(self, path: str) -> TreeEntry | None:
        """What stands at a path, of whatever kind."""
        return self._trees.entry(self._root, path) if path else TreeEntry(TREE_MODE, self._root)

    def blob(self, path: str) -> Blob | None:
        """As ``entry``, but of folders: as a difference has it."""
        entry = self.entry(path)
        return None if entry is None or entry.is_tree else Blob(entry.mode.decode(), entry.object_id)

    def tree(self, entry: TreeEntry) -> Tree:
        """What a folder holds, by name."""
        return self._trees.tree(entry.object_id)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None where there is no such file."""
        entry = self.entry(path)
        if entry is None or not entry.is_file:
            return None
        return self._objects.need(entry.object_id, "blob")

    def list(self, directory: str) -> Sequence[Entry]:
        """The files and directories of one directory, sorted by name; empty when it is not there."""
        entry = self.entry(directory.rstrip("/"))
        if entry is None or not entry.is_tree:
            return []
        tree = self._trees.tree(entry.object_id)
        return [
            Entry(name, found.object_id, found.is_tree)
            for name, found in sorted(tree.items())
            if found.is_tree or found.is_file
        ]

    def files(self, directory: str = "") -> Iterator[File]:
        """Every file below a directory, in path order (git's: by bytes). One process."""
        directory = directory.rstrip("/")
        entry = self.entry(directory)
        if entry is None or not entry.is_tree:
            return
        prefix = directory + "/" if directory else ""
        for line in self._git.run(["ls-tree", "-r", "-z", "--full-tree", entry.object_id]).split(b"\0"):
            if line:
                about, _, path = line.partition(b"\t")
                mode, _, object_id = about.split(b" ")
                if mode in _FILE_MODES:
                    yield File(prefix + path_text(path), object_id.decode())

    def sized_files(self, directory: str = "") -> Iterator[tuple[File, int]]:
        """As ``files``, of a folder or one file, each with its size in bytes; none of them is read."""
        entry = self.entry(directory)
        if entry is None or not (entry.is_tree or entry.is_file):
            return
        listed = self._git.run(["ls-tree", "-r", "-l", "-z", "--full-tree", self._root, "--", directory])
        for line in listed.split(b"\0"):
            about, _, path = line.partition(b"\t")
            if about:
                mode, _, object_id, size = about.split()
                if mode in _FILE_MODES and size.isdigit():
                    yield File(path_text(path), object_id.decode()), int(size)

    def is_memory(self) -> bool:
        """Whether this is a memory and not somebody's code: ``memory.yaml`` stands at the root."""
        entry = self.entry(FORMAT_FILE)
        return entry is not None and entry.is_file

    def format(self) -> int:
        """The format version that the branch says it has. Raises ``StoreError`` when it says none."""
        found = _FORMAT.search(self.read(FORMAT_FILE) or b"")
        if found is None:
            raise StoreError(f"{FORMAT_FILE} on the memory branch does not say `format: 1`")
        return int(found.group(1))
