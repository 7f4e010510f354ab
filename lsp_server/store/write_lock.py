"""Writers of one clone take turns, and each clears up after one that was killed.

Advisory: what keeps writes safe is the compare-and-swap. The lock keeps writers from building the same
commit against each other, and it is where a writer notes what it is about to leave half-done. Waiting costs
nothing (``turns``).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lsp_server.store.incoming import clear_up, retire
from lsp_server.store.lock_file import open_lock
from lsp_server.store.owners import is_locked
from lsp_server.store.turns import let_go, line_of

_PATIENCE = 10.0  # seconds to wait for the other writer (it may be asking for a passphrase)
_CHILD_PATIENCE = 5.0  # seconds for a child whose parent was killed to finish by itself
_LOCK = "lock"
_A_LIVE_LOCK_IS_SHORT = 0.25  # seconds; git holds a ref's lock for a few milliseconds
_LAST_MOMENT = 1.5  # seconds, from the start of an ``update-ref`` to its end
_MOST_SAID = 8192  # bytes
_MOST_EARLIER = 3
_TABLES = rb"(?:0x[0-9a-f]+-0x[0-9a-f]+-[0-9a-f]+\.ref\n)*(?:0x[0-9a-fx.ref-]*)?"  # of a reftable


class Note:
    """What the holder of the lock is doing, kept in the lock file for the next holder."""

    def __init__(self, descriptor: int | None, earlier: Sequence[Mapping[str, Any]] = ()) -> None:
        """``descriptor`` is the lock file's, None for a writer that goes on without the lock. ``earlier`` is
        what dead writers said whose git is still at work: it is passed on."""
        self._descriptor = descriptor
        self._said: dict[str, Any] = {}
        self._earlier = list(earlier)

    @property
    def is_kept(self) -> bool:
        """False for a writer that went on without the lock."""
        return self._descriptor is not None

    def say(self, **facts: Any) -> None:
        """Add facts: ``incoming`` (directory), ``pid`` (of the git child), ``crash`` (its report), ``lock``
        (the file it may leave), ``further`` (more such files), ``new`` (what it writes there)."""
        if "pid" in facts:
            facts["born"] = birth_of(facts["pid"])
        self._said.update(facts)
        self._write()

    def clear(self) -> None:
        """All is done: nothing of ours is left behind."""
        self._said.clear()
        self._write()

    def _write(self) -> None:
        said = {"since": time.time(), **_writer(), **self._said} if self._said else {}
        if self._earlier:
            said["earlier"] = self._earlier
        self._put(json.dumps(said).encode() if said else b"")

    def _put(self, data: bytes) -> None:
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):  # a full disk: git will say so
            os.pwrite(self._descriptor, data.ljust(512), 0)
            os.ftruncate(self._descriptor, max(len(data), 512) if data else 0)


class WriteLock:
    """The lock of one repository. ``hold`` is a context manager; the same thread may hold it again."""

    def __init__(self, private_dir: Path, objects_dir: Path, *, shared: bool) -> None:
        self._directory = private_dir
        self._path = private_dir / _LOCK
        self._objects = objects_dir
        self._shared = shared
        self._holder: int | None = None

    @contextlib.contextmanager
    def hold(self) -> Iterator[Note]:
        """Wait for the other writers (ten seconds at most), clear up after a killed one, then hold."""
        if self._holder == threading.get_ident():
            yield Note(None)
            return
        deadline = time.monotonic() + _PATIENCE
        line = line_of(self._path)
        if not line.enter(deadline):
            yield Note(None)
            return
        try:
            descriptor = line.lock(
                partial(open_lock, self._path, self._objects, shared=self._shared), deadline
            )
            if descriptor is None:
                yield Note(None)
                return
            with self._held(descriptor) as note:
                yield note
        finally:
            line.leave()

    @contextlib.contextmanager
    def _held(self, descriptor: int) -> Iterator[Note]:
        try:
            note = Note(descriptor, self._clear_up_after_the_last(descriptor))
            self._holder = threading.get_ident()
            try:
                yield note
            finally:
                self._holder = None
                note.clear()
        finally:
            let_go(descriptor)

    def clear_up(self) -> None:
        """Clear up after killed processes now, without a write of our own. One ``stat`` and one look at a
        small folder when there is nothing to do; what a writer noted is left alone while somebody writes."""
        if self._holder != threading.get_ident():  # the writer itself looks when it takes its directory
            self._clear_up_what_is_noted()
            clear_up(self._directory)

    def _clear_up_what_is_noted(self) -> None:
        with contextlib.suppress(OSError):
            if not self._path.stat().st_size:
                return
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                Note(descriptor, self._clear_up_after_the_last(descriptor, patience=0)).clear()
            finally:
                let_go(descriptor)

    def _clear_up_after_the_last(
        self, descriptor: int, *, patience: float = _CHILD_PATIENCE
    ) -> list[Mapping[str, Any]]:
        """What is left to clear up, because the dead writer's git is still at work."""
        data = os.pread(descriptor, _MOST_SAID, 0).strip()
        if not data:
            return []
        left: list[Mapping[str, Any]] = []
        with contextlib.suppress(ValueError, TypeError, OSError):
            said, _ = json.JSONDecoder().raw_decode(data.decode())  # what follows may be of an earlier note
            if isinstance(said, dict):
                earlier = said.pop("earlier", None)
                all_said = [(one, 0.0) for one in (earlier if isinstance(earlier, list) else [])]
                all_said += [(said, patience)] if said else []
                left += [
                    one
                    for one, patiently in all_said
                    if isinstance(one, dict) and not self._clear_up_after(one, patience=patiently)
                ]
        os.ftruncate(descriptor, 0)
        return left[-_MOST_EARLIER:]

    def _clear_up_after(self, said: Mapping[str, Any], *, patience: float) -> bool:
        """False when its git is still at work after all that time: what that holds is not ours to take."""
        if said.get("writer") != os.getpid() and _is_alive(said.get("writer"), said.get("writer_born")):
            return True  # this lock does not lock: there is a file system that only pretends to
        pid = said.get("pid")
        if isinstance(pid, int) and not _ended(pid, said.get("born"), patience):
            return False
        place = said.get("incoming")
        if isinstance(place, str) and Path(place).parent in {self._objects, self._directory}:
            if not _is_left(Path(place), patience):
                return False
            retire(Path(place))  # not before: a git at work would make it anew
        crash = said.get("crash")
        if isinstance(crash, str) and Path(crash).name.startswith("fast_import_crash_"):
            Path(crash).unlink(missing_ok=True)
        lock, further, new = said.get("lock"), said.get("further"), said.get("new")
        if isinstance(lock, str) and isinstance(new, str):
            since = float(said.get("since", 0))
            for one in (lock, *(further if isinstance(further, list) else [])):
                if isinstance(one, str) and one.endswith(".lock"):
                    remove_dead_lock(Path(one), new, since)
            if new and not new.strip("0"):  # it was to remove the ref, from the packed ones as well
                _remove_dead_packing(self._objects.parent, since)
        return True


