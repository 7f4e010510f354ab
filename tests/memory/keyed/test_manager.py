"""Keyed memory for applications, on every storage that needs no server."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from store.keyvalue.conformance import SECOND, START, Hands

from lsp_server.errors import UsageError
from lsp_server.memory.keyed.applications import ConversationMemory, LearningMemory, UserPreferences
from lsp_server.memory.keyed.async_manager import AsyncMemoryManager
from lsp_server.memory.keyed.manager import MemoryManager
from lsp_server.store.keyvalue.in_memory import InMemoryStorage


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture(params=["memory", "file"])
def memory(request: pytest.FixtureRequest, tmp_path: Path, clock: Hands) -> MemoryManager:
    return MemoryManager("memory:" if request.param == "memory" else tmp_path / "values", clock=clock)


def test_a_value_is_kept_under_a_key_or_an_owner_and_a_kind(memory: MemoryManager) -> None:
    memory.store("user_123", "preference", {"theme": "dark", "language": "en"})
    memory.store("test_key", {"value": 123})
    assert memory.retrieve("user_123", "preference") == {"theme": "dark", "language": "en"}
    assert memory.retrieve("user_123:preference") == {"theme": "dark", "language": "en"}
    assert memory.retrieve("test_key") == {"value": 123}
    assert memory.delete("user_123", "preference") == 1
    assert memory.retrieve("user_123", "preference") is None


def test_an_update_merges_at_every_depth(memory: MemoryManager) -> None:
    memory.store("user:1", {"theme": "dark", "editor": {"tabs": 4, "font": {"size": 12}}})
    now = memory.update("user:1", {"theme": "light", "editor": {"font": {"name": "Mono"}, "tabs": None}})
    assert now == {"theme": "light", "editor": {"tabs": None, "font": {"size": 12, "name": "Mono"}}}
    assert memory.retrieve("user:1") == now
    assert memory.update("user", "2", {"a": 1}) == {"a": 1} == memory.retrieve("user:2")


def test_an_update_keeps_the_expiry(memory: MemoryManager, clock: Hands) -> None:
    memory.store("key", {"a": 1}, ttl=10)
    memory.update("key", {"b": 2})
    clock.forward(9 * SECOND)
    assert memory.retrieve("key") == {"a": 1, "b": 2}
    clock.forward(SECOND)
    assert memory.retrieve("key") is None


def test_an_update_of_what_is_no_dictionary_is_refused(memory: MemoryManager) -> None:
    memory.store("key", [1])
    with pytest.raises(UsageError, match="holds a list"):
        memory.update("key", {"a": 1})
    with pytest.raises(UsageError, match="merges a dictionary"):
        memory.update("key", [2])
    assert memory.retrieve("key") == [1]


def test_a_value_can_be_for_some_time(memory: MemoryManager, clock: Hands) -> None:
    memory.store("temp_key", "value", ttl=1)
    memory.store("other", "value", ttl=timedelta(hours=1))
    clock.forward(2 * SECOND)
    assert memory.retrieve("temp_key") is None
    assert memory.retrieve("other") == "value"
    assert memory.cleanup() == 1
    assert memory.cleanup() == 0


def test_a_time_to_live_behind_all_dates_is_told_from_what_is_none(memory: MemoryManager) -> None:
    for ttl in (1e300, timedelta.max):
        with pytest.raises(UsageError, match="leave it out, and the value stays"):
            memory.store("key", 1, ttl=ttl)
    assert memory.keys() == []


@pytest.mark.parametrize("ttl", [0, -1, float("nan"), float("inf"), 1e300, "1h", timedelta(0)])
def test_a_time_to_live_that_is_none_is_refused(memory: MemoryManager, ttl: object) -> None:
    with pytest.raises(UsageError, match="ttl"):
        memory.store("key", 1, ttl=ttl)
    assert memory.keys() == []


def test_many_are_deleted_by_the_beginning_of_their_keys(memory: MemoryManager) -> None:
    for key in ("session:42:history", "session:42:state", "session:421:history", "session:4"):
        memory.store(key, 1)
    assert memory.delete("session:42:*") == 2
    assert memory.keys() == ["session:4", "session:421:history"]
    assert memory.delete("session", "*") == 2


def test_old_sessions_are_found_and_removed(memory: MemoryManager, clock: Hands) -> None:
    for session in ("1", "2", "3"):
        memory.store(f"session:{session}", "history", [])
        memory.store(f"session:{session}:state", {})
        clock.forward(timedelta(days=20))
    memory.store("session:1:state", {"again": True})
    cutoff = clock.now - timedelta(days=30)
    assert memory.query_by_timestamp(before=cutoff) == [
        "session:1:history",
        "session:2:history",
        "session:2:state",
    ]
    old = memory.query_by_timestamp(before=cutoff, namespace="session")
    assert old == ["2"]
    for session in old:
        memory.delete(f"session:{session}:*")
    assert memory.keys() == [
        "session:1:history", "session:1:state", "session:3:history", "session:3:state",
    ]  # fmt: skip
    assert memory.query_by_timestamp(after=cutoff, before=clock.now) == [
        "session:3:history",
        "session:3:state",
    ]


def test_a_moment_without_a_zone_is_local_time() -> None:
    memory = MemoryManager()
    memory.store("key", 1)
    assert memory.query_by_timestamp(before=datetime.now() - timedelta(minutes=1)) == []
    assert memory.query_by_timestamp(before=datetime.now() + timedelta(minutes=1)) == ["key"]


def test_what_is_missing_has_a_default_by_key_or_pattern() -> None:
    memory = MemoryManager(
        defaults={
            "user:*:preferences": {"theme": "light"},
            "user:1:preferences": {"theme": "own"},
            "limit": 5,
        }
    )
    assert memory.retrieve("user:1:preferences") == {"theme": "own"}
    assert memory.retrieve("user:2", "preferences") == {"theme": "light"}
    assert memory.retrieve("user:2:more:preferences") is None
    assert memory.retrieve("limit") == 5
    assert memory.retrieve("limit", default=6) == 6
    memory.retrieve("user:2:preferences")["theme"] = "changed"
    assert memory.retrieve("user:2:preferences") == {"theme": "light"}
    memory.store("limit", None)
    assert memory.retrieve("limit") is None


def test_a_namespace_is_the_same_memory_from_below_a_name(memory: MemoryManager) -> None:
    user = memory.namespace("user:123")
    user.store("preferences", {"theme": "dark"}, ttl=60)
    user.namespace("sessions").store("1", "x")
    memory.store("user:1234:preferences", {})
    assert memory.retrieve("user:123:preferences") == {"theme": "dark"}
    assert user.keys() == ["preferences", "sessions:1"]
    assert user.query_by_timestamp(namespace="sessions") == ["1"]
    assert user.update("preferences", {"a": 1}) == {"theme": "dark", "a": 1}
    assert user.delete("*") == 2
    assert memory.keys() == ["user:1234:preferences"]


def test_a_name_that_names_no_storage_is_refused() -> None:
    for name in ("nowhere", "file:", "memory:x", "redis:6379"):
        with pytest.raises(UsageError, match="names no storage"):
            MemoryManager(name)


@pytest.mark.parametrize(
    ("storage", "said"),
    [
        ("", "'' names no storage"),
        (42, "int is no storage"),
        ({}, "dict is no storage.* lacks get_many, put, put_many and 8 more"),
        (InMemoryStorage, "InMemoryStorage is a class"),
    ],
)
def test_an_object_that_is_no_storage_is_refused_at_once(storage: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        MemoryManager(storage)


def test_names_that_are_no_text_or_empty_are_refused(memory: MemoryManager) -> None:
    wrong: Any = 42
    for call in (memory.keys, memory.items, memory.namespace, memory.delete, memory.retrieve):
        with pytest.raises(UsageError, match="text, not int"):
            call(wrong)
    with pytest.raises(UsageError, match="second part is text, not dict"):
        memory.retrieve("key", {})  # type: ignore[arg-type]  # as with `dict.get`
    user = memory.namespace("user")
    user.store("name", "Ada")
    for name in ("", ":"):
        with pytest.raises(UsageError, match="at least one character"):
            memory.namespace(name)
        with pytest.raises(UsageError, match="at least one character"):
            memory.query_by_timestamp(namespace=name)
    with pytest.raises(UsageError, match="at least one character"):
        user.store("", 1)
    assert memory.keys() == ["user:name"]


def test_keys_are_listed_by_what_they_are_deleted_by(memory: MemoryManager) -> None:
    memory.store("user:1:name", "Ada")
    memory.store("session:1", 1)
    assert memory.keys("user:*") == memory.keys("user:") == ["user:1:name"]
    assert memory.namespace("user").keys("*") == ["1:name"]


def test_any_storage_will_do() -> None:
    storage = InMemoryStorage()
    MemoryManager(storage).store("key", 1)
    assert storage.get("key").value == 1


def test_preferences_have_defaults(memory: MemoryManager) -> None:
    preferences = UserPreferences(memory, {"theme": "light", "language": "en"})
    assert preferences.get_preference("user:1", "theme") == "light"
    preferences.set_preference("user:1", "theme", "dark")
    assert preferences.get_preference("user:1", "theme") == "dark"
    assert preferences.get_preference("user:1", "unknown") is None
    assert preferences.all("user:1") == {"theme": "dark", "language": "en"}
    assert memory.retrieve("user:1", "preferences") == {"theme": "dark"}


def test_a_default_that_somebody_changes_is_nobody_elses() -> None:
    given: dict[str, Any] = {"languages": ["en"]}
    preferences = UserPreferences(MemoryManager(), defaults=given)
    preferences.get_preference("one", "languages").append("de")
    preferences.all("two")["languages"].append("fr")
    given["languages"].append("it")
    assert preferences.get_preference("three", "languages") == ["en"]
    with pytest.raises(UsageError, match="is a set"):
        UserPreferences(MemoryManager(), defaults={"languages": {"en"}})


def test_preferences_that_many_set_at_once_are_all_kept(memory: MemoryManager) -> None:
    preferences = UserPreferences(memory)
    threads = [
        threading.Thread(target=preferences.set_preference, args=("user:1", f"key{n}", n)) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(preferences.all("user:1")) == 20


def test_a_conversation_gives_its_last_messages(memory: MemoryManager) -> None:
    conversation = ConversationMemory(memory)
    for number in range(12):
        conversation.add_message("session:1", "user", f"message {number}")
    context = conversation.get_context("session:1", last_n=3)
    assert [message["content"] for message in context] == ["message 9", "message 10", "message 11"]
    assert context[0]["role"] == "user"
    assert context[0]["timestamp"].utcoffset() == timedelta(0)
    assert len(conversation.get_context("session:1")) == 10
    assert conversation.get_context("session:1", last_n=0) == []
    assert conversation.get_context("session:2") == []


def test_a_conversation_can_be_bounded(memory: MemoryManager) -> None:
    conversation = ConversationMemory(memory, most=2)
    for number in range(3):
        conversation.add_message("session:1", "user", number)
    assert [message["content"] for message in conversation.get_context("session:1")] == [1, 2]


def test_patterns_tell_what_is_done_most_and_how_it_ends(memory: MemoryManager) -> None:
    learning = LearningMemory(memory)
    for action, success in (
        ("search", True),
        ("search", False),
        ("open", True),
        ("search", None),
        ("close", None),
    ):
        learning.record_interaction("user:1", action, {} if success is None else {"success": success})
    patterns = learning.get_patterns("user:1", limit=2)
    assert patterns["interactions"] == 5
    assert patterns["success_rate"] == pytest.approx(2 / 3)
    assert patterns["common_actions"] == [
        {"action": "search", "count": 3, "success_rate": 0.5},
        {"action": "close", "count": 1, "success_rate": None},
    ]
    assert learning.get_patterns("user:2") == {"interactions": 0, "common_actions": [], "success_rate": None}


async def test_everything_is_there_for_asyncio(clock: Hands) -> None:
    async with AsyncMemoryManager(MemoryManager(clock=clock)) as memory:
        await memory.store("user:1", "preferences", {"theme": "dark"}, ttl=60)
        await memory.store("key", 1)
        assert await memory.retrieve("user:1", "preferences") == {"theme": "dark"}
        assert await memory.update("user:1:preferences", {"a": 1}) == {"theme": "dark", "a": 1}
        assert await memory.change("key", lambda value: (value or 0) + 1) == 2
        assert await memory.keys() == ["key", "user:1:preferences"]
        assert [item.key for item in await memory.items("user:")] == ["user:1:preferences"]
        assert await memory.query_by_timestamp(before=START) == []
        clock.forward(timedelta(minutes=1))
        assert await memory.cleanup() == 1
        assert await memory.namespace("user").retrieve("1", "preferences", default="none") == "none"
        assert await memory.delete("*") == 1


async def test_an_item_has_its_times_and_the_key_of_its_namespace() -> None:
    memory = MemoryManager()
    memory.store("user:1", "name", "Ada", ttl=60)
    item = memory.namespace("user:1").item("name")
    assert item is not None
    assert (item.key, item.value) == ("name", "Ada")
    assert item.expires is not None
    assert item.created == item.updated < item.expires
    assert await AsyncMemoryManager(memory).item("user:1", "name") == memory.item("user:1:name")
    assert memory.item("user:2:name") is None


def test_defaults_and_results_that_are_no_dictionaries_are_refused(memory: MemoryManager) -> None:
    for defaults in ([1], {1: "one"}, {"": 1}):
        with pytest.raises(UsageError, match=r"defaults are a dictionary|a key"):
            MemoryManager(defaults=defaults)
    with pytest.raises(UsageError, match="the result of an action is a dictionary, not a bool"):
        LearningMemory(memory).record_interaction("user:1", "search", True)
    assert memory.keys() == []
