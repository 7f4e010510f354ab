"""Lists of records: in which order, and narrowed how."""

from datetime import datetime, timedelta, timezone

import pytest

from lsp_server.index import Filters
from lsp_server.records.anchors import CodePosition
from lsp_server.records.model import Kind


def titles(records):
    return [record.title for record in records]


@pytest.fixture
def some(known, make):
    return known(
        make.decision("aaaa", "first", number=1, minutes=1, status="accepted", tags=("Auth",)),
        make.bug("bbbb", "second", number=1, minutes=2, status="open", tags=("auth", "api")),
        make.learning("cccc", "third", minutes=3),
        make.checkpoint("dddd", "fourth", minutes=4),
        make.decision("eeee", "fifth", number=2, minutes=5, status="proposed"),
    )


def test_the_newest_is_listed_first(some):
    assert titles(some.list()) == ["fifth", "fourth", "third", "second", "first"]
    assert titles(some.list(Filters(limit=2))) == ["fifth", "fourth"]
    assert some.list(Filters(limit=0)) == []


def test_of_records_made_in_one_second_the_higher_number_is_newer(known, make):
    index = known(*[make.decision(f"{9 - n}aaa", f"n{n}", number=n) for n in (1, 2, 3)])
    assert titles(index.list()) == ["n3", "n2", "n1"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": Kind.DECISION}, ["fifth", "first"]),
        ({"kind": Kind.DECISION, "status": "Accepted"}, ["first"]),
        ({"tag": "AUTH"}, ["second", "first"]),
        ({"tag": "aut"}, []),
        ({"tag": "auth", "kind": Kind.BUG, "status": "open"}, ["second"]),
    ],
)
def test_a_list_is_narrowed_by_kind_status_and_tag(some, asked, expected):
    assert titles(some.list(Filters(**asked))) == expected


def test_both_ends_of_a_span_belong_to_it(some):
    nine = datetime(2025, 1, 7, 9, 0, tzinfo=timezone.utc)
    second, fourth = nine + timedelta(minutes=2), nine + timedelta(minutes=4)
    assert titles(some.list(Filters(since=second, until=fourth))) == ["fourth", "third", "second"]
    elsewhere = second.astimezone(timezone(timedelta(hours=-5)))
    assert titles(some.list(Filters(until=elsewhere))) == ["second", "first"]
    assert titles(some.list(Filters(until=second.replace(tzinfo=None)))) == ["second", "first"]


def test_the_newest_checkpoint_is_the_last_of_all_or_of_a_branch(known, make):
    branches = ["topic/„one“", "main", "topic", None]
    index = known(
        *[
            make.checkpoint(f"aaa{n}", f"c{n}", minutes=n, code=CodePosition("c0ffee", branch))
            for n, branch in enumerate(branches)
        ],
        make.checkpoint("bbbb", 'It says "main"', minutes=9),
    )
    assert index.newest_checkpoint().title == 'It says "main"'
    assert [index.newest_checkpoint(one).title for one in branches[:3]] == ["c0", "c1", "c2"]
    assert index.newest_checkpoint("other") is None
