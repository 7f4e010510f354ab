"""One sync at a time in one clone, and the next clears up after one that was killed.

The holder notes in the lock file which git it has running and where that git writes its objects. (That git
has a session of its own, so what kills us need not kill it; on a server that never answers it would wait
for ever.)
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lsp_server.errors import StoreError
from lsp_server.store import owners
from lsp_server.store.incoming import retire
from lsp_server.store.lock_file import open_lock
from lsp_server.store.remote_git import Budget, OutOfTimeError
from lsp_server.store.repository import SYNC_LOCK, Repository
from lsp_server.store.write_lock import birth_of, remove_dead_lock

_POLL = 0.05  # seconds
_MOST_SAID = 4 << 20  # bytes; a lock for each branch that is pushed


class SyncNote:
    """What the sync is doing, kept for the next one."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def say(self, **facts: Any) -> None:
        """Replace what is noted: ``pid`` (of the git child), ``incoming`` (its directory), ``locks`` (files
        that it may leave, each with what it writes there)."""
        if "pid" in facts:
            facts["born"] = birth_of(facts["pid"])
        data = json.dumps({"since": time.time(), **facts}).encode() if facts else b""
        with contextlib.suppress(OSError):  # a full disk: git will say so
            os.pwrite(self._descriptor, data, 0)
            os.ftruncate(self._descriptor, len(data))


@contextlib.contextmanager
def hold(repository: Repository, budget: Budget | None) -> Iterator[SyncNote | None]:
    """Hold the lock, waiting for another sync as long as the budget lasts (then ``StoreError``); without a
    budget do not wait: None when another sync is under way."""
    descriptor = open_lock(_path(repository), repository.objects_dir, shared=repository.is_shared)
    try:
        # Where there are no locks two syncs at once do no harm: they only do the work twice.
        while not owners.hold(descriptor):
            if budget is None:
                yield None
                return
            try:
                budget.pause(_POLL)
            except OutOfTimeError:
                raise StoreError("another sync of this repository is still under way; try again") from None
        note = SyncNote(descriptor)
        _clear_up_what_is_noted(descriptor, repository)
        note.say()
        try:
            yield note
        finally:
            note.say()
    finally:
        os.close(descriptor)  # which lets go of the lock


def clear_up(repository: Repository) -> None:
    """Clear up after a killed sync now, without a sync of our own. One ``stat`` when there is nothing to do;
    nothing while a sync, or a git that outlived one, is at work."""
    path = _path(repository)
    with contextlib.suppress(OSError):
        if not path.stat().st_size:
            return
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if owners.hold(descriptor) and _clear_up_what_is_noted(descriptor, repository, end=False):
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)


def is_held(repository: Repository) -> bool:
    """Whether a sync is under way. Cheap: two system calls."""
    with contextlib.suppress(OSError):
        descriptor = os.open(_path(repository), os.O_RDWR | os.O_CLOEXEC)
        try:
            return not owners.hold(descriptor)
        finally:
            os.close(descriptor)
    return False


def _path(repository: Repository) -> Path:
    return repository.private_dir / SYNC_LOCK


def _clear_up_what_is_noted(descriptor: int, repository: Repository, *, end: bool = True) -> bool:
    """False when its git is still at work and was not to be ended."""
    try:
        said = json.loads(os.pread(descriptor, _MOST_SAID, 0) or b"{}")
    except (ValueError, OSError):
        return True
    if not isinstance(said, dict):
        return True
    pid, incoming = said.get("pid"), said.get("incoming")
    if isinstance(pid, int) and pid > 1 and _is_our_git(pid, said.get("born")):
        if not end:
            return False
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
    if isinstance(incoming, str) and Path(incoming).parent == repository.objects_dir:
        retire(Path(incoming))
    locks, since = said.get("locks"), said.get("since")
    if isinstance(locks, dict) and isinstance(since, float):
        remotes = repository.common_dir / "refs"
        for lock, new in locks.items():
            if isinstance(new, str) and lock.endswith(".lock") and Path(lock).is_relative_to(remotes):
                remove_dead_lock(Path(lock), new, since)
    return True


def _is_our_git(pid: int, born: object) -> bool:
    """Whether the process is still the git that was noted: born then, the leader of its own session."""
    try:
        return (
            os.getsid(pid) == pid
            and born == birth_of(pid)
            and b"git\0--no-optional-locks\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
    except OSError:
        return False
