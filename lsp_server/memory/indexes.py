"""The search index of each branch: the memory's own, and one for each proposal that is read or written.

A proposal has its own, or two worktrees would turn one to and fro; it goes when the proposal ends.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.store.repository import Repository

if TYPE_CHECKING:
    from lsp_server.index import Index, Tombstone

# Goes up when ``records.document`` reads the same bytes differently; the index is then made anew.
PARSER_VERSION = 8


class Indexes:
    """The indexes of one repository, each made when it is first needed. Thread-safe."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._making = threading.Lock()
        self._open: dict[str, Index] = {}  # by the branch

    def of(self, ref: str) -> Index:
        """The index of a branch (a full name), as it is."""
        with self._making:
            if ref not in self._open:
                self._open[ref] = self._make(self.file(ref))
            return self._open[ref]

    def file(self, ref: str) -> Path:
        """Where the index of a branch is kept."""
        if ref == self._repository.memory_ref:
            return self._repository.private_dir / "index.sqlite3"
        import hashlib

        name = hashlib.sha256(ref.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return self._repository.private_dir / f"index-{name}.sqlite3"

    def forget(self, ref: str) -> None:
        """Take the index of a branch away that has ended. Whoever has it open notices."""
        if ref == self._repository.memory_ref:
            return
        with self._making:
            index = self._open.pop(ref, None)
        if index is not None:
            index.close()
        from lsp_server.index.opening import delete_file, inode_of

        file = self.file(ref)
        delete_file(file, inode_of(file))

    def close(self) -> None:
        """Give the files free. Safe to call twice."""
        with self._making:
            indexes = list(self._open.values())
        for index in indexes:
            index.close()

    def _make(self, file: Path) -> Index:
        from lsp_server.index import Index, Reader
        from lsp_server.records.document import parse
        from lsp_server.records.paths import is_record_path

        mainline = self.file(self._repository.memory_ref)
        if file != mainline:
            from lsp_server.index.seeding import seed

            seed(mainline, file)
        return Index(file, Reader(parse, is_record_path, PARSER_VERSION, _tombstone))


def _tombstone(_path: str, data: bytes) -> Tombstone | None:
    from lsp_server.index import Tombstone
    from lsp_server.records.tombstones import read_tombstone

    found = read_tombstone(data)
    return Tombstone(*found) if found else None
