"""Errors that say the same stand together: the same ones each time, and never without end."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server import ErrorMemory, EventMemory
from lsp_server.memory.errors.grouping import OTHER, Grouper
from lsp_server.memory.errors.masking import masked

EXAMPLES = 300 if os.environ.get("GIT_MEMORY_STRESS") else 30


@pytest.mark.parametrize(
    ("message", "template"),
    [
        ("No answer from 10.0.0.7:5432 in 30 s", "No answer from <address> in <num> s"),
        ("timed out after 30.5s, retry in 1e-3", "timed out after <num>s, retry in <num>"),
        ("'id'", "<text>"),
        ("'int' object has no attribute \"it's\"", "<text> object has no attribute <text>"),
        ("can't open file 'a b.txt'", "can't open file <text>"),
        ("[Errno 2] No such file: /srv/a/b.txt", "[Errno <num>] No such file: <path>"),
        ("C:\\Users\\ada\\x is locked by src/shop/pay.py", "<path> is locked by <path>"),
        ("order 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f at 2026-11-21T10:00:00Z", "order <uuid> at <time>"),
        ("<Order at 0x7f6b609a4ba0> of 9f3c1a2bff", "<Order at <hex>> of <hex>"),
        ("GET https://shop.example.org/a?b=1 by ada@example.org", "GET <address> by <address>"),
        ("utf-8 and s3 and table_2 and deadbeef", "utf-<num> and s3 and table_2 and deadbeef"),
        ("-5 is less than 0", "<num> is less than <num>"),
        ("", ""),
    ],
)
def test_what_changes_by_its_form_is_masked(message: str, template: str) -> None:
    assert masked(message) == template


def test_what_changes_without_a_form_of_its_own_is_found_by_comparing() -> None:
    grouper = Grouper()
    first = grouper.group_of("ConnectionError", "pay.py:charge", "No answer from amber in 30 s")
    assert first.template == "No answer from amber in <num> s"
    assert grouper.group_of("ConnectionError", "pay.py:charge", "No answer from birch in 1 s") is first
    assert first.template == "No answer from <*> in <num> s"
    others = [
        grouper.group_of("ConnectionError", "pay.py:charge", "Connection to amber refused"),
        grouper.group_of("TimeoutError", "pay.py:charge", "No answer from amber in 30 s"),
        grouper.group_of("ConnectionError", "pay.py:refund", "No answer from amber in 30 s"),
    ]
    assert len({first.id, *(other.id for other in others)}) == 4


WORDS = st.lists(
    st.sampled_from(["no", "answer", "from", "amber", "birch", "7", "'x'", "ä"]), max_size=6
).map(" ".join)
ERRORS = st.lists(st.tuples(st.sampled_from(["A", "B"]), st.sampled_from(["", "p:f"]), WORDS), max_size=20)


@settings(max_examples=EXAMPLES, deadline=None)
@given(ERRORS)
def test_the_same_messages_in_the_same_order_make_the_same_groups(found: list[tuple[str, str, str]]) -> None:
    one, other = Grouper(), Grouper()
    assert [one.group_of(*error).id for error in found] == [other.group_of(*error).id for error in found]
    assert [group.seed() for group in one] == [group.seed() for group in other]
    again = Grouper()
    again.take(group.seed() for group in one)
    assert [group.seed() for group in again] == [group.seed() for group in one]


def test_a_million_different_messages_make_few_groups() -> None:
    grouper = Grouper()
    words = [f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}" for n in range(2_000)]
    ids = {grouper.group_of("ValueError", "a:f", f"{word} {word[::-1]} {word[1:]}").id for word in words}
    assert len(ids) == 51
    assert {group.template for group in grouper if group.is_rest} == {OTHER}
    for number in range(1_500):
        grouper.group_of(f"Error{number}", "", "one")
    assert len(list(grouper)) <= 51 + 1_000 + 1
    long = grouper.group_of("ValueError", "b:f", "word " * 100)
    assert long.template == ("word " * 100).strip()


def make(events: EventMemory, title: str, **more: Any) -> None:
    events.create_memory(title, memory_type="error", **more)


def test_errors_of_any_origin_are_in_groups(errors: ErrorMemory) -> None:
    events = errors.events
    make(events, "Timeout in checkout", owner="shop")
    make(events, "ValueError: Timeout in checkout")
    make(events, "odd", metadata={"error": "a text", "group": 3})
    where = {
        "type": "TypeError",
        "message": "x is undefined",
        "where": "https://shop.example.org:8080/app.js?v=7:3:14",
    }
    events.create_memory("TypeError: x is undefined", memory_type="ui_error", metadata={"error": where})
    found = {(group.type, group.template, group.place, group.count) for group in errors.groups()}
    assert found == {
        ("error", "Timeout in checkout", "", 1),
        ("ValueError", "Timeout in checkout", "", 1),
        ("error", "odd", "", 1),
        ("TypeError", "x is undefined", "app.js:", 1),
    }


class Hands:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now


def test_groups_tell_how_many_when_whose_and_keep_their_ids(tmp_path_factory: pytest.TempPathFactory) -> None:
    clock = Hands()
    with EventMemory(f"dir:{tmp_path_factory.mktemp('events')}", clock=clock) as events:
        errors = ErrorMemory(events)
        for number, bank in enumerate(("amber", "birch", "cedar")):
            make(events, f"ConnectionError: No answer from {bank}", owner=f"worker-{number % 2}")
            clock.now += timedelta(hours=10)
        make(events, "Disk full")
        (group, disk) = errors.groups(None)
        assert (group.count, group.owners, group.template) == (
            3,
            ("worker-0", "worker-1"),
            "No answer from <*>",
        )
        assert (group.last - group.first, group.example.title) == (
            timedelta(hours=20),
            "ConnectionError: No answer from cedar",
        )
        (newer, _) = errors.groups()
        assert (newer.id, newer.count, newer.template) == (group.id, 2, "No answer from <*>")
        clock.now += timedelta(hours=20)
        make(events, "ConnectionError: No answer from delta")
        (newest,) = [one for one in errors.groups(1) if one.type == "ConnectionError"]
        assert (newest.id, newest.count) == (group.id, 1)
        for name in ("error-groups.json", "index.sqlite3"):
            (events.directory / name).unlink()
        ids = [
            one.id for one in ErrorMemory(EventMemory(f"dir:{events.directory}", clock=clock)).groups(None)
        ]
        assert ids == [group.id, disk.id]
        (events.directory / "error-groups.json").write_text('{"version": 1, "groups": [[1], 2]}')
        assert [one.id for one in errors.groups(None)] == ids
        assert errors.group(disk.id[:6]).example.title == "Disk full"
        assert errors.group(group.example.id).id == group.id


@pytest.mark.parametrize("most", [6, 100])
def test_many_errors_of_one_moment_are_counted_once(
    errors: ErrorMemory, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("lsp_server.memory.errors.history._PAGE", 3)
    monkeypatch.setattr("lsp_server.memory.errors.history._MOST", most)
    one = errors.events.prepared({"title": "Same moment", "memory_type": "error"})
    errors.events.keep([one._replace(id=f"{number:08}-0000-4000-8000-000000000000") for number in range(20)])
    for _ in range(10):
        make(errors.events, "Same moment")
    assert [group.count for group in errors.groups()] == [30]
