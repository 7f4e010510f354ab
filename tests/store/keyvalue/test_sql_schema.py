"""The tables of keyed values: how they are made, brought up to date, and found by."""

from __future__ import annotations

import multiprocessing
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

sa = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from alembic import command  # noqa: E402
from alembic.config import Config  # noqa: E402

from lsp_server.errors import StoreError, UsageError  # noqa: E402
from lsp_server.store.keyvalue import sql_rows, sql_schema  # noqa: E402
from lsp_server.store.keyvalue.base import Write  # noqa: E402
from lsp_server.store.keyvalue.sql import DatabaseStorage  # noqa: E402

STEPS = Path(sql_schema.__file__).parent / "migrations"


@contextmanager
def connected(url: str) -> Iterator[Any]:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def migrated(url: str, to: str, *, how: Any = command.upgrade) -> None:
    """The database as a program of that time left it."""
    with connected(url) as connection:
        config = Config()
        config.set_main_option("script_location", str(STEPS))
        config.attributes.update(connection=connection, version_table=sql_schema.VERSION_TABLE)
        how(config, to)


def form(url: str) -> str:
    with connected(url) as connection:
        return str(connection.scalar(sa.text("SELECT version_num FROM git_memory_version")))


def definitions(url: str) -> list[str]:
    """What the database itself says of our table and its indexes."""
    with connected(url) as connection:
        if url.startswith("sqlite"):
            asked = "SELECT sql FROM sqlite_master WHERE tbl_name = 'git_memory_values' AND sql IS NOT NULL"
            found = list(connection.scalars(sa.text(asked)))
        else:
            asked = (
                "SELECT column_name || data_type || is_nullable || coalesce(collation_name, '') "
                "FROM information_schema.columns WHERE table_name = 'git_memory_values' "
                "UNION SELECT indexdef FROM pg_indexes WHERE tablename = 'git_memory_values'"
            )
            found = list(connection.scalars(sa.text(asked)))
    return sorted(re.sub(r'\s+|git_memory_values\.|"', "", text) for text in found)


def test_the_steps_make_the_tables_that_the_statements_speak_of(new_database: str) -> None:
    DatabaseStorage(new_database).close()
    by_steps = definitions(new_database)
    with connected(new_database) as connection:
        sql_schema.METADATA.drop_all(connection)
        sql_schema.METADATA.create_all(connection)
    assert by_steps == definitions(new_database)
    assert len(by_steps) >= 4


def test_the_last_step_is_the_one_that_the_program_expects() -> None:
    numbers = [path.name[1:5] for path in (STEPS / "versions").glob("v*.py")]
    assert max(numbers) == sql_schema.LATEST


def test_values_of_an_older_form_are_taken_along(new_database: str) -> None:
    migrated(new_database, "0001")
    with connected(new_database) as connection:
        for key in ("b", "a"):
            row = sql_rows.row(key, f'{{"is":"{key}"}}', None, 1_700_000_000_000_000)
            connection.execute(sql_schema.ITEMS.insert(), row)
    storage = DatabaseStorage(new_database)
    assert [(item.key, item.value) for item in storage.scan()] == [("a", {"is": "a"}), ("b", {"is": "b"})]
    assert storage.get("a").created == datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
    storage.put("c", 1)
    storage.close()
    assert form(new_database) == sql_schema.LATEST


def test_every_step_can_be_taken_back(new_database: str) -> None:
    DatabaseStorage(new_database).close()
    migrated(new_database, "0001", how=command.downgrade)
    assert form(new_database) == "0001"
    migrated(new_database, "base", how=command.downgrade)
    storage = DatabaseStorage(new_database)
    assert storage.put("key", 1).value == 1
    storage.close()


def test_a_newer_programs_values_are_left_alone(new_database: str) -> None:
    storage = DatabaseStorage(new_database)
    storage.put("key", 1)
    storage.close()
    with connected(new_database) as connection:
        connection.execute(sa.text("UPDATE git_memory_version SET version_num = '0999'"))
    with pytest.raises(StoreError, match=r"newer Git Memory \(form 0999.*update it"):
        DatabaseStorage(new_database)
    assert form(new_database) == "0999"


def test_a_form_that_never_was_is_told_of(new_database: str) -> None:
    DatabaseStorage(new_database).close()
    with connected(new_database) as connection:
        connection.execute(sa.text("UPDATE git_memory_version SET version_num = '0000'"))
    with pytest.raises(StoreError, match=r"cannot be brought up to date: .*'0000'"):
        DatabaseStorage(new_database)
    assert form(new_database) == "0000"


def test_an_upgrade_that_fails_leaves_the_older_form_whole(new_database: str) -> None:
    migrated(new_database, "0001")
    with connected(new_database) as connection:  # somebody's own index is in the way of the second one
        connection.execute(sa.text("CREATE INDEX git_memory_values_by_update ON git_memory_values (created)"))
    before = definitions(new_database)
    with pytest.raises(StoreError, match="already exists"):
        DatabaseStorage(new_database)
    assert form(new_database) == "0001"
    assert definitions(new_database) == before


def test_many_processes_may_open_a_new_database_at_once(new_database: str) -> None:
    context = multiprocessing.get_context("fork")
    start = context.Event()
    openers = [context.Process(target=_open_and_put, args=(new_database, start, n)) for n in range(8)]
    for opener in openers:
        opener.start()
    start.set()
    for opener in openers:
        opener.join(60)
    assert [opener.exitcode for opener in openers] == [0] * 8
    storage = DatabaseStorage(new_database)
    assert [item.value for item in storage.scan()] == list(range(8))
    storage.close()


