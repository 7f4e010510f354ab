"""One file of each dialect and oddity, and what a person would read in it."""

from __future__ import annotations

from datetime import date

import pytest
from records.adr.reading import check, links

from lsp_server.records.adr import read_adr


def test_nygard() -> None:
    adr = check(
        "0004-cache-pages.md",
        """
        # 4. Cache pages

        Date: 2021-03-04

        ## Status

        Accepted

        Supersedes [2. Cache nothing](0002-cache-nothing.md)

        Amended by [7. Cache for an hour](0007-cache-for-an-hour.md)

        ## Context

        Pages are slow.

        ## Decision

        We cache them.

        ## Consequences

        Old pages are seen.
        """,
        title="Cache pages",
        number=4,
        slug="cache-pages",
        date=date(2021, 3, 4),
        status="accepted",
        status_text="Accepted",
        dialect="Nygard",
        notes=(),
    )
    assert links(adr) == [
        ("supersedes", "0002-cache-nothing.md"),
        ("amended-by", "0007-cache-for-an-hour.md"),
    ]
    assert adr.sections["context"] == "Pages are slow."
    assert adr.sections["decision"] == "We cache them."
    assert adr.sections["consequences"] == "Old pages are seen."


def test_madr_2_with_bullets() -> None:
    adr = check(
        "0005-choose-a-queue.md",
        """
        # Choose a queue

        * Status: superseded by [ADR-0009](0009-drop-the-queue.md) <!-- optional -->
        * Deciders: Ann, Bo; Cy
        * Date: 2019-07-08

        Technical Story: nobody waits

        ## Context and Problem Statement

        Which queue?

        ## Considered Options

        * One
        * Two

        ## Decision Outcome

        Chosen option: "One", because it is there.

        ### Positive Consequences

        * Quick

        ### Negative Consequences

        * Loud
        """,
        title="Choose a queue",
        status="superseded",
        deciders=("Ann", "Bo", "Cy"),
        date=date(2019, 7, 8),
        dialect="MADR 2",
    )
    assert links(adr) == [("superseded-by", "0009-drop-the-queue.md")]
    assert adr.sections["options"] == "* One\n* Two"
    assert adr.sections["rationale"] == "it is there."
    assert (adr.sections["good"], adr.sections["bad"]) == ("* Quick", "* Loud")


def test_madr_4_with_front_matter() -> None:
    adr = check(
        "0006-paint-it.md",
        """
        ---
        # These are optional metadata elements. Feel free to remove any of them.
        status: "accepted"   # since Monday
        date: 2024-05-06
        decision-makers: [Ann, Bo]
        consulted:
          - Cy
        tags:
          - paint
          - colour
        ---
        # Paint it

        ## Context and Problem Statement

        It rusts.

        ## Decision Outcome

        Chosen option: "Green".

        ### Consequences

        * Good, because green
        * Bad, because of the smell
          for a week

        ### Confirmation

        Look at it.
        """,
        title="Paint it",
        status="accepted",
        date=date(2024, 5, 6),
        deciders=("Ann", "Bo"),
        tags=("paint", "colour"),
        dialect="MADR 4",
        notes=(),
    )
    assert adr.sections["good"] == "* green"
    assert adr.sections["bad"] == "* of the smell\n  for a week"


def test_log4brains() -> None:
    check(
        "20220102-plant-a-tree.md",
        """
        # Plant a tree

        - Status: draft
        - Deciders: Ann
        - Date: 2022-01-03
        - Tags: garden, tree

        ## Context and Problem Statement

        No shade.
        """,
        number=None,
        slug="plant-a-tree",
        title="Plant a tree",
        status="proposed",
        date=date(2022, 1, 3),
        tags=("garden", "tree"),
        dialect="log4brains",
    )


def test_custom_headings_with_a_status_far_below() -> None:
    check(
        "adr-042-light.md",
        """
        # ADR 042: Light

        ## Changelog

        - 2020-02-03: more
        - 2020-01-02: begun

        ## Context

        Dark.

        ## Status

        Implemented.

        To do:
        - switches
        """,
        number=42,
        title="Light",
        date=date(2020, 1, 2),
        status="accepted",
        status_text="Implemented.",
        dialect="custom",
    )


