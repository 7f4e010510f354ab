"""A note is never on another line than its own, whatever somebody types, cuts, pastes, moves and takes back.

The texts are full of lines that read the same, so the text tells nothing. Each line here carries what it is:
a number for a line of the file as it was, cut and pasted with it, 0 for one that was typed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.memory.results import FileMemory, Placed

EXAMPLES = 3000 if os.environ.get("GIT_MEMORY_STRESS") else 250


def python(name: int) -> list[str]:
    return ["@cached", f"def handler_{name}(query):", "    if not query:", "        return None", ""]


def script(name: int) -> list[str]:
    return [f"function handle{name}Order() {{", "  return null;", "}"]


def plain(name: int) -> list[str]:
    body = ["    if not value:", f"        use(value_{name})", "    else:", "        return None", ""]
    return [f"def handler_{name}(query):", "    value = client.fetch(query, timeout=30)", *body]


@dataclass(eq=False)
class Line:
    text: str
    was: int = 0


class Buffer:
    """A text that is edited, with what its lines are, and with the memory that follows it."""

    def __init__(self, function: Callable[[int], list[str]], count: int, notes: Sequence[tuple[int, int]]):
        self.function = function
        self.base = [line for name in range(count) for line in function(name)]
        self.lines = [Line(text, was) for was, text in enumerate(self.base, start=1)]
        self.never_left = dict(enumerate(self.lines, start=1))
        ends = [(1 + at % len(self.base), length) for at, length in notes]
        places = [Placed(str(n), n, n) for n in range(1, len(self.base) + 1)]
        places += [Placed(f"{a}+{n}", a, min(a + n, len(self.base))) for a, n in ends]
        self.live = FileMemory("a", tuple(self.base), tuple(places), None, None).live(self.base)
        self.cut_out: list[Line] = []
        self.made: list[tuple[int, list[Line], list[Line]]] = []
        self.typed = 0

    # What a person does, each at a line and so many lines or times ----------------------------------------
    def type(self, at: int, much: int) -> None:
        self.replace(at, 0, [self.new_line(at + n) for n in range(much)])

    def new_function(self, at: int, _much: int) -> None:
        self.typed += 1
        self.replace(self.top_of_a_function(at), 0, [Line(text) for text in self.function(900 + self.typed)])

    def type_in(self, at: int, much: int) -> None:
        if at < len(self.lines):
            line = self.lines[at]
            self.replace(at, 1, [Line(line.text + "x", line.was)])
            if much % 2:
                self.replace(at, 1, [Line(line.text, line.was)])

    def cut(self, at: int, much: int) -> None:
        if len(self.lines) > 12:
            self.cut_out = self.lines[at : at + much]
            self.replace(at, len(self.cut_out), [])

    def copy(self, at: int, much: int) -> None:
        self.cut_out = self.lines[at : at + much]

    def paste(self, at: int, _much: int) -> None:
        self.replace(at, 0, again(self.cut_out))

    def move_function(self, at: int, much: int) -> None:
        start = self.top_of_a_function(at)
        self.cut(start, len(self.function(0)))
        self.paste(self.top_of_a_function(at * much), 1)

    def move_line(self, at: int, _much: int) -> None:
        pair = self.lines[at : at + 2]
        if len(pair) == 2 and pair[0].text != pair[1].text:
            self.replace(at, 2, again(pair[::-1]))

    def break_line(self, at: int, much: int) -> None:
        for line in self.lines[at : at + 1]:
            self.replace(at, 1, [Line(line.text[:3]), Line(line.text[3:] + "…")])
            if much % 2:
                self.replace(at, 2, again([line]))

    def retype(self, at: int, much: int) -> None:
        """Taken out, then typed again by hand, line by line."""
        gone = self.lines[at : at + much]
        self.replace(at, len(gone), [])
        for n, line in enumerate(again(gone)):
            self.replace(at + n, 0, [line])

    def type_over(self, at: int, much: int) -> None:
        there = {line.text for line in self.lines[at : at + much]}
        new = [line for line in map(self.new_line, range(at, at + much)) if line.text not in there]
        self.replace(at, len(self.lines[at : at + much]), new)

    def give_anew(self, at: int, much: int) -> None:
        """A formatter gives a stretch of text of which it changed the ends."""
        stretch = again(self.lines[at : at + 3 * much])
        if len(stretch) > 1:
            stretch[0], stretch[-1] = Line(stretch[0].text + "~"), Line(stretch[-1].text + "~")
            self.replace(at, len(stretch), stretch)

    def take_back(self, _at: int, much: int) -> None:
        for start, went, came in reversed(self.made[-much:]):
            self.replace(start, len(came), again(went))
            del self.made[-2:]

    def type_at_cursors(self, at: int, _much: int) -> None:
        places = sorted({at, at // 2, at // 3}, reverse=True)
        edits = []
        for place in places:
            self.lines.insert(place, self.new_line(place))
            edits.append((place, 0, 1))
        self.made.clear()
        self.tell(edits)

    # How it is followed ---------------------------------------------------------------------------------
    def new_line(self, seed: int) -> Line:
        self.typed += 1
        shared = sorted({text for text in self.base if self.base.count(text) > 1})
        return Line(f"    new_{self.typed} = {seed}") if seed % 3 == 0 else Line(shared[seed % len(shared)])

    def top_of_a_function(self, at: int) -> int:
        tops = [n for n, line in enumerate(self.lines) if line.text == self.base[0] or "handle" in line.text]
        return tops[at % len(tops)] if tops else 0

    def replace(self, at: int, removed: int, new: list[Line]) -> None:
        went = self.lines[at : at + removed]
        if self.made and (at, texts(new), texts(went)) == (
            self.made[-1][0],
            texts(self.made[-1][1]),
            texts(self.made[-1][2]),
        ):
            new = again(self.made[-1][1])  # that takes back what was done last, so they are those lines
        self.lines[at : at + removed] = new
        self.made.append((at, went, new))
        if removed == len(new) == 1 and self.never_left.get(went[0].was) is went[0]:
            self.never_left[went[0].was] = new[0]  # still that line, typed in
        self.tell([(at, removed, len(new))])

    def tell(self, edits: list[tuple[int, int, int]]) -> None:
        self.live.edited(edits, lambda n: self.lines[n].text)
        there = {id(line) for line in self.lines}
        self.never_left = {n: line for n, line in self.never_left.items() if id(line) in there}
        self.check()

    def check(self) -> None:
        seen: dict[int, Line] = {}
        for at, line in enumerate(self.lines):
            for was in (int(note) for note in self.live.at(at + 1) if "+" not in note):
                assert was not in seen, f"the note of {was} is on two lines"
                assert line.text == self.base[was - 1]
                seen[was] = line
                if line.text.strip() and line.was != was:
                    assert self.is_again(at, was), f"the note of {was} is on line {at + 1}, {line}"
                    line.was = was
        for was, line in self.never_left.items():
            if line.text == self.base[was - 1]:
                assert seen.get(was) is line, f"{line} never left, and has not its note"

    def is_again(self, at: int, was: int) -> bool:
        """Whether a line that was typed is what was there as far as anybody can tell: it stands just beneath
        the line that it stood beneath, or with all that stood between two lines, or beside its equal."""
        if at and was > 1 and self.lines[at - 1].was == was - 1:
            return True
        start = end = at
        while start and not self.lines[start - 1].was:
            start -= 1
        while end < len(self.lines) and not self.lines[end].was:
            end += 1
        above = self.lines[start - 1].was if start else 0
        below = self.lines[end].was if end < len(self.lines) else len(self.base) + 1
        if texts(self.lines[start:end]) == self.base[above : below - 1]:
            return True
        equal = [n for n in (at - 1, at + 1) if 0 <= n < len(self.lines)]
        return any(self.lines[n].text == self.lines[at].text and self.lines[n].was == was for n in equal)


def again(lines: Sequence[Line]) -> list[Line]:
    return [Line(line.text, line.was) for line in lines]


def texts(lines: Sequence[Line]) -> list[str]:
    return [line.text for line in lines]


DOINGS = (
    Buffer.type,
    Buffer.new_function,
    Buffer.type_in,
    Buffer.cut,
    Buffer.copy,
    Buffer.paste,
    Buffer.paste,
    Buffer.move_function,
    Buffer.move_line,
    Buffer.break_line,
    Buffer.retype,
    Buffer.type_over,
    Buffer.give_anew,
    Buffer.take_back,
    Buffer.type_at_cursors,
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from([python, script, plain]),
    st.integers(3, 6),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=6),
    st.lists(
        st.tuples(st.sampled_from(DOINGS), st.integers(0, 100), st.integers(1, 5)), min_size=10, max_size=40
    ),
)
def test_a_note_may_be_lost_but_never_stands_on_a_line_that_is_not_its_own(function, count, notes, doings):
    buffer = Buffer(function, count, notes)
    for do, at, much in doings:
        do(buffer, at % (len(buffer.lines) + 1), much)
