"""Anchors go and come in a record's file; every other byte of it stays."""

from __future__ import annotations

import pytest

from lsp_server.records.anchor_edit import key_of, with_anchors
from lsp_server.records.anchors import Anchor, Birth, CodeRange, whole
from lsp_server.records.document import parse

COMMIT = "a" * 40


def anchor(start: int, path: str = "a.py", **given: object) -> Anchor:
    return Anchor(CodeRange(path, start, start), (Birth(COMMIT, path, start, start),), ("text",))._replace(
        **given
    )


ONE, TWO, THREE = anchor(1), anchor(2), anchor(3, "b.py", symbol="Class.method", made_at="b" * 40)
FILE = whole("c.py")
RECORD = """---
id: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f
kind: decision
number: 12
created: 2026-11-21T10:00:00+00:00   # a comment
unknown: kept
---

# Title
"""


def anchors_of(text: str) -> tuple[Anchor, ...]:
    parsed = parse("decisions/0012-title.md", text.encode())
    assert parsed.record is not None
    assert not parsed.problems
    return parsed.record.anchors


@pytest.fixture
def three() -> str:
    text = with_anchors(RECORD, (), [ONE, TWO, THREE])
    assert anchors_of(text) == (ONE, TWO, THREE)
    return text


def test_an_anchor_goes_and_the_others_stay_as_they_are_written(three: str) -> None:
    without = with_anchors(three, [key_of(TWO)], [])
    assert anchors_of(without) == (ONE, THREE)
    lines = three.splitlines()
    assert [line for line in without.splitlines() if line not in lines] == []
    assert with_anchors(RECORD, (), [ONE, THREE]) == without


def test_a_new_anchor_stands_where_the_old_one_stood(three: str) -> None:
    new = anchor(9)
    assert anchors_of(with_anchors(three, [key_of(TWO)], [new])) == (ONE, new, THREE)
    assert anchors_of(with_anchors(three, [key_of(ONE), key_of(THREE)], [new])) == (new, TWO)


def test_without_its_last_anchor_a_record_is_as_if_it_never_had_one(three: str) -> None:
    assert with_anchors(three, [key_of(ONE), key_of(TWO), key_of(THREE)], []) == RECORD


def test_anchors_are_told_by_their_place_not_by_their_births(three: str) -> None:
    settled = TWO._replace(births=(Birth("c" * 40, "other.py", 7, 7),))
    assert anchors_of(with_anchors(three, [key_of(settled)], [])) == (ONE, THREE)


def test_whole_files_keep_the_commit_they_were_anchored_at() -> None:
    text = with_anchors(RECORD, (), [Anchor(FILE), Anchor(whole("src/"), made_at="d" * 40)])
    assert anchors_of(text) == (Anchor(FILE), Anchor(whole("src/"), made_at="d" * 40))


def test_line_ends_and_comments_stay() -> None:
    text = with_anchors(RECORD, (), [ONE, TWO]).replace("anchors:\n", "anchors:\n  # where it holds\n")
    text = text.replace("\n", "\r\n")
    changed = with_anchors(text, [key_of(ONE)], [anchor(9)])
    assert anchors_of(changed) == (anchor(9), TWO)
    assert "# where it holds\r\n" in changed
    assert changed.count("\n") == changed.count("\r\n")


def test_anchors_in_brackets_and_those_that_cannot_be_read_are_left_alone() -> None:
    broken = "anchors: [{path: a.py, lines: '1'}, {path: ../out}]\n"
    text = RECORD.replace("unknown: kept\n", broken)
    changed = with_anchors(text, [("a.py", 1, 1, "")], [])
    assert "../out" in changed
    assert "lines" not in changed
