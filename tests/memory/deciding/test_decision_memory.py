"""Programs decide, record what came of it, and are told how often the like turned out well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

import pytest

from lsp_server import AsyncDecisionMemory, DecisionMemory, EventMemory, NotFoundError, UsageError

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


@pytest.fixture
def decisions(tmp_path: Path) -> Iterator[DecisionMemory]:
    with DecisionMemory(f"dir:{tmp_path / 'events'}", owner="planner") as opened:
        yield opened


def test_a_decision_is_an_event_with_its_confidence_and_its_grounds(decisions: DecisionMemory) -> None:
    made = decisions.decide(
        "Retry with backoff",
        "The bank is slow",
        confidence="70%",
        based_on=["p95 is 8 s"],
        due=NOW,
        tags=["bank"],
    )
    assert made.similar.n == 0
    kept = decisions.events.memory(made.memory.id)
    assert kept is not None
    assert (kept.memory_type, kept.owner, kept.tags) == ("decision", "planner", ("bank",))
    assert kept.metadata == {"confidence": 0.7, "based_on": ["p95 is 8 s"], "due": NOW}
    outcome = decisions.outcome(made.memory.id[:8], "success", "No timeouts since.")
    assert (outcome.memory_type, outcome.owner) == ("decision.outcome", "planner")
    assert outcome.metadata == {"decision": made.memory.id, "result": "success"}


def test_the_next_like_it_is_told_what_came_of_those_before(decisions: DecisionMemory) -> None:
    for title, result in (
        ("Retry payments with backoff", "success"),
        ("Retry payments at once", "failure"),
        ("Retry payments three times", "mixed"),
        ("Shard the orders", "success"),
        ("Retry payments later", None),
    ):
        made = decisions.decide(title, confidence=0.9)
        if result is not None:
            decisions.outcome(made.memory, result, f"It was a {result}.")
    similar = decisions.decide("Retry payments by night").similar
    assert (similar.n, similar.success_rate) == (3, 0.5)
    assert (similar.succeeded, similar.mixed, similar.failed) == (1, 1, 1)
    assert {one.note for one in similar.decisions} == {
        "It was a success.",
        "It was a failure.",
        "It was a mixed.",
    }
    assert len(decisions.similar("retry payments", limit=1).decisions) == 1
    assert decisions.similar("coffee").n == 0
    found = decisions.calibration()
    assert (found.n, found.ranges[0].n, found.success_rate) == (4, 4, 0.625)


def test_the_last_outcome_counts_whoever_recorded_it(decisions: DecisionMemory) -> None:
    made = decisions.decide("Retry payments").memory
    decisions.outcome(made, "success")
    assert decisions.similar("retry payments").succeeded == 1
    with DecisionMemory(f"dir:{decisions.events.directory}") as other:
        other.outcome(made.id, "failure")
    assert decisions.similar("retry payments").failed == 1


def test_due_decisions_are_those_without_an_outcome_the_longest_due_first(decisions: DecisionMemory) -> None:
    for hours in (1, 3, 2, -1):
        decisions.decide(f"Due {hours}", due=NOW - timedelta(hours=hours))
    decisions.decide("Never due")
    assert [one.title for one in decisions.due(NOW)] == ["Due 3", "Due 2", "Due 1"]
    assert [one.title for one in decisions.due(NOW.replace(tzinfo=None))] == ["Due 3", "Due 2", "Due 1"]
    decisions.outcome(decisions.due(NOW)[0], "mixed")
    assert [one.title for one in decisions.due(NOW)] == ["Due 2", "Due 1"]


def test_what_makes_no_sense_is_refused(decisions: DecisionMemory) -> None:
    error = decisions.events.create_memory("Timeout", memory_type="error")
    made = decisions.decide("Retry").memory
    for call, message in (
        (lambda: decisions.decide("x", confidence=2), "from 0 to 1"),
        (lambda: decisions.decide("x", due="tomorrow"), "must be a datetime"),  # type: ignore[arg-type]  # so
        (lambda: decisions.decide(""), "needs a title"),
        (lambda: decisions.decide("x", limit=-1), "limit is -1"),
        (lambda: decisions.outcome(made, "great"), "is one of success"),
        (lambda: decisions.outcome(error, "success"), "only a decision has an outcome"),
    ):
        with pytest.raises(UsageError, match=message):
            call()
    with pytest.raises(NotFoundError, match="there is no decision"):
        decisions.outcome("5d2f0c1e", "success")
    assert decisions.events.counts() == {"decision": 1, "error": 1}


def test_events_of_another_program_that_say_nothing_are_passed_over(decisions: DecisionMemory) -> None:
    for metadata in ({}, {"decision": "x", "result": "fine"}, {"decision": 7, "result": "success"}):
        decisions.events.create_memory("Odd", memory_type="decision.outcome", metadata=metadata)
    decisions.events.create_memory(
        "Odd", memory_type="decision", metadata={"confidence": "high", "due": "soon"}
    )
    assert decisions.similar("odd").n == 0
    assert decisions.due(NOW) == []
    assert decisions.calibration().n == 0


def test_it_is_there_for_asyncio_and_shares_the_events(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncDecisionMemory(EventMemory(f"dir:{tmp_path / 'events'}")) as decisions:
            made = await decisions.decide("Retry payments", confidence=0.5)
            await decisions.outcome(made.memory.id, "success")
            assert (await decisions.similar("payments")).n == 1
            assert await decisions.due() == []
            assert (await decisions.calibration()).brier == 0.25
            decisions.sync.events.close()

    asyncio.run(run())


def test_what_makes_no_sense_is_refused_in_one_line_and_nothing_is_kept(decisions: DecisionMemory) -> None:
    calls: list[tuple[Callable[[Any], object], object, str]] = [
        (lambda odd: decisions.decide("x", based_on=odd), 5, "name texts, or memories"),
        (lambda odd: decisions.decide("x", based_on=odd), b"ab", "name texts, or memories"),
        (lambda odd: decisions.decide("x", based_on=odd), ["a", 5], "name texts, or memories"),
        (lambda odd: decisions.decide("x", tags=odd), 5, "tags must be a list of texts"),
        (lambda odd: decisions.decide("x", tags=odd), [5], "a tag must be text"),
        (lambda odd: decisions.decide("x", metadata=odd), [1], "it must be a mapping"),
        (lambda odd: decisions.decide("x", due=odd), "soon", "it must be a datetime"),
        (cast("Any", decisions.due), "soon", "it must be a datetime"),
        (cast("Any", decisions.similar), 5, "it must be a text"),
    ]
    for call, odd, message in calls:
        with pytest.raises(UsageError, match=message):
            call(odd)
    assert decisions.events.memories() == []


def test_a_ground_may_be_a_memory_and_a_tag_a_text(decisions: DecisionMemory) -> None:
    seen = decisions.events.create_memory("p95 is 8 s", memory_type="insight")
    made = decisions.decide("Retry with backoff", based_on=[seen, "a feeling"], tags="bank").memory
    assert (made.metadata["based_on"], made.tags) == ([seen.id, "a feeling"], ("bank",))
    assert decisions.decide("Wait", based_on=seen).memory.metadata["based_on"] == [seen.id]
