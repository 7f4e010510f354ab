"""Databases that cannot do it now: one clear line, and on again afterwards."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import Server, own_server, why_there_is_none

sa = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from lsp_server.errors import GitMemoryError, StoreError, UsageError  # noqa: E402
from lsp_server.store.keyvalue.base import Item, Write  # noqa: E402
from lsp_server.store.keyvalue.sql import DatabaseStorage  # noqa: E402


def told(call: Callable[[], object], kind: type[GitMemoryError] = StoreError) -> str:
    """The one line that a call is refused with. Nothing of the database's own error hangs below it."""
    with pytest.raises(kind) as refused:
        call()
    text = str(refused.value)
    assert len(text.splitlines()) == 1
    assert len(text) < 500
    assert text in "".join(traceback.format_exception(refused.value))
    return text


# URLs


@pytest.mark.parametrize(
    "url",
    [
        "",
        "values.db",
        "postgresql://user:s3cret@host:port/name",
        "postgresql//user:s3cret@host/name",
        "mysql://user:s3cret@host/name",
        "oracle://user:s3cret@host/name",
        "nothing://user:s3cret@host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite+aiosqlite:///values.db",
        "sqlite:///values.db?timeout=soon",
    ],
)
def test_what_is_no_url_of_a_database_is_refused_without_repeating_it(url: str) -> None:
    assert "s3cret" not in told(lambda: DatabaseStorage(url), UsageError)


def test_what_is_neither_url_nor_engine_is_refused() -> None:
    wrong: Any = Path("values.db")
    assert "URL" in told(lambda: DatabaseStorage(wrong), UsageError)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_postgresql_is_named_as_people_do(postgresql_used_before: str, scheme: str) -> None:
    storage = DatabaseStorage(postgresql_used_before.replace("postgresql", scheme, 1))
    assert storage.put("key", 1).value == 1
    storage.close()


