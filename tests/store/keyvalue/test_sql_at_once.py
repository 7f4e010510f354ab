"""Many writers on one database: threads, processes, forks, and an application's own engine."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sa = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from lsp_server.errors import StoreError, UsageError  # noqa: E402
from lsp_server.store.keyvalue.base import Item, Write  # noqa: E402
from lsp_server.store.keyvalue.sql import DatabaseStorage  # noqa: E402


@pytest.fixture
def storage(database: str) -> Iterator[DatabaseStorage]:
    storage = DatabaseStorage(database)
    yield storage
    storage.close()


def at_once(*acts: Callable[[], object]) -> None:
    """Run all in threads that begin together; the first error is raised."""
    errors: list[BaseException] = []
    begin = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        begin.wait()
        try:
            act()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]


def one_more(item: Item | None) -> Write:
    return Write(item.value + 1 if item else 1)


def test_a_change_that_would_wait_for_itself_is_refused(storage: DatabaseStorage) -> None:
    storage.put("key", 1)

    def change(item: Item | None) -> Write:
        storage.put("key", 2)
        return Write(3)

    with pytest.raises(UsageError, match="must only answer"):
        storage.change("key", change)
    assert storage.change("key", lambda _: Write(len(storage.scan())))
    assert [item.value for item in storage.scan()] == [1]


def test_the_first_changes_of_a_key_are_all_kept(storage: DatabaseStorage) -> None:
    for number in range(10):  # nothing stands there that could be locked
        at_once(*[lambda n=number: storage.change(f"new:{n}", one_more)] * 6)
    assert [item.value for item in storage.scan("new:")] == [6] * 10


def test_a_change_is_given_what_a_put_wrote_meanwhile(storage: DatabaseStorage) -> None:
    seen: list[Any] = []
    put_by_other: list[threading.Thread] = []

    def change(item: Item | None) -> Write:
        seen.append(item and item.value)
        if len(seen) == 1:
            put_by_other.append(threading.Thread(target=storage.put, args=("key", "other")))
            put_by_other[0].start()
            time.sleep(0.3)
        return Write(f"after {item and item.value}")

    storage.change("key", change)
    put_by_other[0].join()
    # Either the put came first and the change was asked again, or it came afterwards: never in between.
    value = storage.get("key").value
    assert (seen, value) in (([None, "other"], "after other"), ([None], "other"))


def test_changes_puts_and_deletions_of_one_key_at_once(storage: DatabaseStorage) -> None:
    def busy(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            what = chance.randrange(4)
            if what == 0:
                storage.delete("key")
            elif what == 1:
                storage.put("key", {"a": seed, "b": seed})
            elif what == 2:
                storage.delete_prefix("k")
            else:
                storage.change("key", lambda _: Write({"a": seed, "b": seed}))
            item = storage.get("key")
            assert item is None or item.value["a"] == item.value["b"]

    at_once(*[lambda seed=seed: busy(seed) for seed in range(5)])


def test_many_writes_in_any_order_do_not_wait_for_each_other_for_ever(storage: DatabaseStorage) -> None:
    keys = [f"key:{n}" for n in range(40)]

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(8):
            chance.shuffle(keys_of_mine := list(keys))
            writes = {key: Write(seed) if chance.random() < 0.7 else None for key in keys_of_mine}
            storage.put_many(writes)

    at_once(*[lambda seed=seed: write(seed) for seed in range(5)], lambda: _delete_often(storage))
    storage.put_many({key: Write("end") for key in keys})
    assert [item.value for item in storage.scan("key:")] == ["end"] * 40


def _delete_often(storage: DatabaseStorage) -> None:
    for _ in range(8):
        storage.delete_prefix("key:")


def test_many_writes_are_seen_whole(storage: DatabaseStorage) -> None:
    keys = [f"key:{n}" for n in range(600)]
    storage.put_many({key: Write(0) for key in keys})
    done = threading.Event()

    def write() -> None:
        for number in range(1, 8):
            storage.put_many({key: Write(number) for key in keys})
        done.set()

    def read() -> None:
        while not done.is_set():
            assert len({item.value for item in storage.get_many(keys).values()}) == 1
            assert len({item.value for item in storage.scan("key:")}) == 1

    at_once(write, read)


def test_more_threads_than_connections(storage: DatabaseStorage) -> None:
    at_once(*[lambda: [storage.change("counter", one_more) for _ in range(5)]] * 40)
    assert storage.get("counter").value == 200


def test_a_storage_goes_on_in_both_processes_after_a_fork(storage: DatabaseStorage, database: str) -> None:
    storage.put("counter", 0)
    storage.scan()
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            signal.alarm(30)  # two processes on one connection wait for each other for ever
            code = 1
            try:
                _add_twenty(storage)
                storage.close()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    ours = threading.Thread(target=_add_twenty, args=(storage,), daemon=True)
    ours.start()
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    ours.join(30)
    assert storage.get("counter").value == 80
    again = DatabaseStorage(database)
    assert again.get("counter").value == 80
    again.close()


def _add_twenty(storage: DatabaseStorage) -> None:
    for _ in range(20):
        storage.change("counter", one_more)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell what is open")
def test_an_sqlite_file_is_not_open_while_the_process_forks(sqlite: str) -> None:
    # A child that inherits the descriptor would take the parent's locks for its own.
    storage = DatabaseStorage(sqlite)
    storage.put("key", 1)
    path = sqlite.removeprefix("sqlite:///")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        held = [os.path.realpath(fd) for fd in Path("/proc/self/fd").glob("*")]
        os.write(writer, b"held" if path in held else b"free")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 10) == b"free"
    assert storage.get("key").value == 1
    storage.close()


# An application's own engine


def engine_of(url: str, **options: Any) -> Any:
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), **options)


def test_an_applications_own_engine_stays_open(database: str) -> None:
    engine = engine_of(database)
    storage = DatabaseStorage(engine)
    storage.put("key", 1)
    storage.close()
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM git_memory_values")) == 1
    again = DatabaseStorage(engine)
    assert again.get("key").value == 1
    engine.dispose()


def test_an_engine_that_isolates_strictly_loses_no_increment(postgresql_used_before: str) -> None:
    engine = engine_of(postgresql_used_before, isolation_level="SERIALIZABLE")
    storage = DatabaseStorage(engine)
    at_once(*[lambda: [storage.change("counter", one_more) for _ in range(15)]] * 4)
    assert storage.get("counter").value == 60
    engine.dispose()


def test_an_engine_that_begins_by_itself_loses_no_increment(sqlite: str) -> None:
    engine = engine_of(sqlite)  # as SQLAlchemy's manual has it

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    storage = DatabaseStorage(engine)
    at_once(*[lambda: [storage.change("counter", one_more) for _ in range(15)]] * 4)
    assert storage.get("counter").value == 60
    engine.dispose()


def test_a_closed_storage_can_be_closed_again_and_others_go_on(database: str) -> None:
    one, other = DatabaseStorage(database), DatabaseStorage(database)
    one.close()
    one.close()
    assert other.put("key", 1).value == 1
    other.close()


def test_a_change_may_take_its_time(database: str) -> None:
    storage = DatabaseStorage(database)
    storage.put("key", 0)

    def slowly(item: Item | None) -> Write:
        time.sleep(0.4)
        return one_more(item)

    at_once(lambda: storage.change("key", slowly), lambda: storage.change("key", slowly))
    assert storage.get("key").value == 2
    with pytest.raises(StoreError, match="one"):
        storage.change("key", _refuse)
    storage.close()


def _refuse(_: Item | None) -> Write:
    raise StoreError("one of the caller's own")
