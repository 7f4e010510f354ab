"""Events that stand on the branch, this clone's own and everybody else's, taken into the index of events."""

from __future__ import annotations

import sqlite3

from lsp_server.errors import GitMemoryError
from lsp_server.index import event_rows
from lsp_server.store.base import Entry, Version
from lsp_server.store.git_store import GitStore
from lsp_server.store.journal.branch_files import lines_in
from lsp_server.store.journal.branch_paths import FOLDER, is_event_path
from lsp_server.store.journal.lines import event_of

_VERSION, _TREE = "version", "tree"
_NOTHING = "nothing"


def is_behind(connection: sqlite3.Connection, store: GitStore) -> bool:
    """Whether the branch has moved since it was looked at."""
    return (store.tip() or _NOTHING) != (_noted(connection, _VERSION) or _NOTHING)


def take(connection: sqlite3.Connection, store: GitStore, most: int) -> bool:
    """Take in what changed on the branch, about so many events; whether that was all.

    The tip is read here, in the transaction: of two processes the later never goes back. What cannot be read
    (a damaged object, a partial clone without its remote) is left for the next time.
    """
    try:
        version = store.tip()
        tree = _events_of(store, version)
        if (tree.object_id if tree else _NOTHING) != _noted(connection, _TREE):
            there = {} if version is None or tree is None else _files(store, version)
            if not _take_files(connection, store, there, most):
                return False
            _note(connection, _TREE, tree.object_id if tree else _NOTHING)
        _note(connection, _VERSION, version or _NOTHING)
    except GitMemoryError:
        pass
    return True


def _take_files(connection: sqlite3.Connection, store: GitStore, there: dict[str, str], most: int) -> bool:
    rows = connection.execute(
        "SELECT name, number, read, object_id FROM segments WHERE name LIKE ?", (FOLDER + "%",)
    )
    known = {name: (number, read, object_id) for name, number, read, object_id in rows}
    for path in known.keys() - there.keys():
        event_rows.forget(connection, known[path][0])
    taken = 0
    for path, object_id in sorted(there.items()):
        if path in known and known[path][2] == object_id:
            continue
        if taken >= most:
            return False
        taken += _take_file(connection, store, path, object_id, known.get(path))
    return True


def _take_file(
    connection: sqlite3.Connection,
    store: GitStore,
    path: str,
    object_id: str,
    known: tuple[int, int, str] | None,
) -> int:
    """One file, from where it goes on where it only grew; how many events that was."""
    data = next(data for _, data in store.contents([object_id]))
    start = 0
    if known is not None:
        number, read, standing = known
        if len(data) > read and store.object_id(data[:read]) == standing:
            start = read
        else:
            event_rows.forget(connection, number)
            known = None
    if known is None:
        found = connection.execute("INSERT INTO segments (name, read) VALUES (?, 0)", (path,))
        number = int(found.lastrowid or 0)
    events = [(number, event) for line in lines_in(data[start:]) if (event := event_of(line))]
    event_rows.insert(connection, events, wins=True)
    connection.execute(
        "UPDATE segments SET read = ?, object_id = ? WHERE number = ?", (len(data), object_id, number)
    )
    return len(events)


def _events_of(store: GitStore, version: Version | None) -> Entry | None:
    """The folder of events; None where there is none, and where the branch is somebody's code."""
    if version is None or not store.at(version).is_memory():
        return None
    found = [entry for entry in store.at(version).list("") if entry.name == FOLDER.rstrip("/")]
    return found[0] if found and found[0].is_directory else None


def _files(store: GitStore, version: Version) -> dict[str, str]:
    """The segments of a version, and what each holds."""
    snapshot = store.at(version)
    folders = [
        f"{FOLDER}{year.name}/{month.name}"
        for year in snapshot.list(FOLDER)
        if year.is_directory
        for month in snapshot.list(f"{FOLDER}{year.name}")
        if month.is_directory
    ]
    return {
        path: entry.object_id
        for folder in folders
        for entry in snapshot.list(folder)
        if not entry.is_directory and is_event_path(path := f"{folder}/{entry.name}")
    }


def _noted(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _note(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
