"""One database: its engine, transactions that are tried again where that is safe, and errors in one line."""

from __future__ import annotations

import os
import random
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InvalidatePoolError,
    NoSuchModuleError,
    SQLAlchemyError,
)
from sqlalchemy.pool import Pool
from sqlalchemy.sql import Executable

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.keyvalue.answering import refuse_while_answering
from lsp_server.store.keyvalue.sql_rows import OvertakenError
from lsp_server.store.keyvalue.sql_schema import statements
from lsp_server.store.keyvalue.sql_upgrading import begin_writing, bring_up_to_date

Result = TypeVar("Result")

_LOCK_PATIENCE = 30  # seconds that SQLite waits for another writer
_CONNECT_PATIENCE = 10  # seconds for PostgreSQL to answer
_TRIES = 50  # of a transaction that lost against another one
_LOST = {"40001", "40P01"}  # PostgreSQL: could not be serialised, deadlock
_KNOWN = ("sqlite", "postgresql")
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class Database:
    """A database of the dialects "sqlite" and "postgresql". Raises ``UsageError`` for any other, and
    ``StoreError`` where it cannot be reached."""

    def __init__(self, url: str | Engine, *, durable: bool) -> None:
        self._own = not isinstance(url, Engine)
        self.engine = _engine(url, durable=durable) if isinstance(url, str) else url
        if not isinstance(self.engine, Engine):
            raise UsageError(
                "a database is a URL as text, or a SQLAlchemy Engine (an AsyncEngine cannot be used)"
            )
        self.dialect = _checked_dialect(self.engine)
        self.statements = statements(self.dialect)
        # A statement that only reads needs no transaction around it; SQLite's driver begins none.
        self._reading = (
            self.engine.execution_options(isolation_level="AUTOCOMMIT")
            if self.dialect == "postgresql"
            else self.engine
        )
        self.name = _name(self.engine.url)
        self.place = self.engine.url  # whichever object it is reached by
        try:
            bring_up_to_date(self.engine, write_ahead=self._own and self.dialect == "sqlite")
        except SQLAlchemyError as error:
            self.close()
            raise self._told(error) from None
        except Exception:
            self.close()
            raise
        _open.add(self)

    def rows(self, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """What one statement reads: asked again where the connection turns out to be an old one."""
        for last in (False, True):
            try:
                with self._reading.connect() as connection:
                    return connection.execute(statement, parameters).all()
            except SQLAlchemyError as error:
                if last or not _disconnected(error):
                    raise self._told(error) from None
        raise AssertionError("unreachable")

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Do something in one transaction: whole or not at all.

        ``work`` is called again where another transaction was in the way, and where an old connection broke
        before the end: nothing of it has been written then.
        """
        refuse_while_answering(self.place)  # PostgreSQL would wait for itself for ever
        tries = 0
        while True:
            committing = False
            tries += 1
            try:
                with self.engine.connect() as connection:
                    result = work(connection)
                    committing = True
                    connection.commit()
                    return result
            except OvertakenError:
                if tries >= _TRIES:
                    raise StoreError(f"{self.name}: others keep writing to this key; try again") from None
            except SQLAlchemyError as error:
                lost = getattr(getattr(error, "orig", None), "sqlstate", None) in _LOST
                stale = _disconnected(error) and not committing and tries == 1
                if not stale and not (lost and tries < _TRIES):
                    raise self._told(error, unknown=committing and _disconnected(error)) from None
            if tries > 1:
                time.sleep(random.uniform(0, 0.002 * min(tries, 20)))

    def begin_writing(self, connection: Connection) -> None:
        """Keep other writers away until the end, where the database does not do it row by row."""
        if self.dialect == "sqlite":
            begin_writing(connection)

    def close(self) -> None:
        _open.discard(self)
        if self._own:
            with suppress(SQLAlchemyError):
                self.engine.dispose()

    def before_fork(self) -> None:
        # Whoever opens an SQLite file and has inherited a connection to it takes that one's locks as its own.
        if self._own and self.dialect == "sqlite":
            self.engine.dispose()

    def after_fork(self) -> None:
        """In the new process: the old one's connections are neither used nor closed."""
        _inherited.append(self.engine.pool)
        self.engine.dispose(close=False)

    def _told(self, error: SQLAlchemyError, *, unknown: bool = False) -> StoreError:
        text = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        lines = [line.strip() for line in text.splitlines() if line.strip()] or [type(error).__name__]
        reason = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
        reason = reason.removeprefix("connection failed: ")
        password = str(self.engine.url.password or "")
        if len(password) > 3:  # a shorter one is part of words
            reason = reason.replace(password, "***")
        end = "; whether the last write was made is not known" if unknown else ""
        return StoreError(f"{self.name} cannot be used now: {reason[:300]}{end}")


def _engine(text: str, *, durable: bool) -> Engine:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # its words would repeat the password
        raise UsageError(
            "this is no URL of a database: write sqlite:///file.db or postgresql://user:password@host/name"
        ) from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() not in _KNOWN:
        raise _not_known(url)
    arguments: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        url = _absolute(url)
        if "timeout" not in url.query:
            arguments["timeout"] = _LOCK_PATIENCE
    elif url.drivername == _DRIVERS["postgresql"] and "connect_timeout" not in url.query:
        arguments["connect_timeout"] = _CONNECT_PATIENCE
    try:
        engine = sa.create_engine(url, connect_args=arguments, hide_parameters=True)
    except NoSuchModuleError:
        raise _not_known(url) from None
    except ImportError as error:
        known = "git-memory-lsp[postgresql]" if url.drivername == _DRIVERS["postgresql"] else error.name
        raise UsageError(
            f'for {url.drivername} {error.name or "libpq"} is missing: pip install "{known}"'
        ) from None
    except (ArgumentError, ValueError) as error:
        raise UsageError(f"this URL of a database cannot be used: {error}") from None
    if engine.dialect.name == "sqlite":
        pragma = f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}"
        event.listen(engine, "connect", lambda connection, _: connection.execute(pragma))
        _watch_the_file(engine, url.database or "")
    return engine


