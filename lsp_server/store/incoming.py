"""Where a commit is written before it counts: an object directory of its own beside the repository's.

git leaves temporary packs, ``.keep`` files and half-written objects behind when it is killed. Written in
here they can be told from anybody else's. What git refuses to import never reaches the repository. (git
does the same with what is pushed to it.) The objects are moved before the branch moves to them, so after a
lost race they stay there, named by nothing, until git clears them away.

The directory stays from one write to the next: making and removing git's two-letter folders costs as
much as a commit. A writer takes it by giving it a name of its own, which only one can do: also where the
write lock does not lock, no two ever write into the same one. Before it has that name the directory is
locked, by the writer and by every git that writes there (``owners``): one that is in use and not locked was
left by the dead, whether they noted it or not. It is retired, name and all: where there are no locks, a git
may still be at work in it, and an object that it leaves there would look like one that the repository has.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lsp_server.errors import StoreError
from lsp_server.store.git_process import Git
from lsp_server.store.owners import HALF, hold, is_held, names_in, taken_over
from lsp_server.store.turns import let_go

# `git prune` clears away old directories of this name.
_PREFIX = "tmp_objdir-git-memory-"
_IN_PACK_ORDER = (".pack", ".rev", ".idx")  # a pack counts as soon as its .idx is there
_STREAM = "stream"
_AT_ONCE = 1 << 18  # bytes given to the system in one call
_PRIVATE = "incoming-"
_IN_USE = ".in-use"
_RETIRED = "retired-"
_TRIES = 10
_A_MOMENT = 60.0  # seconds


class Incoming:
    """One such directory. Use as a context manager: no file is left in it at the end.

    ``own`` makes one for this time alone, among the objects; otherwise it is the lasting one below
    ``private_dir``.
    """

    def __init__(self, private_dir: Path, objects_dir: Path, *, own: bool, shared: bool) -> None:
        self._objects = objects_dir
        self._shared = shared
        self._lasts = not own and _usable(private_dir, objects_dir)
        self._rests = _random(private_dir)  # its name between two writes
        in_use = self._rests.with_name(self._rests.name + _IN_USE)
        self.path = in_use if self._lasts else objects_dir / (_PREFIX + os.urandom(8).hex())
        self._since = 0  # by the file system's own clock, in ns: the scratch file's age
        self._left: list[Path] | None = None  # what is to be removed; None: not known
        self._descriptor: int | None = None  # what locks it

    def __enter__(self) -> Incoming:
        try:
            if not self._lasts:
                self.path.mkdir()
                self._lock(self.path)
                if self._shared:
                    share(self.path, self._objects)
            elif not self._taken():
                self._made()
        except OSError as error:
            self._let_go()
            raise cannot_write(self._objects, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._lasts and self._left is not None:
                for path in self._left:
                    path.unlink(missing_ok=True)
                with contextlib.suppress(OSError):
                    self.path.rename(self._rests)
            else:
                retire(self.path)
        finally:
            self._let_go()

    def _taken(self) -> bool:
        """Take the directory that is free, if one is and it is ours to write to."""
        found = _free(self._rests.parent)
        if not found:
            return False
        free, *more = found
        for one in more:  # writers that did not keep out of each other's way left several
            retire(one)
        try:
            return os.access(free, os.R_OK | os.W_OK | os.X_OK) and self._renamed(free)
        except OSError:
            return False

    def _made(self) -> None:
        """Make one as it is between two writes, and take that: in use, it is locked from the beginning."""
        for _ in range(_TRIES):
            self._rests = _random(self._rests.parent)
            self._rests.mkdir()
            if self._renamed(self._rests):
                return
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self._rests))

    def _renamed(self, free: Path) -> bool:
        """Lock it and give it our name; False when somebody else was faster."""
        with contextlib.suppress(FileNotFoundError):
            if self._lock(free):
                free.rename(self.path)
                return True
        self._let_go()
        return False

    def _lock(self, directory: Path) -> bool:
        self._descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return hold(self._descriptor)

    def _let_go(self) -> None:
        if self._descriptor is not None:
            let_go(self._descriptor)
            self._descriptor = None

    def git(self, git: Git) -> Git:
        """A git that writes its objects here and reads the repository's as well. Should it outlive us, the
        directory is its own until it ends."""
        escaped = str(self._objects).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        writing = git.with_environment(
            GIT_OBJECT_DIRECTORY=str(self.path), GIT_ALTERNATE_OBJECT_DIRECTORIES=f'"{escaped}"'
        )
        return writing if self._descriptor is None else writing._replace(keeps=(self._descriptor,))

    def write(self, pieces: Iterable[bytes]) -> Path:
        """What git is to read, as a file in the directory."""
        path = self.path / _STREAM
        try:
            with path.open("wb", _AT_ONCE) as file:
                file.writelines(pieces)
            self._since = path.stat().st_mtime_ns
        except OSError as error:
            raise cannot_write(self._objects, error) from error
        return path

    def publish(self) -> None:
        """Move the objects to the repository's own. They were synced to disk when they were written."""
        left = [self.path / _STREAM]
        try:
            for directory in _touched(self.path, self._since):
                found = names = os.listdir(directory)  # noqa: PTH208  names are all that is needed
                if directory.name == "pack":
                    packs = sorted(name for name in names if name.startswith("pack-"))
                    names = [n for suffix in _IN_PACK_ORDER for n in packs if n.endswith(suffix)]
                else:
                    names = [name for name in names if not name.startswith("tmp_")]
                self._move(directory, names)
                left += [directory / name for name in found if name not in names]
        except OSError as error:
            raise cannot_write(self._objects, error) from error
        self._left = left

    def _move(self, directory: Path, names: Iterable[str]) -> None:
        target = self._objects / directory.name
        for name in names:
            source = directory / name
            try:
                source.rename(target / name)
            except FileNotFoundError:
                with contextlib.suppress(FileExistsError):
                    target.mkdir()
                    if self._shared:
                        share(target, self._objects)
                source.rename(target / name)


