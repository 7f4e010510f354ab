"""The text model: the protocol's lines, git's lines, and edits in every position encoding."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from lsprotocol import types

from lsp_server.editor.documents import Document, Documents, split_lines
from lsp_server.editor.positions import Encoding, to_column, to_units

# What other text models take for line ends, what takes several code units, and what takes none.
ODD = [
    "\n",
    "\r",
    "\r\n",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "é",
    "語",
    "😋",
    "🇫🇷",
    "\u200f",
    "a\u0301",
]
PLAIN = ["word", "ADR-12", " ", "\t", "x", ""]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")


def document(text: str, encoding: Encoding = "utf-16") -> Document:
    return Document("file:///a", Path("/a"), 1, split_lines(text), encoding)


def random_text(source: random.Random, most: int) -> str:
    return "".join(
        source.choice(ODD if source.random() < 0.5 else PLAIN) for _ in range(source.randrange(most))
    )


class Reference:
    """The protocol's text model, spelled out over one string of code points; slow and plain."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text, self.encoding = text, encoding

    def offset(self, line: int, units: int) -> int:
        starts = [0, *(found.end() for found in re.finditer("\r\n|\n|\r", self.text))]
        if line >= len(starts):
            return len(self.text)
        start = starts[line]
        end = start + len(re.split("[\r\n]", self.text[start:], maxsplit=1)[0])
        for at in range(start, end):
            if self._units(self.text[start : at + 1]) > units:
                return at
        return end

    def _units(self, text: str) -> int:
        width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[self.encoding]
        return len(text.encode(self.encoding + ("-le" if width > 1 else ""))) // width

    def replace(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        first, last = sorted((self.offset(*start), self.offset(*end)))
        self.text = self.text[:first] + text + self.text[last:]


@pytest.mark.parametrize("seed", range(210))
def test_text_after_incremental_edits_is_what_the_client_has(seed: int) -> None:
    source = random.Random(seed)
    encoding = ENCODINGS[seed % 3]
    text = random_text(source, 60)
    ours, reference = document(text, encoding), Reference(text, encoding)
    for version in range(25):
        changes = []
        for _ in range(source.randrange(1, 4)):
            lines = len(ours.lines) + 2
            places = [(source.randrange(lines), source.randrange(15)) for _ in range(2)]
            text = random_text(source, 6)
            reference.replace(*places, text)
            span = types.Range(*(types.Position(*place) for place in places))
            changes.append(types.TextDocumentContentChangePartial(range=span, text=text))
        before = [(c.range.start.line, c.range.start.character) for c in changes]
        ours = ours.changed(changes, version)
        assert ours.text == reference.text
        assert list(ours.lines) == split_lines(reference.text)
        assert [(c.range.start.line, c.range.start.character) for c in changes] == before


@pytest.mark.parametrize(
    ("start", "end", "text", "edit"),
    [
        ((1, 0), (1, 0), "@a\nsave\n", (1, 0, 2)),  # above a line: that line stays, not the equal one
        ((0, 4), (0, 4), "\n@a\nsave", (1, 0, 2)),  # the same, from the end of the line above
        ((2, 4), (2, 4), "\n@a\nload", (3, 0, 2)),  # below a line
        ((1, 0), (3, 0), "", (1, 2, 0)),  # two lines went, though those below begin as they did
        ((0, 4), (2, 4), "", (1, 2, 0)),
        ((1, 1), (1, 1), "b", (1, 1, 1)),  # within a line
        ((1, 2), (1, 2), "\n", (2, 0, 1)),
    ],
)
def test_an_edit_tells_which_of_equal_lines_are_new(
    start: tuple[int, int], end: tuple[int, int], text: str, edit: tuple[int, int, int]
) -> None:
    change = types.TextDocumentContentChangePartial(
        types.Range(types.Position(*start), types.Position(*end)), text
    )
    assert document("base\n@a\nload\n@a\nsave\n").changed([change], 2).edits == (edit,)


@pytest.mark.parametrize("seed", range(60))
def test_the_edits_of_a_change_make_its_lines_of_those_before_it(seed: int) -> None:
    source = random.Random(seed)
    before = document("".join(source.choice(["}\n", "a\n", "\n", "b\r\n", "\r"]) for _ in range(9)))
    for version in range(20):
        at, end = sorted((source.randrange(9), source.randrange(3)) for _ in range(2))
        text = "".join(source.choice(["}", "a", "\n", "\r\n", "\r"]) for _ in range(source.randrange(5)))
        change = types.TextDocumentContentChangePartial(
            types.Range(types.Position(*at), types.Position(*end)), text
        )
        after = before.changed([change], version)
        (start, removed, added) = (after.edits or ())[0]
        lines = [*before.lines[:start], *after.lines[start : start + added], *before.lines[start + removed :]]
        assert lines == list(after.lines)
        before = after


def test_an_edit_leaves_the_version_before_it_alone() -> None:
    before = document("one\ntwo\n")
    change = types.TextDocumentContentChangePartial(
        range=types.Range(types.Position(0, 0), types.Position(1, 0)), text=""
    )
    after = before.changed([change], 2)
    assert (before.text, after.text) == ("one\ntwo\n", "two\n")


def test_a_whole_text_replaces_the_other() -> None:
    assert document("one").changed([types.TextDocumentContentChangeWholeDocument("two\r")], 2).text == "two\r"


@pytest.mark.parametrize(
    ("text", "client", "git"),
    [
        ("a\nb\nc", ["a", "b", "c"], [1, 2, 3]),
        ("a\r\nb\r\n", ["a", "b", ""], [1, 2, 3]),
        ("a\rb\nc", ["a", "b", "c"], [1, 1, 2]),
        ("a\x0cb\u2028c\x85d\x0be\x1cf\ng", ["a\x0cb\u2028c\x85d\x0be\x1cf", "g"], [1, 2]),
    ],
)
def test_the_clients_lines_and_gits_lines_are_told_apart(
    text: str, client: list[str], git: list[int]
) -> None:
    one = document(text)
    assert [one.content(line) for line in range(len(one.lines))] == client
    assert [one.git_line(line) for line in range(len(one.lines))] == git
    assert [one.git_line(one.client_line(number)) for number in sorted(set(git))] == sorted(set(git))


@pytest.mark.parametrize(
    "text", ["", "\n", "a", "a\n", "a\r\nb\r\n", "\ufeffa\nb", "a\rb\n\n", "\x0c\n\u2028"]
)
def test_gits_lines_are_those_that_the_memory_counts_in(text: str) -> None:
    from lsp_server.code.text import split_lines as git_lines

    assert document(text).git_lines == git_lines(text)


def test_half_a_character_does_not_break_the_text() -> None:
    one = document("a\ud83d\nb", "utf-8")
    assert one.git_lines == ("a?", "b")
    assert one.column(types.Position(0, 99)) == 2


@pytest.mark.parametrize(
    ("encoding", "units"),
    [("utf-8", [0, 1, 3, 6, 10, 11]), ("utf-16", [0, 1, 2, 3, 5, 6]), ("utf-32", range(6))],
)
def test_columns_are_counted_in_the_negotiated_units(encoding: Encoding, units: list[int]) -> None:
    line = "aé語😋b"
    assert [to_units(line, column, encoding) for column in range(6)] == list(units)
    assert [to_column(line, count, encoding) for count in units] == list(range(6))
    assert to_column(line, 1000, encoding) == len(line)


def test_a_column_inside_a_character_is_the_characters_start() -> None:
    assert to_column("a😋b", 2, "utf-16") == 1
    assert to_column("a😋b", 3, "utf-8") == 1


@pytest.mark.parametrize(
    ("start", "end", "selected"),
    [
        ((1, 0), (1, 0), [1]),
        ((1, 2), (3, 0), [1, 2]),
        ((1, 2), (3, 1), [1, 2, 3]),
        ((3, 1), (1, 2), [1, 2, 3]),
        ((3, 0), (99, 0), [3, 4]),
        ((99, 0), (99, 5), [4]),
    ],
)
def test_a_selection_that_ends_before_a_line_does_not_take_it(
    start: tuple[int, int], end: tuple[int, int], selected: list[int]
) -> None:
    one = document("a\nb\nc\nd\n")
    assert list(one.selected(types.Range(types.Position(*start), types.Position(*end)))) == selected


def test_the_spellings_of_a_uri_name_one_document() -> None:
    documents = Documents()
    documents.open(types.TextDocumentItem("file:///a%20b/c%3Ad.py", "python", 1, "x"))
    found = documents.get("file:///a b/c:d.py")
    assert found is not None
    assert found.path == Path("/a b/c:d.py")
    documents.close("file:///a%20b/c:d.py")
    assert list(documents) == []
