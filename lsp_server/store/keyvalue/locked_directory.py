"""One directory that many processes write to: turns, whole files, and many changes as one.

Whoever writes holds the lock on ``.lock``, and puts a file in place by renaming ``.half``. Many changes at
once are first noted in ``.many``: from that moment on they are made, and whoever comes next, reading or
writing, waits for the writer or finishes what a killed one left.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Iterator

from lsp_server.errors import StoreError
from lsp_server.store.keyvalue.answering import refuse_while_answering

_WHAT = "it cannot write, nor read many keys"  # of what a lock held by the same thread keeps away

Finish = Callable[[bytes], None]  # makes what was noted, and calls ``done``


class LockedDirectory:
    """The directory of one storage. Every call raises ``OSError``; ``told`` makes one clear line of it."""

    def __init__(self, place: str, *, durable: bool) -> None:
        self._place = place
        self._durable = durable
        self._lock = f"{place}/.lock"
        self._half = f"{place}/.half"
        self._many = f"{place}/.many"
        self.named = ("directory", os.path.realpath(place))  # whichever object it is reached by

    @contextlib.contextmanager
    def locked(self, finish: Finish) -> Iterator[None]:
        """The directory for us alone, and nothing half-made in it."""
        with self.told():
            refuse_while_answering(self.named, _WHAT)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if (noted := bytes_of(self._many)) is not None:
                    finish(noted)
                yield
            finally:
                _let_go(descriptor)

    @contextlib.contextmanager
    def reading(self, finish: Finish) -> Iterator[None]:
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
                    stack.enter_context(self.locked(finish))
            yield

    def has_begun(self) -> bool:
        """Whether many changes are under way, or were left by a killed writer."""
        return os.path.exists(self._many)  # noqa: PTH110

    def begin(self, noted: bytes) -> None:
        """Note many changes: from now on they are made."""
        self.put_in_place(self._many, noted)

    def done(self) -> None:
        """All that was noted is made."""
        os.unlink(self._many)  # noqa: PTH108

    def put_in_place(self, path: str, data: bytes) -> None:
        """A whole file at a path, whatever stood there. The lock is held."""
        descriptor = os.open(self._half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            if self._durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(self._half, path)  # noqa: PTH105
        self.sync()

    def sync(self) -> None:
        """Bring names to the disk, where this directory is durable."""
        if not self._durable:
            return
        descriptor = os.open(self._place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
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
