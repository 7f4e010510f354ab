"""Code that is cut out and put in elsewhere while somebody types: its notes go along."""

from __future__ import annotations

import pytest

from lsp_server.memory.live import LiveMemory
from lsp_server.memory.results import FileMemory, Placed

TEXT = (
    "import tokens",
    "",
    "def login(user):",
    "    token = tokens.issue(user)",
    "    return token",
    "",
    "def logout(user):",
    "    tokens.revoke(user)",
    "    return None",
)
LOGIN = FileMemory("auth.py", TEXT, (Placed("login", 3, 5), Placed("none", 9, 9)), "v", "c")


class Typing:
    """A buffer, edited by lines as an editor tells of it."""

    def __init__(self, base: FileMemory = LOGIN) -> None:
        self.lines = list(base.lines)
        self.live = LiveMemory(base, self.lines)

    def edit(self, start: int, removed: int, *added: str) -> None:
        self.lines[start : start + removed] = added
        self.live.edited([(start, removed, len(added))], lambda n: self.lines[n])

    def notes(self, record: str = "login") -> list[int]:
        return [n for n in range(1, len(self.lines) + 1) if record in self.live.at(n)]


def test_a_function_that_is_cut_and_pasted_below_keeps_its_note() -> None:
    typing = Typing()
    typing.edit(2, 4)
    assert typing.notes() == []
    typing.edit(5, 0, "", *TEXT[2:5])
    assert typing.notes() == [7, 8, 9]
    typing.edit(0, 0, "# above")
    assert typing.notes() == [8, 9, 10]


def test_one_that_is_pasted_first_and_cut_then() -> None:
    typing = Typing()
    typing.edit(9, 0, "", *TEXT[2:5])
    assert typing.notes() == [3, 4, 5]
    typing.edit(2, 4)
    assert typing.notes() == [7, 8, 9]


def test_two_copies_are_not_guessed_at() -> None:
    typing = Typing()
    typing.edit(2, 4)
    typing.edit(5, 0, *TEXT[2:5], "", *TEXT[2:5])
    assert typing.notes() == []


def test_a_short_line_is_no_evidence() -> None:
    typing = Typing()
    typing.edit(8, 1)
    typing.edit(0, 0, TEXT[8], "#")
    assert typing.notes("none") == []


def test_what_was_changed_while_it_moved_is_another_text() -> None:
    typing = Typing()
    typing.edit(2, 4)
    typing.edit(5, 0, TEXT[2], TEXT[3] + "  # changed", TEXT[4])
    assert typing.notes() == []


@pytest.mark.parametrize("at", [0, 5])
def test_a_buffer_that_was_edited_before_it_was_looked_at_is_followed_too(at: int) -> None:
    rest = [*TEXT[:2], *TEXT[6:]]
    edited = [*rest[:at], *TEXT[2:5], *rest[at:]]
    assert [(one.start, one.end) for one in LOGIN.moved(edited).placed if one.record_id == "login"] == [
        (at + 1, at + 3)
    ]
    live = LiveMemory(LOGIN, edited)
    assert [n for n in range(1, len(edited) + 1) if "login" in live.at(n)] == [at + 1, at + 2, at + 3]


def test_after_a_move_every_line_is_found_where_it_is() -> None:
    typing = Typing()
    typing.edit(2, 4)
    typing.edit(5, 0, "", *TEXT[2:5])
    now = [1, 2, 7, 8, 9, None, 3, 4, 5]  # the blank line below the function did not come along
    for line, at in enumerate(now, start=1):
        if at is not None:
            assert typing.live.line_of(line) == at


def test_a_function_put_back_where_it_was_has_its_note_there_and_not_at_its_copy() -> None:
    typing = Typing()
    typing.edit(2, 4)
    typing.edit(5, 0, "", *TEXT[2:5])
    assert typing.notes() == [7, 8, 9]
    typing.edit(2, 0, *TEXT[2:6])
    assert typing.notes() == [3, 4, 5]