@pytest.mark.parametrize(
    "header",
    [
        "**Status:** Accepted\n**Date:** 2020-01-02",
        "**Status**: Accepted\\\n**Date**: 2020-01-02",
        "**Status: Accepted**\n**Date: 2020-01-02**",
        "**Status** Accepted  \n**Date** 2020-01-02",
        "__Status:__ Accepted<br>\n__Date:__ 2020-01-02<br>",
        "*Status*: Accepted\n*Date*: 2020-01-02",
        "Status: Accepted\nDate: 2020-01-02",
        "Status:Accepted\nDate:2020-01-02",
        "> Status: Accepted\n> Date: 2020-01-02",
        "- **Status**: Accepted\n- **Date**: 2020-01-02",
        "+ Status - Accepted\n+ Date - 2020-01-02",
        "* Status:\n  * Accepted\n* Date:\n  * 2020-01-02",
        "**Status**\n\nAccepted\n\n**Date**\n\n2020-01-02",
        "Status: Accepted | Date: 2020-01-02",
        "**Status:** Accepted · **Date:** 2020-01-02",
        "| Status | Accepted |\n|---|---|\n| Date | 2020-01-02 |",
        "| Field | Value |\n|---|---|\n| **Status** | **Accepted** |\n| **Date** | 2020-01-02 |",
        "| Status | Date | Who |\n| --- | --- | --- |\n| Accepted | 2020-01-02 | Ann |",
        "| | |\n|-|-|\n| Date | 2020-01-02 |\n| Status | Accepted |",
        "## Metadata\n\n- Status: Accepted\n- Date: 2020-01-02",
        "## Status: Accepted\n\nDate: 2020-01-02",
        "## Status - Accepted (2020-01-02)",
        "### STATUS:\n\nAccepted\n\n### Date:\n\n2020-01-02",
        "#### 📌 Status ####\n\nAccepted on 2020-01-02",
        "## 1. Status\n\nAccepted\n\n## 2. Date\n\n2020-01-02",
        "## **Status**\n\nAccepted (2020-01-02)",
        "##Status\n\nAccepted 2020-01-02",
        "Status\n------\n\nAccepted 2020-01-02",
        "Status : Accepted\nDate : 2020-01-02",
        "\tStatus: Accepted  \t\n\tDate: 2020-01-02",
        "Statut : accepté\nDate : 2020-01-02",
        "**状态**：已接受\n**日期**：2020-01-02",
    ],
)
def test_the_status_and_date_are_found_however_they_stand(header: str) -> None:
    for newline in ("\n", "\r\n", "\r"):
        text = f"# Light\n\n{header}\n\n## Context\n\nStatus: rejected by the wall\n".replace("\n", newline)
        adr = read_adr("light.md", text)
        assert (adr.title, adr.status, adr.date) == ("Light", "accepted", date(2020, 1, 2)), (newline, adr)


@pytest.mark.parametrize(
    "front",
    [
        "---\nstatus: accepted\ndate: 2020-01-02\ntitle: Light\n---\n",
        "---\nStatus: Accepted\nDate: '2020-01-02'\nTitle: \"Light\"\nlayout: page\n---\n",
        "+++\nstatus = \"accepted\"\ndate = 2020-01-02\ntitle = 'Light'\n+++\n",
        "---\nstatus: {accepted}\ndate: {2020-01-02}\ntitle: Light\n---\n",
        "---\n# Light\n\nstatus: accepted\ndate: 2020-01-02\n---\n",
        "---\nstatus: accepted\ndate: 2020-01-02\nx: [1\n  oops: : @\n---\n# Light\n",
        "\ufeff---\nstatus: accepted\ndate: 2020-01-02\n---\n# Light\n",
        "---\nstatus:\n  - accepted\ndate:\n  2020-01-02\ntitle: >\n  Light\n---\n",
        "---\ntags:\n- a: b\nstatus: accepted\ndate: 2020-01-02\n...\n# Light\n",
    ],
)
def test_front_matter_is_read_even_where_it_is_malformed(front: str) -> None:
    adr = read_adr("x.md", f"{front}\n## Context\n\nText\n")
    assert (adr.title, adr.status, adr.date) == ("Light", "accepted", date(2020, 1, 2))


def test_what_is_odd_in_the_front_matter_is_said() -> None:
    adr = read_adr("x.md", "---\nstatus: accepted\nwhat is this\n---\n# Light\n")
    assert "Line 3 of the front matter is no “key: value”." in adr.notes


def test_a_thematic_break_is_no_front_matter() -> None:
    check("x.md", "---\n\n# Light\n\n---\n\nStatus: accepted\n", title="Light", status="accepted")


def test_a_placeholder_title_is_replaced_by_the_file_name() -> None:
    adr = check(
        "0039-plugin-name.md",
        "---\nstatus: accepted\n---\n# {short title}\n",
        title="Plugin name",
        is_adr=True,
    )
    assert adr.notes == ("The title is still the template's “{short title}”.",)


def test_a_file_of_sections_only_takes_its_title_from_its_name() -> None:
    for text in (
        "## Context and Problem Statement\n\nText\n\n## Decision\n\nText\n",
        "## Proposal\n\n### Part\n\nText\n\n### Other\n",
        "# Context\n\nText\n\n# Decision\n\nText\n",
        "## Context\n\nText\n\n## Option 1\n\n# Late heading\n",
    ):
        check("0018-kernel-hooks.md", text, title="Kernel hooks", is_adr=True)


def test_text_that_is_not_utf_8_is_read_all_the_same() -> None:
    text = "# Stra\udcdfe \ufffd\n\nStatus: accepted\n"
    assert read_adr("1-a.md", text).status == "accepted"
