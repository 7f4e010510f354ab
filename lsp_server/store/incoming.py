"""Where a commit is written before it counts: an object directory of its own beside the repository's.

git leaves temporary packs, ``.keep`` files and half-written objects behind when it is killed. Written in
here they can be told from anybody else's, and go with the directory. What was refused or lost a race
never reaches the repository at all. (git does the same with what is pushed to it.)
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from lsp_server.errors import StoreError
from lsp_server.store.git_process import Git

# `git prune` clears away old directories of this name: the last safety net.
_PREFIX = "tmp_objdir-git-memory-"
_IN_PACK_ORDER = (".pack", ".rev", ".idx")  # a pack counts as soon as its .idx is there


def new_name() -> str:
    """A name for a new directory."""
    return _PREFIX + secrets.token_hex(8)


def remove(objects_dir: Path, name: str) -> None:
    """Clear a directory away, whatever state it is in; anything that is not one of ours is left alone."""
    if name.startswith(_PREFIX) and "/" not in name:
        shutil.rmtree(objects_dir / name, ignore_errors=True)


class Incoming:
    """One such directory. Use as a context manager: it is gone at the end."""

    def __init__(self, objects_dir: Path, name: str, *, shared: bool) -> None:
        self._objects = objects_dir
        self._name = name
        self._shared = shared
        self.path = objects_dir / name

    def __enter__(self) -> Incoming:
        try:
            self.path.mkdir()
        except OSError as error:
            raise cannot_write(self._objects, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        remove(self._objects, self._name)

    def git(self, git: Git) -> Git:
        """A git that writes its objects here and reads the repository's as well."""
        escaped = str(self._objects).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return git.with_environment(
            GIT_OBJECT_DIRECTORY=str(self.path), GIT_ALTERNATE_OBJECT_DIRECTORIES=f'"{escaped}"'
        )

    def write(self, name: str, pieces: Iterable[bytes]) -> Path:
        """A scratch file in the directory, which goes with it."""
        path = self.path / name
        try:
            with path.open("wb") as file:
                file.writelines(pieces)
        except OSError as error:
            raise cannot_write(self._objects, error) from error
        return path

    def publish(self) -> None:
        """Move the objects to the repository's own. They were synced to disk when they were written."""
        try:
            for directory in sorted(self.path.iterdir()):
                if len(directory.name) == 2 and directory.is_dir():
                    self._move(directory, [file for file in directory.iterdir() if len(file.name) >= 38])
            packs = self.path / "pack"
            if packs.is_dir():
                files = {suffix: sorted(packs.glob(f"pack-*{suffix}")) for suffix in _IN_PACK_ORDER}
                self._move(packs, [file for suffix in _IN_PACK_ORDER for file in files[suffix]])
        except OSError as error:
            raise cannot_write(self._objects, error) from error

    def _move(self, directory: Path, files: Iterable[Path]) -> None:
        target = self._objects / directory.name
        for file in files:
            try:
                file.rename(target / file.name)
            except FileNotFoundError:
                with contextlib.suppress(FileExistsError):
                    target.mkdir()
                    if self._shared:
                        target.chmod(self._objects.stat().st_mode & 0o7777)
                file.rename(target / file.name)


def cannot_write(directory: Path, error: OSError) -> StoreError:
    """The error for a file system that says no."""
    return StoreError(f"the repository cannot be written to: {directory}: {os.strerror(error.errno or 0)}")
