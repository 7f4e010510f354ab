"""The tables made, or brought up to date; Alembic is loaded only where there is something to do.

Many processes may open a new database at one moment: one of them makes the tables, the others wait for it and
find them there.
"""

from __future__ import annotations

import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.keyvalue.sql_schema import LATEST, VERSION_TABLE

_LOCK = 0x6769746D656D  # PostgreSQL's advisory locks have numbers; ours says "gitmem"
_PATIENCE = 30.0  # seconds, for others who are opening the same file


def bring_up_to_date(engine: Engine, *, write_ahead: bool) -> None:
    """Make the tables of today where they are not. ``write_ahead``: an SQLite file gets its log for many
    readers beside a writer.

    Raises ``StoreError`` where a newer program made them, ``UsageError`` where the database cannot hold
    every text, or Alembic is missing.
    """
    with engine.connect() as connection:
        if _version(connection) == LATEST:
            return
    if write_ahead:
        _write_ahead(engine)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            if connection.scalar(sa.text("SHOW server_encoding")) != "UTF8":
                raise UsageError(
                    "this PostgreSQL database cannot hold every text: make it with ENCODING 'UTF8'"
                )
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        else:
            begin_writing(connection)
        if _version(connection) != LATEST:  # nobody else did it meanwhile
            _upgrade(connection)
            connection.commit()


def begin_writing(connection: Connection) -> None:
    """Take SQLite's lock for writers now: nothing that is read from here on changes before the end."""
    connection.begin()
    # What an application's own engine has begun by itself has done nothing yet.
    if getattr(connection.connection.driver_connection, "in_transaction", False):
        connection.exec_driver_sql("ROLLBACK")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _version(connection: Connection) -> str | None:
    """Which form the tables have; None: there are none. Raises ``StoreError`` for one that is not known."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    version = connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))
    if version is not None and version > LATEST:
        raise StoreError(
            f"the values in this database were written by a newer Git Memory (form {version}, "
            f"this one knows {LATEST}): update it"
        )
    return None if version is None else str(version)


def _write_ahead(engine: Engine) -> None:
    # SQLite waits for nobody here, so this does.
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                return
        except OperationalError as error:
            if "locked" not in str(error.orig) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _upgrade(connection: Connection) -> None:
    try:
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError
    except ImportError as error:
        raise UsageError(
            f"the tables of this database must be made first, and {error.name} is missing: "
            'pip install "git-memory-lsp[sql]"'
        ) from None
    config = Config()
    steps = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", steps)
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    try:
        command.upgrade(config, LATEST)
    except CommandError as error:
        raise StoreError(f"the tables of this database cannot be brought up to date: {error}") from None
