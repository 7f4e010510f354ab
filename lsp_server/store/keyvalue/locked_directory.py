"""One directory that many processes write to: turns, whole files, and many changes as one.

Whoever writes holds the lock on ``.lock``, and puts a file in place by renaming ``.half``. Many changes at
once are first written whole to ``.new``, then noted in ``.many``: from that moment on they are made, and only
names have to be changed, for which a full disk has room. Whoever comes next, reading or writing, waits for
the writer or finishes what a killed one left.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence

from lsp_server.errors import StoreError
from lsp_server.store.keyvalue.answering import refuse_while_answering

_WHAT = "it cannot write, nor read many keys"  # of what a lock held by the same thread keeps away

# The name of a file in ``.new``, and the one that it gets; None: what has that name goes.
Moves = Sequence[tuple[str | None, str]]


class LockedDirectory:
    """The directory of one storage. Every call raises ``OSError``; ``told`` makes one clear line of it."""

    def __init__(self, place: str, *, durable: bool) -> None:
        self._place = place
        self._durable = durable
        self._lock = f"{place}/.lock"
        self._half = f"{place}/.half"
        self._many = f"{place}/.many"
        self._new = f"{place}/.new"
        self.named = ("directory", os.path.realpath(place))  # whichever object it is reached by

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The directory for us alone, and nothing half-made in it."""
        with self.told():
            refuse_while_answering(self.named, _WHAT)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if (noted := bytes_of(self._many)) is not None:
                    self._finish(json.loads(noted))
                yield
            finally:
                _let_go(descriptor)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Nobody writes meanwhile, where this directory may be written at all."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.told())
            refuse_while_answering(self.named, _WHAT)
            try:
                descriptor = os.open(self._lock, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
            except OSError as error:
                if error.errno not in (errno.EROFS, errno.EACCES):
                    raise
            else:
                stack.callback(_let_go, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_SH)
                if self.has_begun():
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
                    stack.enter_context(self.locked())
            yield

    def has_begun(self) -> bool:
        """Whether many changes are under way, or were left by a killed writer."""
        return os.path.exists(self._many)  # noqa: PTH110

    def put_many_in_place(self, files: Iterable[tuple[str, bytes | None]]) -> None:
        """Many whole files, by name (None: it goes), all of them or none. The lock is held."""
        moves: list[tuple[str | None, str]] = []
        os.makedirs(self._new, exist_ok=True)  # noqa: PTH103 (texts, as in the storage)
        self._empty()  # of what a writer left that was killed before it noted anything
        try:
            for number, (name, data) in enumerate(files):
                if data is not None:
                    self._fill(f"{self._new}/{number}", data)
                moves.append((None if data is None else str(number), name))
            if not moves:
                return
            self.sync(self._new)
            self._fill(self._half, json.dumps(moves).encode())
        except BaseException:
            self._empty()
            raise
        os.replace(self._half, self._many)  # noqa: PTH105
        self.sync()
        self._finish(moves)

    def _finish(self, moves: Moves) -> None:
        for new, name in moves:
            with contextlib.suppress(FileNotFoundError):  # a killed writer had come that far
                if new is None:
                    os.unlink(f"{self._place}/{name}")  # noqa: PTH108
                else:
                    os.replace(f"{self._new}/{new}", f"{self._place}/{name}")  # noqa: PTH105
        self.sync()
        os.unlink(self._many)  # noqa: PTH108

    def _empty(self) -> None:
        """Give back the room of what was begun."""
        for name in os.listdir(self._new):  # noqa: PTH208
            with contextlib.suppress(OSError):
                os.unlink(f"{self._new}/{name}")  # noqa: PTH108

    def put_in_place(self, path: str, data: bytes) -> None:
        """A whole file at a path, whatever stood there. The lock is held."""
        self._fill(self._half, data)
        os.replace(self._half, path)  # noqa: PTH105
        self.sync()

    def _fill(self, path: str, data: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            if self._durable:
                os.fsync(descriptor)
        except OSError:  # a full disk: what was written of it is in the way
            os.ftruncate(descriptor, 0)
            raise
        finally:
            os.close(descriptor)

    def sync(self, directory: str = "") -> None:
        """Bring names to the disk, where this directory is durable."""
        if not self._durable:
            return
        descriptor = os.open(directory or self._place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """What the system refuses, in one clear line."""
        try:
            yield
        except OSError as error:
            raise self.told_of(error) from error

    def told_of(self, error: OSError) -> StoreError:
        """What the system refused, in one clear line."""
        why = os.strerror(error.errno) if error.errno else str(error)
        return StoreError(f"keyed values in {self._place}: {why}")


def _let_go(descriptor: int) -> None:
    # A process that was forked meanwhile has the descriptor, too: closing ours would leave the lock to it.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def bytes_of(path: str) -> bytes | None:
    """A file's bytes; None where there is no file."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            return file.read()
    except (FileNotFoundError, IsADirectoryError):
        return None
