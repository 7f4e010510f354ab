"""Opening an index's file, or a private copy of it in memory where the file cannot be used.

WAL lets readers go on while somebody writes. It needs shared memory, so a file on a network file system
(where two machines may open it) gets a rollback journal instead. The mode is chosen when a file is made.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

_READ_PATIENCE = 1.0  # seconds; readers only ever wait for a rollback journal's commit or a recovery
_STEP = 0.02  # seconds between two tries to write: Ctrl-C is heard in between
_NETWORK = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "gfs2", "glusterfs", "lustre", "ocfs2")
)
_BESIDE = ("", "-wal", "-shm", "-journal")


class Tables(NamedTuple):
    """What an index is made of, and how its file is told from any other: SQLite's ``application_id``, and a
    ``user_version`` that grows with what is in the tables. ``create`` makes them in an empty database."""

    application_id: int
    version: int
    create: Callable[[sqlite3.Connection], None]


class NewerIndexError(Exception):
    """A newer program made this file: it is left to that program."""


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the file itself is bad, rather than locked, read-only or on a full disk."""
    text = str(error)
    return (
        type(error) is sqlite3.DatabaseError
        or isinstance(error, sqlite3.IntegrityError)
        or text.startswith(("no such table", "no such column", "vtable constructor"))
        or "malformed" in text
    )


def open_file(path: Path, tables: Tables) -> sqlite3.Connection:
    """Open the index at ``path``, making it where it is missing, foreign, damaged or older.

    Raises ``sqlite3.Error`` or ``OSError`` when the place cannot be used, ``NewerIndexError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # opening a pipe would wait for ever
        raise OSError(f"{path} is not a file")
    for last_try in (False, True):
        inode = inode_of(path)
        try:
            connection = _open_ours(path, tables)
        except sqlite3.Error as error:
            if last_try or not is_damaged(error):
                raise
            connection = None
        if connection is not None:
            return connection
        delete_file(path, inode)
    raise sqlite3.OperationalError(f"{path} is made anew by another program again and again")


def open_private(path: Path | None, tables: Tables) -> sqlite3.Connection:
    """An index in memory that starts as a copy of what ``path`` holds, empty where that is of no use."""
    if path is not None and path.is_file():
        for immutable in (False, True):
            # An immutable file is read without locks: only where no writer left something beside it.
            if immutable and _size(Path(f"{path}-wal")):
                continue
            copy = _copy(path, tables, immutable=immutable)
            if copy is not None:
                return copy
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with transaction(connection, 0):
        _create(connection, tables)
    return connection


def delete_file(path: Path, inode: int | None) -> None:
    """Remove a bad index, unless another process has already put a new file there (another inode)."""
    if inode is None or inode_of(path) != inode:
        return
    for ending in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{ending}").unlink()


def inode_of(path: Path) -> int | None:
    """The number of the file that stands at ``path``; None when there is none. Another number means that
    somebody put another file there."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, patience: float) -> Iterator[None]:
    """All or nothing; whatever ends it, Ctrl-C included. Waits ``patience`` seconds for another writer."""
    deadline = time.monotonic() + patience
    _patiently(connection, "BEGIN IMMEDIATE", deadline)
    try:
        yield
        _patiently(connection, "COMMIT", time.monotonic() + patience)
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # what went wrong first is what should be heard
            connection.execute("ROLLBACK")
        raise


def _patiently(connection: sqlite3.Connection, statement: str, deadline: float) -> None:
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(_STEP)
        else:
            return


def _open_ours(path: Path, tables: Tables) -> sqlite3.Connection | None:
    """The open index; None when the file is foreign or older."""
    connection = sqlite3.connect(path, timeout=_READ_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        state = _state(connection, tables)
        if state == "empty":
            mode = "DELETE" if _on_network(path.parent) else "WAL"
            # SQLite does not wait by itself when two processes change the mode at once.
            _patiently(connection, f"PRAGMA journal_mode = {mode}", time.monotonic() + _READ_PATIENCE)
            with transaction(connection, _READ_PATIENCE):
                state = _state(connection, tables)  # two processes may come here at once
                if state == "empty":
                    _create(connection, tables)
                    state = "ours"
        if state == "foreign":
            connection.close()
            return None
        # A power cut may cost the newest changes (they are followed again), never the file's shape.
        connection.execute("PRAGMA synchronous = NORMAL")
        # The write-ahead log is copied into the file at 16 MB, not at 4: the pages that a batch changes the
        # next one changes again, and half of a batch's time in the index went into copying and syncing them.
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA journal_size_limit = 4194304")
    except BaseException:
        connection.close()
        raise
    return connection


def _create(connection: sqlite3.Connection, tables: Tables) -> None:
    tables.create(connection)
    connection.execute(f"PRAGMA application_id = {tables.application_id}")
    connection.execute(f"PRAGMA user_version = {tables.version}")


def _state(connection: sqlite3.Connection, tables: Tables) -> str:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == tables.application_id:
        if version == tables.version:
            return "ours"
        if version > tables.version:
            raise NewerIndexError("made by a newer program")
        return "foreign"
    (found,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return "foreign" if application or version or found else "empty"


def _copy(path: Path, tables: Tables, *, immutable: bool) -> sqlite3.Connection | None:
    before = _stamp(path)
    address = f"file:{quote(str(path))}?mode=ro" + ("&immutable=1" if immutable else "")
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=_READ_PATIENCE)) as source:
            source.backup(copy)
        unchanged = not immutable or _stamp(path) == before
        if unchanged and _state(copy, tables) == "ours":
            return copy
    except (sqlite3.Error, NewerIndexError):
        pass
    copy.close()
    return None


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, _size(Path(f"{path}-wal"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _on_network(directory: Path) -> bool:
    """Whether the directory lies on a network file system, as far as this system tells (Linux does)."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    place = os.path.realpath(directory)
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        mount = parts[1].replace("\\040", " ")
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, parts[2]
    return kind in _NETWORK or kind.startswith(("fuse.sshfs", "fuse.gluster", "fuse.s3"))
