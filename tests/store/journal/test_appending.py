"""Events appended to a journal and read again."""

from __future__ import annotations

import json
import math
import os
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.errors import StoreError, UsageError
from lsp_server.store.journal.journal import Journal
from lsp_server.store.journal.lines import event_of, line_of
from lsp_server.store.keyvalue.values import checked

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
DEEP = "bottom"
for _ in range(30):
    DEEP = {"down": [DEEP]}  # type: ignore[assignment]  # built level by level

EVENTS: list[dict[str, Any]] = [
    {},
    {"type": "error", "title": "GET /users", "tags": ["api"], "metadata": {"ms": 12.5, "cached": False}},
    {"text": "two\nlines\r\n, a tab\t, a null \0, ünïcödé, \u2028 and \U0001f600"},
    {"when": NOON, "day": date(2026, 11, 21), "in": {"a": [NOON]}},
    {"pair": (1, 2), "price": "$5"},
    {"$date": "mine"},
    {"$odd": {"$datetime": "2026-11-21T10:00:00"}},
    {"large": 10**40, "small": -0.0, "nothing": None},
    {"deep": DEEP},
]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "events")


def events(journal: Journal) -> list[dict[str, Any]]:
    return [kept.event for kept in journal.read()]


def test_what_is_read_is_what_was_appended(journal: Journal) -> None:
    positions = [journal.append(event) for event in EVENTS]
    positions += journal.append_many(EVENTS)
    kept = list(journal.read())
    assert [each.event for each in kept] == [checked(event) for event in EVENTS] * 2
    assert [each.position for each in kept] == positions
    assert sorted(positions) == positions
    assert journal.broken == 0


def test_one_line_of_json_is_an_event_for_every_program(journal: Journal) -> None:
    journal.append({"type": "metric", "title": "größer\n", "tags": ["a"]})
    (segment,) = journal.segments()
    line = (journal.directory / segment.name).read_bytes()
    assert line == '{"type":"metric","title":"größer\\n","tags":["a"]}\n'.encode()
    assert segment.size == len(line)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.datetimes() | st.dates() | st.sampled_from(["$", "$date", "$$"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=4) | st.just("$date"), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=4))
