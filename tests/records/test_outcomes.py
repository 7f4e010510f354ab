"""The values that say how sure a decision was and what came of it, whoever writes them."""

from __future__ import annotations

from datetime import date, datetime, timezone

from lsp_server.records.document import Parsed, parse
from lsp_server.records.outcomes import day, result, share, written_share

HEAD = """---
id: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f
kind: decision
number: 1
created: 2026-11-21T10:00:00Z
"""


def read(front: str) -> Parsed:
    return parse("decisions/0001-use-jwt.md", f"{HEAD}{front}---\n\n# Use JWT\n".encode())


def test_a_confidence_is_a_share() -> None:
    said: list[tuple[object, float]] = [("0.8", 0.8), ("80%", 0.8), ("80 %", 0.8), (".5", 0.5), ("0", 0.0)]
    said += [("1.0", 1.0), (" 100% ", 1.0), (1, 1.0), (0.25, 0.25)]
    for written, meant in said:
        assert share(written) == meant
        assert share(written_share(meant)) == meant
    for none in (
        "80",
        "1.01",
        "-0.1",
        "nan",
        float("nan"),
        "high",
        "",
        True,
        None,
        "0,8",
        "1e-1",
        [0.8],
        "٠.٥",
    ):
        assert share(none) is None, none


def test_a_day_is_one_of_the_calendar() -> None:
    at_night = datetime(2026, 12, 1, 23, tzinfo=timezone.utc)
    for written in ("2026-12-01", "2026-12-01T10:00:00+02:00", date(2026, 12, 1), at_night):
        assert day(written) == "2026-12-01"
    for none in ("2026-13-01", "2026-12-011", "soon", "20261201", None, 5):
        assert day(none) is None, none


def test_an_outcome_is_one_of_three_words() -> None:
    assert [result(word) for word in ("Success", " failure ", "mixed", "good", "", None, 1)] == [
        "success", "failure", "mixed", None, None, None, None,
    ]  # fmt: skip


def test_values_are_read_as_people_write_them() -> None:
    found = read(
        "confidence: 80%\nbased-on: A test, 10k users\noutcome: Success\noutcome-on: 2026-12-01T10:00Z\n"
    )
    assert found.problems == ()
    assert found.record is not None
    assert found.record.fields == {
        "confidence": 0.8,
        "based_on": ("A test, 10k users",),
        "outcome": "success",
        "outcome_on": "2026-12-01",
    }


def test_a_confidence_of_nought_is_one() -> None:
    record = read("confidence: 0\n").record
    assert record is not None
    assert record.fields == {"confidence": 0.0}


def test_a_value_that_is_none_is_told_at_its_line_and_kept_as_somebodys_own() -> None:
    found = read("confidence: high\noutcome: we shipped it\n")
    assert [(problem.line, problem.message) for problem in found.problems] == [
        (5, "'confidence' should be a number from 0 to 1"),
        (6, "'outcome' should be one of success, failure, mixed"),
    ]
    assert found.record is not None
    assert found.record.fields == {}
    assert found.record.extra == {"confidence": "high", "outcome": "we shipped it"}


def test_an_imported_adr_has_its_own_words_and_ours_stand_beside_them() -> None:
    found = read("source: adr/0001.md\nconfidence: high\noutcome: [a, b]\nmemory-outcome: failure\n")
    assert found.problems == ()
    assert found.record is not None
    assert found.record.fields == {"outcome": "failure"}
    assert found.record.extra["confidence"] == "high"
