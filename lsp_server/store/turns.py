"""Waiting for a lock file without asking for it again and again.

The threads of one process form a queue, the first comer first. Whoever is at its head waits for the other
processes: in ``flock`` itself, where the kernel wakes it at the right moment. ``flock`` knows no patience and
hears no Ctrl-C, so it is called on a thread of its own, which stays with it when its caller goes away, and
serves the next one. There is one such thread at most, and only where the lock was not free.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EINTR)

_lines: dict[Path, Line] = {}
_making = threading.Lock()


def line_of(path: Path) -> Line:
    """The queue of this process for one lock file."""
    with _making:
        return _lines.setdefault(path, Line())


class Line:
    """Threads that want one lock file. ``enter``, then ``lock``; ``leave`` in the end."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._busy = False
        self._queue: deque[threading.Event] = deque()
        self._waiter: _Waiter | None = None

    def enter(self, deadline: float) -> bool:
        """Come to the head of the queue; False when it is not reached by ``deadline`` (monotonic)."""
        with self._mutex:
            if not self._busy:
                self._busy = True
                return True
            turn = threading.Event()
            self._queue.append(turn)
        try:
            turn.wait(max(0.0, deadline - time.monotonic()))
        except BaseException:
            if not self._step_out(turn):
                self.leave()
            raise
        return not self._step_out(turn)

    def _step_out(self, turn: threading.Event) -> bool:
        """Leave the queue before the turn came; False when it has come."""
        with self._mutex:
            if turn.is_set():
                return False
            self._queue.remove(turn)
            return True

    def leave(self) -> None:
        """Let the next one go on."""
        with self._mutex:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._busy = False

    def lock(self, open_file: Callable[[], int], deadline: float) -> int | None:
        """The lock file, open and locked; closing it lets go. None when another process keeps it until
        ``deadline``, or when this file system has no locks. Raises what ``open_file`` raises."""
        waiter, self._waiter = self._waiter, None
        if waiter is None or not waiter.goes_on():
            descriptor = open_file()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in TAKEN:
                    os.close(descriptor)
                    return None
            else:
                return descriptor
            waiter = _Waiter(descriptor)
        try:
            found = waiter.wait(deadline)
        except BaseException:
            if waiter.stand_by():
                self._waiter = waiter
            elif (taken := waiter.taken()) is not None:
                let_go(taken)
            raise
        if not found and waiter.stand_by():
            self._waiter = waiter
            return None
        return waiter.taken()


def let_go(descriptor: int) -> None:
    """Give the lock free. Said aloud: a process forked meanwhile may have the file open, too."""
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


class _Waiter:
    """A thread that waits for the lock, for somebody or (standing by) for nobody."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._mutex = threading.Lock()
        self._wanted = True
        self._over = threading.Event()
        self._failed = False
        threading.Thread(target=self._run, name="write-lock", daemon=True).start()

    def _run(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        except OSError:
            self._failed = True
        with self._mutex:
            self._over.set()
            if not self._wanted:
                let_go(self._descriptor)

    def wait(self, deadline: float) -> bool:
        """Whether it has the lock, or cannot get it, by then."""
        return self._over.wait(max(0.0, deadline - time.monotonic()))

    def stand_by(self) -> bool:
        """Nobody wants the lock now. False when it came in this very moment and is the caller's after all."""
        with self._mutex:
            if self._over.is_set() and self._wanted:
                return False
            self._wanted = False
            return True

    def goes_on(self) -> bool:
        """Somebody wants it again; False when it has come and gone."""
        with self._mutex:
            self._wanted = not self._over.is_set()
            return self._wanted

    def taken(self) -> int | None:
        """The locked file; None where there are no locks."""
        if self._failed:
            os.close(self._descriptor)
            return None
        return self._descriptor


def _forget() -> None:
    """A forked process has none of the threads that stood in a queue."""
    global _making  # noqa: PLW0603  it may be held by a thread that is not here
    _making = threading.Lock()
    _lines.clear()


os.register_at_fork(after_in_child=_forget)
