"""What there is to say about labels that a text cites; and about what only looks like one, nothing."""

from __future__ import annotations

from typing import Any

import pytest

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.memory.citing import Cited, is_cited
from lsp_server.records.labels import label_in_text


def said(memory: Memory, ref: str) -> str | None:
    found = memory.citations([ref]).get(ref)
    return found and found.message


def test_nothing_is_said_about_what_holds(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    memory.record(Kind.BUG, "Slow")
    learning = memory.record(Kind.LEARNING, "Emails")
    assert memory.citations(["ADR-1", "adr-0001", "BUG-1", learning.label, learning.id[:8]]) == {}
    memory.mark("ADR-1", "accepted")
    memory.mark("BUG-1", "fixed")
    assert memory.citations(["ADR-1", "BUG-1"]) == {}


def test_a_superseded_decision_is_named_with_the_one_that_holds_today(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Sessions", status="accepted")
    memory.supersede("ADR-1", "Tokens")
    memory.supersede("ADR-2", "Passkeys")
    found = memory.citations(["ADR-1"])["ADR-1"]
    assert found.cited is Cited.SUPERSEDED
    assert found.message == "ADR-0001 “Sessions” was superseded by ADR-0003 “Passkeys”"
    assert (found.record_id, found.instead) == (memory.get("ADR-1").id, "ADR-0003")


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (["rejected"], "ADR-0001 “Sessions” was rejected"),
        (["accepted", "deprecated"], "ADR-0001 “Sessions” is deprecated"),
    ],
)
def test_a_decision_that_does_not_hold_is_told(memory: Memory, steps: list[str], message: str) -> None:
    memory.record(Kind.DECISION, "Sessions")
    for step in steps:
        memory.mark("ADR-1", step)
    assert said(memory, "adr-1") == message


def test_a_number_that_was_given_twice_is_told_with_both_records(memory: Memory, repo: Any) -> None:
    other = memory.record(Kind.DECISION, "Theirs")
    ours = memory.record(Kind.DECISION, "Ours")
    text = memory.text("ADR-2").replace("---\nid", "---\naliases: [ADR-0001, ADR-0007]\nid", 1)
    memory.amend("ADR-2", text)
    assert memory.get("ADR-7").id == ours.id
    found = memory.citations(["ADR-7", "ADR-1"])
    assert found["ADR-7"].message == "ADR-0007 is ADR-0002 “Ours” now: it was renumbered"
    assert (found["ADR-7"].instead, found["ADR-7"].is_sure) == ("ADR-0002", True)
    assert found["ADR-1"].message == (
        "ADR-0001 is “Theirs”; what was ADR-0001 before a merge is ADR-0002 “Ours”"
    )
    assert (found["ADR-1"].is_sure, other.label) == (False, "ADR-0001")


def test_a_deleted_record_and_one_that_never_was_are_told_apart(memory: Memory) -> None:
    memory.record(Kind.DECISION, "One")
    memory.record(Kind.DECISION, "Two")
    memory.delete("ADR-1")
    assert said(memory, "ADR-1") == "ADR-0001 was deleted"
    assert said(memory, "ADR-9") == (
        "there is no ADR-0009 in this memory; it may be in one that was not synced yet"
    )
    assert not memory.citations(["ADR-9"])["ADR-9"].is_sure


def test_labels_of_a_kind_that_this_memory_does_not_have_are_somebody_elses(memory: Memory) -> None:
    memory.record(Kind.DECISION, "One")
    assert memory.citations(["BUG-123", "LEARN-deadbeef", "9f3c", "1024"]) == {}
    memory.record(Kind.BUG, "One")
    assert list(memory.citations(["BUG-123", "LEARN-deadbeef", "9f3c", "1024"])) == ["BUG-123"]


@pytest.mark.parametrize(
    ("line", "plainly"),
    [
        ("# see ADR-12", True),
        ("# see ADR-12.", True),
        ("# (ADR-12) and more", True),
        ("# ADR-12: the reason", True),
        ("// as LEARN-9f3c1a2b says", True),
        ("the decision `ADR-12` holds", False),
        ('label = "ADR-12"', False),
    ],
)
def test_a_label_in_a_comment_or_in_prose_is_a_citation(line: str, plainly: bool) -> None:
    found = label_in_text().search(line)
    assert found
    assert is_cited(line, *found.span())
    assert is_cited(line, *found.span(), plainly=True) is plainly


@pytest.mark.parametrize(
    "line",
    [
        "https://tracker.example.org/browse/BUG-123",
        "see https://example.org/?id=ADR-12",
        "https://example.org/a ADR".replace(" ADR", "#ADR-12"),
        "docs/ADR-12.md",
        "docs/decisions/ADR-12",
        "[ADR-12](https://example.org/other/project)",
        "upstream/project#ADR-12",
        "open(adr-12.txt)",
        "adr-12",
        "$ADR-12",
    ],
)
def test_what_is_part_of_an_address_or_a_name_is_not(line: str) -> None:
    found = label_in_text().search(line)
    assert found
    assert not is_cited(line, *found.span())


@pytest.mark.parametrize(
    "line", ["UTF-8", "ISO-8859-1", "RADR-1", "DEBUG-1", "SHA-256", "ADR-", "ADR-x", "X-ADR-1"]
)
def test_other_words_with_a_hyphen_are_no_labels(line: str) -> None:
    assert label_in_text().search(line) is None
