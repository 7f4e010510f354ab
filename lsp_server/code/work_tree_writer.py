"""Carrying out a restore: every file is made whole elsewhere first, then each takes its place in one step.

So a kill at any instant leaves each file either as it was or as it is to be. Nothing is written through a
symbolic link, nothing that changed since it was kept is replaced, and no folder that holds anything goes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO

from lsp_server.code.git import OFFLINE
from lsp_server.code.restoring import Change, Step
from lsp_server.code.snapshots import Entry, usual_rights
from lsp_server.code.work_tree import Disk, Signature, signature
from lsp_server.errors import RefusedError, StoreError
from lsp_server.store.git_process import Git
from lsp_server.store.repository import Repository

_CHUNK = 1 << 20  # bytes
_LINK = "120000"
_CANNOT_LINK = {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}


class Contents:
    """Reads what entries hold, from the repository's objects or from Git LFS's. A context manager."""

    def __init__(self, repository: Repository) -> None:
        self._git: Git = repository.git
        storage = repository.config.get("lfs.storage") or "lfs"
        self._lfs = repository.common_dir / storage / "objects"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Contents:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def write_to(self, path: str, entry: Entry, out: IO[bytes]) -> None:
        """Write the bytes of the file that is to be at ``path``. Raises ``StoreError`` without them."""
        if entry.pointer is None:
            self._write_blob(path, entry.content, out)
            return
        sha256 = entry.pointer.sha256
        check = hashlib.sha256()
        try:
            with (self._lfs / sha256[:2] / sha256[2:4] / sha256).open("rb") as kept:
                while chunk := kept.read(_CHUNK):
                    check.update(chunk)
                    out.write(chunk)
        except FileNotFoundError:
            raise StoreError(
                f"{path} is kept by Git LFS and is not in this clone; `git lfs fetch` gets it"
            ) from None
        if check.hexdigest() != sha256:
            raise StoreError(f"what Git LFS keeps of {path} is damaged; nothing was done")

    def _write_blob(self, path: str, blob: str, out: IO[bytes]) -> None:
        if self._process is None:
            self._process = self._git.start([*OFFLINE, "cat-file", "--batch"], stdin=True, stderr=False)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(f"{blob}\n".encode("ascii"))
            stdin.flush()
            words = stdout.readline().split()
            left = int(words[2]) + 1
        except (OSError, IndexError, ValueError):
            raise StoreError(f"the contents of {path} are not in this clone; nothing was done") from None
        while left:
            chunk = stdout.read(min(left, _CHUNK))
            if not chunk:
                raise StoreError(f"the contents of {path} could not be read whole; nothing was done")
            left -= len(chunk)
            out.write(chunk if left else chunk[:-1])  # a line end follows each object


class Writer:
    """Makes the changes of a plan in one work tree. ``seen`` is each file as it was when it was kept."""

    def __init__(self, root: Path, seen: Mapping[str, Signature], usual_rights: int) -> None:
        self._root = root
        self._seen = seen
        self._usual = usual_rights
        self._staged: dict[str, Path] = {}
        self._names: dict[int, list[str]] = {}
        for path, one in seen.items():
            self._names.setdefault(one.inode, []).append(path)
        self._ctimes: dict[tuple[int, int], int] = {}  # of files that we took one of several names from

    def check(self, changes: Iterable[Change]) -> None:
        """Find out beforehand what would stop it half way. Raises ``StoreError``."""
        for folder in {self._folder_that_is(change.path) for change in changes}:
            if not os.access(folder, os.W_OK | os.X_OK):
                raise StoreError(f"{folder} cannot be written to; nothing was done")

    def stage(self, changes: Iterable[Change], contents: Contents, where: Iterator[Path]) -> None:
        """Make every new file, whole, under the names that ``where`` gives."""
        try:
            for change in changes:
                if change.entry is not None and change.step in (Step.ADD, Step.REPLACE):
                    self._staged[change.path] = place = next(where)
                    self._make(change.path, change.entry, place, contents)
                elif change.entry is not None and self._has_other_names(change.path):
                    # Rights are the file's, so they would change under all its names, wherever those are.
                    self._staged[change.path] = place = next(where)
                    shutil.copy2(self._root / change.path, place, follow_symlinks=False)
        except OSError as error:
            raise StoreError(
                f"there is no room to make the files: {error.strerror}; nothing was done"
            ) from error

    def apply(self, changes: Iterable[Change]) -> None:
        """Make the changes. Raises ``RefusedError`` at a file that changed meanwhile, ``StoreError`` when the
        system says no; what was done so far stays."""
        by_step: dict[Step, list[Change]] = {step: [] for step in Step}
        for change in changes:
            by_step[change.step].append(change)
        for change in by_step[Step.REMOVE]:
            self._do(change, self._remove)
        for step, action in (
            (Step.REPLACE, self._replace),
            (Step.ADD, self._add),
            (Step.RIGHTS, self._set_rights),
        ):
            for change in by_step[step]:
                self._do(change, action)
        self._remove_empty({parent for c in by_step[Step.REMOVE] for parent in PurePosixPath(c.path).parents})

    def _do(self, change: Change, action: Callable[[Change], None]) -> None:
        try:
            action(change)
        except OSError as error:
            raise StoreError(f"it stopped at {change.path}: {error.strerror}") from error

    def _make(self, path: str, entry: Entry, place: Path, contents: Contents) -> None:
        if entry.mode == _LINK:
            import io

            target = io.BytesIO()
            contents.write_to(path, entry, target)
            place.unlink(missing_ok=True)
            os.symlink(target.getvalue(), os.fsencode(place))  # noqa: PTH211  a target is bytes
            return
        creating = 0o777 if entry.mode == "100755" else 0o666
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, creating)
        with os.fdopen(descriptor, "wb") as out:
            contents.write_to(path, entry, out)
            out.flush()
            if entry.rights is not None:
                os.fchmod(descriptor, entry.rights)

    def _remove(self, change: Change) -> None:
        was = self._must_be_as_kept(change.path)
        os.unlink(self._root / change.path)  # noqa: PTH108  a link goes, not what it leads to
        self._has_lost_a_name(was, change.path)

    def _replace(self, change: Change) -> None:
        was = self._must_be_as_kept(change.path)
        _move(self._staged.pop(change.path), self._root / change.path)
        self._has_lost_a_name(was, change.path)

    def _add(self, change: Change) -> None:
        target, staged = self._root / change.path, self._staged.pop(change.path)
        self._make_folders(change.path)
        if target.is_dir() and not target.is_symlink():
            _remove_empty_folders(target)
        if self._is_other_spelling(change.path):
            _move(staged, target)
            return
        try:
            os.link(staged, target, follow_symlinks=False)  # never takes the place of anything
        except OSError as error:
            if error.errno == errno.EEXIST:
                raise RefusedError(f"{change.path} appeared meanwhile") from error
            if error.errno not in _CANNOT_LINK:
                raise
            if os.path.lexists(target):
                raise RefusedError(f"{change.path} appeared meanwhile") from error
            _move(staged, target)
        else:
            staged.unlink()

    def _set_rights(self, change: Change) -> None:
        assert change.entry is not None
        rights = change.entry.rights
        if rights is None:
            rights = usual_rights(self._usual, change.entry.mode)
        if change.path in self._staged:
            self._staged[change.path].chmod(rights)
            self._replace(change)
            return
        self._must_be_as_kept(change.path)
        (self._root / change.path).chmod(rights)

    def _must_be_as_kept(self, path: str) -> os.stat_result:
        status, kept = Disk(self._root).status(path), self._seen.get(path)
        if status is not None and kept is not None:
            kept = kept._replace(ctime=self._ctimes.get((status.st_dev, status.st_ino), kept.ctime))
        if status is None or signature(status) != kept:
            raise RefusedError(f"{path} was changed meanwhile")
        return status

    def _has_other_names(self, path: str) -> bool:
        status = Disk(self._root).status(path)
        return status is not None and status.st_nlink > 1

    def _has_lost_a_name(self, was: os.stat_result, path: str) -> None:
        """A file of several names (hard links) counts as changed by our taking one from it: what it is like
        now under the others is as it was kept, if nothing else is new about it."""
        if was.st_nlink == 1:
            return
        names = self._names[was.st_ino]
        names.remove(path)
        for other in reversed(names):
            status = Disk(self._root).status(other)
            if status is not None and os.path.samestat(status, was):
                if signature(status)._replace(ctime=was.st_ctime_ns) == signature(was):
                    self._ctimes[was.st_dev, was.st_ino] = status.st_ctime_ns
                return

    def _is_other_spelling(self, path: str) -> bool:
        status = Disk(self._root).status(path)
        return status is not None and any(
            seen.inode == status.st_ino and other != path and other.casefold() == path.casefold()
            for other, seen in self._seen.items()
        )

    def _make_folders(self, path: str) -> None:
        for parent in list(PurePosixPath(path).parents)[-2::-1]:
            folder = self._root / parent
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
            if not stat.S_ISDIR(folder.lstat().st_mode):
                raise RefusedError(f"{parent} became something else than a folder meanwhile")

    def _folder_that_is(self, path: str) -> Path:
        for parent in PurePosixPath(path).parents:
            folder = self._root / parent
            if folder.is_dir():
                return folder
        return self._root

    def _remove_empty(self, folders: set[PurePosixPath]) -> None:
        with contextlib.suppress(OSError):
            here = Path.cwd().stat()
            for folder in sorted(folders - {PurePosixPath(".")}, key=lambda one: -len(one.parts)):
                place = self._root / folder
                with contextlib.suppress(OSError):  # not empty, or gone already
                    if not os.path.samestat(place.lstat(), here):  # nobody's shell loses its footing
                        place.rmdir()


def _move(staged: Path, target: Path) -> None:
    try:
        staged.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # A folder of the work tree may be another file system: made whole beside its place, then.
        beside = target.with_name(f".git-memory-{os.urandom(4).hex()}")
        try:
            shutil.copy2(staged, beside, follow_symlinks=False)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        staged.unlink()


def _remove_empty_folders(top: Path) -> None:
    """A folder that holds nothing but folders goes; any file in it stops that with an ``OSError``."""
    for folder, _, _ in os.walk(top, topdown=False):
        os.rmdir(folder)  # noqa: PTH106  walk's own text