def _watch_the_file(engine: Engine, path: str) -> None:
    """Use no connection to a file that was removed, or has another in its place: what is written there would
    be acknowledged, and nobody would ever read it."""

    def same_file(_: Any, record: Any, __: Any) -> None:
        try:
            found = os.stat(path)  # noqa: PTH116 (asked at every use)
        except OSError:
            found = None
        now = found and (found.st_dev, found.st_ino)
        if record.info.setdefault("file", now) != now:
            if record.info["file"] is None:  # SQLite makes the file when it is first written to
                record.info["file"] = now
            else:
                raise InvalidatePoolError("the file is another one")

    if not path.startswith("file:"):
        event.listen(engine, "checkout", same_file)


def _absolute(url: URL) -> URL:
    """The same file, also after the program has gone to another directory."""
    path = url.database or ""
    if not path or path == ":memory:" or path.startswith("file:"):
        return url
    return url.set(database=os.path.abspath(path))  # noqa: PTH100 (`resolve` would follow links)


def _checked_dialect(engine: Engine) -> str:
    dialect = engine.dialect.name
    if dialect not in _KNOWN or engine.dialect.is_async:
        raise _not_known(engine.url)
    if dialect == "sqlite":
        if (engine.url.database or ":memory:") == ":memory:":
            raise UsageError(
                "SQLite in memory is another one for each connection: use a file, or InMemoryStorage()"
            )
        version = engine.dialect.loaded_dbapi.sqlite_version_info
        if version < (3, 35):
            raise UsageError("keyed values need SQLite 3.35 or newer; this Python has an older one")
    return dialect


def _not_known(url: URL) -> UsageError:
    return UsageError(f"{url.drivername} cannot be used here: keyed values are kept in sqlite or postgresql")


def _name(url: URL) -> str:
    """How a database is called in a message: without user, password and options."""
    if url.get_backend_name() == "sqlite":
        return f"the database {Path(url.database or '')}"
    return f"the database {url.database or ''} on {url.host or 'this machine'}"


def _disconnected(error: SQLAlchemyError) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


# Which databases a fork must know of. An engine's connections are of one process.
_open: weakref.WeakSet[Database] = weakref.WeakSet()
_inherited: list[Pool] = []  # never closed here: they are the other process's


def _each(act: Callable[[Database], None]) -> Callable[[], None]:
    def all_open() -> None:
        for database in list(_open):
            act(database)

    return all_open


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_each(Database.before_fork), after_in_child=_each(Database.after_fork))
