"""Following a commit while git is still writing it: what it will hold is known already, and git works on
another core meanwhile.

The rows are written in one transaction, which ends when it is known whether the branch moved to that commit.
Nothing depends on it: where anything is not as it was thought to be, the transaction is taken back, and the
next reader follows as usual.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.index.follow import Following, follow, version_of
from lsp_server.index.values import Parsed, Reader
from lsp_server.records.model import Problem, Record
from lsp_server.store.base import ChangedPath, Store, Version

if TYPE_CHECKING:
    import sqlite3

_PATIENCE = 3.0  # seconds for git to end; longer than that nobody else must wait to write to the index


class Coming(NamedTuple):
    """A commit that is being made on ``parent``. ``writes`` are bytes by path; ``object_id`` tells the id
    that git gives bytes; ``known`` tells the record in a file, where it need not be read to know that."""

    parent: Version
    writes: Mapping[str, bytes]
    deletes: Sequence[str]
    object_id: Callable[[bytes], str]
    known: Callable[[str, bytes], Record | None]


class Ahead:
    """One such run, on a thread of its own. Call ``settle`` once, whatever happens."""

    def __init__(
        self,
        write: Callable[[Callable[[sqlite3.Connection], None]], None],
        store: Store,
        reader: Reader,
        coming: Coming,
    ) -> None:
        """``write`` runs a change in one transaction of the index."""
        self._write = write
        self._store = store
        self._reader = reader
        self._coming = coming
        self._knowing = replace(reader, parse=self._parse)
        self._known = threading.Event()
        self._version: Version | None = None
        self._thread = threading.Thread(target=self._run, name="index-ahead", daemon=True)
        self._thread.start()

    def settle(self, version: Version | None) -> None:
        """The branch moved to ``version``, or (None) it did not: then nothing is kept, and nothing of it is
        under way any more when this returns."""
        self._version = version
        self._known.set()
        if version is None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._write(self._follow)
        except (_AbandonedError, GitMemoryError):
            pass
        except Exception:
            import logging

            # The next reader meets it again, if it lasts, and has somebody to tell.
            logging.getLogger(__name__).debug("the index was not brought forward", exc_info=True)

    def _follow(self, connection: sqlite3.Connection) -> None:
        if version_of(connection) != self._coming.parent:
            follow(connection, self._store, self._reader)
            if version_of(connection) != self._coming.parent:
                raise _AbandonedError
        coming = self._coming
        changes, at_hand = [ChangedPath(path, None) for path in coming.deletes], {}
        for path, data in coming.writes.items():
            object_id = coming.object_id(data)
            at_hand[object_id] = data
            changes.append(ChangedPath(path, object_id))
        Following(connection, _AtHand(at_hand, self._store), self._knowing).apply(changes, None)
        if not self._known.wait(_PATIENCE) or self._version is None:
            raise _AbandonedError
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('version', ?)", (self._version,))

    def _parse(self, path: str, data: bytes) -> Parsed:
        known = self._coming.known(path, data)
        return self._reader.parse(path, data) if known is None else _Known(known)


class _Known(NamedTuple):
    """What reading a file would give, were it read."""

    record: Record
    problems: tuple[Problem, ...] = ()


class _AbandonedError(Exception):
    """Another writer was faster, or git takes its time: take all back."""


class _AtHand:
    """The bytes that are about to be committed; all others from the store."""

    def __init__(self, data: Mapping[str, bytes], store: Store) -> None:
        self._data = data
        self._store = store

    def contents(self, object_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for object_id in object_ids:
            data = self._data.get(object_id)
            if data is not None:
                yield object_id, data
            else:
                yield from self._store.contents([object_id])