def retire(directory: Path) -> None:
    """Take the directory of a killed writer out of use. What cannot be removed now goes the next time."""
    import shutil

    if directory.name.startswith(_PREFIX):
        shutil.rmtree(directory, ignore_errors=True)
        return
    if not directory.name.startswith(_PRIVATE):
        return
    with contextlib.suppress(OSError):
        directory.rename(directory.with_name(_RETIRED + os.urandom(4).hex()))
    for old in directory.parent.glob(f"{_RETIRED}*"):
        shutil.rmtree(old, ignore_errors=True)


def _random(private_dir: Path) -> Path:
    return private_dir / (_PRIVATE + os.urandom(4).hex())


def _free(private_dir: Path) -> list[Path]:
    """The directories that no writer has taken. What the dead left goes: the folder is read anyway."""
    names = names_in(private_dir)
    clear_up(private_dir, names)
    return [
        private_dir / name
        for name in sorted(names)
        if name.startswith(_PRIVATE) and not name.endswith(_IN_USE)
    ]


def clear_up(private_dir: Path, names: Sequence[str] | None = None) -> None:
    """Remove what dead processes left in ``private_dir``, whether anybody noted it or not.
    ``names``: all that is in there, where it was just read (ten microseconds)."""
    names = names_in(private_dir) if names is None else names
    if not any(name.startswith((_RETIRED, HALF)) or name.endswith(_IN_USE) for name in names):
        return
    import shutil

    from lsp_server.store import half_written

    half_written.clear_up(private_dir, names)
    for name in names:
        if name.startswith(_PRIVATE) and name.endswith(_IN_USE):
            retire_dead(private_dir / name)
        elif name.startswith(_RETIRED):
            shutil.rmtree(private_dir / name, ignore_errors=True)


def left_behind(private_dir: Path, objects_dir: Path) -> list[Path]:
    """What `clear_up` would remove, and directories of dead writers among the objects."""
    from lsp_server.store import half_written

    places = [*private_dir.glob(f"{_RETIRED}*"), *half_written.left(private_dir)]
    in_use = [
        *private_dir.glob(f"{_PRIVATE}*{_IN_USE}"),
        *filter(_is_settled, objects_dir.glob(f"{_PREFIX}*")),
    ]
    return sorted(places + [path for path in in_use if not is_held(path)])


def retire_dead(directory: Path) -> None:
    """`retire` it, unless somebody is at work in it after all."""
    with taken_over(directory) as ours:
        if ours:
            retire(directory)


def _is_settled(directory: Path) -> bool:
    """Not one that was made in this moment and is about to be locked."""
    try:
        return time.time() - directory.stat().st_mtime > _A_MOMENT
    except OSError:
        return False


def cannot_write(directory: Path, error: OSError) -> StoreError:
    """The error for a file system that says no."""
    return StoreError(f"the repository cannot be written to: {directory}: {os.strerror(error.errno or 0)}")


def share(directory: Path, like: Path) -> None:
    """Give a new directory the rights of ``like``, where ``core.sharedRepository`` asks for it."""
    directory.chmod(like.stat().st_mode & 0o7777)


def _touched(directory: Path, since: int) -> Iterator[Path]:
    """The object folders that got or lost a file since ``since`` (ns): there may be 256 of them."""
    with os.scandir(directory) as found:
        for entry in found:
            is_ours = len(entry.name) == 2 or entry.name == "pack"
            if is_ours and entry.is_dir(follow_symlinks=False) and entry.stat().st_mtime_ns >= since:
                yield Path(entry.path)


def _usable(private_dir: Path, objects_dir: Path) -> bool:
    """Files can be moved only within one file system, and the place may be another user's."""
    try:
        return os.access(private_dir, os.W_OK) and private_dir.stat().st_dev == objects_dir.stat().st_dev
    except OSError:
        return False
