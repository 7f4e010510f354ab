"""Keys and values that databases treat in ways of their own: they come back as they were, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

sa = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from lsp_server.errors import StoreError  # noqa: E402
from lsp_server.store.keyvalue.base import Write  # noqa: E402
from lsp_server.store.keyvalue.sql import DatabaseStorage  # noqa: E402


@pytest.fixture
def storage(database: str) -> Iterator[DatabaseStorage]:
    storage = DatabaseStorage(database)
    yield storage
    storage.close()


def test_a_value_that_somebody_broke_is_told_and_takes_nothing_down(
    storage: DatabaseStorage, database: str
) -> None:
    storage.put_many({key: Write({"is": key}) for key in ("a", "b", "c")})
    engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE git_memory_values SET value = '{half' WHERE key = 'b'"))
    engine.dispose()
    assert [item.key for item in storage.scan()] == ["a", "c"]
    assert [item.key for item in storage.updated()] == ["a", "c"]
    with pytest.raises(StoreError, match="the value of 'b' is not JSON"):
        storage.get("b")
    with pytest.raises(StoreError, match="not JSON"):
        storage.change("b", lambda _: Write(1))
    assert storage.put("b", 1).value == 1
    assert storage.get("b").value == 1


@pytest.mark.parametrize("length", [199, 200, 201, 10_000])
def test_keys_of_any_length_are_found_in_their_order(storage: DatabaseStorage, length: int) -> None:
    head = "é" * length
    keys = [
        head,
        f"{head}\x01",
        f"{head}a",
        f"{head}b",
        f"{head}🔑",
        f"{head[:-1]}z",
        "a",
        "🔑",
        "\U0010ffff",
    ]
    for key in reversed(keys):
        storage.put(key, 1)
    assert [item.key for item in storage.scan()] == sorted(keys)
    for prefix in (head, head[:-1], f"{head}a", head[:150], "", "\U0010ffff", "\ud7ff"):
        expected = sorted(key for key in keys if key.startswith(prefix))
        assert [item.key for item in storage.scan(prefix)] == expected
        for after in (head, f"{head}a", "a", "🔑", "", "\0", "\ud800"):
            behind = [key for key in expected if key > after]
            assert [item.key for item in storage.scan(prefix, after=after)] == behind
            assert [item.key for item in storage.scan(prefix, after=after, limit=2)] == behind[:2]
    assert storage.delete_prefix(f"{head}a") == 1
    assert storage.delete_prefix(head) == 4


def test_no_key_begins_with_what_no_key_can_hold(storage: DatabaseStorage) -> None:
    storage.put("key", 1)
    for prefix in ("\0", "key\0", "\ud800", "key\udfff"):
        assert storage.scan(prefix) == []
        assert storage.updated(prefix=prefix) == []
        assert storage.delete_prefix(prefix) == 0
    assert storage.get("key").value == 1


def test_keys_that_differ_for_a_person_only_a_little_are_others(storage: DatabaseStorage) -> None:
    keys = [
        "a",
        "A",
        "á",
        "a\u0301",
        "a ",
        " a",
        "ａ",
        "ß",
        "ss",
        "%",
        "_",
        "a%",
        "a_",
        "[a]",
        "a\\",
        "'; --",
    ]
    for number, key in enumerate(keys):
        storage.put(key, number)
    assert {item.key: item.value for item in storage.scan()} == {key: n for n, key in enumerate(keys)}


def test_nul_and_numbers_of_any_size_come_back(storage: DatabaseStorage) -> None:
    value = {"nul": "a\0b", "\0": [10**400, -0.0, 1e308, 0.1], "same": {"b": 1, "a": 2}, "é": "\x7f\u2028"}
    storage.put("key", value)
    assert repr(storage.get("key").value) == repr(value)


def test_very_many_keys_are_asked_for_at_once(storage: DatabaseStorage) -> None:
    keys = [f"key:{n}" for n in range(70_000)]  # more than a statement may have parameters
    storage.put_many({key: Write(1) for key in keys[:20]})
    assert list(storage.get_many(keys)) == keys[:20]
    assert list(storage.get_many(reversed(keys[:3]))) == keys[2::-1]


def test_times_at_the_ends_of_the_calendar_are_kept(storage: DatabaseStorage) -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc)
    assert storage.put("key", 1, expires=last).expires == last
    assert storage.get("key").expires == last
    storage.put("key", 1, expires=datetime(1, 1, 1, tzinfo=timezone.utc))
    assert storage.get("key") is None
    assert storage.remove_expired() == 1


def test_a_large_value_is_kept_whole(storage: DatabaseStorage) -> None:
    value = {"text": "é" * 5_000_000}
    storage.put("key", value)
    assert storage.get("key").value == value
