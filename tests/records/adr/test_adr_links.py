"""What an ADR says of others."""

from __future__ import annotations

import pytest

from lsp_server.records.adr import read_adr


def links(text: str, name: str = "0020-a.md") -> list[tuple[str, str]]:
    return [(link.relation.value, link.target) for link in read_adr(name, text).links]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Superseded by [5. B](0005-b.md)", [("superseded-by", "0005-b.md")]),
        ("Superseded by [B](./0005-b.md#decision)", [("superseded-by", "0005-b.md")]),
        ("Superseded by [B](https://example.com/x/docs/adr/0005-b.md)", [("superseded-by", "0005-b.md")]),
        ("Superseded by [ADR-5][five]\n\n[five]: 0005-b.md", [("superseded-by", "0005-b.md")]),
        ("Superseded by ADR-0005", [("superseded-by", "5")]),
        ("Superseded by ADR 5 and ADR 6", [("superseded-by", "5"), ("superseded-by", "6")]),
        ("Superseded by ADRs 5, 6", [("superseded-by", "5"), ("superseded-by", "6")]),
        ("Superseded by 12", [("superseded-by", "12")]),
        ("Superseded by #12", [("superseded-by", "12")]),
        ("Superseded by DR008", [("superseded-by", "8")]),
        ("Superseded by 0005-b", [("superseded-by", "0005-b")]),
        ("Superseded by 20201016-new-way", [("superseded-by", "20201016-new-way")]),
        ("Superseded ([ADR-5](0005-b.md))", [("superseded-by", "0005-b.md")]),
        ("Superseded, see ADR-5", [("superseded-by", "5")]),
        ("Replaced with ADR-5", [("superseded-by", "5")]),
        ("Deprecated in favour of ADR-5", [("superseded-by", "5")]),
        ("Rejected in favour of ADR 111", [("relates-to", "111")]),
        (
            "Accepted\n\nSupersedes [1. B](0001-b.md)\nAmends [2. C](0002-c.md)",
            [("supersedes", "0001-b.md"), ("amends", "0002-c.md")],
        ),
        ("Accepted; supersedes ADR-1, amended by ADR-3", [("supersedes", "1"), ("amended-by", "3")]),
        ("Accepted\n\nClarifies ADR-1", [("relates-to", "1")]),
        ("Accepted ([#1484](https://example.com/issues/1484))", []),
        ("Accepted, tracked in [\\#9256](https://example.com/9256)", []),
        ("Accepted 2020-01-02", []),
        ("Superseded by a better idea", []),
        ("Superseded by ADR-20", []),
    ],
)
def test_the_status_names_others(status: str, expected: list[tuple[str, str]]) -> None:
    assert links(f"# 20. A\n\n## Status\n\n{status}\n\n## Context\n\nText\n") == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "* Status: accepted\n* Supersedes: [ADR-1](0001-b.md), ADR-2",
            [("supersedes", "0001-b.md"), ("supersedes", "2")],
        ),
        ("Supersedes: 0001-b.md\nSuperseded by: none", [("supersedes", "0001-b.md")]),
        (
            "| Status | Accepted |\n|---|---|\n| Related ADRs | ADR-1, ADR-2 |",
            [("relates-to", "1"), ("relates-to", "2")],
        ),
        ("**Amends:** ADR-0003", [("amends", "3")]),
    ],
)
def test_fields_name_others(fields: str, expected: list[tuple[str, str]]) -> None:
    assert links(f"# A\n\n{fields}\n\n## Context\n\nText\n") == expected


def test_front_matter_names_others() -> None:
    text = "---\nsupersedes: [1, 0002-c]\nsuperseded-by: ADR-5\namends:\n  - 0003-d.md\n---\n# A\n"
    assert links(text) == [
        ("supersedes", "1"),
        ("supersedes", "0002-c"),
        ("superseded-by", "5"),
        ("amends", "0003-d.md"),
    ]


def test_a_list_of_links_names_others_and_other_pages() -> None:
    text = """# A

## Links

* Refined by [ADR-0005](0005-b.md)
* [ADR 0001](0001-c.md) has the reasons
* [Somebody's page](https://example.com/0007-page.md)
* [The guide](README.md)
* [Issue 7](https://example.com/7)
* pp. 422-431, 2005-05-01
"""
    assert links(text) == [("amended-by", "0005-b.md"), ("relates-to", "0001-c.md")]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("This ADR supersedes [ADR-3](0003-b.md).", [("supersedes", "0003-b.md")]),
        ("This ADR in part supersedes [0003](0003-b.md).", [("supersedes", "0003-b.md")]),
        (
            "It supersedes the decisions made in ADRs 60 and 61, but",
            [("supersedes", "60"), ("supersedes", "61")],
        ),
        (
            "**These ranges have been superseded by [ADR #0033](0033-r.md).**",
            [("superseded-by", "0033-r.md")],
        ),
        ("It could be superseded by ADR-3.", []),
        ("ADR-2 was superseded by ADR-3.", []),
        ("This was superseded by events. See ADR-3.", []),
    ],
)
def test_running_text_that_says_so_plainly_names_others(
    sentence: str, expected: list[tuple[str, str]]
) -> None:
    assert links(f"# A\n\n## Context\n\n{sentence}\n") == expected


def test_a_link_knows_its_line() -> None:
    adr = read_adr(
        "0020-a.md", "---\nx: y\n---\n# A\n\n## Status\n\nAccepted\n\nSupersedes [1. B](0001-b.md)\n"
    )
    assert [link.line for link in adr.links] == [9]
