"""What two sides made of one value."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.records.merging.values import ABSENT, merge_values

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([1.0, 0.5, "a", "b", "", date(2026, 11, 21)]),
    st.just(datetime(2026, 11, 21, tzinfo=timezone.utc)),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("abcd"), inner)),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("base", "earlier", "later", "merged"),
    [
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 1}}, {"a": {"b": 1, "d": 1}}, {"a": {"b": 1, "c": 1, "d": 1}}),
        ({"a": 1}, {"a": 2}, {"a": 3}, {"a": 3}),
        ({"a": 1, "b": 1}, {"a": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 1, "c": 1}),
        ({"a": 1}, {}, {"a": 2}, {"a": 2}),
        (ABSENT, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        (5, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, [1], {"a": 2}, {"a": 2}),
        ([1], [1, 2], [1, 3], [1, 2, 3]),
        ([1], [0, 1], [1, 2], [0, 1, 2]),
        ([1, 2, 3], [2, 3, 4], [2, 3, 5], [2, 3, 4, 5]),
        ([1, 2, 3], [1, 3], [1, 2, 3, 4], [1, 3, 4]),
        (["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c"]),
        ([{"n": 1}, 0], [{"n": 1, "x": 1}, 0], [{"n": 2}, 0], [{"n": 2, "x": 1}, 0]),
        ([1], [2, 3], [4], [4]),
        (1, 1.0, 1, 1.0),
        (True, True, 1, 1),
    ],
)
def test_two_changes_are_one(base: Any, earlier: Any, later: Any, merged: Any) -> None:
    found = merge_values(base, earlier, later)
    assert repr(found) == repr(merged)


def test_what_both_took_out_is_gone() -> None:
    assert merge_values(1, ABSENT, ABSENT) is ABSENT
    assert merge_values({"a": 1}, ABSENT, {"a": 1}) is ABSENT


def test_a_long_list_that_both_added_to_is_merged_at_once() -> None:
    base = [{"role": "user", "n": n} for n in range(20_000)]
    assert merge_values(base, [*base, "one"], [*base, "other"])[-2:] == ["one", "other"]


@given(VALUES, VALUES)
def test_what_one_side_alone_changed_is_what_it_made(base: Any, changed: Any) -> None:
    assert repr_of(merge_values(base, base, changed)) == repr_of(changed)
    assert repr_of(merge_values(base, changed, base)) == repr_of(changed)
    assert repr_of(merge_values(base, changed, changed)) == repr_of(changed)


@given(st.dictionaries(st.sampled_from("abcd"), VALUES), VALUES, VALUES)
def test_nothing_that_one_side_alone_added_is_lost(base: dict[str, Any], one: Any, other: Any) -> None:
    merged = merge_values(base, {**base, "one": one}, {**base, "other": other})
    assert repr_of(merged) == repr_of({**base, "one": one, "other": other})


@given(
    st.lists(LEAVES, max_size=5),
    st.lists(st.tuples(st.integers(0, 5), st.integers(100, 103)), max_size=4),
    st.lists(st.tuples(st.integers(0, 5), st.integers(103, 106)), max_size=4),
)
def test_what_both_only_added_to_a_list_is_all_there(
    base: list[Any], one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    sides = []
    for additions in (one, other):
        side = list(base)
        for place, value in additions:
            side.insert(place, value)
        sides.append(side)
    merged = merge_values(base, *sides)
    for side in sides:
        assert Counter(map(repr, side)) <= Counter(map(repr, merged))


@given(VALUES, VALUES, VALUES)
def test_the_answer_is_a_value_made_of_what_was_there(base: Any, earlier: Any, later: Any) -> None:
    assert leaves(merge_values(base, earlier, later)) <= leaves(base) | leaves(earlier) | leaves(later)


def repr_of(value: Any) -> str:
    """A text that does not know the order of keys."""
    if isinstance(value, dict):
        return repr(sorted((key, repr_of(each)) for key, each in value.items()))
    if isinstance(value, list):
        return repr([repr_of(each) for each in value])
    return repr(value)


def leaves(value: Any) -> set[str]:
    if isinstance(value, dict):
        value = list(value.values())
    return set().union(*map(leaves, value)) if isinstance(value, list) else {repr(value)}
