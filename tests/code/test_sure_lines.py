"""Lines that are written down as others are certain, or left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.code.sure_lines import sure_lines

BODY = ["    connection = connect(settings)", "    return connection", ""]


def functions(*names: str) -> list[str]:
    return ["import settings", "", *(line for name in names for line in (f"def {name}(query):", *BODY))]


def place(names: str, name: str) -> int:
    """Where the first line of a function's body is, in a file with these."""
    return 4 + names.split().index(name) * 4


def test_the_same_text_is_the_same_line_by_line():
    text = functions("load", "save", "drop")
    assert sure_lines(text, list(text)) == {line: line for line in range(1, len(text) + 1)}


def test_a_repeated_line_follows_the_line_that_it_belongs_to():
    found = sure_lines(functions("load", "save", "drop"), functions("first", "load", "more", "save"))
    assert found[place("load save drop", "load")] == place("first load more save", "load")
    assert found[place("load save drop", "save")] == place("first load more save", "save")


def test_what_was_taken_out_is_no_equal_line_beside_it():
    found = sure_lines(functions("load", "save", "drop"), functions("load", "drop"))
    assert not {line for line in found if 7 <= line <= 9}
    assert found[place("load save drop", "drop")] == place("load drop", "drop")


def test_under_a_name_that_changed_beside_a_copy_nothing_is_certain():
    found = sure_lines(functions("load", "save"), functions("load", "store", "keep"))
    assert place("load save", "save") not in found


def test_what_stands_above_a_line_goes_with_it_not_with_what_was_put_between():
    def texts(*names: str) -> list[str]:
        return [
            line for name in names for line in ("@slow_and_repeated", f"def test_{name}():", "    go()", "")
        ]

    found = sure_lines(texts("load", "save"), texts("load", "new", "save"))
    assert (found[5], found[6]) == (9, 10)


def test_a_short_line_that_stands_once_is_not_known_by_itself():
    assert sure_lines(["a = 1", "    return None", "b = 2"], ["c = 3", "    return None", "d = 4"]) == {}
    assert sure_lines(["def a():", "    return None"], ["x", "def a():", "    return None"]) == {1: 2, 2: 3}


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.sampled_from("abcdef"), unique=True))
def test_no_line_of_a_function_ever_becomes_one_of_another(before: list[str], after: list[str]):
    if len(before) == len(after) == 1:
        return  # a function with another name: its lines stand once, and are the same
    old, new = functions(*before), functions(*after)
    for line, there in sure_lines(old, new).items():
        assert old[line - 1] == new[there - 1]
        if line > 2 and old[line - 1].strip():
            assert before[(line - 3) // 4] == after[(there - 3) // 4]
