"""Telling what somebody is at work on from what a dead process left behind.

Whoever makes a file or a directory for a moment keeps it locked (``flock``) until it is done with it. The
system takes the lock away when its owner dies, whatever it dies of, and not before the last git that the
owner gave it to (``Git.keeps``) has ended. So what is not locked is nobody's. Where a file system has no
locks, or only pretends to, age has to tell.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from lsp_server.store.turns import TAKEN, let_go

HALF = "half-"
"""What names of half-written files begin with (``half_written``)."""

_FORGOTTEN = 600.0  # seconds; a write takes milliseconds, or as long as somebody types a passphrase
_HOW = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def names_in(directory: Path) -> list[str]:
    """What is in a directory; nothing where it cannot be read."""
    try:
        return os.listdir(directory)  # noqa: PTH208  names are all that is needed
    except OSError:
        return []


def hold(descriptor: int) -> bool:
    """Lock an open file or directory; ``turns.let_go`` or the end of this process lets go of it. False when
    somebody else has it. True also where there are no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in TAKEN
    return True


def is_locked(path: Path) -> bool:
    """Whether somebody is at work on it for certain."""
    try:
        descriptor = os.open(path, _HOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in TAKEN
    finally:
        let_go(descriptor)
    return False


def is_held(path: Path) -> bool:
    """Whether somebody is at work on it, or may be: what cannot be told, or is another user's, is held."""
    with taken_over(path) as ours:
        return not ours


@contextlib.contextmanager
def taken_over(path: Path) -> Iterator[bool]:
    """Take what a dead owner left, so that it can be removed: True when it is nobody's, and nobody else can
    have it until the end; False when it is held."""
    try:
        descriptor = os.open(path, _HOW)
    except OSError as error:
        yield isinstance(error, FileNotFoundError)
        return
    try:
        yield _is_free(path, descriptor)
    finally:
        let_go(descriptor)


def _is_free(path: Path, descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in TAKEN and _is_old(path)
    return is_locked(path) or _is_old(path)  # locked by ourselves: else these locks lock nobody out


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > _FORGOTTEN
    except OSError:
        return False