def test_of_two_notes_on_the_same_line_none_goes_to_a_copy_of_that_line_alone() -> None:
    both = FileMemory("auth.py", TEXT, (Placed("login", 3, 5), Placed("line", 4, 4)), "v", "c")
    typing = Typing(both)
    typing.edit(2, 3)
    typing.edit(6, 0, TEXT[3], *TEXT[2:5])
    assert typing.notes("login") == [8, 9, 10]
    assert typing.notes("line") == [9]


def test_a_note_that_reaches_beyond_the_code_that_moved_stays_on_what_moved_of_it() -> None:
    tail = tuple(f"STEP_{number} = {number}" for number in range(5))
    base = FileMemory("auth.py", TEXT + tail, (Placed("login", 3, 5), Placed("more", 5, 8)), "v", "c")
    moved = base.moved((*TEXT[:2], *tail, *TEXT[2:5], "print(1)", "print(2)", "print(3)"))
    assert moved.placed == (Placed("login", 8, 10), Placed("more", 10, 10))


SHOP = (
    "function top() {",
    "  prepare();",
    "}",
    "function one() {",
    "  return null;",
    "}",
    "function refundOfTheOrder() {",
    "  work();",
    "}",
)
ORDERS = FileMemory("a.js", SHOP, (Placed("null", 5, 5), Placed("refund", 7, 7)), "v", "c")


def test_a_function_typed_above_code_that_moved_takes_no_note_of_what_stood_there() -> None:
    typing = Typing(ORDERS)
    typing.edit(6, 3)
    typing.edit(3, 0, *SHOP[6:9])
    assert (typing.notes("refund"), typing.notes("null")) == ([4], [8])
    typing.edit(3, 0, "function zero() {", "  return null;", "}")
    assert (typing.notes("refund"), typing.notes("null")) == ([7], [11])


def test_a_copy_put_in_above_code_that_moved_leaves_the_note_where_it_is() -> None:
    typing = Typing(ORDERS)
    typing.edit(6, 3)
    typing.edit(3, 0, *SHOP[6:9])
    typing.edit(3, 0, *SHOP[3:6])
    assert (typing.notes("refund"), typing.notes("null")) == ([7], [11])


DECORATED = (
    "@cached",
    "def load(key):",
    "    return None",
    "",
    "@cached",
    "def save_for_the_session(key):",
    "    return None",
)


def test_what_is_cut_out_and_pasted_whole_keeps_the_notes_of_lines_that_stand_in_many_places() -> None:
    typing = Typing(FileMemory("a.py", DECORATED, (Placed("cached", 5, 5), Placed("none", 7, 7)), "v", "c"))
    typing.edit(4, 3)
    typing.edit(0, 0, *DECORATED[4:7], "")
    assert (typing.notes("cached"), typing.notes("none")) == ([1], [3])


def test_what_is_cut_out_and_pasted_is_not_known_where_none_of_its_lines_tells_anything() -> None:
    typing = Typing(FileMemory("a.py", DECORATED, (Placed("cached", 1, 1), Placed("none", 3, 3)), "v", "c"))
    typing.edit(0, 4)
    typing.edit(3, 0, "", *DECORATED[:3])
    assert (typing.notes("cached"), typing.notes("none")) == ([], [])


def test_the_end_of_other_code_above_what_moved_is_not_the_end_that_stood_there() -> None:
    base = FileMemory("a.js", SHOP, (Placed("both", 6, 7),), "v", "c")
    typing = Typing(base)
    typing.edit(5, 4)
    typing.edit(3, 0, "function zero() {", "  rest();", "}", *SHOP[6:9])
    assert typing.notes("both") == [7]


def test_what_was_typed_line_by_line_did_not_move() -> None:
    base = FileMemory("auth.py", TEXT, (Placed("both", 8, 9),), "v", "c")
    typing = Typing(base)
    typing.edit(7, 2)
    typing.edit(0, 0, TEXT[8])
    typing.edit(0, 0, TEXT[7])
    assert typing.notes("both") == []
