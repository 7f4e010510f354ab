"""Which line is which after an edit."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.code.line_map import map_lines

# Few different lines, so that repetitions are the rule, and some that are surely unique.
texts = st.lists(st.sampled_from(["", "}", "else:", "a", "b", "c", "d"]) | st.text(max_size=3), max_size=60)


def pairs(old, new):
    mapped = map_lines(old, new)
    return [(line, mapped.to_new(line)) for line in range(1, len(old) + 1) if mapped.to_new(line)]


@given(texts, texts)
def test_mapped_lines_are_equal_and_keep_their_order(old, new):
    mapped = pairs(old, new)
    assert all(old[before - 1] == new[after - 1] for before, after in mapped)
    assert all(left[1] < right[1] for left, right in itertools.pairwise(mapped))


@given(texts, texts)
def test_the_map_reads_the_same_from_the_other_side(old, new):
    mapped = map_lines(old, new)
    back = [(mapped.to_old(line), line) for line in range(1, len(new) + 1) if mapped.to_old(line)]
    assert back == pairs(old, new)


@given(texts)
def test_an_unchanged_text_maps_to_itself(lines):
    assert pairs(lines, lines) == [(line, line) for line in range(1, len(lines) + 1)]


@given(st.lists(st.integers(), unique=True, max_size=40), st.lists(st.integers(), max_size=9), st.data())
def test_an_insertion_shifts_every_line_below_it(numbers, inserted, data):
    lines = [f"line {number}" for number in numbers]
    at = data.draw(st.integers(0, len(lines)))
    new = [*lines[:at], *(f"new {number}" for number in inserted), *lines[at:]]
    shifted = [(n, n if n <= at else n + len(inserted)) for n in range(1, len(lines) + 1)]
    assert pairs(lines, new) == shifted


@given(texts, texts, st.integers(0, 60))
def test_no_line_is_lost_by_a_pure_insertion_or_a_pure_deletion(lines, inserted, at):
    longer = [*lines[:at], *inserted, *lines[at:]]
    assert len(pairs(lines, longer)) == len(lines)
    assert len(pairs(longer, lines)) == len(lines)


def test_an_edited_line_is_gone_and_its_neighbours_stay():
    assert pairs(["a", "b", "c"], ["a", "B", "c"]) == [(1, 1), (3, 3)]


def test_two_functions_that_changed_places_keep_one_of_them():
    old = ["def a():", "    return 1", "", "def b():", "    return 2"]
    new = ["def b():", "    return 2", "", "def a():", "    return 1"]
    mapped = pairs(old, new)
    assert [old[before - 1] for before, _ in mapped].count("    return 2") + [
        old[before - 1] for before, _ in mapped
    ].count("    return 1") == 1


def functions(*names):
    return [line for name in names for line in [*function(name), ""]]


def function(name):
    return [
        f"def {name}(client):",
        f'    value = client.fetch("{name}")',
        "    if not value:",
        "        return None",
    ]


@pytest.mark.parametrize("names", list(itertools.permutations("abcd")))
def test_of_functions_that_changed_places_no_line_is_taken_for_one_of_another(names):
    old, new = functions("a", "b", "c", "d"), functions(*names)
    for before, after in pairs(old, new):
        if old[before - 1]:
            assert "abcd"[(before - 1) // 5] == names[(after - 1) // 5]
            assert (before - 1) % 5 == (after - 1) % 5


def test_the_last_function_is_found_whole_though_another_one_ends_as_it_does():
    mapped = map_lines(functions("a", "b", "c"), functions("b", "c", "a"))
    assert [mapped.to_new(line) for line in (*range(6, 10), *range(11, 15))] == [1, 2, 3, 4, 6, 7, 8, 9]
    assert [mapped.to_new(line) for line in range(1, 5)] == [None] * 4


def test_a_decorator_belongs_to_what_is_below_it():
    old = ["@cached", *function("a"), "", "@cached", *function("b")]
    new = ["@cached", *function("new"), "", *old]
    assert pairs(old, new) == [(line, line + 6) for line in range(1, len(old) + 1)]


def test_a_function_put_in_between_two_that_end_as_it_does_takes_no_line_of_either():
    def script(name):
        return [f"function {name}() {{", "  return null;", "}"]

    old = [*script("first"), *script("second"), *script("third")]
    new = [*script("first"), *script("second"), *script("another"), "", *script("third")]
    assert pairs(old, new) == [(line, line if line < 7 else line + 4) for line in range(1, 10)]
    new = ["typed = 1", *new]
    assert pairs(old, new) == [(line, line + 1 if line < 7 else line + 5) for line in range(1, 10)]


def test_a_line_that_follows_its_block_is_not_left_to_a_block_that_came():
    old = [*functions("a", "b"), "end"]
    new = [*functions("b"), *function("b2"), "", "end"]
    mapped = map_lines(old, new)
    assert [mapped.to_new(line) for line in range(6, 10)] == [1, 2, 3, 4]


def test_lines_before_the_first_and_past_the_last_have_no_place():
    mapped = map_lines(["a"], ["a"])
    assert [mapped.to_new(0), mapped.to_new(2), mapped.to_old(0), mapped.to_old(2)] == [None] * 4


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["a", "b"] * 10_000, ["b", "b", "a"] * 7_000),
        ([str(n % 97) for n in range(20_000)], [str(n % 89) for n in range(20_000)]),
        ([str(n) for n in range(20_000)], [str(n) for n in reversed(range(20_000))]),
        (["x", *[""] * 20_000], [*[""] * 20_000, "y"]),
        (["top", *["  }"] * 20_000], ["top", *["  x", "  }"] * 10_000]),
        (functions(*map(str, range(4_000))), functions(*map(str, reversed(range(4_000))))),
    ],
)
def test_texts_made_to_be_slow_are_not(old, new):
    # Comparing each line with each takes minutes here; the bound only has to tell those apart.
    began = time.process_time()
    map_lines(old, new)
    assert time.process_time() - began < 5