def test_a_relative_path_is_one_file_wherever_the_program_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    storage = DatabaseStorage("sqlite:///values.db")
    storage.put("key", 1)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    threads = [threading.Thread(target=storage.put, args=(f"key:{n}", n)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(storage.scan()) == 7
    assert not list((tmp_path / "elsewhere").iterdir())
    storage.close()


def test_the_default_is_a_file_where_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    DatabaseStorage().close()
    assert (tmp_path / "git-memory.db").exists()


# A database that is not there


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if reason := why_there_is_none():
        pytest.skip(reason)
    with own_server() as server:
        yield server


def test_a_database_that_goes_away_is_told_and_used_again_when_it_is_back(server: Server) -> None:
    storage = DatabaseStorage(server.url())
    storage.put("counter", 1)
    server.stop()
    try:
        for call in (
            lambda: storage.get("counter"),
            lambda: storage.put("counter", 2),
            lambda: storage.change("counter", lambda _: Write(2)),
            storage.scan,
            lambda: DatabaseStorage(server.url()),
        ):
            text = told(call)
            assert "127.0.0.1" in text
            assert server.password not in text
    finally:
        server.start()
    assert storage.get("counter").value == 1
    assert storage.change("counter", lambda item: Write(item.value + 1)).value == 2
    storage.close()


def test_a_restart_between_two_calls_is_not_even_noticed(server: Server) -> None:
    storage = DatabaseStorage(server.url())
    storage.put("counter", 1)
    calls: list[Callable[[], object]] = [
        lambda: storage.put("counter", 2),
        lambda: storage.get("counter"),
        lambda: storage.change("counter", lambda item: Write(item.value + 1)),
        lambda: storage.put_many({"a": Write(1), "b": None}),
    ]
    for call in calls:
        server.stop()
        server.start()
        call()
    assert storage.get("counter").value == 3
    storage.close()


def test_a_server_that_stops_within_a_change_has_written_nothing(server: Server) -> None:
    storage = DatabaseStorage(server.url())
    storage.put("within", 1)
    asked: list[Any] = []

    def change(item: Item | None) -> Write:
        asked.append(item and item.value)
        if len(asked) == 1:
            server.stop()
            server.start()
        return Write(2)

    assert storage.change("within", change).value == 2  # asked again: of the first time nothing was there
    assert asked == [1, 1]
    storage.close()


def test_a_wrong_password_is_told_without_it(server: Server) -> None:
    url = server.url().replace(server.password, "wr0ng-pass")
    text = told(lambda: DatabaseStorage(url))
    assert "password authentication failed" in text
    assert "wr0ng-pass" not in text


def test_an_applications_own_way_to_connect_may_tell_its_password_and_it_is_not_passed_on() -> None:
    psycopg = pytest.importorskip("psycopg")

    def connect() -> Any:
        raise psycopg.OperationalError("no route for host=db password=s3cret-pass")

    engine = sa.create_engine("postgresql+psycopg://user:s3cret-pass@db/name", creator=connect)
    assert "no route for host=db password=***" in told(lambda: DatabaseStorage(engine))


def test_connections_that_are_ended_lose_nothing(postgresql_used_before: str) -> None:
    import psycopg

    storage = DatabaseStorage(postgresql_used_before)
    done = threading.Event()

    def end_them() -> None:
        with psycopg.connect(postgresql_used_before, autocommit=True) as connection:
            while not done.wait(0.05):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    ending = threading.Thread(target=end_them)
    ending.start()
    certain = unknown = 0
    for _ in range(150):
        try:
            storage.change("counter", lambda item: Write(item.value + 1 if item else 1))
            certain += 1
        except StoreError as error:
            unknown += "not known" in str(error)
    done.set()
    ending.join()
    # What was acknowledged is there; of what broke while it was committed, nobody knows.
    assert certain <= storage.get("counter").value <= certain + unknown
    assert certain > 100
    storage.close()


# Files that cannot be written


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = told(lambda: DatabaseStorage(f"sqlite:///{tmp_path}/nowhere/values.db"))
    assert f"{tmp_path}/nowhere/values.db" in text
    assert "unable to open" in text


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "values.db"
    file.write_text("my shopping list\n" * 100)
    assert "not a database" in told(lambda: DatabaseStorage(f"sqlite:///{file}"))
    assert file.read_text() == "my shopping list\n" * 100


def test_a_file_that_another_program_holds_is_told_of(sqlite: str) -> None:
    storage = DatabaseStorage(f"{sqlite}?timeout=0.2")
    storage.put("key", 1)
    with sqlite3.connect(sqlite.removeprefix("sqlite:///")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in told(lambda: storage.put("key", 2))
        assert "locked" in told(lambda: storage.change("key", lambda _: Write(2)))
        assert storage.get("key").value == 1
    assert storage.put("key", 3).value == 3
    storage.close()


def test_a_read_only_file_is_read_and_not_written(sqlite: str) -> None:
    storage = DatabaseStorage(sqlite)
    storage.put("key", 1)
    path = sqlite.removeprefix("sqlite:///")
    read_only = DatabaseStorage(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert read_only.get("key").value == 1
    for call in (
        lambda: read_only.put("key", 2),
        lambda: read_only.change("key", lambda _: Write(2)),
        lambda: read_only.delete_prefix(""),
        read_only.remove_expired,
    ):
        assert "readonly" in told(call)
    assert storage.get("key").value == 1
    read_only.close()
    storage.close()


def test_a_file_that_is_taken_away_takes_no_writes_and_another_in_its_place_does(
    sqlite: str, tmp_path: Path
) -> None:
    storage, other = DatabaseStorage(sqlite), DatabaseStorage(f"sqlite:///{tmp_path}/other.db")
    storage.put("key", 1)
    other.put("there", 1)
    other.close()
    for path in tmp_path.glob("values.db*"):
        path.unlink()
    assert "no such table" in told(lambda: storage.put("key", 2))  # nobody would ever read it
    (tmp_path / "other.db").replace(tmp_path / "values.db")
    assert [item.key for item in storage.scan()] == ["there"]
    storage.put("key", 3)
    again = DatabaseStorage(sqlite)
    assert again.get("key").value == 3
    again.close()
    storage.close()


def test_a_full_database_keeps_what_it_had(sqlite: str) -> None:
    engine = sa.create_engine(sqlite)

    @sa.event.listens_for(engine, "connect")
    def _bounded(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA max_page_count = 60")

    storage = DatabaseStorage(engine)
    storage.put("key", "x" * 1000)
    before = storage.scan()
    assert "full" in told(lambda: storage.put("big", "x" * 1_000_000))
    assert "full" in told(lambda: storage.put_many({f"n{n}": Write("x" * 10_000) for n in range(100)}))
    assert "full" in told(lambda: storage.change("key", lambda _: Write("x" * 1_000_000)))
    assert storage.scan() == before
    assert storage.put("small", 1).value == 1
    engine.dispose()


def test_a_disk_that_takes_no_more_keeps_what_it_had(sqlite: str) -> None:
    storage = DatabaseStorage(sqlite)
    storage.put("key", 1)
    storage.close()
    child = os.fork()  # the limit is for a whole process
    if child == 0:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
            bounded = DatabaseStorage(sqlite)
            told(lambda: bounded.put("big", "x" * 1_000_000))
            assert bounded.get("key").value == 1
            assert bounded.get("big") is None
            bounded.put("small", 1)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    again = DatabaseStorage(sqlite)
    assert [item.key for item in again.scan()] == ["key", "small"]
    again.close()
