"""Large files through git LFS: the pointer that stands on the branch, and the object in LFS's own store.

An object is put into the store by us, in the layout that LFS documents, and not by `git lfs clean`, which
would also install hooks in the repository and write into its configuration. Uploading and fetching is LFS's
own.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lsp_server.errors import RefusedError, StoreError
from lsp_server.store.git_process import Git
from lsp_server.store.incoming import cannot_write
from lsp_server.store.repository import Repository

LARGEST_POINTER = 1024  # bytes, as LFS has it
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n\Z"
)
_AT_ONCE = 1 << 20  # bytes


class Pointer(NamedTuple):
    """What stands on the branch for a large file: its SHA-256 and its size in bytes."""

    oid: str
    size: int

    @property
    def text(self) -> bytes:
        return (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.oid}\nsize {self.size}\n".encode()
        )


def read_pointer(data: bytes) -> Pointer | None:
    """The pointer that these bytes are, None when they are something else."""
    if len(data) > LARGEST_POINTER:
        return None
    found = _POINTER.match(data)
    return None if found is None else Pointer(found[1].decode(), int(found[2]))


class Lfs:
    """One repository's LFS store. git LFS is looked for when it is first needed."""

    def __init__(self, repository: Repository) -> None:
        self._git: Git = repository.git
        self._configured = repository.config.get("lfs.storage")
        self._common_dir = repository.common_dir

    @property
    def is_installed(self) -> bool:
        return self._git.try_run(["lfs", "version"]).code == 0

    @property
    def media_dir(self) -> Path:
        """Where its objects are: ``lfs/objects`` in the git directory that all worktrees share, unless
        ``lfs.storage`` says otherwise."""
        storage = Path(self._configured) if self._configured else Path("lfs")
        return self._common_dir / storage / "objects"

    def place(self, pointer: Pointer) -> Path:
        """Where an object is, or would be."""
        return self.media_dir / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid

    def has(self, pointer: Pointer) -> bool:
        try:
            return self.place(pointer).stat().st_size == pointer.size
        except OSError:
            return False

    def take_in(self, source: BinaryIO, progress: Callable[[int], None] | None = None) -> Pointer:
        """Copy a file into the store, piece by piece; it survives a power cut. ``progress`` is told how many
        bytes are there. Raises ``RefusedError`` without git LFS, ``StoreError`` on a disk that says no."""
        if not self.is_installed:
            raise RefusedError("git LFS is not installed here: install git-lfs, then try again")
        holder = self.media_dir.parent / "tmp"
        try:
            holder.mkdir(parents=True, exist_ok=True)
            half = holder / f"git-memory-{os.urandom(8).hex()}"
            try:
                with half.open("xb") as copy:
                    pointer = _copied(source, copy, progress)
                    copy.flush()
                    os.fsync(copy.fileno())
                self._keep(half, pointer)
            finally:
                half.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(self.media_dir, error) from error
        return pointer

    def open(self, pointer: Pointer) -> BinaryIO:
        """An object's bytes. Raises ``StoreError`` where it is not in this clone or is damaged: what it holds
        is checked before the first byte is given away."""
        try:
            file = self.place(pointer).open("rb")
        except OSError:
            raise StoreError(f"this clone does not have the LFS object {pointer.oid[:12]}") from None
        digest = hashlib.sha256()
        while piece := file.read(_AT_ONCE):
            digest.update(piece)
        if digest.hexdigest() != pointer.oid:
            file.close()
            raise StoreError(f"the LFS object {pointer.oid[:12]} is damaged: {self.place(pointer)}")
        file.seek(0)
        return file

    def _keep(self, copy: Path, pointer: Pointer) -> None:
        place = self.place(pointer)
        if self.has(pointer):
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        copy.replace(place)
        for folder in (place.parent, place.parent.parent, self.media_dir):
            _sync(folder)


def _copied(source: BinaryIO, copy: BinaryIO, progress: Callable[[int], None] | None) -> Pointer:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_AT_ONCE):
        digest.update(piece)
        copy.write(piece)
        size += len(piece)
        if progress is not None:
            progress(size)
    return Pointer(digest.hexdigest(), size)


def _sync(folder: Path) -> None:
    with suppress(OSError):  # a file system that cannot
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
