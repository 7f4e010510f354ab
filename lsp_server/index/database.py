"""The open index of one process: one connection that reads, one that writes, and what to do when they fail.

Readers have a connection and a lock of their own, so that a thread that follows the branch for seconds
never holds up a thread that reads.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lsp_server.errors import StoreError
from lsp_server.index import opening

Answer = TypeVar("Answer")


class ReopenedError(Exception):
    """The index had to be opened anew and may be empty or behind now: follow the branch, then ask again."""


class Database:
    """Thread-safe. A file that is damaged is made anew; one that cannot be used (read-only, locked by a
    process that does not go on, disk full) gives way to a private copy in memory."""

    def __init__(self, path: Path | None, tables: opening.Tables, *, patience: float) -> None:
        self._path = path
        self._tables = tables
        self._patience = patience
        self._private = path is None
        self._closed = False
        self._inodes: set[int | None] = set()  # of the files that the connections belong to
        # Whoever needs both takes the writing lock first.
        self._writing = threading.RLock()
        self._reading = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None

    @property
    def is_private(self) -> bool:
        """Whether what is followed now is lost when this process ends."""
        return self._private

    def read(self, query: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """The answer of ``query``. Raises ``ReopenedError``; ``StoreError`` when nothing helps."""
        try:
            with self._reading:
                return query(self._open_reader())
        except sqlite3.Error as error:
            self._reopen(error)
            raise ReopenedError from error

    def write(self, change: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run ``change`` in one transaction. Raises as ``read`` does, and whatever ``change`` raises."""
        try:
            with self._writing:
                if not self._private:
                    self._rejoin()
                    with opening.transaction(self._open_writer(), self._patience):
                        return change(self._open_writer())
                with self._reading, opening.transaction(self._open_reader(), 0):
                    return change(self._open_reader())
        except sqlite3.Error as error:
            self._reopen(error)
            raise ReopenedError from error

    def close(self) -> None:
        """Give the file free; safe to call twice."""
        with self._writing, self._reading:
            self._closed = True
            self._drop()

    def _open_reader(self) -> sqlite3.Connection:
        if self._reader is None:
            self._reader = self._open()
        return self._reader

    def _open_writer(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = self._open()
            self._writer.execute("PRAGMA cache_size = -65536")
            self._writer.execute("PRAGMA busy_timeout = 10")  # the waiting is done by ``transaction``
        return self._writer

    def _rejoin(self) -> None:
        """Leave a file that somebody deleted or replaced: both connections belong to the one at the path."""
        # Deleted between the opening of the one and of the other, each has another file.
        if self._inodes and self._path is not None and self._inodes != {opening.inode_of(self._path)}:
            with self._reading:
                self._drop()

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreError("the index is closed")
        if not self._private and self._path is not None:
            try:
                found = opening.open_file(self._path, self._tables)
                self._inodes.add(opening.inode_of(self._path))
            except OSError as error:
                raise sqlite3.OperationalError(str(error)) from error
            except opening.NewerIndexError as error:
                raise sqlite3.OperationalError(str(error)) from error
            return found
        try:
            return opening.open_private(self._path, self._tables)
        except sqlite3.OperationalError as error:
            if "fts5" in str(error):
                raise StoreError("this Python's SQLite has no full-text search (FTS5)") from error
            raise

    def _reopen(self, error: sqlite3.Error) -> None:
        with self._writing, self._reading:
            if self._closed:
                raise StoreError("the index is closed") from error
            if self._private:
                raise StoreError(f"the index could not be read: {error}") from error
            inodes = set(self._inodes)
            self._drop()
            if opening.is_damaged(error) and self._path is not None:
                try:
                    for inode in inodes:
                        opening.delete_file(self._path, inode)
                except OSError:
                    self._private = True
            else:
                self._private = True

    def _drop(self) -> None:
        for held in (self._writer, self._reader):
            if held is not None:
                with contextlib.suppress(sqlite3.Error):
                    held.close()
        self._writer = self._reader = None
        self._inodes.clear()