def test_any_event_comes_back_as_a_keyed_value_would(event: dict[str, Any]) -> None:
    line = line_of(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert event_of(line[:-1]) == checked(event)


class Unknown:
    """No value."""


REFUSED: list[tuple[Any, str]] = [
    ({"a": math.nan}, "finite"),
    ({"a": [math.inf]}, "finite"),
    ({"a": Unknown()}, "Unknown"),
    ({"a": {1: "x"}}, "keys must be text"),
    ({1: "x"}, "keys must be text"),
    ({"a": [{True: "x"}]}, "keys must be text"),
    ({"a": {None: "x"}}, "keys must be text"),
    ({"a": b"bytes"}, "bytes"),
    ({"a": {"set"}}, "set"),
    ({"a": "half a pair \ud800"}, "half a pair"),
    ({"\udfff": 1}, "half a pair"),
    ({"a": 10**5000}, "digits"),
    (["no", "dictionary"], "dictionary"),
    ("text", "dictionary"),
    (None, "dictionary"),
]


@pytest.mark.parametrize(("event", "words"), REFUSED)
def test_what_is_no_event_is_refused_in_words_and_nothing_is_written(
    journal: Journal, event: Any, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        journal.append(event)
    with pytest.raises(UsageError, match=words):
        journal.append_many([{"fine": 1}, event])
    assert events(journal) == []
    assert not journal.directory.exists()


def test_an_event_that_contains_itself_or_is_too_deep_is_refused(journal: Journal) -> None:
    itself: dict[str, Any] = {}
    itself["self"] = itself
    deep: Any = 0
    for _ in range(100_000):
        deep = [deep]
    for event in (itself, {"deep": deep}):
        with pytest.raises(UsageError, match="levels"):
            journal.append(event)
    while deep:  # or taking it apart would go as deep
        deep = deep[0]


def test_an_event_larger_than_a_segment_is_refused_and_nothing_of_its_group_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_size=1000)
    with pytest.raises(UsageError, match="at most 1,000"):
        journal.append({"text": "x" * 1000})
    with pytest.raises(UsageError, match="at most 1,000"):
        journal.append_many([{"n": 1}, {"text": "x" * 1000}])
    assert journal.append({"text": "x" * 900}).offset == 0
    assert len(events(journal)) == 1


def test_a_follower_goes_on_where_it_was(journal: Journal) -> None:
    other = Journal(journal.directory)
    ends: dict[str, int] = {}
    seen: list[int] = []
    for number in range(60):
        (journal, other)[number % 2].append({"n": number})
        if number % 7 == 0:
            for kept in journal.read(ends):
                ends[kept.position.segment] = kept.end
                seen.append(kept.event["n"])  # type: ignore[arg-type]  # the numbers of above
    assert sorted(seen) == list(range(57))
    assert [kept.event["n"] for kept in other.read(ends)] == [58, 57, 59] or len(ends) == 2
    assert sorted(kept.event["n"] for kept in other.read(ends)) == [57, 58, 59]  # type: ignore[type-var]


def test_what_is_no_event_is_skipped_and_counted_and_a_line_without_end_not_there_yet(
    journal: Journal,
) -> None:
    journal.append({"n": 1})
    path = journal.directory / journal.segments()[0].name
    with path.open("ab") as file:
        file.write(b'{"half": \n[1, 2]\n\0\0\0\0\n\xff\xfe\n"text"\n{"n": 2}\n{"n": 3')
    assert events(journal) == [{"n": 1}, {"n": 2}]
    assert journal.broken == 5
    *_, last = journal.read()
    with path.open("ab") as file:
        file.write(b"}\n")
    assert [kept.event for kept in journal.read({last.position.segment: last.end})] == [{"n": 3}]


def test_an_event_of_megabytes_is_read_whole(journal: Journal) -> None:
    texts = ["x" * 3_000_000, "y", "z" * 600_000]
    journal.append_many({"text": text} for text in texts)
    assert [event["text"] for event in events(journal)] == texts


def test_a_journal_that_is_not_there_is_empty_and_is_not_made_by_reading(tmp_path: Path) -> None:
    with Journal(tmp_path / "none") as journal:
        assert events(journal) == []
        assert journal.segments() == []
        assert journal.append_many([]) == []
        journal.flush()
    assert list(tmp_path.iterdir()) == []


def test_other_files_in_the_directory_are_nobodys_business(journal: Journal) -> None:
    journal.append({"n": 1})
    day = (journal.directory / journal.segments()[0].name).parent
    (day / "notes.jsonl").write_text('{"n": 2}\n')
    (journal.directory / "index.sqlite").write_text("")
    (journal.directory / "2026-01-01").write_text("no folder")
    assert events(journal) == [{"n": 1}]


def test_short_programs_one_after_the_other_share_a_segment(tmp_path: Path) -> None:
    for number in range(20):
        with Journal(tmp_path) as journal:
            journal.append({"n": number})
    assert len(journal.segments()) == 1
    assert [event["n"] for event in events(journal)] == list(range(20))


def test_what_a_killed_writer_left_half_is_cut_off_by_the_one_that_goes_on(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append({"n": 1})
    (segment,) = journal.segments()
    with (tmp_path / segment.name).open("ab") as file:
        file.write(b'{"n": "' + b"x" * 100_000)
    assert events(journal) == [{"n": 1}]
    assert journal.append({"n": 2}).offset == segment.size
    assert events(journal) == [{"n": 1}, {"n": 2}]
    assert journal.broken == 0


def test_two_journals_at_once_have_a_segment_each(tmp_path: Path) -> None:
    first, second = Journal(tmp_path), Journal(tmp_path)
    names = {first.append({}).segment, second.append({}).segment, first.append({}).segment}
    assert len(names) == 2


def test_a_segment_of_another_machine_is_read_and_not_gone_on_with(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        here = journal.append({"n": 1}).segment
    day, name = here.split("/")
    number, time, machine, rest = name.split("-")
    elsewhere = f"{day}/{number}-{time}-{int(machine, 16) ^ 1:08x}-{rest}"
    (tmp_path / here).rename(tmp_path / elsewhere)
    assert journal.append({"n": 2}).segment != elsewhere
    assert events(journal) == [{"n": 1}, {"n": 2}]


def test_a_clock_that_goes_back_or_leaps_changes_neither_order_nor_what_is_there(tmp_path: Path) -> None:
    moments = [
        NOON,
        NOON - timedelta(days=400),
        NOON + timedelta(days=400),
        NOON,
        NOON - timedelta(seconds=1),
    ]
    for number, moment in enumerate(moments):
        zone = timezone(timedelta(hours=number - 2))
        with Journal(tmp_path, clock=lambda: moment.astimezone(zone), segment_size=10) as journal:  # noqa: B023
            journal.append({"n": number})
    assert [event["n"] for event in events(journal)] == list(range(len(moments)))
    assert [segment.day for segment in journal.segments()] == [
        "2026-11-21", "2025-10-17", "2027-12-26", "2026-11-21", "2026-11-21",
    ]  # fmt: skip


def test_flush_brings_every_segment_of_this_process_to_the_disk(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_size=100)
    journal.append_many({"n": number} for number in range(50))
    journal.flush()
    journal.append({"n": 50})
    journal.flush()
    assert len(events(journal)) == 51


def test_a_segment_removed_by_somebody_is_told_by_flush_and_another_one_begun(journal: Journal) -> None:
    gone = journal.append({"n": 1}).segment
    (journal.directory / gone).unlink()
    with pytest.raises(StoreError, match="removed"):
        journal.flush()
    assert journal.append({"n": 2}).segment != gone
    journal.flush()
    assert events(journal) == [{"n": 2}]


def test_a_removed_directory_is_noticed_without_a_flush(journal: Journal) -> None:
    for path in (journal.directory / journal.append({"n": 0}).segment,):
        path.unlink()
        path.parent.rmdir()
    for _ in range(300):
        journal.append({"text": "x" * 1000})
    assert 0 < len(events(journal)) < 300


def test_a_journal_can_be_closed_twice_and_used_again(journal: Journal) -> None:
    journal.append({"n": 1})
    journal.close()
    journal.close()
    journal.append({"n": 2})
    journal.flush()
    assert events(journal) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("sizes", [{"budget": 0}, {"segment_size": 0}, {"budget": -1}])
def test_sizes_that_make_no_sense_are_refused(tmp_path: Path, sizes: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="bytes"):
        Journal(tmp_path, **sizes)


def test_a_place_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "events")
    with pytest.raises(StoreError, match=r"^events in \S+: Not a directory$"):
        journal.append({})
    if os.geteuid():
        (tmp_path / "file").unlink()
        (tmp_path / "file").mkdir(mode=0o500)
        with pytest.raises(StoreError, match=r"^events in \S+: Permission denied$"):
            journal.append({})


def test_a_journal_that_is_let_go_of_leaves_its_segment_to_the_next(tmp_path: Path) -> None:
    name = Journal(tmp_path).append({"n": 1}).segment
    assert Journal(tmp_path).append({"n": 2}).segment == name


def test_the_lines_are_what_json_reads(journal: Journal) -> None:
    journal.append_many(EVENTS)
    lines = (journal.directory / journal.segments()[0].name).read_bytes().splitlines()
    assert all(isinstance(json.loads(line), dict) for line in lines)
