"""Changing what a file says of the code changes the lines that say it, and nothing else."""

from __future__ import annotations

import difflib

import pytest

from lsp_server.errors import RefusedError
from lsp_server.records.anchors import Anchor, Birth, CodePosition, CodeRange
from lsp_server.records.code_edit import with_code, with_settled_anchors
from lsp_server.records.document import parse

OLD, NEW = "3" * 40, "4" * 40
FILE = f"""---
id: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f
kind: learning  # of a kind
created: 2026-11-21T10:00:00+00:00
code:
  # where it was
  commit: {OLD}  # the first
  branch: main
  owner: somebody  # a key of their own
# and these
anchors:
  # the first
  - path: a.py
    lines: 3-4
    births:
      - {OLD} 3-4 a.py
    text: |2-
          one

      two
    note: a key of their own
  - path: docs/
  - path: b.py
    lines: 7
    symbol: Login.check
    births:
      - {OLD} 7 b.py
    text: |2-
      three
tags: [auth]
---

# Emails differ by case
"""


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines taken out, and those put in."""
    rows = list(difflib.ndiff(before.split("\n"), after.split("\n")))
    return [row[2:] for row in rows if row[0] == "-"], [row[2:] for row in rows if row[0] == "+"]


def test_another_commit_is_one_line_and_the_former_one_two_more() -> None:
    text = with_code(FILE, CodePosition(NEW, "main", None, ((OLD, "patch-id"),)))
    assert changed(FILE, text) == (
        [f"  commit: {OLD}  # the first"],
        [f"  commit: {NEW}  # the first", "  formerly:", f"    - {OLD}: patch-id"],
    )
    record = parse("learnings/2026/11/21-x.md", text.encode()).record
    assert record is not None
    assert record.code == CodePosition(NEW, "main", None, ((OLD, "patch-id"),))


def test_once_more_is_written_above() -> None:
    third = "5" * 40
    once = with_code(FILE, CodePosition(NEW, "main", None, ((OLD, "hook"),)))
    twice = with_code(once, CodePosition(third, "main", None, ((NEW, "squash"), (OLD, "hook"))))
    assert changed(once, twice)[1] == [f"  commit: {third}  # the first", f"    - {NEW}: squash"]


@pytest.mark.parametrize("ended", ["\n", "\r\n"])
def test_other_births_are_the_lines_of_that_anchor(ended: str) -> None:
    anchor = Anchor(CodeRange("c.py", 8, 8), (Birth(NEW, "c.py", 8, 8),), ("three",), "Login.check")
    before = FILE.replace("\n", ended)
    text = with_settled_anchors(before, {2: anchor})
    taken, put = changed(before, text)
    end = ended[:-1]
    assert taken == [f"  - path: b.py{end}", f"    lines: 7{end}", f"      - {OLD} 7 b.py{end}"]
    assert put == [f"  - path: c.py{end}", f"    lines: 8{end}", f"      - {NEW} 8 c.py{end}"]


def test_several_births_in_the_place_of_one() -> None:
    births = (Birth(NEW, "a.py", 3, 3), Birth(OLD, "a.py", 4, 4))
    anchor = Anchor(CodeRange("a.py", 3, 4), births, ("    one", "", "two"))
    text = with_settled_anchors(FILE, {0: anchor})
    assert changed(FILE, text) == (
        [f"      - {OLD} 3-4 a.py"],
        [f"      - {NEW} 3 a.py", f"      - {OLD} 4 a.py"],
    )


@pytest.mark.parametrize(
    "code", [f"code: {{commit: {OLD}, branch: main}}", f"code:\n  - commit: {OLD}", "code: none", "kin: x"]
)
def test_code_in_another_style_is_refused(code: str) -> None:
    text = f"---\nid: x\n{code}\n---\n"
    with pytest.raises(RefusedError):
        with_code(text, CodePosition(NEW, None))


@pytest.mark.parametrize(
    "anchors",
    [
        f"anchors: [{{path: a.py, lines: 3, births: [{OLD} 3 a.py], text: [x]}}]",
        f"anchors:\n  - {{path: a.py, lines: 3, births: [{OLD} 3 a.py], text: [x]}}",
        "anchors:\n  - path: a.py\n    lines: 3\n    text: [x]",
        "tags: [x]",
    ],
)
def test_anchors_in_another_style_are_refused(anchors: str) -> None:
    anchor = Anchor(CodeRange("a.py", 4, 4), (Birth(NEW, "a.py", 4, 4),), ("x",))
    with pytest.raises(RefusedError):
        with_settled_anchors(f"---\nid: x\n{anchors}\n---\n", {0: anchor})
