"""One in-place restore at a time in a worktree, and what is known of one that was killed.

The note lies in the worktree's own git directory. Its owner holds it locked, so a note that is not locked
was left by the dead.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lsp_server.errors import GitMemoryError, RefusedError
from lsp_server.store.incoming import cannot_write
from lsp_server.store.owners import hold, is_locked
from lsp_server.store.repository import Repository
from lsp_server.store.turns import let_go

NOTE = "git-memory-restoring"
STAGING = re.compile(r"\.git-memory-[0-9a-f]{8}\Z")
"""Folders in the work tree for files on their way, where the git directory is on another file system."""

_MOST = 1 << 16  # bytes


@dataclass(frozen=True)
class Unfinished:
    """A restore that was cut short: the snapshots of the state before it, and of what it was restoring."""

    before: str
    restoring: str


class Note:
    """What the restore is doing, for whoever comes after it should it be killed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def say(self, before: str, restoring: str, staging: str | None = None) -> None:
        """Write it down so that it survives a power cut."""
        data = json.dumps({"before": before, "restoring": restoring, "staging": staging}).encode()
        os.pwrite(self._descriptor, data, 0)
        os.ftruncate(self._descriptor, len(data))
        os.fsync(self._descriptor)


@contextlib.contextmanager
def taken(repository: Repository) -> Iterator[Note]:
    """Have the work tree for a restore. What a killed one left goes first. Raises ``RefusedError`` while
    another one is under way."""
    path = repository.git_dir / NOTE
    descriptor = _opened(path)
    try:
        _clear_up(repository)
        yield Note(descriptor)
        path.unlink(missing_ok=True)
    except BaseException as error:
        # Refused, or told where it stopped: nothing is left to be found out. An interruption leaves its note.
        if isinstance(error, GitMemoryError) or not os.fstat(descriptor).st_size:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        raise
    finally:
        let_go(descriptor)


def unfinished(repository: Repository) -> Unfinished | None:
    """The restore that was killed in this worktree; None when there is none, or it is still under way."""
    path = repository.git_dir / NOTE
    said = _read(path)
    if said is None or is_locked(path):
        return None
    before, restoring = said.get("before"), said.get("restoring")
    if isinstance(before, str) and isinstance(restoring, str) and before:  # else nothing was touched yet
        return Unfinished(before, restoring)
    return None


def clear_up(repository: Repository) -> None:
    """Remove the half-made files that a killed restore left in the work tree; none of one under way."""
    if not is_locked(repository.git_dir / NOTE):
        _clear_up(repository)


def _clear_up(repository: Repository) -> None:
    said = _read(repository.git_dir / NOTE) or {}
    staging = said.get("staging")
    if isinstance(staging, str) and STAGING.match(staging) and repository.work_tree is not None:
        left = repository.work_tree / staging
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)


def _opened(path: Path) -> int:
    try:
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
            if not hold(descriptor):
                os.close(descriptor)
                raise RefusedError("another restore of this work tree is under way; wait until it has ended")
            if os.fstat(descriptor).st_nlink:
                return descriptor
            os.close(descriptor)  # its owner ended, and took it away, between our two steps
    except OSError as error:
        raise cannot_write(path.parent, error) from error


def _read(path: Path) -> dict[str, object] | None:
    try:
        said = json.loads(path.read_bytes()[:_MOST])
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) else None
