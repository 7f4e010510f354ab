"""git notes on commits of the code: one ref, written like the memory's branch, and only ever by us.

A note stands in a file named after its commit; git reads any layout of folders. What somebody else wrote to
the ref is never taken away: we go on only from a commit of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.store.base import ChangeSet, Version
from lsp_server.store.branch_writer import BranchWriter
from lsp_server.store.fast_import import plan
from lsp_server.store.git_store import GitStore
from lsp_server.store.repository import Repository
from lsp_server.store.snapshot import GitSnapshot
from lsp_server.store.write_lock import WriteLock

MADE_OF = "Memory-Version"
"""The trailer of our commits: the version of the memory that the notes were made of."""

_TRIES = 20


class Written(NamedTuple):
    """``version`` is the ref's commit, ``changed`` whether it is a new one."""

    version: Version | None
    changed: bool


class NotesRef:
    """One notes ref of a repository, by its full name (``refs/notes/memory``)."""

    def __init__(self, repository: Repository, store: GitStore, ref: str) -> None:
        self._repository = repository
        self._store = store
        self.ref = ref
        self._writer = BranchWriter(repository)
        self._lock = WriteLock(repository.private_dir, repository.objects_dir, shared=repository.is_shared)

    def made_of(self) -> Version | None:
        """The version of the memory that the notes were made of; None where there are none of ours."""
        tip = self._repository.refs.resolve(self.ref)
        return None if tip is None else self._made_of(tip)

    def write(self, notes: Mapping[str, str], message: str) -> Written:
        """Let these be the notes, by commit: others go. No commit where they are there already.

        Raises ``RefusedError`` where the ref is somebody else's, and ``StoreError``.
        """
        files = {
            f"{commit[:2]}/{commit[2:]}": text.encode("utf-8", "replace") for commit, text in notes.items()
        }
        with self._lock.hold() as note:
            for _ in range(_TRIES):
                tip = self._repository.refs.resolve(self.ref)
                self._require_ours(tip)
                base = None if tip is None else self._store.at(tip)
                changes = plan(self._changes(base, files, message), base, self._repository.object_format)
                if not changes:
                    return Written(tip, changed=False)
                new = self._writer.commit(self.ref, changes, parent=tip, note=note, tip=tip)
                if new is not None:
                    return Written(new, changed=True)
        raise RefusedError(f"{self.ref} is being written to by somebody else")

    def remove(self) -> bool:
        """Take the notes away; False where there are none. Raises ``RefusedError`` where they are somebody
        else's, and ``StoreError``."""
        tip = self._repository.refs.resolve(self.ref)
        if tip is None:
            return False
        self._require_ours(tip)
        with self._lock.hold() as note:
            return self._writer.move(self.ref, "0" * len(tip), tip, "the memory's notes are not wanted", note)

    def _changes(self, base: GitSnapshot | None, files: Mapping[str, bytes], message: str) -> ChangeSet:
        there = {} if base is None else {file.path: file.object_id for file in base.files()}
        writes = {
            path: data for path, data in files.items() if there.get(path) != self._store.object_id(data)
        }
        return ChangeSet(message, writes, [path for path in there if path not in files])

    def _require_ours(self, tip: Version | None) -> None:
        if tip is not None and self._made_of(tip) is None:
            raise RefusedError(
                f"{self.ref} has notes that Git Memory did not write, and is left alone: name another ref, "
                "`git config memory.notes refs/notes/NAME`"
            )

    def _made_of(self, tip: Version) -> Version | None:
        data = self._repository.git.run(["cat-file", "commit", tip])
        for line in data.decode("utf-8", "replace").splitlines():
            if line.startswith(f"{MADE_OF}: "):
                return line.partition(": ")[2]
        return None
