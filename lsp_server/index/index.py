"""``Index``: the disposable index of one memory branch, for any number of threads and processes."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lsp_server.errors import StoreError
from lsp_server.index import addressing, linked, listing, places
from lsp_server.index.follow import Progress, follow, version_of
from lsp_server.index.keyed_calls import KeyedCalls
from lsp_server.index.outcome_calls import OutcomeCalls
from lsp_server.index.values import EVERYTHING, Broken, Filters, Found, Reader, StoredAnchor, Tombstone
from lsp_server.records.model import Headline, Kind, Record
from lsp_server.store.base import Store, Version

if TYPE_CHECKING:
    import sqlite3

    from lsp_server.index.ahead import Ahead, Coming
    from lsp_server.index.database import Database
    from lsp_server.index.overview import Overview
    from lsp_server.index.sessions import SessionRow

Answer = TypeVar("Answer")


class Index(KeyedCalls, OutcomeCalls):
    """Answers about the records at the version it was last brought to by ``follow``.

    ``path`` is the SQLite file, made with its folder on first use (None: in memory only); making an
    ``Index`` opens nothing. ``patience`` is how many seconds to wait for another process that is writing
    the same index before going on with a private copy. Every method raises ``StoreError`` once it is
    closed, or when SQLite cannot be used at all.
    """

    def __init__(self, path: Path | None, reader: Reader, *, patience: float = 5.0) -> None:
        self._path = path
        self._reader = reader
        self._patience = patience
        self._lock = threading.Lock()
        self._opened: Database | None = None
        self._closed = False
        self._store: Store | None = None

    # following -------------------------------------------------------------------------------------
    def follow(
        self,
        store: Store,
        version: Version | None = None,
        *,
        progress: Progress | None = None,
        most: int | None = None,
    ) -> Version | None:
        """Bring the index to the store's tip and return it (None: no memory yet, the index is empty).

        ``version`` spares reading the tip when the caller has just done so. Well under a millisecond when
        there is nothing to do; from nothing, about what parsing all records takes. All in one transaction:
        a process that ends in the middle leaves the old state. ``progress`` hears (files done, of how
        many). Where more than ``most`` files differ, the index stays, and where it stands is returned.
        Raises what the store raises.
        """
        self._store = store
        if (version or store.tip()) == self.version():
            return self.version()
        return self._again(
            lambda database: database.write(lambda c: follow(c, store, self._reader, progress, most))
        )

    def check(self, files: Mapping[str, str]) -> builtins.list[str]:
        """What is wrong with the index itself, in words; empty when nothing is. ``files`` are the object ids
        of the record files, by path, at the version that it stands at."""
        import sqlite3

        from lsp_server.index.checking import damage

        def look(connection: sqlite3.Connection) -> builtins.list[str]:
            try:
                return damage(connection, files)
            except sqlite3.Error as error:
                return [f"SQLite: {error}"]

        return self._again(lambda database: database.write(look))

    def rebuild(self, store: Store) -> Version | None:
        """Forget everything and read the branch again; the tip that was read."""
        import sqlite3

        def anew(connection: sqlite3.Connection) -> Version | None:
            (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if state != "ok":
                raise sqlite3.DatabaseError(state)  # a damaged file is thrown away
            # Read from nothing, but for the numbers that were given: those are not on the branch any more.
            connection.execute("DELETE FROM meta WHERE name = 'version'")
            return follow(connection, store, self._reader)

        return self._again(lambda database: database.write(anew))

    def follow_ahead(self, store: Store, coming: Coming) -> Ahead:
        """Begin to follow a commit that is being made on the version ``coming.parent``; see ``ahead``."""
        from lsp_server.index.ahead import Ahead

        return Ahead(lambda change: self._database().write(change), store, self._reader, coming)

    def version(self) -> Version | None:
        """The version that the index stands at, None when it is empty."""
        return self._again(lambda database: database.read(version_of))

    @property
    def is_private(self) -> bool:
        """Whether the file could not be used, so that the index is in memory and lost at the end."""
        return self._database().is_private

    # records ---------------------------------------------------------------------------------------
    def get(self, record_id: str) -> Record | None:
        """The record with this full id."""
        return self._read(lambda c: addressing.get(c, record_id))

    def resolve(self, ref: str) -> builtins.list[str]:
        """The ids that a label (any zero padding and case), an alias, an id or a prefix of one (from 4
        digits, dashes or not) may mean. None: empty; ambiguous: several. A live label beats an alias, a
        label beats an id."""
        return self._read(lambda c: addressing.resolve(c, ref))

    def formerly(self, ref: str) -> builtins.list[str]:
        """The ids of the records that had this label before it was given to another."""
        return self._read(lambda c: addressing.formerly(c, ref))

    def tombstone(self, label: str) -> Tombstone | None:
        """What was deleted under this label; None when nothing was."""
        return self._read(lambda c: addressing.tombstone(c, label))

    def deleted_numbers(self, kind: Kind) -> dict[int, str]:
        """The numbers that deleted records had, with their labels: they are never given again."""
        return self._read(lambda c: addressing.deleted_numbers(c, kind))

    def highest_number(self, kind: Kind) -> int:
        """The highest number that a record of this kind has or had, by label, alias or tombstone, as far as
        this index ever saw; 0 when there is none."""
        return self._read(lambda c: addressing.highest_number(c, kind))

    def label_of(self, kind: Kind, record_id: str) -> str:
        """What a record is called. For one that is not there: the label that a record without a number
        would get, as short (from 8 digits of the id on) as it can be told apart."""
        return self._read(lambda c: addressing.label_of(c, kind, record_id))

    def labels(self, ids: Collection[str]) -> dict[str, str]:
        """What the records with these full ids are called, by id; those that are not there are left out."""
        return self._read(lambda c: addressing.labels(c, ids))

    def list(self, filters: Filters = EVERYTHING) -> builtins.list[Record]:
        """The records that pass, the newest first."""
        return self._read(lambda c: listing.newest(c, filters))

    def headlines(self, filters: Filters = EVERYTHING) -> builtins.list[Headline]:
        """As ``list``, with only what a list shows of a record."""
        return self._read(lambda c: listing.headlines(c, filters))

    def search(self, words: str, *, kind: Kind | None = None, limit: int = 20) -> builtins.list[Found]:
        """The likeliest records first. "Quoted words" must be there as they stand; a label or an id among
        the words brings its record to the top. Any text is harmless."""
        from lsp_server.index import search as searching

        return self._read(lambda c: searching.search(c, words, kind, limit))

    def newest_checkpoint(self, branch: str | None = None) -> Record | None:
        """The last checkpoint, or the last one made on a branch of the code (its short name)."""
        return self._read(lambda c: listing.newest_checkpoint(c, branch))

    def overview(self, branch: str | None, most: int) -> Overview:
        """What a session begins with: ``most`` of the open bugs, decisions and learnings, the last session
        that ended, the last checkpoint, of all and of a branch of the code."""
        from lsp_server.index.overview import overview

        return self._read(lambda c: overview(c, branch, most))

    def sessions(self) -> builtins.list[SessionRow]:
        """Every session as a list needs it, those first that were saved last."""
        from lsp_server.index.sessions import session_rows

        return self._read(session_rows)

    def last_session(self) -> Record | None:
        """The session that ended last, without its messages; looked for among the 50 that began last."""
        from lsp_server.index.overview import last_session

        return self._read(last_session)

    def broken(self) -> builtins.list[Broken]:
        """The files that could not be read whole, and those that carry the id of an earlier file."""
        return self._read(listing.broken)

    # places in the code ----------------------------------------------------------------------------
    def anchors_for_births(self, keys: Iterable[tuple[str, str]]) -> builtins.list[StoredAnchor]:
        """The anchors with a line born in one of these (commit, path), in the order of recording.
        The lines are for the caller to compare: each answer carries its whole anchor."""
        pairs = tuple(keys)
        return self._read(lambda c: places.anchors_for_births(c, pairs))

    def anchors_on_path(self, path: str) -> builtins.list[StoredAnchor]:
        """The anchors made on this file, and those with a line born in it."""
        return self._read(lambda c: places.anchors_on_path(c, path))

    def anchors_with_lines(self, numbers: Iterable[int], path: str) -> builtins.list[StoredAnchor]:
        """The anchors made on other files than ``path`` that may stand in a text: their telling line has the
        number of one of its lines (``records.telling.numbers_of``)."""
        return self._read(lambda c: places.anchors_with_lines(c, numbers, path))

    def at_commit(self, commit: str) -> builtins.list[Record]:
        """The records written when the code stood at this commit (its full id)."""
        return self._read(lambda c: places.at_commit(c, commit))

    def code_commits(self) -> builtins.list[str]:
        """Every commit that the code stood at when a record was written, each once."""
        return self._read(linked.code_commits)

    def anchors_born_in(self, commit: str) -> builtins.list[StoredAnchor]:
        """The anchors with a line born in this commit (its full id)."""
        return self._read(lambda c: linked.anchors_born_in(c, commit))

    def anchors_below(self, folder: str, *, deep: bool) -> builtins.list[StoredAnchor]:
        """The anchors made in the files of a folder (``src/auth/``, or empty for the top); with ``deep``
        also in all below it."""
        return self._read(lambda c: linked.anchors_below(c, folder, deep=deep))

    def anchored_paths(self, paths: Collection[str]) -> set[str]:
        """Those of some files that have an anchor of their own."""
        return self._read(lambda c: linked.anchored_paths(c, paths))

    def all_anchored_paths(self) -> builtins.list[str]:
        """Every file and folder that has an anchor, in order."""
        return self._read(linked.all_anchored_paths)

    def has_anchors_beside(self, path: str) -> bool:
        """Whether anything is anchored in another file than this one."""
        return self._read(lambda c: linked.has_anchors_beside(c, path))

    def named_commits(self) -> set[str]:
        """Every commit that a record was written at or that a line of an anchor was born in."""
        return self._read(linked.named_commits)

    def records_naming(self, commits: Collection[str]) -> builtins.list[str]:
        """The ids of the records written at one of these commits or with a line born in one."""
        return self._read(lambda c: linked.records_naming(c, commits))

    # the end ---------------------------------------------------------------------------------------
    def close(self) -> None:
        """Give the file free. Safe to call twice and from any thread."""
        with self._lock:
            self._closed = True
            if self._opened is not None:
                self._opened.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, query: Callable[[sqlite3.Connection], Answer]) -> Answer:
        from lsp_server.index.database import ReopenedError

        try:
            return self._database().read(query)
        except ReopenedError:
            # What the file held may be lost: it is read again from the branch before the question is.
            if self._store is not None:
                self.follow(self._store)
        return self._again(lambda database: database.read(query))

    def _again(self, ask: Callable[[Database], Answer]) -> Answer:
        """A damaged file is made anew once, an unusable one left for a private copy: then it must do."""
        from lsp_server.index.database import ReopenedError

        for _ in range(3):
            try:
                return ask(self._database())
            except ReopenedError as error:
                reason = error.__cause__
        raise StoreError(f"the index could not be used: {reason}")

    def _database(self) -> Database:
        with self._lock:
            if self._closed:
                raise StoreError("the index is closed")
            if self._opened is None:
                from lsp_server.index import schema
                from lsp_server.index.database import Database

                tables = schema.tables(self._reader.version)
                self._opened = Database(self._path, tables, patience=self._patience)
            return self._opened
