"""Trends, the endpoint that takes most time, and what came of optimisations."""

from __future__ import annotations

import math
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from memory.learning.streams import at, seen_at

from lsp_server import EventMemory
from lsp_server.memory.events.model import TypedMemory, made
from lsp_server.memory.learning import speed, trends
from lsp_server.memory.learning.gathering import gathered
from lsp_server.memory.learning.model import TRENDS, Standing, key_of
from lsp_server.memory.learning.offering import offer
from lsp_server.memory.learning.speed_seen import with_speed
from lsp_server.memory.performance.results import EndpointStats, Trend
from lsp_server.records.model import Kind, Record

BEFORE, AFTER = 50.0, 80.0


def trend(direction: str = "slower", **more: Any) -> Trend:
    told = {
        "endpoint": "GET /pay",
        "kind": "request",
        "direction": direction,
        "before": BEFORE,
        "after": AFTER,
        "shift_ms": 30.0,
        "shift": 0.6,
        "low": 0.4,
        "high": 0.8,
        "p": 1e-6,
        "n_before": 5000,
        "n_after": 700,
        "since": at(9),
    }
    return Trend(**{**told, **more})


def stats(p50: float, n: int = 700, endpoint: str = "GET /pay") -> EndpointStats:
    return EndpointStats(endpoint, "request", n, p50, 2 * p50, 3 * p50, n * p50, 0, 0.0, (0.0, 0.01))


def standing(last: float = 10) -> Standing:
    record = Record("5d2f", Kind.LEARNING, "GET /pay is slower", "LEARN-5d2f", at(9), "learnings/x.md")
    figures = {"direction": "slower", "before-ms": "50.0", "now-ms": "80.0"}
    return Standing(
        record, TRENDS, key_of(TRENDS, "GET /pay", "request"), at(9), at(last), 1, figures=figures
    )


def test_a_trend_is_told_when_it_was_seen_twice() -> None:
    assert trends.find(seen_at(at(10), trends=[trend()]), []) == []
    other_way = seen_at(at(10), trends=[trend()], earlier_trends=[trend("faster")])
    assert trends.find(other_way, []) == []
    (found,) = trends.find(seen_at(at(10), trends=[trend()], earlier_trends=[trend()]), [])
    assert found.title == "GET /pay is 60% slower: 80.0 ms"
    assert found.figures == {"direction": "slower", "before-ms": 50.0, "now-ms": 80.0}


def test_a_trend_ends_when_it_is_as_before_or_has_become_the_usual_and_not_for_a_gap() -> None:
    def told(day: float, *endpoints: EndpointStats, trends_now: tuple[Trend, ...] = ()) -> list[str]:
        seen = seen_at(at(day), endpoints=endpoints, trends=trends_now)
        return [one.why for one in trends.find(seen, [standing()])]

    assert told(10.2, stats(AFTER), trends_now=(trend(),)) == [""]  # it lasts; once is enough now
    assert told(10.2, stats(BEFORE)) == []  # for an hour only
    assert told(12, stats(BEFORE, n=3)) == []  # too few to tell
    assert told(12, stats(65.0)) == []  # between the two
    assert told(12, stats(52.0)) == ["as before again: 52.0 ms, 50.0 ms before it changed"]
    assert told(17, stats(AFTER)) == ["so for more than a week: 80.0 ms is the usual now"]


def test_the_endpoint_that_takes_most_of_the_time_stands_out() -> None:
    small = [stats(20.0, endpoint="GET /"), stats(30.0, endpoint="GET /users")]
    (found,) = speed.find_slowest(seen_at(at(3, 1), yesterday=[stats(300.0), *small]), [])
    assert found.endpoint == "GET /pay"
    assert found.title == "GET /pay takes most of the time: a median of 300 ms"
    assert "86% of what all endpoints" in found.summary
    assert speed.find_slowest(seen_at(at(3, 1), yesterday=[stats(40.0), *small]), []) == []
    assert speed.find_slowest(seen_at(at(3, 1), yesterday=[stats(300.0)]), []) == []  # among what?


def durations(begin: float, days: float, median: float, chance: random.Random) -> list[TypedMemory]:
    found = []
    for n in range(int(days * 24 * 12)):
        ms = median * math.exp(chance.gauss(0, 0.4))
        metadata = {"ms": ms, "endpoint": "GET /pay", "kind": "request", "outcome": "success"}
        found.append(
            made(
                "GET /pay",
                memory_type="metric",
                metadata=metadata,
                created=at(begin) + timedelta(minutes=5 * n),
            )
        )
    return found


@pytest.mark.parametrize(("after", "told"), [(60.0, ["faster"]), (100.0, [])])
def test_whether_an_optimisation_helped_is_told_a_day_later(
    tmp_path: Path, after: float, told: list[str]
) -> None:
    pytest.importorskip("scipy")
    chance = random.Random(1)
    with EventMemory(f"dir:{tmp_path}") as events:
        events.keep([*durations(0, 5, 100.0, chance), *durations(5, 1.2, after, chance)])
        metadata = {"endpoint": "GET /pay"}
        events.keep([made("An index", memory_type="optimisation", metadata=metadata, created=at(5))])
        nameless = {"endpoint": " "}  # somebody typed it
        events.keep([made("Of nothing", memory_type="optimisation", metadata=nameless, created=at(5))])
        remarks: list[str] = []
        early = with_speed(gathered(events, at(5.5), 24), events, remarks)
        assert early.remedies == []
        seen = with_speed(gathered(events, at(6.1), 24), events, remarks)
        found = speed.find_helped(seen, [])
        assert remarks == []
        assert [one.title.split(":")[0] for one in found] == ["An index"] * len(told)
        assert all("it helped" in one.summary for one in found)


def test_what_could_be_faster_is_offered_where_its_endpoint_comes_up(tmp_path: Path) -> None:
    from lsp_server import PerformanceMemory

    small = [stats(20.0, endpoint="GET /"), stats(30.0, endpoint="GET /users")]
    found = speed.find_slowest(seen_at(at(3, 1), yesterday=[stats(300.0), *small]), [])
    found += trends.find(seen_at(at(10), trends=[trend()], earlier_trends=[trend()]), [])
    with EventMemory(f"dir:{tmp_path}") as events:
        offer(events, found)
        (insight,) = events.memories("insight")
        assert insight.metadata["finder"] == "trends"
        with PerformanceMemory(events) as performance:
            assert [one.title for one in performance.optimisations("GET /pay")] == [found[0].title]
