"""Memories by time, by id, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from lsp_server import AsyncEventMemory, EventMemory, UsageError

START = datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventMemory]:
    """Ten memories a minute apart, of two types and three owners."""
    moments = iter(START + timedelta(minutes=number) for number in range(100))
    where = f"dir:{tmp_path_factory.mktemp('events')}"
    with EventMemory(where, clock=lambda: next(moments)) as events:
        events.create_memories(
            {
                "title": f"Memory {number}",
                "type": "error" if number % 2 else "metric",
                "owner": f"worker-{number % 3}",
                "tags": ["even" if number % 2 == 0 else "odd", f"n{number}"],
            }
            for number in range(10)
        )
        yield events


def _titles(events: EventMemory, **asked: object) -> list[int]:
    return [int(memory.title.split()[1]) for memory in events.memories(**asked)]  # type: ignore[arg-type]  # any


def test_memories_come_the_oldest_first(events: EventMemory) -> None:
    assert _titles(events) == list(range(10))
    assert _titles(events, newest_first=True) == list(range(9, -1, -1))


def test_a_stretch_of_time_has_its_beginning_and_not_its_end(events: EventMemory) -> None:
    since, until = START + timedelta(minutes=2), START + timedelta(minutes=5)
    assert _titles(events, since=since, until=until) == [2, 3, 4]
    assert _titles(events, since=since.replace(tzinfo=None), until=until.astimezone()) == [2, 3, 4]
    assert _titles(events, since=until, until=since) == []


def test_what_is_asked_for_is_narrowed_by_type_owner_and_all_tags(events: EventMemory) -> None:
    assert _titles(events, memory_type="system_error") == [1, 3, 5, 7, 9]
    assert _titles(events, memory_type="error", owner="worker-0") == [3, 9]
    assert _titles(events, tags=["odd"], limit=2) == [1, 3]
    assert _titles(events, tags=["odd", "n3"]) == [3]
    assert _titles(events, tags=["odd", "n2"]) == []
    assert _titles(events, limit=2, newest_first=True) == [9, 8]


def test_a_memory_is_found_by_its_id_or_the_beginning_of_it(events: EventMemory) -> None:
    for memory in events.memories():
        assert events.memory(memory.id) == memory
        assert events.memory(memory.id[:6]) == memory
        assert events.memory(memory.id[:13]) == memory
        assert events.memory(memory.id[:5]) is None
        assert events.memory(memory.id + "0") is None
    assert events.memory("") is None
    assert events.memory("nothing-of-that-name") is None


def test_memories_are_counted_by_type(events: EventMemory) -> None:
    assert events.counts() == {"error": 5, "metric": 5}
    assert events.counts(since=START + timedelta(minutes=7)) == {"error": 2, "metric": 1}
    assert events.counts(until=START + timedelta(minutes=1)) == {"metric": 1}
    assert events.counts(since=START + timedelta(days=1)) == {}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "yesterday"}, "since must be a datetime, not str"),
        ({"limit": -1}, "limit is -1"),
        ({"tags": [3]}, "a tag must be text, not int"),
        ({"memory_type": "No Type"}, "is no type of memory"),
    ],
)
def test_what_cannot_be_asked_is_told(events: EventMemory, asked: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        events.memories(**asked)  # type: ignore[arg-type]  # wrong on purpose


async def test_the_same_is_asked_as_coroutines(events: EventMemory) -> None:
    asking = AsyncEventMemory(events)
    assert await asking.memories("error", tags=["n3"]) == events.memories("error", tags=["n3"])
    first = events.memories(limit=1)[0]
    assert await asking.memory(first.id) == first
    assert await asking.counts() == events.counts()