def _open_and_put(url: str, start: Any, number: int) -> None:
    start.wait(30)
    storage = DatabaseStorage(url)
    storage.put(f"key:{number}", number)
    storage.close()


def test_alembic_is_loaded_only_where_the_tables_must_be_made(sqlite: str) -> None:
    DatabaseStorage(sqlite).close()
    program = (
        "import sys; from lsp_server.store.keyvalue.sql import DatabaseStorage as D\n"
        "assert 'sqlalchemy' not in sys.modules\n"
        "D(sys.argv[1]).put('key', 1); assert 'alembic' not in sys.modules, 'alembic is loaded'"
    )
    subprocess.run([sys.executable, "-c", program, sqlite], check=True, env=os.environ)


@pytest.mark.parametrize(
    ("missing", "url", "extra"),
    [
        ("sqlalchemy", "sqlite:///values.db", "git-memory-lsp[sql]"),
        ("alembic", "sqlite:///values.db", "git-memory-lsp[sql]"),
        ("psycopg", "postgresql://u:hidden@127.0.0.1:9/x", "git-memory-lsp[postgresql]"),
    ],
)
def test_a_package_that_is_missing_is_named_and_how_it_is_had(
    tmp_path: Path, missing: str, url: str, extra: str
) -> None:
    program = (
        "import sys; sys.modules[sys.argv[1]] = None\n"
        "from lsp_server.store.keyvalue.sql import DatabaseStorage\n"
        "from lsp_server.errors import UsageError\n"
        "try: DatabaseStorage(sys.argv[2])\n"
        "except UsageError as error: print(error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, missing, url],
        check=True, env=os.environ, cwd=tmp_path, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert missing in told
    assert f'pip install "{extra}"' in told
    assert "hidden" not in told
    assert len(told.splitlines()) == 1


def test_a_database_that_cannot_hold_every_text_is_refused(postgresql: str) -> None:
    import psycopg

    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS latin")
        connection.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    url = postgresql.rpartition("/")[0] + "/latin"
    with pytest.raises(UsageError, match="UTF8"):
        DatabaseStorage(url)


# How things are found


def plan(url: str, statement: Any, parameters: dict[str, Any]) -> str:
    with connected(url) as connection:
        dialect = connection.dialect
        compiled = statement.compile(dialect=dialect)
        sqlite_asks = "EXPLAIN QUERY PLAN "
        if dialect.name == "postgresql":
            connection.execute(sa.text("ANALYZE git_memory_values"))
        asks = sqlite_asks if dialect.name == "sqlite" else "EXPLAIN "
        values = compiled.construct_params(parameters)
        positional = compiled.positiontup is not None
        given = tuple(values[name] for name in compiled.positiontup) if positional else values
        return "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(asks + str(compiled), given))


@pytest.fixture
def filled(database: str) -> str:
    storage = DatabaseStorage(database, clock=lambda: datetime(2026, 1, 1, tzinfo=timezone.utc))
    soon = datetime(2026, 1, 2, tzinfo=timezone.utc)
    storage.put_many({f"user:{n:05}:x": Write(n, soon if n % 1000 == 0 else None) for n in range(5000)})
    storage.close()
    return database


@pytest.mark.parametrize(
    ("name", "index", "parameters"),
    [
        ("get", "pkey|autoindex", {"digest": sql_rows.digest("user:00001:x")}),
        ("scan_below", "by_key", {**sql_rows.keys_with("user:0000")[1], "most": 10}),
        ("scan_below", "by_key", {**sql_rows.keys_with("user:", "user:04990")[1], "most": 2**62}),
        ("remove_live_below", "by_key", sql_rows.keys_with("user:00042:")[1]),
        ("written", "by_update", {**sql_rows.keys_with("")[1], "since": 2**60, "until": 2**61}),
        ("remove_expired", "by_expiry", {}),
    ],
)  # fmt: skip
def test_nothing_is_found_by_looking_at_everything(
    filled: str, name: str, index: str, parameters: dict[str, Any]
) -> None:
    dialect = filled.partition(":")[0]
    statement = getattr(sql_schema.statements(dialect), name)
    told = plan(filled, statement, {"now": 1_700_000_000_000_000, **parameters})
    assert re.search(index, told), told
    assert not re.search("Seq Scan|SCAN git_memory_values(?! USING)", told), told


def test_an_sqlite_file_can_be_read_while_it_is_written(sqlite: str) -> None:
    storage = DatabaseStorage(sqlite)
    storage.put("key", 1)
    with sqlite3.connect(sqlite.removeprefix("sqlite:///")) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        other.execute("BEGIN IMMEDIATE")
        assert storage.get("key").value == 1
    storage.close()


def test_the_tables_can_be_read_with_plain_sql(database: str) -> None:
    storage = DatabaseStorage(database)
    storage.put("user:1:preferences", {"theme": "dark", "name": "Зоя"})
    storage.close()
    with connected(database) as connection:
        rows = connection.execute(sa.text("SELECT key, value FROM git_memory_values")).all()
    assert [tuple(row) for row in rows] == [("user:1:preferences", '{"theme":"dark","name":"Зоя"}')]
