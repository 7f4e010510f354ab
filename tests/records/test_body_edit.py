"""Headings are where Markdown has them, and one section is changed without the rest."""

from __future__ import annotations

import pytest

from lsp_server.memory.titles import heading_text
from lsp_server.records.body_edit import set_section
from lsp_server.records.fields import FIELDS
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
