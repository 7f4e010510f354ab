"""Rates, actions, solutions and decisions: told where they stand out, and hardly ever by chance."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

import pytest
from memory.learning.streams import at, seen_at

from lsp_server.memory.events.model import TypedMemory, made
from lsp_server.memory.learning import event_rates, outcomes, risky_actions
from lsp_server.memory.learning.chance import another_rate, larger_share, student
from lsp_server.memory.learning.model import RATES, Standing, key_of
from lsp_server.records.model import Kind, Record

LONG = bool(os.environ.get("GIT_MEMORY_STRESS"))


def days(*counts: int) -> list[dict[str, int]]:
    return [{"order.placed": count, "page_view": 500} for count in counts]


def rates(counts: Sequence[int], standing: Sequence[Standing] = ()) -> list[str]:
    seen = seen_at(at(14, 1), daily=days(*counts))
    return [f"{one.title}{'' if one.still else ': ' + one.why}" for one in event_rates.find(seen, standing)]


def test_the_tests_are_those_of_the_books() -> None:
    for free, value in ((1, 12.7062), (2, 4.30265), (5, 2.57058), (6, 2.44691), (13, 2.16037)):
        assert student(value, free) == pytest.approx(0.05, abs=1e-5)
    assert student(0.0, 7) == pytest.approx(1.0)
    assert larger_share(4, 4, 0, 4) == pytest.approx(1 / 70)  # Fisher's tea
    assert larger_share(3, 4, 1, 4) == pytest.approx(17 / 70)


def test_a_type_that_comes_much_more_or_less_often_than_on_any_day_before_is_told() -> None:
    usual = [100, 90, 110, 105, 95, 40, 45]
    assert rates([*usual, *usual, 900][-10:]) == ["order.placed comes much more often"]
    assert rates([*[100, 110, 95, 105] * 3, 0]) == ["order.placed comes much less often"]
    assert rates([*usual, 150]) == []
    assert rates([100, 90, 900]) == []  # too few days to know what is usual
    assert rates([1, 0, 2, 1, 0, 1, 2, 9]) == []  # too few events to say anything


def test_a_first_weekend_is_no_finding() -> None:
    assert rates([1000, 1010, 990, 1005, 995, 100]) == []
    assert rates([1000, 1010, 990, 1005, 995, 100, 110, 1000, 990, 1000, 1005, 998, 95]) == []


def test_a_rate_has_ended_when_it_is_as_usual_or_has_become_the_usual() -> None:
    def told(first: float, last: float) -> Standing:
        title = "order.placed comes much more often"
        record = Record("5d2f", Kind.LEARNING, title, "LEARN-5d2f", at(first), "learnings/x.md")
        figures = {"type": "order.placed", "usual-a-day": "100", "now-a-day": "900"}
        return Standing(record, RATES, key_of(RATES, "order.placed"), at(first), at(last), 1, figures=figures)

    before = [100, 90, 110, 105, 95, 100, 100, 900]
    title = "order.placed comes much more often"
    assert rates([*before, 120], [told(12, 12)]) == [
        f"{title}: as often as before again: 120 times on 2026-11-15"
    ]
    assert rates([*before, 800], [told(12, 12)]) == [title]
    assert rates([*before, 800], [told(6, 12)]) == [f"{title}: so for a week: that is the usual now"]


def visits(chance: random.Random, people: int, risk: dict[str, float]) -> list[TypedMemory]:
    found = []
    for person in range(people):
        when = at(1 + chance.random() * 5)
        for title in chance.sample(sorted(risk), 3):
            when = when.replace(minute=(when.minute + 1) % 60)
            made_by = {"owner": f"session-{person}", "created": when}
            found.append(made(title, memory_type="user_action", **made_by))  # type: ignore[arg-type]  # by name
            if chance.random() < risk[title]:
                found.append(made("TypeError: x", memory_type="ui_error", **made_by))  # type: ignore[arg-type]  # by name
    return found


def test_what_leads_to_errors_more_often_than_all_else_is_told() -> None:
    risk = {"Buy": 0.3, "Search": 0.02, "Basket": 0.02, "Home": 0.01}
    (found,) = risky_actions.find(seen_at(at(7, 1), *visits(random.Random(1), 200, risk)), [])
    assert found.title == "Buy leads to errors"
    assert found.count >= 20
    assert "people who did `Buy`" in found.summary


def test_an_error_of_the_same_moment_came_of_the_action() -> None:
    # Ids are random: were they what tells which came first, half of these would be lost.
    broken = [
        made(title, memory_type=kind, owner=f"session-{n}", created=at(2, 0, n))
        for n in range(40)
        for title, kind in (("TypeError: x", "ui_error"), ("Buy", "user_action"))
    ]
    fine = [
        made("Home", memory_type="user_action", owner=f"session-{n}", created=at(3, 0, n)) for n in range(40)
    ]
    (found,) = risky_actions.find(seen_at(at(7, 1), *broken, *fine), [])
    assert (found.title, found.count) == ("Buy leads to errors", 40)


def test_one_person_who_tries_again_and_again_is_one() -> None:
    stubborn = [
        made(title, memory_type=kind, owner="session-1", created=at(2, 0, n))
        for n in range(50)
        for title, kind in (("Buy", "user_action"), ("TypeError: x", "ui_error"))
    ]
    risk = dict.fromkeys(("Buy", "Search", "Basket", "Home"), 0.0)
    assert risky_actions.find(seen_at(at(7, 1), *stubborn, *visits(random.Random(1), 100, risk)), []) == []


def applied(solution: TypedMemory, results: Sequence[bool]) -> list[TypedMemory]:
    return [
        made(
            solution.title,
            memory_type="solution.applied",
            metadata={"solution": solution.id, "outcome": "success" if good else "failure", "ms": 3.0},
            created=at(1, 0, n),
        )
        for n, good in enumerate(results)
    ]


def test_a_solution_works_or_does_not_where_its_outcomes_leave_no_doubt() -> None:
    solution = made("Ask again", memory_type="solution", created=at(0))

    def told(*results: bool) -> list[str]:
        return [
            one.title
            for one in outcomes.find_solutions(seen_at(at(2), solution, *applied(solution, results)), [])
        ]

    assert told(*[True] * 9) == ["Ask again works"]
    assert told(*[False] * 9) == ["Ask again does not help"]
    assert told(*[True] * 4) == []
    assert told(*[True, False] * 10) == []


def decisions(chance: random.Random, share: dict[str, float], each: int) -> list[TypedMemory]:
    found = []
    for topic, good in share.items():
        for n in range(each):
            one = made("D", memory_type="decision", tags=[topic], created=at(1, 0, n))
            result = "success" if chance.random() < good else "failure"
            metadata = {"decision": one.id, "result": result}
            found += [one, made("D", memory_type="decision.outcome", metadata=metadata, created=at(2, 0, n))]
    return found


def test_a_topic_whose_decisions_turn_out_otherwise_is_told() -> None:
    events = decisions(random.Random(1), {"cache": 0.1, "schema": 0.9, "search": 0.9}, 40)
    titles = {one.title for one in outcomes.find_decisions(seen_at(at(3), *events), [])}
    assert "Decisions about cache fail more often than others" in titles


def test_streams_like_themselves_give_almost_nothing() -> None:
    """Chance must not be told: over many streams in which nothing ever changes."""
    streams = 2000 if LONG else 60
    found = 0
    for seed in range(streams):
        chance = random.Random(seed)
        base = chance.choice((20, 100, 1000))
        weekly = [1, 1.1, 1, 0.9, 1, 0.4, 0.4]
        # Bursts: a day's count spreads four times as wide as Poisson's.
        counts = [
            max(0, round(chance.gauss(base * weekly[day % 7], 4 * (base * weekly[day % 7]) ** 0.5)))
            for day in range(15)
        ]
        found += len(rates(counts))
    assert found <= streams * 0.002
    visitors = 300 if LONG else 10
    risk = dict.fromkeys(("Buy", "Search", "Basket", "Home", "Help"), 0.05)
    for seed in range(visitors):
        events = visits(random.Random(seed), 150, risk)
        found += len(risky_actions.find(seen_at(at(7, 1), *events), []))
        fair = decisions(random.Random(seed), dict.fromkeys("abcde", 0.7), 20)
        found += len(outcomes.find_decisions(seen_at(at(3), *fair), []))
    assert found <= (streams + 2 * visitors) * 0.002


def test_a_day_like_the_others_has_a_p_like_any_other() -> None:
    chance = random.Random(5)
    low = 0
    many = 20_000 if LONG else 1_000
    for _ in range(many):
        counts = [round(chance.gauss(400, 40)) for _ in range(8)]
        low += another_rate(counts[:-1], counts[-1]) < 0.05
    assert low / many == pytest.approx(0.05, abs=0.01 if LONG else 0.025)
