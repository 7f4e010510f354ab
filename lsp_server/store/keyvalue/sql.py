"""Keyed values in an SQL database: SQLite or PostgreSQL, through SQLAlchemy's Core.

The packages are extras (``git-memory-lsp[sql]``, ``git-memory-lsp[postgresql]``), loaded when a storage is
opened. What stands in the database is told in ``sql_rows``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.keyvalue.base import Clock, Item, Value, Write
from lsp_server.store.keyvalue.clocks import never_back
from lsp_server.store.keyvalue.closing import refuse_from_now_on
from lsp_server.store.keyvalue.keys import check_range, checked_key
from lsp_server.store.keyvalue.sql_rows import (
    ALWAYS,
    EVERYTHING,
    BrokenValueError,
    OvertakenError,
    digest,
    digests,
    item,
    items,
    keys_with,
    microseconds,
    row,
    with_times,
)
from lsp_server.store.keyvalue.values import dumps, loads
from lsp_server.store.keyvalue.writes import asked, checked_writes

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine


class DatabaseStorage:
    """A ``KeyValue`` in a database, whose tables (``git_memory_…``) are made where they are not there.

    ``url``: ``sqlite:///app.db`` (three slashes and a path), ``postgresql://user:password@host/name``, or a
    SQLAlchemy ``Engine`` of the program's own, which stays its own to close. A stored value survives the
    killing of this process; in an SQLite file with ``durable`` a power cut, too, at the price of waiting for
    the disk (a PostgreSQL does as its server is set up). May be used by many threads, and after a fork.
    ``clock`` tells the time, with its zone; default: the machine's. Machines that share a database should
    have the same time.

    Raises ``UsageError`` for a URL that is none or a package that is missing, ``StoreError`` where the
    database cannot be reached, or is a newer program's.
    """

    def __init__(
        self,
        url: str | Engine = "sqlite:///git-memory.db",
        *,
        durable: bool = False,
        clock: Clock | None = None,
    ) -> None:
        try:
            from lsp_server.store.keyvalue.sql_connection import Database
        except ModuleNotFoundError as error:
            raise UsageError(
                f'for values in a database {error.name} is missing: pip install "git-memory-lsp[sql]" '
                '(for PostgreSQL "git-memory-lsp[postgresql]")'
            ) from None
        self._clock = never_back(clock)
        self._database = Database(url, durable=durable)
        self._statements = self._database.statements

    def get(self, key: str) -> Item | None:
        hashed = digest(checked_key(key))
        rows = self._database.rows(self._statements.get, {"digest": hashed, "now": self._now()})
        return self._item(rows[0]) if rows else None

    def get_many(self, keys: Iterable[str]) -> dict[str, Item]:
        found: dict[str, Item | None] = dict.fromkeys(map(checked_key, keys))
        if not found:
            return {}
        many = digests(found, joined=self._database.dialect == "sqlite")
        rows = self._database.rows(self._statements.get_many, {"digests": many, "now": self._now()})
        try:
            for each in rows:
                found[each[0]] = item(each)
        except BrokenValueError as error:
            raise self._broken(error) from None
        return {key: kept for key, kept in found.items() if kept}

    def put(self, key: str, value: Value, *, expires: datetime | None = None) -> Item:
        text = dumps(value)
        copy = loads(text)  # the caller's own; while JSON is in the processor's cache
        new = row(checked_key(key), text, expires, self._now())

        def put(connection: Connection) -> Sequence[Any]:
            return connection.execute(self._statements.put, new).one()

        times = self._database.write(put)
        return with_times(key, copy, times[0], times[1], new["expires"])

    def put_many(self, writes: Mapping[str, Write | None]) -> None:
        now = self._now()
        rows, gone = [], []
        for key, write in checked_writes(writes):
            if write is None:
                gone.append({"digest": digest(checked_key(key))})
            else:
                rows.append(row(checked_key(key), dumps(write.value), write.expires, now))
        # Two who write the same keys take them in the same order, so neither waits for the other for ever.
        rows.sort(key=_by_digest)
        gone.sort(key=_by_digest)
        mixed = rows and gone and self._database.dialect == "postgresql"

        def put_many(connection: Connection) -> None:
            if mixed:
                many = sorted(each["digest"] for each in (*rows, *gone))
                connection.execute(self._statements.many_locked, {"digests": many})
            if rows:
                connection.execute(self._statements.put_many, rows)
            if gone:
                connection.execute(self._statements.remove_many, gone)

        if writes:
            self._database.write(put_many)

    def change(self, key: str, change: Callable[[Item | None], Write | None]) -> Item | None:
        hashed = digest(checked_key(key))

        def changed(connection: Connection) -> Item | None:
            self._database.begin_writing(connection)
            before = connection.execute(self._statements.locked, {"digest": hashed}).first()
            now = self._now()
            lives = before is not None and (before[4] is None or before[4] > now)
            old = self._item(before) if before is not None and lives else None
            write = asked(self._database.place, change, old)
            if write is None:
                if before is not None:
                    connection.execute(self._statements.remove, {"digest": hashed})
                return None
            text = dumps(write.value)
            copy = loads(text)
            new = row(key, text, write.expires, now)
            # A row that is not there cannot be locked: another writer may have been faster.
            put = self._statements.put_new if before is None else self._statements.put
            written = connection.execute(put, new).first()
            if written is None:
                raise OvertakenError
            return with_times(key, copy, written[0], written[1], new["expires"])

        return self._database.write(changed)

    def touch(self, key: str, expires: datetime | None) -> bool:
        hashed = digest(checked_key(key))
        expiry = None if expires is None else microseconds(expires)

        def touch(connection: Connection) -> bool:
            parameters = {"digest_is": hashed, "expiry": expiry, "now": self._now()}
            return bool(connection.execute(self._statements.touch, parameters).rowcount)

        return self._database.write(touch)

    def delete(self, key: str) -> bool:
        hashed = digest(checked_key(key))

        def delete(connection: Connection) -> bool:
            gone = connection.execute(self._statements.remove, {"digest": hashed}).first()
            return gone is not None and (gone[0] is None or gone[0] > self._now())

        return self._database.write(delete)

    def delete_prefix(self, prefix: str) -> int:
        check_range(prefix)
        ends, parameters = keys_with(prefix)
        parameters["now"] = self._now()
        known = self._statements
        live = known.remove_live_below if ends else known.remove_live
        dead = known.remove_dead_below if ends else known.remove_dead

        def delete(connection: Connection) -> int:
            gone = connection.execute(live, parameters).rowcount
            connection.execute(dead, parameters)
            return gone

        return self._database.write(delete)

    def scan(self, prefix: str = "", *, after: str | None = None, limit: int | None = None) -> Sequence[Item]:
        check_range(prefix, after, limit)
        ends, parameters = keys_with(prefix, after)
        parameters["now"] = self._now()
        parameters["most"] = EVERYTHING if limit is None else min(limit, EVERYTHING)
        statement = self._statements.scan_below if ends else self._statements.scan
        return items(self._database.rows(statement, parameters))

    def updated(
        self, *, after: datetime | None = None, before: datetime | None = None, prefix: str = ""
    ) -> Sequence[Item]:
        check_range(prefix)
        ends, parameters = keys_with(prefix)
        parameters["now"] = self._now()
        parameters["since"] = ALWAYS if after is None else microseconds(after)
        parameters["until"] = EVERYTHING if before is None else microseconds(before)
        statement = self._statements.written_below if ends else self._statements.written
        return items(self._database.rows(statement, parameters))

    def remove_expired(self) -> int:
        parameters = {"now": self._now()}

        def remove(connection: Connection) -> int:
            return connection.execute(self._statements.remove_expired, parameters).rowcount

        return self._database.write(remove)

    def close(self) -> None:
        refuse_from_now_on(self)
        self._database.close()

    def _now(self) -> int:
        return microseconds(self._clock())

    def _item(self, row: Sequence[Any]) -> Item:
        try:
            return item(row)
        except BrokenValueError as error:
            raise self._broken(error) from None

    def _broken(self, error: BrokenValueError) -> StoreError:
        key = str(error)[:200]
        return StoreError(f"{self._database.name}: the value of {key!r} is not JSON; put another one there")


def _by_digest(row: dict[str, Any]) -> bytes:
    own: bytes = row["digest"]
    return own
