"""What can be asked without full text: lists, links, places in the code."""

from datetime import datetime, timedelta, timezone

import pytest

from lsp_server.records.anchors import Anchor, Birth, CodePosition, CodeRange
from lsp_server.records.model import Kind, Link, Relation

C1, C2 = "1" * 40, "2" * 40


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
    assert titles(some.list(limit=2)) == ["fifth", "fourth"]
    assert some.list(limit=0) == []


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
    assert titles(some.list(**asked)) == expected


def test_both_ends_of_a_span_belong_to_it(some):
    nine = datetime(2025, 1, 7, 9, 0, tzinfo=timezone.utc)
    second, fourth = nine + timedelta(minutes=2), nine + timedelta(minutes=4)
    assert titles(some.list(since=second, until=fourth)) == ["fourth", "third", "second"]
    elsewhere = second.astimezone(timezone(timedelta(hours=-5)))
    assert titles(some.list(until=elsewhere)) == ["second", "first"]
    assert titles(some.list(until=second.replace(tzinfo=None))) == ["second", "first"]


def test_the_newest_checkpoint_is_the_one_before_a_given_moment(known, make):
    index = known(*[make.checkpoint(f"aaa{n}", f"c{n}", minutes=n) for n in (1, 2, 3)])
    newest = index.newest_checkpoint()
    assert newest is not None
    assert newest.title == "c3"
    earlier = index.newest_checkpoint(before=newest.created)
    assert earlier is not None
    assert earlier.title == "c2"
    assert index.newest_checkpoint(before=earlier.created - timedelta(days=1)) is None


def test_links_are_found_from_the_other_side(known, make):
    old = make.decision("aaaa", number=1)
    new = make.decision("bbbb", number=2, minutes=1, links=(Link(Relation.SUPERSEDES, old.id, "ADR-0001"),))
    ((source, link),) = [(i.source, i.link) for i in known(old, new).links_to(old.id)]
    assert (source, link) == (new.id, new.links[0])


def test_records_are_found_by_the_code_commit_they_were_written_at(known, make):
    here = make.learning("aaaa", "here", code=CodePosition(C1, "main"))
    index = known(here, make.learning("bbbb", "there", code=CodePosition(C2, None)), make.learning("cccc"))
    assert index.at_commit(C1) == [here]
    assert index.at_commit("3" * 40) == []


def anchor(path, *births):
    length = sum(birth.length for birth in births)
    return Anchor(CodeRange(path, 1, max(1, length)), births, ("text",) * length)


def test_anchors_are_found_by_where_their_lines_were_born(known, make):
    first = anchor("src/a.py", Birth(C1, "src/old.py", 5, 6), Birth(C2, "src/a.py", 1, 1))
    second = anchor("src/b.py", Birth(C2, "src/b.py", 9, 9))
    later = make.bug("aaaa", number=1, minutes=2, anchors=(second, first))
    earlier = make.learning("bbbb", minutes=1, anchors=(first,))
    index = known(later, earlier, make.learning("cccc"))

    def found(*keys):
        return [(s.record_id, s.ordinal, s.anchor) for s in index.anchors_for_births(keys)]

    assert found((C1, "src/old.py")) == [(earlier.id, 0, first), (later.id, 1, first)]
    assert found((C2, "src/b.py"), (C2, "nowhere")) == [(later.id, 0, second)]
    assert found((C2, "src/old.py")) == []
    assert found() == []
    many = [(f"{n:040x}", "src/a.py") for n in range(2000)]
    assert found(*many, (C2, "src/a.py")) == [(earlier.id, 0, first), (later.id, 1, first)]


def test_anchors_are_found_by_the_path_they_were_made_on_committed_or_not(known, make):
    uncommitted = anchor("src/new.py", Birth("uncommitted", "src/new.py", 1, 1))
    renamed = anchor("src/after.py", Birth(C1, "src/before.py", 1, 1))
    bare = anchor("src/bare.py")
    record = make.learning("aaaa", anchors=(uncommitted, renamed, bare))
    index = known(record)

    def ordinals(path):
        return [stored.ordinal for stored in index.anchors_on_path(path)]

    assert [ordinals(p) for p in ("src/new.py", "src/before.py", "src/after.py", "src/bare.py", "src")] == [
        [0], [1], [1], [2], [],
    ]  # fmt: skip
