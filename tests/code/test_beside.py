"""What stands beside a line that is in no commit tells it from others that say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.code.beside import beside_of, is_beside


def functions(*names: str) -> list[str]:
    body = ("    connection = connect(settings)", "    return connection", "")
    return [line for name in names for line in (f"def {name}(query):", *body)]


def test_the_lines_up_to_the_one_that_stands_once():
    beside = beside_of(functions("load", "save"), 7, 7)
    assert (beside.above, beside.below, beside.own) == (2, 0, ())


def test_what_stands_below_where_that_is_what_the_line_belongs_to():
    lines = ["@slow", "def a():", "    go()", "", "@slow", "def b():", "    go()", ""]
    beside = beside_of(lines, 5, 5)
    assert (beside.above, beside.below) == (0, 1)
    grown = [*lines[:4], "@slow", "def new():", "    go()", "", *lines[4:]]
    assert [at for at in range(1, 13) if is_beside(beside, grown, range(at, at + 1))] == [9]


def test_both_sides_where_neither_belongs_to_it():
    lines = ["alpha", "", "same", "", "beta", "", "same", ""]
    beside = beside_of(lines, 3, 3)
    assert beside.above
    assert beside.below
    assert is_beside(beside, lines, range(3, 4))
    assert not is_beside(beside, lines, range(7, 8))


def test_the_ends_of_the_file_tell_too():
    lines = ["}", "}", "}"]
    for line in (1, 2, 3):
        beside = beside_of(lines, line, line)
        assert [at for at in (1, 2, 3) if is_beside(beside, lines, range(at, at + 1))] == [line]
        assert not is_beside(beside, ["}", *lines], range(line, line + 1)) or line == 1


def test_lines_that_stand_once_are_noted_as_such():
    lines = functions("load", "save")
    assert beside_of(lines, 5, 7).own == (1,)
    assert beside_of(["a1", "b2", "", "c3"], 1, 4).own == (1, 2, 4)


@given(st.lists(st.sampled_from("ab}\n"), min_size=1, max_size=9), st.data())
def test_in_the_same_text_it_fits_no_other_place(letters: list[str], data: st.DataObject):
    lines = [letter.strip() for letter in letters]
    start = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    beside = beside_of(lines, start, end)
    text = lines[start - 1 : end]
    places = range(1, len(lines) - (end - start) + 1)
    same = [at for at in places if lines[at - 1 : at - 1 + len(text)] == text]
    fitting = [at for at in same if is_beside(beside, lines, range(at, at + len(text)))]
    assert fitting == ([start] if beside.digest else [])


@given(st.permutations("abcdef"), st.permutations("abcdef"), st.integers(1, 6), st.integers(2, 3))
def test_however_functions_are_moved_and_taken_out_a_line_stays_in_its_own(
    before: list[str], after: list[str], kept: int, line: int
):
    old, new = functions(*before), functions(*after[:kept])
    for index, name in enumerate(before):
        beside = beside_of(old, 4 * index + line, 4 * index + line)
        places = [4 * at + line for at in range(kept)]
        fitting = [at for at in places if is_beside(beside, new, range(at, at + 1))]
        assert fitting == [4 * at + line for at in range(kept) if after[at] == name]
