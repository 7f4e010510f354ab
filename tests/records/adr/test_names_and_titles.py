"""The number and the title, from the file's name and its heading."""

from __future__ import annotations

import pytest

from lsp_server.records.adr import read_adr


@pytest.mark.parametrize(
    ("name", "heading", "number", "title"),
    [
        ("0002-use-jwt.md", "# 2. Use JWT", 2, "Use JWT"),
        ("0002-use-jwt.md", "# Use JWT", 2, "Use JWT"),
        ("1-use-jwt.md", "# 1) Use JWT", 1, "Use JWT"),
        ("adr-101-pull.md", "# ADR 101: Pull", 101, "Pull"),
        ("adr-0012.md", "# ADR-0012 - Use JWT", 12, "Use JWT"),
        ("ADR-0012.md", "# ADR-0012 — Use JWT", 12, "Use JWT"),
        ("ADR001_use_jwt.md", "# ADR001: Use JWT", 1, "Use JWT"),
        ("adr_0003.md", "# [ADR-3] Use JWT", 3, "Use JWT"),
        ("adr_0003.md", "# ADR #3: Use JWT", 3, "Use JWT"),
        ("adr_0003.md", "# ADR-D3: Use JWT", 3, "Use JWT"),
        ("001 - Use JWT.md", "# Decision 001: Use JWT", 1, "Use JWT"),
        ("DR009-access.md", "# DR009: Who has access", 9, "Who has access"),
        ("007.md", "# Architecture Decision Record 7: Use JWT", 7, "Use JWT"),
        ("use-jwt.md", "# ADR 7: Use JWT", 7, "Use JWT"),
        ("use-jwt.md", "# RFC 12: Use JWT", 12, "Use JWT"),
        ("0003-x.md", "# 0003 Use JWT", 3, "Use JWT"),
        ("0003-x.md", "# 0003: Use JWT", 3, "Use JWT"),
        ("025-commit.md", "# ADR 025 Commit", 25, "Commit"),
        ("0046-x.md", "#46. Use JWT", 46, "Use JWT"),
        ("20200924-use-jwt.md", "# Use JWT", None, "Use JWT"),
        ("2020-09-24-use-jwt.md", "# 2020-09-24 Use JWT", None, "Use JWT"),
        ("use-jwt.md", "# Use JWT", None, "Use JWT"),
        ("use-jwt.md", "# 2 factors for everybody", None, "2 factors for everybody"),
        ("0004-http-2.md", "# HTTP/2 at the edge", 4, "HTTP/2 at the edge"),
        ("0005-utf-8.md", "# UTF-8 only", 5, "UTF-8 only"),
        ("0005-3d.md", "# 3D view", 5, "3D view"),
        ("0006-x.md", "# Decision: use JWT", 6, "use JWT"),
        ("0006-x.md", "# Title: Use JWT", 6, "Use JWT"),
        ("0006-x.md", "#  Use   `jwt`  for **all** ##", 6, "Use `jwt` for all"),
        ("0006-x.md", "# Use [JWT](https://example.com) \\#1 &amp; more", 6, "Use JWT #1 & more"),
        ("0006-x.md", "# 6. snake_case or camelCase?", 6, "snake_case or camelCase?"),
        ("0006-x.md", "Use JWT\n=======", 6, "Use JWT"),
        ("0006-x.md", "<h1>Use JWT</h1>", 6, "Use JWT"),
        ("0006-x.md", "## 6. Use JWT", 6, "Use JWT"),
        ("0006-x.md", "<!-- a comment\n# no title\n-->\n# Use JWT", 6, "Use JWT"),
        ("0006-x.md", "```\n# no title\n```\n# Use JWT", 6, "Use JWT"),
        ("0006-x.md", "# Architecture Decision Record\n\n## ADR-6: Use JWT", 6, "Use JWT"),
        ("0006-x.md", "# Architecture Decision Record\n\n## Title\n\nUse JWT", 6, "Use JWT"),
        ("0006-x.md", "---\ntitle: Use JWT\n---", 6, "Use JWT"),
        ("0006-x.md", "---\ntitle: 'ADR-6: Use JWT'\n---", 6, "Use JWT"),
        ("0006-use-jwt.md", "# {short title of solved problem}", 6, "Use jwt"),
        ("0006-use-jwt.md", "", 6, "Use jwt"),
        ("ADR-0012.md", "", 12, None),
        ("docs/adr/0006-use-jwt/README.md", "# Use JWT", 6, "Use JWT"),
        ("0033-ranges.md", "# 3. Ranges", 33, "Ranges"),
    ],
)
def test_the_title_comes_without_its_number(
    name: str, heading: str, number: int | None, title: str | None
) -> None:
    adr = read_adr(name, f"{heading}\n\n## Status\n\nAccepted\n\n## Context\n\nText\n\n# Late heading\n")
    assert (number, title) == (adr.number, adr.title)
    assert adr.is_adr


def test_a_number_that_the_name_does_not_say_comes_from_the_front_matter() -> None:
    assert read_adr("jwt.md", "---\nadr: 7\n---\n# JWT\n").number == 7
    assert read_adr("jwt.md", "---\nid: ADR-0007\n---\n# JWT\n").number == 7
    assert read_adr("jwt.md", "---\nid: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\n---\n# JWT\n").number is None


def test_the_file_name_counts_where_the_title_says_another_number() -> None:
    adr = read_adr("0033-ranges.md", "# 3. Ranges\n")
    assert adr.number == 33
    assert any("number 3" in note for note in adr.notes)


def test_a_slug_is_the_name_without_number_date_and_extension() -> None:
    assert read_adr("0002-use-jwt.md", "").slug == "use-jwt"
    assert read_adr("20200924-use-jwt.md", "").slug == "use-jwt"
    assert read_adr("use-jwt.rst", "").slug == "use-jwt"


ADR = "# 3. A\n\n## Status\n\nAccepted\n\n## Context\n\nText\n\n## Decision\n\nText\n"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("0003-a.md", ADR, True),
        ("a.md", ADR, True),
        ("README.md", "# Decisions\n\nStatus: accepted\n", False),
        ("adr/README.md", ADR, False),
        ("use-jwt/index.md", ADR, True),
        ("index.md", "# Log\n", False),
        ("template.md", ADR, False),
        ("0000-template.md", ADR, False),
        ("adr-template.md", ADR, False),
        ("NNNN-title.md", "# {title}\n", False),
        ("0007-choose-a-template.md", "# 7. Choose a template\n", True),
        ("0007-template-engine.md", "# 7. Template engine\n", True),
        ("how-to.md", "# How to write an ADR\n\nCopy the file.\n", False),
        ("0001-empty.md", " \n", False),
        ("new.md", "# [short title]\n\n* Status: [proposed | accepted | rejected]\n", False),
    ],
)
def test_indexes_guides_and_templates_are_no_adrs(name: str, text: str, expected: bool) -> None:
    adr = read_adr(name, text)
    assert adr.is_adr is expected
    assert expected or adr.notes[0].endswith(".")
