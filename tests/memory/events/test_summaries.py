"""A day that is over leaves one memory of what all the others were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from memory.events.published import Hands, by_hand, on_branch, segments, solve
from support import Repo

from lsp_server import EventMemory, Journal, Memory


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def events(repo: Repo, clock: Hands) -> Iterator[EventMemory]:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        with EventMemory(memory, clock=clock, publish_every=None) as events:
            yield events


def summaries(repo: Repo) -> list[dict[str, Any]]:
    return [event for event in on_branch(repo) if event["type"] == "summary"]


def fill(events: EventMemory, clock: Hands) -> None:
    """A day with a hundred requests, three errors of two groups, and what nobody owns."""
    for number in range(100):
        events.create_memory(
            "GET /users",
            memory_type="metric",
            owner="web",
            metadata={"ms": float(number + 1), "endpoint": "GET /users", "kind": "request"},
        )
    clock.forward(hours=1)
    for group in ("a1b2", "a1b2", "c3d4"):
        events.create_memory("Timeout", memory_type="error", owner="worker-1", metadata={"group": group})
    events.create_memory("Deployed")
    clock.forward(hours=2)
    events.create_memory("Signed out", memory_type="user_action", owner="web")


def test_a_day_that_is_over_is_told_with_numbers(events: EventMemory, clock: Hands, repo: Repo) -> None:
    fill(events, clock)
    assert events.publish() == 0  # nothing chosen, and the day goes on
    clock.forward(days=1)
    assert events.publish() == 1
    assert repo.git("log", "-1", "--format=%B", "memory").splitlines() == [
        "events: 1 summary",
        "",
        "- summary: 2026-11-21: 105 events, 3 errors",
    ]
    (told,) = summaries(repo)
    assert told["created"] == "2026-11-21T23:59:59.999999+00:00"
    assert told["metadata"] == {
        "day": "2026-11-21",
        "types": {"metric": 100, "error": 3, "event": 1, "user_action": 1},
        "owners": {"web": 101, "worker-1": 3},
        "groups": {"a1b2": 2, "c3d4": 1},
        "endpoints": {"GET /users": {"n": 100, "p50": 50.0, "p95": 95.0}},
        "first": "2026-11-21T10:00:00+00:00",
        "last": "2026-11-21T13:00:00+00:00",
    }
    (found,) = events.memories("summary")
    assert found.metadata["types"] == told["metadata"]["types"]


def test_a_duration_that_stands_for_others_weighs_as_much_as_they(
    events: EventMemory, clock: Hands, repo: Repo
) -> None:
    def measured(endpoint: str, ms: float, **more: float) -> None:
        about = {"ms": ms, "endpoint": endpoint, **more}
        events.create_memory(endpoint, memory_type="metric", metadata=about)

    for number in range(10):
        measured("GET /busy", 100.0 + number)
    measured("GET /busy", 5.0, count=90, total=400.0)
    for number in range(19):
        measured(f"GET /{number}", 400.0)
    measured("GET /short", 350.0)
    clock.forward(days=1)
    events.publish()
    (told,) = summaries(repo)
    assert told["metadata"]["endpoints"]["GET /busy"] == {"n": 100, "p50": 5.0, "p95": 104.0}
    assert "GET /short" not in told["metadata"]["endpoints"]  # the 21st by what they took together


def test_a_day_has_one_summary(events: EventMemory, clock: Hands, repo: Repo) -> None:
    fill(events, clock)
    clock.forward(days=1)
    assert events.publish() == 1
    tip = repo.git("rev-parse", "memory")
    assert events.publish() == events.publish_quietly() == 0
    for file in events.directory.glob("index.sqlite3*"):
        file.unlink()
    with EventMemory(repo.root, clock=clock, publish_every=None) as again:
        assert again.publish() == 0
    assert repo.git("rev-parse", "memory") == tip


def test_every_day_that_is_over_is_told_and_a_day_of_nothing_is_not(
    events: EventMemory, clock: Hands, repo: Repo
) -> None:
    for days in (1, 3, 20):
        events.create_memory("Something", memory_type="order.placed")
        clock.forward(days=days)
    events.create_memory("Today", memory_type="order.placed")
    assert events.publish() == 3
    assert [told["metadata"]["day"] for told in summaries(repo)] == ["2026-11-21", "2026-11-22", "2026-11-25"]
    clock.forward(days=1)
    assert events.publish() == 1  # neither does a summary make a day's summary
    assert [path[:14] for path in segments(repo)] == ["events/2026/11", "events/2026/12"]


def test_a_colleagues_events_are_counted_by_the_colleague(
    events: EventMemory, clock: Hands, repo: Repo, tmp_path: Path
) -> None:
    solve(events, "Ours")
    assert events.publish() == 1
    line = {"created": "2026-11-20T10:00:00+00:00", "type": "solution", "title": "Theirs", "id": "f00dcafe-1"}
    by_hand(
        repo,
        tmp_path / "theirs",
        lambda tree: tree.write("events/2026/11/f00dcafe.jsonl", json.dumps(line) + "\n"),
    )
    assert [memory.title for memory in events.memories()] == ["Theirs", "Ours"]
    clock.forward(days=1)
    assert events.publish() == 1
    (told,) = summaries(repo)
    assert (told["metadata"]["day"], told["metadata"]["types"]) == ("2026-11-21", {"solution": 1})


def test_whoever_chooses_no_summaries_has_none(repo: Repo, clock: Hands, events: EventMemory) -> None:
    fill(events, clock)
    clock.forward(days=1)
    repo.git("config", "memory.eventTypes", "solution")
    with EventMemory(repo.root, clock=clock, publish_every=None) as asked_for_less:
        assert asked_for_less.publish() == 0
    assert segments(repo) == []


def test_a_summary_that_much_would_be_read_for_waits_for_who_has_time(
    events: EventMemory, clock: Hands, repo: Repo
) -> None:
    event = {"created": clock().isoformat(), "type": "event", "title": "Large", "content": "word " * 100_000}
    with Journal(events.directory) as journal:
        journal.append_many({**event, "id": f"{number:08}"} for number in range(20))
    clock.forward(days=1)
    assert events.publish_quietly() == 0
    assert summaries(repo) == []
    assert events.publish() == 1
    assert summaries(repo)[0]["metadata"]["types"] == {"event": 20}


def test_an_event_of_before_1970_has_its_day(events: EventMemory, clock: Hands, repo: Repo) -> None:
    clock.now = datetime(1969, 7, 20, 20, tzinfo=timezone.utc)
    with EventMemory(repo.root, clock=clock, publish_every=None) as early:
        early.create_memory("Landed")
        clock.forward(days=1)
        assert early.publish() == 1
    assert summaries(repo)[0]["metadata"]["day"] == "1969-07-20"