def remove_dead_lock(lock: Path, new: str, since: float) -> None:
    """Remove a lock that a dead git left: taken since ``since`` (s), with nothing in it but ``new``."""
    try:
        before = lock.stat()
        content = lock.read_bytes()
    except OSError:
        return
    is_its_own = new.encode().startswith(content.strip()) or (
        lock.name == "tables.list.lock" and re.fullmatch(_TABLES, content)
    )
    if before.st_mtime < since - 1 or not is_its_own:
        return
    time.sleep(_A_LIVE_LOCK_IS_SHORT)
    with contextlib.suppress(OSError):
        after = lock.stat()
        if (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns):
            lock.unlink()


def _remove_dead_packing(common_dir: Path, since: float) -> None:
    """Remove what a dead ``update-ref`` left that was removing a ref from ``packed-refs``. Others may take
    that lock for longer than a moment (``git pack-refs``), so it must be of the dead one's last moment."""
    lock = common_dir / "packed-refs.lock"
    with contextlib.suppress(OSError):
        if lock.stat().st_mtime > since + _LAST_MOMENT:
            return
        remove_dead_lock(lock, "", since)
        rewritten = common_dir / "packed-refs.new"
        if not lock.exists() and since - 1 <= rewritten.stat().st_mtime <= since + _LAST_MOMENT:
            rewritten.unlink()


def _ended(pid: int, born: object, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while _runs_git(pid, born):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _is_left(incoming: Path, patience: float) -> bool:
    """Whether no git of the dead writer's, noted or not, writes there any more."""
    deadline = time.monotonic() + patience
    while is_locked(incoming):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _runs_git(pid: int, born: object) -> bool:
    """Whether a process of this id is alive and is still the git that was noted."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # somebody else's process has the number now
    if born and born != birth_of(pid):
        return False  # another process, or none but its exit code
    try:
        return b"git" in Path(f"/proc/{pid}/cmdline").read_bytes()  # empty for one that waits to be reaped
    except OSError:
        return not Path("/proc/self").exists()


def _writer() -> dict[str, Any]:
    """Who writes, for a note."""
    return {"writer": os.getpid(), "writer_born": birth_of(os.getpid())}


def _is_alive(pid: object, born: object) -> bool:
    """Whether the writer that was noted still runs: one that was killed keeps its number until it is reaped,
    and without memory it has no command line."""
    if not isinstance(pid, int) or not born or born != birth_of(pid):
        return False
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def birth_of(pid: int) -> str:
    """When a process began, as Linux counts it; empty where that cannot be told."""
    try:
        # The name in parentheses may hold anything; the 20th word after it is the start, in ticks.
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return ""
