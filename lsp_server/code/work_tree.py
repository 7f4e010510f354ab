"""What lies in the work tree, path by path, told from the disk: the user's index is only asked which paths
it knows, never believed about what they hold.

So a file that is marked as unchanged (assume-unchanged), left out of a sparse checkout and there all the
same, in conflict, or added with intent only is seen as it is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from lsp_server.code.git import decode_path
from lsp_server.code.new_worktrees import git_in
from lsp_server.errors import StoreError
from lsp_server.store.git_process import Git

GITLINK = "160000"


class Why(Enum):
    """Why something in the work tree is not in a snapshot; the value is a clause for a person."""

    REPOSITORY = "a repository of its own"
    SUBMODULE = "a submodule with changes of its own"
    LARGE = "larger than memory.snapshotLimit"
    SPECIAL = "neither a file nor a link"


@dataclass(frozen=True)
class LeftOut:
    """A path that a snapshot does not keep. ``size`` in bytes, None where it says nothing."""

    path: str
    why: Why
    size: int | None = None


class Signature(NamedTuple):
    """Changes whenever a file is written, replaced or made executable."""

    mode: int
    size: int
    mtime: int
    ctime: int
    inode: int


def signature(status: os.stat_result) -> Signature:
    """The signature of what was looked at."""
    return Signature(status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@dataclass
class WorkTree:
    """Every path that counts, in one of these ways. Ignored files do not count, unless git follows them."""

    files: dict[str, Signature] = field(default_factory=dict)
    """Files and symbolic links that are there."""
    submodules: list[str] = field(default_factory=list)
    """Submodules whose directory is there."""
    gone: list[str] = field(default_factory=list)
    """In the index, and not there any more."""
    absent: list[str] = field(default_factory=list)
    """In the index and not there, because a sparse checkout leaves them out."""
    marked: list[str] = field(default_factory=list)
    """There, and in the index as not to be looked at."""
    left_out: list[LeftOut] = field(default_factory=list)
    tracked: frozenset[str] = frozenset()
    """In the index, in whatever way."""
    in_conflict: frozenset[str] = frozenset()


def look(git: Git, root: Path, own: Path) -> WorkTree:
    """Look at the whole work tree. ``git`` reads the index that says which paths are tracked; ``own`` is the
    repository itself, which may lie in the work tree under any name."""
    listing = git.start(["ls-files", "-z", "--stage", "-v"], stderr=False)
    try:
        others = git.run(["ls-files", "-z", "--others", "--exclude-standard"])
    finally:
        staged = listing.communicate()[0]
    if listing.returncode != 0:
        raise StoreError("git cannot read the index of this work tree; `git status` tells why")
    disk = Disk(root)
    seen = WorkTree()
    tracked, in_conflict = set(), set()
    for tag, mode, stage, path in _entries(staged):
        if stage != "0":
            in_conflict.add(path)
        if path in tracked:
            continue  # another side of a conflict
        tracked.add(path)
        _place_tracked(seen, disk, path, tag, mode)
    itself = f"{own.relative_to(root).as_posix()}/" if own.is_relative_to(root) else ".git/"
    for raw in others.split(b"\0"):
        path = decode_path(raw)
        if path.startswith(itself):
            continue
        if path.endswith("/"):
            seen.left_out.append(LeftOut(path.rstrip("/"), Why.REPOSITORY))
        elif path and (status := disk.status(path)) is not None:
            seen.files[path] = signature(status)
    seen.tracked, seen.in_conflict = frozenset(tracked), frozenset(in_conflict)
    return seen


def _entries(listing: bytes) -> Iterator[tuple[str, str, str, str]]:
    """Tag, mode, stage and path of each entry of ``ls-files -z --stage -v``."""
    for entry in listing.split(b"\0"):
        head, _, path = entry.partition(b"\t")
        if path:
            tag, mode, _, stage = head.decode("ascii").split(" ")
            yield tag, mode, stage, decode_path(path)


def _place_tracked(seen: WorkTree, disk: Disk, path: str, tag: str, mode: str) -> None:
    status = disk.status(path)
    if status is None:
        (seen.absent if tag.upper() == "S" else seen.gone).append(path)
        return
    if stat.S_ISDIR(status.st_mode):
        (seen.submodules if mode == GITLINK else seen.gone).append(path)
        return
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        seen.left_out.append(LeftOut(path, Why.SPECIAL))
        return
    if tag == "S" or tag.islower():
        seen.marked.append(path)
    seen.files[path] = signature(status)


class Disk:
    """Looks paths of one work tree up without ever following a symbolic link on the way."""

    def __init__(self, root: Path) -> None:
        self._root = os.fsencode(root)
        self._folders: dict[bytes, bool] = {b"": True}

    def status(self, path: str) -> os.stat_result | None:
        """What is at a path; None when nothing is, or when a parent is no real directory."""
        raw = os.fsencode(path)
        if not self._is_folder(os.path.dirname(raw)):  # noqa: PTH120  bytes, and many of them
            return None
        return self._status(raw)

    def _is_folder(self, raw: bytes) -> bool:
        known = self._folders.get(raw)
        if known is None:
            known = self._is_folder(os.path.dirname(raw))  # noqa: PTH120  as above
            if known:
                status = self._status(raw)
                known = status is not None and stat.S_ISDIR(status.st_mode)
            self._folders[raw] = known
        return known

    def _status(self, raw: bytes) -> os.stat_result | None:
        try:
            return os.lstat(os.path.join(self._root, raw))  # noqa: PTH118  as above
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            shown = raw.decode("utf-8", "backslashreplace")
            raise StoreError(f"{shown} cannot be looked at: {error.strerror}") from error


def changed_submodules(git: Git, root: Path, paths: Iterable[str]) -> Iterator[LeftOut]:
    """The submodules in which something is not committed: that is theirs to keep."""
    for path in paths:
        place = root / path
        if not os.path.lexists(place / ".git"):
            continue  # not initialised: an empty directory
        inside = git_in(git, place).with_environment(GIT_CEILING_DIRECTORIES=str(root))
        done = inside.try_run(["status", "--porcelain", "-z", "--untracked-files=normal"])
        if done.code != 0 or done.stdout:
            yield LeftOut(path, Why.SUBMODULE)
