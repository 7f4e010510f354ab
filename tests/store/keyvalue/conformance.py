"""What every key-value storage must do: one suite, which a module for each kind runs.

A kind's module makes a class of it, with a ``kind`` fixture. Times come from a clock that the test sets: no
test waits for anything to expire.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.base import Item, KeyValue, Write

START = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


@dataclass
class Hands:
    """A clock that stands where it is put."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Kind:
    """How a kind of storage is opened. ``opened`` opens what was stored before; in another process, too,
    unless ``alone``."""

    opened: Callable[[Any], KeyValue]
    alone: bool = False
    increments: int = 200  # of one counter by each of four writers: as many as take a second
    clock: Hands = field(default_factory=Hands)


plain_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(timezone.utc) | st.just(timezone(timedelta(hours=-5)))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
            | st.sampled_from(["$date", "$", "$$x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
plain_keys = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
)


def same(one: Any, other: Any) -> bool:
    """Equal, of the same types, and times with the same offset."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict) and list(one) == list(other) and all(same(one[k], other[k]) for k in one)
        )
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, datetime):
        return isinstance(other, datetime) and one.isoformat() == other.isoformat()
    return type(one) is type(other) and repr(one) == repr(other)


class KeyValueSuite:
    @pytest.fixture
    def kind(self) -> Kind:
        raise NotImplementedError

    @pytest.fixture
    def storage(self, kind: Kind) -> KeyValue:
        return kind.opened(kind.clock)

    # One value

    def test_what_was_put_is_read_again(self, storage: KeyValue) -> None:
        put = storage.put("user:123:preferences", {"theme": "dark", "language": "en"})
        assert put == Item("user:123:preferences", {"theme": "dark", "language": "en"}, START, START, None)
        assert storage.get("user:123:preferences") == put

    def test_what_was_never_put_is_not_there(self, storage: KeyValue) -> None:
        assert storage.get("nothing") is None
        assert storage.get_many(["nothing", "else"]) == {}
        assert storage.scan() == []
        assert storage.delete("nothing") is False
        assert storage.delete_prefix("no") == 0
        assert storage.touch("nothing", None) is False
        assert storage.remove_expired() == 0

    def test_a_value_can_be_nothing_or_empty(self, storage: KeyValue) -> None:
        for value in (None, "", [], {}, 0, False):
            storage.put("key", value)
            item = storage.get("key")
            assert item is not None
            assert same(item.value, value)

    def test_a_put_replaces_the_whole_value_and_keeps_when_the_key_began(
        self, storage: KeyValue, kind: Kind
    ) -> None:
        storage.put("key", {"a": 1, "b": 2})
        kind.clock.forward(SECOND)
        storage.put("key", {"a": 3})
        assert storage.get("key") == Item("key", {"a": 3}, START, START + SECOND, None)

    def test_a_key_that_was_deleted_begins_anew(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("key", 1)
        assert storage.delete("key") is True
        assert storage.get("key") is None
        kind.clock.forward(SECOND)
        assert storage.put("key", 2).created == START + SECOND

    def test_a_value_that_was_read_is_the_readers_own(self, storage: KeyValue) -> None:
        mine = {"list": [1]}
        put = storage.put("key", mine)
        mine["list"].append(2)
        put.value["list"].append(3)
        storage.get("key").value["list"].append(4)
        assert storage.get("key").value == {"list": [1]}

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),  # one storage for all, and a class for each kind
    )
    @given(key=plain_keys, value=plain_values)
    def test_any_value_under_any_key_comes_back_as_it_was(
        self, storage: KeyValue, key: str, value: Any
    ) -> None:
        storage.put(key, value)
        item = storage.get(key)
        assert item is not None
        assert item.key == key
        assert same(item.value, value)

    def test_tuples_are_lists(self, storage: KeyValue) -> None:
        storage.put("key", {"pair": (1, 2)})
        assert storage.get("key").value == {"pair": [1, 2]}

    # Keys and values that cannot be kept

    @pytest.mark.parametrize(
        ("value", "place"),
        [
            ({"a": [1, float("nan")]}, "value['a'][1]"),
            (float("inf"), "value"),
            ({1: 2}, "value has the key 1"),
            ({"a": {1, 2}}, "value['a']"),
            ([b"bytes"], "value[0]"),
            (object(), "value"),
            ("half \ud800", "half a pair"),
            ({"half \ud800": 1}, "half a pair"),
        ],
        ids=[
            "nan",
            "infinity",
            "number as key",
            "set",
            "bytes",
            "object",
            "half a pair",
            "half a pair as key",
        ],
    )
    def test_what_is_no_json_is_refused_and_its_place_named(
        self, storage: KeyValue, value: Any, place: str
    ) -> None:
        storage.put("key", "before")
        with pytest.raises(UsageError) as refused:
            storage.put("key", value)
        assert place in str(refused.value)
        assert storage.get("key").value == "before"

    def test_a_value_within_itself_is_refused(self, storage: KeyValue) -> None:
        value: list[Any] = []
        value.append(value)
        with pytest.raises(UsageError, match="levels"):
            storage.put("key", value)

    @pytest.mark.parametrize("key", ["", "with \0", "half \ud800", 12, "x" * 70_000])
    def test_what_is_no_key_is_refused_by_every_call(self, storage: KeyValue, key: Any) -> None:
        for call in (
            lambda: storage.get(key),
            lambda: storage.get_many([key]),
            lambda: storage.put(key, 1),
            lambda: storage.put_many({key: Write(1)}),
            lambda: storage.change(key, lambda _: None),
            lambda: storage.touch(key, None),
            lambda: storage.delete(key),
        ):
            with pytest.raises(UsageError):
                call()
        assert storage.scan() == []

    def test_odd_keys_are_keys_like_any_other(self, storage: KeyValue) -> None:
        keys = [
            "../x", "/etc/passwd", ".", "..", "-rf", "CON", "con.txt", "a", "A", "a.", "a ", "a\nb", "a%2Fb",
            "ключ", "e\u0301", "\u00e9", "🔑", "k" * 10_000, "k" * 10_001, "K" * 10_000, "*", "%", "_", "a%b",
            "a/b", "a\\b", "'", '"',
        ]  # fmt: skip
        for number, key in enumerate(keys):
            storage.put(key, number)
        assert {item.key: item.value for item in storage.scan()} == {key: n for n, key in enumerate(keys)}
        assert storage.get_many(keys) == {key: storage.get(key) for key in keys}

    def test_prefixes_are_plain_text(self, storage: KeyValue) -> None:
        storage.put_many({key: Write(1) for key in ("a_b", "axb", "a%b", "a\\b", "A_b", "a*b")})
        for prefix in ("a_", "a%", "a\\", "a*", "A"):
            assert [item.key for item in storage.scan(prefix)] == [f"{prefix}b" if prefix != "A" else "A_b"]
        assert storage.delete_prefix("a%") == 1

    # Many values

    @pytest.mark.parametrize("prefix", ["\0", "a\0", "\ud800", "a\udfff"])
    def test_with_what_no_key_can_hold_none_begins(self, storage: KeyValue, prefix: str) -> None:
        storage.put("a", 1)
        assert not storage.scan(prefix)
        assert not storage.updated(prefix=prefix)
        assert storage.delete_prefix(prefix) == 0
        assert storage.get("a")

    def test_a_scan_is_in_the_order_of_keys(self, storage: KeyValue) -> None:
        keys = ["b", "a:2", "a:10", "a", "é", "Z", "a:1", "🔑", "\uffff"]
        for key in keys:
            storage.put(key, key)
        assert [item.key for item in storage.scan()] == sorted(keys)
        assert [item.key for item in storage.scan("a:")] == ["a:1", "a:10", "a:2"]
        assert [item.key for item in storage.scan(after="a:1", limit=2)] == ["a:10", "a:2"]
        assert [item.key for item in storage.scan("a", after="a", limit=2)] == ["a:1", "a:10"]
        assert [item.key for item in storage.scan("a:", after="é")] == []
        assert list(storage.scan(limit=0)) == []

    def test_a_scan_can_be_gone_on_with_page_by_page(self, storage: KeyValue) -> None:
        storage.put_many({f"key:{n:03}": Write(n) for n in range(57)})
        seen: list[str] = []
        after = None
        while page := storage.scan("key:", after=after, limit=10):
            seen += [item.key for item in page]
            after = page[-1].key
        assert seen == [f"key:{n:03}" for n in range(57)]

    def test_many_writes_are_one(self, storage: KeyValue) -> None:
        storage.put("old", 1)
        with pytest.raises(UsageError):
            storage.put_many({"new": Write(1), "old": None, "bad": Write(float("nan"))})
        assert [item.key for item in storage.scan()] == ["old"]
        storage.put_many({"new": Write(1, START + SECOND), "old": None, "never": None})
        assert storage.scan() == [Item("new", 1, START, START, START + SECOND)]

    def test_a_prefix_is_deleted_whole(self, storage: KeyValue) -> None:
        storage.put_many(
            {key: Write(1) for key in ("session:42:a", "session:42:b", "session:421:a", "session:4")}
        )
        assert storage.delete_prefix("session:42:") == 2
        assert [item.key for item in storage.scan()] == ["session:4", "session:421:a"]
        assert storage.delete_prefix("") == 2

    def test_what_was_written_when_is_told(self, storage: KeyValue, kind: Kind) -> None:
        for key in ("c", "b", "a"):
            storage.put(key, 1)
            kind.clock.forward(SECOND)
        storage.put("c", 2)
        assert [item.key for item in storage.updated()] == ["b", "a", "c"]
        assert [item.key for item in storage.updated(before=START + 2 * SECOND)] == ["b"]
        assert [item.key for item in storage.updated(after=START + 2 * SECOND)] == ["a", "c"]
        assert [item.key for item in storage.updated(after=START + SECOND, before=START + 3 * SECOND)] == [
            "b",
            "a",
        ]
        assert [item.key for item in storage.updated(prefix="c")] == ["c"]

    def test_of_one_moment_keys_are_in_order(self, storage: KeyValue) -> None:
        storage.put_many({"b": Write(1), "a": Write(2)})
        assert [item.key for item in storage.updated()] == ["a", "b"]

    # Expiry

    def test_an_item_is_gone_at_the_very_moment_that_it_expires(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("key", "value", expires=START + SECOND)
        storage.put("stays", 1)
        kind.clock.now = START + SECOND - timedelta(microseconds=1)
        assert storage.get("key").value == "value"
        kind.clock.now = START + SECOND
        assert storage.get("key") is None
        assert storage.get_many(["key", "stays"]).keys() == {"stays"}
        assert [item.key for item in storage.scan()] == ["stays"]
        assert [item.key for item in storage.updated()] == ["stays"]
        assert storage.touch("key", None) is False
        assert storage.delete("key") is False
        assert storage.delete_prefix("k") == 0

    def test_what_expired_is_no_old_value(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("key", 1, expires=START + SECOND)
        kind.clock.forward(SECOND)
        seen: list[Item | None] = []

        def once(item: Item | None) -> Write:
            seen.append(item)
            return Write(2)

        assert storage.change("key", once) == Item("key", 2, START + SECOND, START + SECOND, None)
        assert seen == [None]

    def test_a_put_takes_the_expiry_away_or_gives_another(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("key", 1, expires=START + SECOND)
        storage.put("key", 2)
        storage.put("other", 1, expires=START + SECOND)
        storage.put("other", 2, expires=START + 3 * SECOND)
        kind.clock.forward(2 * SECOND)
        assert [item.key for item in storage.scan()] == ["key", "other"]
        assert storage.remove_expired() == 0
        kind.clock.forward(SECOND)
        assert storage.remove_expired() == 1
        assert [item.key for item in storage.scan()] == ["key"]

    def test_a_touch_moves_the_expiry_and_nothing_else(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("key", 1, expires=START + SECOND)
        kind.clock.forward(timedelta(milliseconds=900))
        assert storage.touch("key", START + 10 * SECOND) is True
        kind.clock.forward(5 * SECOND)
        assert storage.get("key") == Item("key", 1, START, START, START + 10 * SECOND)
        assert storage.scan() == [storage.get("key")]
        assert storage.remove_expired() == 0
        assert storage.touch("key", START + 6 * SECOND) is True
        kind.clock.forward(SECOND)
        assert storage.get("key") is None

    def test_a_touch_can_let_an_item_stay(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("key", 1, expires=START + SECOND)
        storage.touch("key", None)
        kind.clock.forward(2 * SECOND)
        assert storage.get("key").expires is None

    def test_what_expires_in_the_past_is_not_there(self, storage: KeyValue) -> None:
        storage.put("key", 1)
        storage.put("key", 2, expires=START)
        assert storage.get("key") is None

    def test_a_moment_may_be_as_early_or_late_as_there_are(self, storage: KeyValue) -> None:
        west, east = (timezone(timedelta(hours=hours)) for hours in (-5, 5))
        storage.put("stays", 1, expires=datetime.max)
        storage.put("also", 1, expires=datetime.max.replace(tzinfo=west))
        for earliest in (datetime.min, datetime.min.replace(tzinfo=east), datetime(1960, 1, 1)):
            storage.put("gone", 1, expires=earliest)
            assert storage.get("gone") is None
            assert storage.remove_expired() == 1
        everything = storage.updated(
            after=datetime.min.replace(tzinfo=east), before=datetime.max.replace(tzinfo=west)
        )
        assert {item.key for item in everything} == {"stays", "also"}

    def test_keys_may_be_asked_for_behind_what_is_no_key(self, storage: KeyValue) -> None:
        keys = ["a", "a\ud7ff\U0010ffff", "a\ue000"]
        storage.put_many({key: Write(1) for key in keys})
        for after, found in (("a\ud800z", keys[2:]), ("a\0", keys[1:]), ("", keys), ("\udfff", [])):
            assert [item.key for item in storage.scan("a", after=after)] == found

    def test_what_says_no_keys_or_no_number_is_refused(self, storage: KeyValue) -> None:
        storage.put("key", 1)
        assert storage.scan(limit=0) == []
        assert len(storage.scan(limit=10**30)) == 1
        for limit in (-1, 1.5, "1", True):
            with pytest.raises(UsageError, match="it must be a whole number, 0 or more"):
                storage.scan(limit=limit)
        wrong: list[Callable[[], object]] = [
            lambda: storage.scan(1),
            lambda: storage.scan(after=b"key"),
            lambda: storage.updated(prefix=None),
            lambda: storage.delete_prefix(None),
        ]
        for call in wrong:
            with pytest.raises(UsageError, match="text, not"):
                call()
        assert len(storage.scan()) == 1

    @pytest.mark.parametrize("moment", ["2026-11-21", 3600, date(2026, 11, 21)])
    def test_what_is_no_moment_is_refused(self, storage: KeyValue, moment: Any) -> None:
        with pytest.raises(UsageError, match="a moment is a datetime"):
            storage.put("key", 1, expires=moment)
        with pytest.raises(UsageError, match="a moment is a datetime"):
            storage.put_many({"first": Write(1), "key": Write(1, moment)})
        assert storage.get("first") is None
        with pytest.raises(UsageError, match="a moment is a datetime"):
            storage.updated(before=moment)
        assert storage.get("key") is None

    def test_what_has_expired_is_removed_once(self, storage: KeyValue, kind: Kind) -> None:
        storage.put_many({f"key:{n}": Write(n, START + n * SECOND) for n in range(1, 11)})
        kind.clock.forward(4 * SECOND)
        assert storage.remove_expired() == 4
        assert storage.remove_expired() == 0
        assert len(storage.scan()) == 6

    def test_a_moment_in_another_zone_is_that_moment(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("key", 1, expires=(START + SECOND).astimezone(timezone(timedelta(hours=9))))
        assert storage.get("key").expires == START + SECOND
        kind.clock.forward(SECOND)
        assert storage.get("key") is None

    def test_a_clock_that_is_set_back_brings_nothing_back(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("gone", 1, expires=START + SECOND)
        kind.clock.forward(2 * SECOND)
        storage.put("key", 1)
        kind.clock.now = START - timedelta(days=1)
        assert storage.get("gone") is None
        storage.put("key", 2)
        assert storage.get("key").updated == START + 2 * SECOND

    def test_a_clock_that_is_behind_makes_nothing_look_older(self, storage: KeyValue, kind: Kind) -> None:
        if kind.alone:
            pytest.skip("this storage has one clock")
        storage.put_many({"key": Write(1), "many": Write(1), "gone": Write(1, START + SECOND)})
        behind = kind.opened(Hands(START - timedelta(hours=1)))
        put = behind.put("key", 2)
        assert put == storage.get("key") == Item("key", 2, START, START, None)
        assert behind.change("key", lambda _: Write(3)).updated == START
        behind.put_many({"many": Write(2)})
        kind.clock.forward(SECOND)
        behind.put("gone", 2)
        assert [item.key for item in storage.updated(after=START)] == ["gone", "key", "many"]
        behind.close()

    # Changing

    def test_what_is_no_write_is_refused(self, storage: KeyValue) -> None:
        storage.put("key", 1)
        for wrong in (2, (2, None), {"value": 2}):
            with pytest.raises(UsageError, match=r"is a Write\(value\), or None, not a"):
                storage.change("key", lambda _, wrong=wrong: wrong)
            with pytest.raises(UsageError, match=r"is a Write\(value\), or None, not a"):
                storage.put_many({"first": Write(1), "key": wrong})
        with pytest.raises(UsageError, match="a dictionary of keys"):
            storage.put_many([("key", Write(2))])
        assert [(item.key, item.value) for item in storage.scan()] == [("key", 1)]

    def test_a_change_is_given_what_stands_there(self, storage: KeyValue, kind: Kind) -> None:
        assert storage.change("key", lambda item: Write([] if item is None else 1)).value == []
        kind.clock.forward(SECOND)
        later = START + 5 * SECOND
        changed = storage.change("key", lambda item: Write([*item.value, "more"], later))
        assert changed == Item("key", ["more"], START, START + SECOND, later) == storage.get("key")

    def test_a_change_can_delete(self, storage: KeyValue) -> None:
        storage.put("key", 1)
        assert storage.change("key", lambda _: None) is None
        assert storage.get("key") is None
        assert storage.change("key", lambda _: None) is None

    def test_a_change_that_fails_changes_nothing(self, storage: KeyValue) -> None:
        storage.put("key", 1)
        with pytest.raises(ZeroDivisionError):
            storage.change("key", lambda _: Write(1 // 0))
        with pytest.raises(FileNotFoundError):
            storage.change("key", lambda _: Write(Path("/nowhere").read_text()))
        with pytest.raises(UsageError):
            storage.change("key", lambda _: Write({1: 2}))
        assert storage.get("key").value == 1
        storage.put("key", 2)
        assert storage.get("key").value == 2

    def test_a_change_that_writes_is_refused_at_once(self, storage: KeyValue, kind: Kind) -> None:
        storage.put("key", 1)
        # Another object on the same storage is the same storage.
        reached = [storage] if kind.alone else [storage, kind.opened(kind.clock)]
        later = START + 10 * SECOND
        writes: list[Callable[[KeyValue], object]] = [
            lambda here: here.put("key", 2),
            lambda here: here.put_many({"other": Write(2)}),
            lambda here: here.change("other", lambda _: Write(2)),
            lambda here: here.touch("key", later),
            lambda here: here.delete("key"),
            lambda here: here.delete_prefix(""),
        ]
        began = time.monotonic()
        for here in reached:
            for write in writes:

                def also_writes(item: Item | None, here: KeyValue = here, write: Any = write) -> Write:
                    assert storage.get("key") is not None  # to read is no harm
                    write(here)
                    return Write(3)

                with pytest.raises(UsageError, match="must only answer"):
                    storage.change("key", also_writes)
        assert time.monotonic() - began < 8
        assert [(item.key, item.value) for item in storage.scan()] == [("key", 1)]
        assert storage.change("key", lambda _: Write(4)).value == 4

    # Closed

    def test_a_closed_storage_refuses_every_call(self, storage: KeyValue) -> None:
        storage.put("key", 1)
        storage.close()
        calls: list[Callable[[], object]] = [
            lambda: storage.get("key"),
            lambda: storage.get_many([]),
            lambda: storage.put("key", 2),
            lambda: storage.put_many({}),
            lambda: storage.change("key", lambda _: None),
            lambda: storage.touch("key", None),
            lambda: storage.delete("key"),
            lambda: storage.delete_prefix(""),
            storage.scan,
            storage.updated,
            storage.remove_expired,
        ]
        for call in calls:
            with pytest.raises(UsageError, match=r"this \w+Storage is closed"):
                call()
        storage.close()

    # Many at once

    def test_threads_lose_no_increment(self, storage: KeyValue, kind: Kind) -> None:
        threads = [
            threading.Thread(target=_increment, args=(storage, kind.increments // 4)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert storage.get("counter").value == kind.increments // 4 * 4

    def test_processes_lose_no_increment(self, storage: KeyValue, kind: Kind) -> None:
        if kind.alone:
            pytest.skip("this storage is gone with its process")
        context = multiprocessing.get_context("fork")
        writers = [
            context.Process(target=_opened_and_incremented, args=(kind, kind.increments // 4))
            for _ in range(4)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        assert [writer.exitcode for writer in writers] == [0] * 4
        assert storage.get("counter").value == kind.increments // 4 * 4

    def test_it_is_all_there_when_it_is_opened_again(self, storage: KeyValue, kind: Kind) -> None:
        if kind.alone:
            pytest.skip("this storage is gone with its process")
        storage.put_many({f"key:{n}": Write(n, START + n * SECOND) for n in range(1, 5)})
        storage.touch("key:1", START + 10 * SECOND)
        before = storage.scan()
        storage.close()
        storage.close()
        again = kind.opened(kind.clock)
        assert again.scan() == before
        kind.clock.forward(3 * SECOND)
        assert again.remove_expired() == 2
        assert [item.key for item in again.scan()] == ["key:1", "key:4"]

    def test_a_killed_writer_loses_nothing_that_was_acknowledged(self, storage: KeyValue, kind: Kind) -> None:
        if kind.alone:
            pytest.skip("this storage is gone with its process")
        context = multiprocessing.get_context("fork")
        for round_ in range(3):
            reader, writer_end = context.Pipe(duplex=False)
            writer = context.Process(target=_write_until_killed, args=(kind, writer_end, round_))
            writer.start()
            writer_end.close()
            assert reader.poll(60)  # it has begun
            time.sleep(random.Random(round_).uniform(0.05, 0.25))
            os.kill(writer.pid or 0, signal.SIGKILL)
            writer.join(30)
            acknowledged = -1
            while reader.poll():
                try:
                    acknowledged = reader.recv()
                except EOFError:
                    break
            written = [item.value for item in storage.scan(f"round:{round_}:")]
            # One more may have been written than was told of; each is whole.
            assert len(written) - acknowledged in (1, 2)
            assert written == [{"number": n, "text": "x" * 3000} for n in range(len(written))]
            assert storage.put("after", round_).value == round_
            pair = storage.get_many(["one", "other"])
            assert pair["one"].value == pair["other"].value


def _increment(storage: KeyValue, times: int) -> None:
    for _ in range(times):
        storage.change("counter", lambda item: Write(item.value + 1 if item else 1))


def _opened_and_incremented(kind: Kind, times: int) -> None:
    storage = kind.opened(kind.clock)
    _increment(storage, times)
    storage.close()


def _write_until_killed(kind: Kind, told: Any, round_: int) -> None:
    storage = kind.opened(kind.clock)
    for number in range(10_000):
        storage.put_many({"one": Write([round_, number]), "other": Write([round_, number])})
        storage.put(f"round:{round_}:{number:05}", {"number": number, "text": "x" * 3000})
        told.send(number)
