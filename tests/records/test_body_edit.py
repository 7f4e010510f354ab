"""Headings are where Markdown has them, and one section is changed without the rest."""

from __future__ import annotations

import pytest

from lsp_server.memory.titles import heading_text
from lsp_server.records.body_edit import append_item, set_section
from lsp_server.records.fields import FIELDS, field_named
from lsp_server.records.model import Kind
from lsp_server.records.sections import headings, title_of

FIX = next(field for field in FIELDS[Kind.BUG] if field.name == "fix")


@pytest.mark.parametrize("quoted", ["<!-- start of", "```", "## Fix", "~~~ sh"])
def test_code_quoted_by_an_anchor_is_no_markdown(quoted: str) -> None:
    front = f"---\nid: 1\nanchors:\n  - a.py:1:\n      text: |\n{quoted}\n---\n"
    body = "# A bug\n\n## Description\n\nNo.\n\n## Fix\n\nOld.\n\n## Tests\n\n* one\n"
    assert set_section(front + body, FIX, "New.") == front + body.replace("Old.", "New.")


def test_a_section_that_is_not_there_goes_to_the_end() -> None:
    text = "---\n## Fix\n---\n# A bug\n"
    assert set_section(text, FIX, "New.") == text + "\n## Fix\n\nNew.\n"


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("<!-- x\n# no\n-->\n# yes", ["yes"]),
        ("   <!-- x\n# no\n  --> rest\n# yes", ["yes"]),
        ("<!-- x -->\n# yes", ["yes"]),
        ("<!-->\n# yes", ["yes"]),
        ("# yes\n\n    <!-- in a listing\n\n## also", ["yes", "also"]),
        ("# yes\n\n\t<!-- in a listing\n\n## also", ["yes", "also"]),
        ("<!-- x -->\n---\n# yes", ["yes"]),
        ("<!-- x\n-->\n===\n# yes", ["yes"]),
        ("```\n```\n---\n# yes", ["yes"]),
        ("yes\n===", ["yes"]),
    ],
)
def test_a_comment_hides_headings_where_markdown_says_so(body: str, seen: list[str]) -> None:
    assert [heading.text for heading in headings(body.split("\n"))] == seen


@pytest.mark.parametrize(
    "title", ["Use C#", "Use C #", "#", "A \\#", "A\\#", "A \\\\##", "A \\", "Close # and #"]
)
def test_a_title_reads_back_as_it_was_written(title: str) -> None:
    assert title_of(f"# {heading_text(title)}\n") == title


def test_an_item_is_added_to_a_section_and_all_that_stands_there_stays() -> None:
    notes = field_named(Kind.DECISION, "outcome_notes")
    assert notes is not None
    head = "---\nid: x\n---\n\n# T\n"
    new = append_item(head, notes, "One\nand more")
    assert new == f"{head}\n## What Came of It\n\n* One\n  and more\n"
    assert append_item(new, notes, "Two") == f"{new}* Two\n"
    for before, between in (
        ("- a\n- b\n", "- Two\n"),
        ("Somebody's words.\n", "\n* Two\n"),
        ("* a\n  goes on\n", "* Two\n"),
        ("* a\n\nWords below.\n", "\n* Two\n"),
    ):
        text = f"{head}\n## What Came of It\n\n{before}"
        assert append_item(text, notes, "Two") == text + between
        assert append_item(f"{text}\n## More\n\nx\n", notes, "Two") == f"{text}{between}\n## More\n\nx\n"
    windows = new.replace("\n", "\r\n")
    assert append_item(windows, notes, "Two\nand") == f"{windows}* Two\r\n  and\r\n"
    empty = f"{head}\n## What Came of It\n\n## More\n\nx\n"
    assert "## What Came of It\n\n* Two\n\n## More\n\nx\n" in append_item(empty, notes, "Two")
