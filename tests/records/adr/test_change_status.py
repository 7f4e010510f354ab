"""Changing the status changes its word on its line, in the style it is written in, and nothing else."""

from __future__ import annotations

import pytest

from lsp_server.records.adr import change_status, read_adr


def check(before: str, status: str, after: str | None, *, by: str = "") -> None:
    """``before`` and ``after`` are what stands between a title and the context."""
    frame = "{}# A\n\n{}\n\n## Context\n\nAccepted, they say.\n"
    front = before.startswith("---")
    text = frame.format(before, "Text") if front else frame.format("", before)
    changed = change_status(text, status, by=by)
    expected = None if after is None else frame.format(after, "Text") if front else frame.format("", after)
    assert expected == changed
    if changed is not None:
        assert read_adr("0001-a.md", changed).status == status
        different = [a != b for a, b in zip(text.split("\n"), changed.split("\n"), strict=True)]
        assert sum(different) <= 1


@pytest.mark.parametrize(
    ("before", "status", "after"),
    [
        ("## Status\n\nProposed", "accepted", "## Status\n\nAccepted"),
        ("## Status\n\nproposed.", "accepted", "## Status\n\naccepted."),
        ("## Status\n\nPROPOSED", "accepted", "## Status\n\nACCEPTED"),
        ("## Status\n\n**Proposed**", "rejected", "## Status\n\n**Rejected**"),
        ("## Status\n\n✅ Accepted", "deprecated", "## Status\n\n✅ Deprecated"),
        ("## Status\n\nAccepted (2021-01-02)", "deprecated", "## Status\n\nDeprecated"),
        ("## Status\n\n**Accepted** 2021-01-02", "deprecated", "## Status\n\n**Deprecated**"),
        (
            "## Status\n\nAccepted on 2021-01-02 by Ann",
            "deprecated",
            "## Status\n\nDeprecated on 2021-01-02 by Ann",
        ),
        (
            "## Status\n\nAccepted. Tracking issue: [#3](x)",
            "superseded",
            "## Status\n\nSuperseded. Tracking issue: [#3](x)",
        ),
        (
            "## Status\n\nSuperseded by [5. B](0005-b.md)",
            "deprecated",
            "## Status\n\nDeprecated by [5. B](0005-b.md)",
        ),
        (
            "## Status\n\nProposed\n\nAmends [1. B](1.md)",
            "accepted",
            "## Status\n\nAccepted\n\nAmends [1. B](1.md)",
        ),
        (
            "## Status\n\nProposed 2020-01-01\nAccepted 2020-02-01",
            "rejected",
            "## Status\n\nProposed 2020-01-01\nRejected",
        ),
        ("## Status\n\n~~Proposed~~ Accepted", "deprecated", "## Status\n\n~~Proposed~~ Deprecated"),
        ("## Status\n\nProposed <!-- or not -->", "accepted", "## Status\n\nAccepted <!-- or not -->"),
        ("## Status: Proposed", "accepted", "## Status: Accepted"),
        ("## Status\n\n{Proposed|Accepted}", "rejected", "## Status\n\nRejected"),
        ("## Status\n\nWednesday", "accepted", "## Status\n\nAccepted"),
        ("## Status\n\nOn hold", "accepted", "## Status\n\nAccepted"),
        (
            "## Status\n\nThe two points above have been implemented by now.",
            "deprecated",
            "## Status\n\nDeprecated. The two points above have been implemented by now.",
        ),
        ("* Status: proposed", "accepted", "* Status: accepted"),
        ("* Status: proposed <!-- optional -->", "accepted", "* Status: accepted <!-- optional -->"),
        ("* Status:", "accepted", "* Status: accepted"),
        (
            "**Status:** Proposed  \n**Date:** 2020-01-01",
            "accepted",
            "**Status:** Accepted  \n**Date:** 2020-01-01",
        ),
        ("**Status: Proposed**", "accepted", "**Status: Accepted**"),
        ("Status: Proposed | Date: 2020-01-01", "accepted", "Status: Accepted | Date: 2020-01-01"),
        (
            "| Status | Proposed |\n|---|---|\n| X | Y |",
            "accepted",
            "| Status | Accepted |\n|---|---|\n| X | Y |",
        ),
        ("---\nstatus: proposed\nx: y\n---\n", "accepted", "---\nstatus: accepted\nx: y\n---\n"),
        ('---\nstatus: "proposed"  # yet\n---\n', "accepted", '---\nstatus: "accepted"  # yet\n---\n'),
        ("---\nstatus: { proposed }\n---\n", "rejected", "---\nstatus: { rejected }\n---\n"),
        ("---\nstatus: {proposed | rejected}\n---\n", "accepted", "---\nstatus: accepted\n---\n"),
        ("---\nstatus:\nx: y\n---\n", "accepted", "---\nstatus: accepted\nx: y\n---\n"),
        ("---\nstatus: Proposed\n---\n", "accepted", "---\nstatus: Accepted\n---\n"),
        ("Nothing here", "accepted", None),
        ("## Status", "accepted", None),
    ],
)
def test_the_status_changes_in_its_own_style(before: str, status: str, after: str | None) -> None:
    check(before, status, after)


def test_the_successor_is_named_where_the_line_does_not_name_one_yet() -> None:
    check("## Status\n\nAccepted", "superseded", "## Status\n\nSuperseded by ADR-0012", by="ADR-0012")
    check("* Status: accepted", "superseded", "* Status: superseded by ADR-0012", by="ADR-0012")
    check(
        "---\nstatus: accepted\n---\n",
        "superseded",
        "---\nstatus: superseded by ADR-0012\n---\n",
        by="ADR-0012",
    )
    check(
        "---\nstatus: accepted\n---\n",
        "superseded",
        "---\nstatus: superseded by [B](0012-b.md)\n---\n",
        by="[B](0012-b.md)",
    )


def test_a_successor_that_is_named_already_stays() -> None:
    check(
        "## Status\n\nSuperseded by [B](b.md)",
        "superseded",
        "## Status\n\nSuperseded by [B](b.md)",
        by="ADR-0012",
    )


def test_line_ends_and_all_other_bytes_stay() -> None:
    for newline in ("\r\n", "\r"):
        text = "\ufeff# A\n\n## Status\n\n Accepted \t\n\n## Context\n".replace("\n", newline)
        assert change_status(text, "deprecated") == text.replace("Accepted", "Deprecated")


def test_restructuredtext_and_asciidoc_change_alike() -> None:
    rst = "A\n=\n\n:Status: Accepted\n\nContext\n-------\n\nText\n"
    assert change_status(rst, "deprecated", name="1-a.rst") == rst.replace("Accepted", "Deprecated")
    section = "1. A title\n##########\n\nStatus\n******\n\n**Accepted**\n"
    assert change_status(section, "rejected") == section.replace("Accepted", "Rejected")
    adoc = "= A\n:status: accepted\n\n== Context\n"
    assert change_status(adoc, "deprecated", name="1-a.adoc") == adoc.replace("accepted", "deprecated")


def test_the_same_status_changes_nothing() -> None:
    text = "# A\n\n## Status\n\nApproved (2021-01-02)\n"
    assert change_status(text, "accepted") == text
