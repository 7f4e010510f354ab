"""The same work on thousands of things, half of it in a copy of this process.

Python runs on one core, and most machines have more. The copy (a fork) has all that was read and made so far;
it does its half, tells what came of it and ends. It changes nothing of anybody's, and holds nothing open that
is ours, so that our locks are free the moment that we are killed. Where there can be no copy, or it fails,
all is done here.

A process is copied only where nobody else works in it: of another thread the copy would have what it holds,
but not the thread that lets go of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from typing import Generic, NoReturn, TypeVar

LEAST = 500
"""Things; of fewer a copy costs more than it spares."""
_WATCHES = "git-memory watch"  # the name of threads that only look on: a copy does not need them
_ROOM = 1 << 20  # bytes that may wait to be read: what most users may ask for
_ENDS_US = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_Thing = TypeVar("_Thing")
_Made = TypeVar("_Made")


def in_halves(
    work: Callable[[Sequence[_Thing]], list[_Made]], things: Sequence[_Thing], least: int | None = None
) -> list[_Made]:
    """What ``work`` makes of ``things``: one of each, in their order. ``least`` is ``LEAST`` unless given.

    ``work`` must do with any part of them, neither use what is open nor change what is looked at later, and
    give what can be pickled.
    """
    if len(things) < (LEAST if least is None else least) or not _may_be_copied():
        return work(things)
    # In turns, because neighbours are of one kind. The copy gets fewer: it has to tell what it made.
    is_theirs = [at % 13 % 2 == 1 for at in range(len(things))]
    left = list(compress(things, is_theirs))
    with _copied(work, left) as copy:
        ours = work([thing for thing, is_left in zip(things, is_theirs, strict=True) if not is_left])
        theirs = copy.made()
    if theirs is None or len(theirs) != len(left):
        theirs = work(left)
    mine, others = iter(ours), iter(theirs)
    return [next(others) if is_left else next(mine) for is_left in is_theirs]


def _may_be_copied() -> bool:
    """Whether there is a second core, nobody else works in this process, and nobody else waits for its
    children. On Linux only: elsewhere the system's own libraries do not take a copy well."""
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return False
    try:
        threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208  with those that Python does not know
    except OSError:
        return False
    watching = sum(thread.name == _WATCHES for thread in threading.enumerate())
    return (
        threads == 1 + watching
        and len(os.sched_getaffinity(0)) > 1
        and signal.getsignal(signal.SIGCHLD) is signal.SIG_DFL
    )


class _Copy(Generic[_Thing, _Made]):
    """A copy of this process at work on some things."""

    def __init__(self) -> None:
        self._pid = 0
        self._pipe: int | None = None

    def begin(self, work: Callable[[Sequence[_Thing]], list[_Made]], things: Sequence[_Thing]) -> None:
        """Make it. Where that cannot be, it has made nothing."""
        try:
            self._pipe, there = os.pipe()
        except OSError:
            return
        with contextlib.suppress(OSError):
            fcntl.fcntl(there, fcntl.F_SETPIPE_SZ, _ROOM)
        # An interrupt between its birth and its first line would have it go on as if it were we.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS_US)
        try:
            self._pid = os.fork()
            if self._pid == 0:
                _do(work, things, there)
        except OSError:
            pass  # too many processes, or too little memory
        finally:
            os.close(there)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def made(self) -> list[_Made] | None:
        """What it made, once it is done; None where it failed."""
        if self._pipe is None or not self._pid:
            return None
        with open(self._pipe, "rb", closefd=False) as pipe:
            data = pipe.read()
        try:
            made: list[_Made] = pickle.loads(data)
        except (pickle.UnpicklingError, EOFError):
            return None
        return made

    def end(self, *, now: bool) -> None:
        """Wait until it is gone; with ``now`` it need not come to its end."""
        if self._pipe is not None:
            os.close(self._pipe)
        if self._pid:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                if now:
                    os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)


@contextlib.contextmanager
def _copied(
    work: Callable[[Sequence[_Thing]], list[_Made]], things: Sequence[_Thing]
) -> Iterator[_Copy[_Thing, _Made]]:
    copy: _Copy[_Thing, _Made] = _Copy()
    try:
        copy.begin(work, things)
        yield copy
    except BaseException:
        copy.end(now=True)
        raise
    copy.end(now=False)


def _do(work: Callable[[Sequence[_Thing]], list[_Made]], things: Sequence[_Thing], pipe: int) -> NoReturn:
    """In the copy: do the work, tell what came of it, and end without another word."""
    try:
        for one in _ENDS_US:
            signal.signal(one, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS_US)
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  names are all that is needed
            if int(name) > 2 and int(name) != pipe:
                with contextlib.suppress(OSError):
                    os.close(int(name))
        with open(pipe, "wb") as file:
            file.write(pickle.dumps(work(things), pickle.HIGHEST_PROTOCOL))
        os._exit(0)
    finally:
        os._exit(1)
