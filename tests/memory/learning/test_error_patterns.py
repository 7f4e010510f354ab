"""Which errors are a pattern, and when one has ended."""

from __future__ import annotations

import os
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from memory.learning.streams import at, at_work, failure, failures, seen_at, solution

from lsp_server import EventMemory
from lsp_server.memory.events.model import TypedMemory, made
from lsp_server.memory.learning import error_patterns
from lsp_server.memory.learning.grouping import grouping
from lsp_server.memory.learning.model import ERRORS, Standing
from lsp_server.memory.learning.patterns import masked, patterns, readable
from lsp_server.records.model import Kind, Record

LONG = bool(os.environ.get("GIT_MEMORY_STRESS"))


def standing(key: str, first: datetime, last: datetime, count: int = 10, **more: object) -> Standing:
    created = datetime(2026, 11, 3, tzinfo=timezone.utc)
    record = Record("5d2f0c1e", Kind.BUG, "T", "BUG-1", created, "bugs/0001-t.md", status="open")
    return Standing(record, ERRORS, key, first, last, count, **more)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("message", "mask"),
    [
        ("no answer from 10.0.0.7:5432 in 30 s", "no answer from … in … s"),
        ("user 'ada' has no 'theme'", "user … has no …"),
        ("cannot open /var/lib/shop/a.db: full", "cannot open …: full"),
        ("object 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f at 0x7f3a", "object … at …"),
        ("1 2 3", "…"),
        ("plain words", "plain words"),
    ],
)
def test_messages_are_alike_but_for_their_values(message: str, mask: str) -> None:
    assert masked(message) == mask
    assert masked(mask) == mask


def test_a_template_reads_as_people_write() -> None:
    assert readable("No answer from <*> in <num> s <*> <text>") == "No answer from … in … s …"


def test_a_few_errors_or_one_bad_minute_are_no_pattern() -> None:
    now = at(2, 12)
    assert error_patterns.find(seen_at(now, *failures(at(2, 8), 4)), []) == []
    assert error_patterns.find(seen_at(now, *failures(at(2, 8), 400, apart=0.004)), []) == []
    (found,) = error_patterns.find(seen_at(now, *failures(at(2, 8), 5)), [])
    assert (found.count, found.first, found.last) == (5, at(2, 8), at(2, 8, 40))


def test_an_error_that_never_pauses_is_a_pattern() -> None:
    (found,) = error_patterns.find(seen_at(at(2, 9), *failures(at(2, 8), 300, apart=0.1)), [])
    assert found.count == 300


def test_errors_of_a_week_ago_are_no_pattern_of_today() -> None:
    assert error_patterns.find(seen_at(at(4), *failures(at(1), 50)), []) == []


def test_errors_without_an_exception_have_a_pattern_too() -> None:
    events = [
        made(f"Disk {n} nearly full", memory_type="error", created=at(2, 8, 10 * n)) for n in range(1, 6)
    ]
    (found,) = error_patterns.find(seen_at(at(2, 12), *events), [])
    assert (found.title, found.severity, found.anchor) == ("Disk … nearly full", "low", None)


def test_what_drain3_puts_together_is_one_pattern_and_keeps_the_key_of_its_record(tmp_path: Path) -> None:
    pytest.importorskip("drain3")
    people = ("Ada", "Grace", "Edsger", "Barbara", "Donald", "Tony")
    events = [
        failure(at(2, 8, 10 * n), type="KeyError", message=f"no basket for customer {name} in the shop")
        for n, name in enumerate(people)
    ]
    apart = patterns(events)
    assert len(apart) == len(people)
    remarks: list[str] = []
    with EventMemory(f"dir:{tmp_path}") as memory:
        memory.keep(events)
        group = grouping(memory, remarks)
    assert remarks == []
    (found,) = error_patterns.find(seen_at(at(2, 12), *events), [], group)
    assert found.title == "KeyError in charge: no basket for customer … in the shop"
    known = standing(apart[3].key, at(1), at(2))
    (again,) = error_patterns.find(seen_at(at(2, 12), *events), [known], group)
    assert again.key == apart[3].key
    assert again.count == 10 + len(people)


def test_a_solution_is_told_where_one_is_known() -> None:
    events = [*failures(at(2, 8), 5), solution(at(2, 9)), solution(at(2, 10), "Ask another bank")]
    (found,) = error_patterns.find(seen_at(at(2, 12), *events), [])
    assert found.solution.startswith("Ask another bank (recorded on 2026-11-04)")


def test_it_has_ended_after_a_day_in_which_it_should_have_come() -> None:
    errors = failures(at(1), 96, apart=15)
    known = standing(patterns(errors)[0].key, at(1), errors[-1].created, 96)
    after = at_work(at(1), 4)

    def ended(hours: float, *others: TypedMemory) -> list[bool]:
        now = errors[-1].created + timedelta(hours=hours)
        kept = [one for one in errors if one.created >= now - timedelta(days=7)]
        seen = seen_at(now, *kept, *(one for one in others if one.created <= now))
        return [not one.still for one in error_patterns.find(seen, [known])]

    assert ended(23, *after) == [False]
    assert ended(25, *after) == [True]
    assert ended(25) == [False]  # the program stood still
    assert ended(24 * 13) == []  # nothing is known any more: the journal gave the errors up
    assert ended(24 * 15) == [True]


def test_one_that_comes_once_a_day_is_not_over_after_a_day() -> None:
    errors = [failure(at(day, 8)) for day in range(5)]
    known = standing(patterns(errors)[0].key, at(0), errors[-1].created, 5)
    seen = seen_at(at(5, 20), *errors, *at_work(at(0), 5.8))
    assert [one.still for one in error_patterns.find(seen, [known])] == [True]


@pytest.mark.parametrize("rate", [3, 10])
def test_errors_that_come_by_chance_at_one_rate_neither_end_nor_come_back(rate: int) -> None:
    ends, days, streams = 0, 60 if LONG else 40, 40 if LONG else 1
    others = at_work(at(0), days, an_hour=1)
    for seed in range(streams):
        chance = random.Random(seed)
        moment, errors = 0.0, []
        while (moment := moment + chance.expovariate(rate)) < days:
            errors.append(failure(at(moment)))
        events = sorted((*errors, *others), key=lambda one: one.created)
        known = standing(patterns(errors[:1])[0].key, errors[0].created, errors[0].created, 1)
        was_over = False
        looks = range(3, days * 4) if LONG else range(3, days, 1)
        for look in looks:
            now = at(look / 4 if LONG else look)
            week = [one for one in events if now - timedelta(days=7) <= one.created <= now]
            is_over = any(not found.still for found in error_patterns.find(seen_at(now, *week), [known]))
            ends += is_over and not was_over
            was_over = is_over
    assert ends <= streams * 0.25
