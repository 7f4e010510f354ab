"""What is known about a file follows the typing: by the edits themselves, nothing is looked up."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.memory.live import LiveMemory
from lsp_server.memory.results import FileMemory, Gone, Placed
from lsp_server.records.anchors import CodeRange

TEXT = ("one", "two", "three", "four", "five")


def memory(*places: tuple[str, int, int], lines: tuple[str, ...] = TEXT, gone: int = 0) -> FileMemory:
    ended = (Gone("old", CodeRange("a", 9, 9), "", gone),) if gone else ()
    return FileMemory("a", lines, tuple(Placed(*place) for place in places), None, None, (), ended)


class Typed:
    """A text that is typed in, with the memory that follows it."""

    def __init__(self, base: FileMemory) -> None:
        self.lines = list(base.lines)
        self.live = base.live(self.lines)

    def put(self, start: int, removed: int, *added: str) -> None:
        self.lines[start : start + removed] = added
        self.live.edited([(start, removed, len(added))], self.lines.__getitem__)

    def lines_of(self, record: str) -> list[str]:
        return [line for at, line in enumerate(self.lines, start=1) if record in self.live.at(at)]


def test_lines_put_in_above_shift_what_is_known() -> None:
    typed = Typed(memory(("r", 2, 3)))
    typed.put(0, 0, "new", "newer")
    assert [typed.live.at(line) for line in range(1, 8)] == [(), (), (), ("r",), ("r",), (), ()]


def test_a_line_put_in_the_middle_of_a_place_does_not_belong_to_it() -> None:
    typed = Typed(memory(("r", 2, 4)))
    typed.put(2, 0, "new")
    assert typed.lines_of("r") == ["two", "three", "four"]
    assert typed.live.at(3) == ()


def test_a_line_that_is_typed_in_loses_its_memory_and_has_it_again_when_it_is_as_before() -> None:
    typed = Typed(memory(("r", 2, 2)))
    for text in ("two!", "two!!", "two!", "two"):
        typed.put(1, 1, text)
        assert (typed.live.at(2) == ("r",)) == (text == "two")


def test_lines_cut_and_pasted_back_in_their_place_are_those_lines_again() -> None:
    typed = Typed(memory(("r", 2, 3)))
    typed.put(1, 3)
    assert typed.lines_of("r") == []
    typed.put(1, 0, "two", "three", "four")
    assert typed.lines_of("r") == ["two", "three"]


def test_a_function_typed_where_another_one_was_has_none_of_its_notes() -> None:
    text = ("first", "def one():", "    return None", "", "last")
    typed = Typed(memory(("none", 3, 3), lines=text))
    typed.put(1, 3)
    typed.put(1, 0, "def another():", "    return None", "")
    assert typed.lines_of("none") == []


def test_what_one_edit_took_and_the_next_brings_back_is_the_same_lines() -> None:
    text = ("{", "}", "{", "}", "{", "}")
    typed = Typed(memory(("r", 4, 4), lines=text))
    typed.put(1, 2)
    typed.put(1, 1)
    typed.put(1, 0, "}")
    assert typed.lines_of("r") == ["}"]
    assert typed.live.at(2) == ("r",)


def test_of_edits_that_are_taken_back_one_by_one_each_brings_its_lines() -> None:
    text = ("{", "}", "{", "}", "{", "}")
    typed = Typed(memory(("a", 2, 2), ("b", 4, 4), lines=text))
    typed.put(3, 1)
    typed.put(0, 0, "new")
    typed.put(2, 1)
    typed.put(2, 0, "}")
    typed.put(0, 1)
    typed.put(3, 0, "}")
    assert [typed.live.at(line) for line in range(1, 7)] == [(), ("a",), (), ("b",), (), ()]


def test_a_line_that_is_typed_in_is_that_line_however_many_beside_it_are_edited_too() -> None:
    text = ("{", "}", "{", "}", "{", "}")
    typed = Typed(memory(("r", 3, 3), lines=text))
    for at in (1, 2, 3):
        typed.put(at, 1, "x")
    typed.put(2, 1, "{")
    assert typed.live.at(3) == ("r",)


def test_of_more_equal_lines_than_there_were_none_is_taken_for_the_one() -> None:
    text = ("first", "def load_everything(key):", "    return None", "last")
    typed = Typed(memory(("head", 2, 2), ("none", 3, 3), lines=text))
    typed.put(1, 2)
    typed.put(1, 0, text[1], text[2], "    if key:", text[2])
    assert (typed.lines_of("head"), typed.lines_of("none")) == ([text[1]], [])
    again = Typed(typed.live.base)
    again.put(1, 2)
    again.put(1, 0, "# new", text[1], text[2], "    if key:")
    assert (again.lines_of("head"), again.lines_of("none")) == ([text[1]], [text[2]])


def test_lines_around_which_others_went_are_not_those_that_stood_there() -> None:
    text = ("function settleTheOrder() {", "one", "last", "}")
    typed = Typed(memory(("head", 1, 1), ("end", 4, 4), lines=text))
    typed.put(0, 1)
    typed.put(3, 0, text[0])
    typed.put(4, 0, "}")
    assert typed.lines_of("head") == [text[0]]
    typed.put(2, 2)
    assert typed.lines == ["one", "last", "}"]
    assert typed.lines_of("end") == []


def test_edits_of_several_cursors_come_as_one_change() -> None:
    typed = Typed(memory(("r", 3, 3)))
    typed.lines = ["new", "one", "two", "three", "four!", "five"]
    typed.live.edited([(3, 1, 1), (0, 0, 1)], typed.lines.__getitem__)
    assert typed.lines_of("r") == ["three"]
    assert typed.live.at(5) == ()


def test_a_text_that_was_typed_in_while_it_was_looked_at_is_compared_once() -> None:
    live = memory(("r", 2, 3)).live(["new", "one", "two", "new", "three"])
    assert [live.at(line) for line in range(7)] == [(), (), (), ("r",), (), ("r",), ()]


def test_where_a_lost_anchor_stood_moves_with_the_text() -> None:
    typed = Typed(memory(gone=3))
    typed.put(0, 0, "new")
    assert typed.live.line_of(3) == 4
    typed.put(3, 1)  # the line itself goes: it was below "two"
    assert typed.live.line_of(3) == 4
    typed.put(0, len(typed.lines), "all new")
    assert typed.live.line_of(3) == 1


def test_an_edited_text_as_a_whole_is_followed_by_its_lines() -> None:
    moved = memory(("r", 2, 4), gone=5).moved(("new", "two", "four", "five"))
    assert moved.placed == (Placed("r", 2, 3),)
    assert moved.gone[0].line == 4


LINES = st.sampled_from(["", "}", "a", "b", "c", "return", "else:"])
EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.lists(LINES, max_size=5)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=25), EDITS)
def test_a_line_is_only_ever_taken_for_an_equal_one_and_lines_keep_their_order(
    lines: list[str], edits: list[tuple[int, int, list[str]]]
) -> None:
    places = [(str(at), at, at) for at in range(1, len(lines) + 1)]
    typed = Typed(memory(*places, lines=tuple(lines)))
    for start, removed, added in edits:
        begin = min(start, len(typed.lines))
        typed.put(begin, min(removed, len(typed.lines) - begin), *added)
        known = [
            (int(typed.live.at(at)[0]), text) for at, text in enumerate(typed.lines, 1) if typed.live.at(at)
        ]
        assert all(lines[number - 1] == text for number, text in known)
        assert [number for number, _ in known] == sorted({number for number, _ in known})
    typed.put(0, len(typed.lines), *lines)
    assert all(typed.live.at(at) for at in range(1, len(lines) + 1))


def test_what_was_typed_is_the_same_as_looking_at_the_text_anew() -> None:
    lines = tuple(f"line {number}" for number in range(200))
    base = memory(*[(str(n), n * 4 + 1, n * 4 + 3) for n in range(50)], lines=lines)
    typed = Typed(base)
    typed.put(10, 5, "x")
    typed.put(100, 0, "y", "z")
    typed.put(150, 1, "w")
    anew = LiveMemory(base, typed.lines)
    assert [typed.live.at(n) for n in range(1, 210)] == [anew.at(n) for n in range(1, 210)]
    moved = base.moved(typed.lines)
    assert [moved.at(n) for n in range(1, 210)] == [anew.at(n) for n in range(1, 210)]
