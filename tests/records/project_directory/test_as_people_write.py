"""The formats of a project directory are read as people and programs write them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.records.living.documents import BY_NAME
from lsp_server.records.merging.living import merge_living
from lsp_server.records.project_directory.bugs import read_bug
from lsp_server.records.project_directory.decisions import consequences_in, read_decisions
from lsp_server.records.project_directory.differing import difference, laid_over
from lsp_server.records.project_directory.json_file import read_json
from lsp_server.records.project_directory.learnings import read_learnings
from lsp_server.records.project_directory.log import log_of, months
from lsp_server.records.project_directory.markdown import items_of, shifted
from lsp_server.records.project_directory.project import project_summary, project_yaml


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("Decision 001: Use JWT", 1, "Use JWT"),
        ("Decision: Use JWT", None, "Use JWT"),
        ("decision #12 - Use JWT", 12, "Use JWT"),
        ("Design Decision 3. Use JWT", 3, "Use JWT"),
        ("ADR-0007: Use JWT", 7, "Use JWT"),
        ("4. Use JWT", 4, "Use JWT"),
        ("Use JWT", None, "Use JWT"),
        ("Decision 5: a: b", 5, "a: b"),
    ],
)
def test_headings_of_decisions(heading: str, number: int | None, title: str) -> None:
    _, (entry,) = read_decisions(f"# Design Decisions\n\n## {heading}\n\nText.\n")
    assert (entry.number, entry.title) == (number, title)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("**Status:** Accepted  ", "accepted"),
        ("**Status**: ✅ Approved", "accepted"),
        ("- **Status:** Draft", "proposed"),
        ("**Status:** Superseded by Decision 4", "superseded"),
        ("", "proposed"),
        ("**Status:** Whatever", "proposed"),
    ],
)
def test_statuses_of_decisions(line: str, status: str) -> None:
    _, (entry,) = read_decisions(f"## Decision 1: T\n\n**Date:** 2025-01-07\n{line}\n**Decider:** the team\n")
    assert (entry.status, entry.date, entry.fields["deciders"]) == (status, "2025-01-07", ("the team",))


@pytest.mark.parametrize(
    ("words", "status", "severity"),
    [
        ("**Status:** Fixed\n**Severity:** Medium", "fixed", "medium"),
        ("**Status:** RESOLVED (v2)\n**Severity:** Critical!", "fixed", "critical"),
        ("**Status:** In Progress\n**Priority:** P1", "in-progress", "high"),
        ("**Status:** Won't Fix\n**Severity:** minor", "wont-fix", "low"),
        ("**Status:** 🔴 Open", "open", None),
        ("**Status:** Duplicate", "closed", None),
        ("**Status:** Fixed in v1.2\n**Severity:** High for some", "fixed", "high"),
        ("**Status:** Sleeping\n**Severity:** odd", "open", None),
        ("", "open", None),
    ],
)
def test_words_of_bugs(words: str, status: str, severity: str | None) -> None:
    entry = read_bug("bugs/bug_007.md", f"# Bug: T\n\n{words}\n\n## Description\nText\n")
    assert (entry.number, entry.title, entry.status) == (7, "T", status)
    assert entry.fields.get("severity") == severity
    if "odd" in words:
        assert entry.text == "## Notes\n\n**Severity:** odd  \n**Status:** Sleeping"
        assert len(entry.notes) == 2


def test_a_bug_as_a_program_appends_it() -> None:
    head = "# Bug #7\n\n**Date:** 2025-01-07  \n**Status:** Fixed\n\n"
    text = f"{head}## Description\nIt fails\n\n## Lesson Learned\nLook.\n"
    entry = read_bug("bug_007.md", text)
    assert (entry.number, entry.title, entry.date) == (7, "It fails", "2025-01-07")
    assert entry.fields == {"description": "It fails", "lessons": "Look."}


def test_a_learning_as_a_program_appends_it() -> None:
    _, entries = read_learnings(
        "# Lessons Learned\n\n## Bug #7: It fails\n**Lesson:** Look.\n\n\n## 2025-01-07 - B\nx\n"
    )
    assert [(entry.title, entry.date, entry.fields) for entry in entries] == [
        ("Bug #7: It fails", "", {"lesson": "Look."}),
        ("B", "2025-01-07", {"what_happened": "x"}),
    ]


def test_headings_in_code_and_underlined_ones_begin_no_entry() -> None:
    _, entries = read_decisions(
        "## A\n\n```\n## not one\n```\n\nText\n---\n\n## B\n\n<!--\n## nor this\n-->\n"
    )
    assert [entry.title for entry in entries] == ["A", "B"]
    assert entries[0].fields["context"] == "```\n## not one\n```\n\nText"


def test_sections_that_are_no_field_are_told_and_kept() -> None:
    _, (entry,) = read_decisions(
        "## A\n\n### Context\nc\n\n#### Deep\nd\n\n### Odd\no\n\n### Context\nagain\n"
    )
    assert entry.fields == {"context": "c\n\n### Deep\nd"}
    assert entry.text == "## Odd\n\no\n\n## Context\n\nagain"
    assert entry.notes == [
        "“Odd” is no field of a decision; it was kept as text",
        "“Context” is there twice; it was kept as text",
    ]


def test_consequences_are_two_lists_or_a_text() -> None:
    both = "**Positive:**\n- a\n- b\n  more\n\n**Negative:**\n* c"
    assert consequences_in(both) == (("a", "b\nmore"), ("c",), "")
    for text in ("Well.", f"{both}\n\nAnd more.", "**Positive:**\n- a\n  - b", f"{both}\n**Positive:**\n- d"):
        assert consequences_in(text) == ((), (), text)


def test_only_a_plain_list_is_one() -> None:
    assert items_of("- a\n- b") == ("a", "b")
    assert items_of("1. a\n2. b\n   more") == ("a", "b\nmore")
    for text in ("text", "- a\n\ntext", "- a\n  ```\n  x\n  ```", "- a\n  - b"):
        assert items_of(text) is None


@pytest.mark.parametrize("by", [1, -1])
def test_code_is_not_shifted(by: int) -> None:
    code = "```python\n# a comment\n### and another\n```"
    assert shifted(f"### A\n\n{code}", by) == f"{'#' * (3 + by)} A\n\n{code}"


def test_a_log_is_cut_by_months_and_put_together_again() -> None:
    text = "# Development Log\n\n## 2024-12-31\n\n### 23:00 - A\n- a\n\n"
    text += "## 2025-01-07\n\n### Odd\n\n## Not a day\nx\n"
    found, above = months(text)
    assert list(found) == ["log/2024/12.md", "log/2025/01.md"]
    assert above == []
    assert log_of(found) == text
    assert months("# Log\n\nIntro\n\n## 2025-13-01\n")[0] == {}


def joined(mine: str, theirs: str) -> str:
    """As an import joins the log of a directory with the memory's; the same whichever is whose."""
    sides = [text.encode() for text in (mine, theirs)]
    both = merge_living(BY_NAME["log"], None, *sides)
    assert merge_living(BY_NAME["log"], None, *sides[::-1]) == both
    return both.decode()


def test_two_logs_of_a_month_are_joined_without_repeating_anything() -> None:
    mine = "# Development Log\n\n## 2025-01-07\n\n### 10:00 - A\n- a\n"
    theirs = "# Development Log\n\n## 2025-01-06\n\n### 9:00 - B\n\n"
    theirs += "## 2025-01-07\n\n### 10:00 - A\n- a\n\n### 11:00 - C\n"
    both = joined(mine, theirs)
    assert [line for line in both.splitlines() if line.startswith("##")] == [
        "## 2025-01-06",
        "### 9:00 - B",
        "## 2025-01-07",
        "### 10:00 - A",
        "### 11:00 - C",
    ]
    assert joined(both, mine) == both


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.text("abc", max_size=2), JSON, max_size=4)


@given(DOCUMENTS, DOCUMENTS)
def test_what_is_laid_over_gives_what_was_wanted(made: dict[str, object], wanted: dict[str, object]) -> None:
    again = laid_over(made, difference(made, wanted) or "[{}]")
    assert json.dumps(again, sort_keys=True) == json.dumps(wanted, sort_keys=True)


@given(st.dictionaries(st.text("abc_", min_size=1, max_size=5), JSON, max_size=4))
def test_every_key_of_a_summary_comes_back(summary: dict[str, object]) -> None:
    again = project_summary(project_yaml(summary))
    assert json.dumps(again, sort_keys=True) == json.dumps(summary, sort_keys=True)


def test_a_json_file_says_what_is_wrong_with_it() -> None:
    assert read_json("[1]") == (None, ["it is JSON, but no object `{…}`"])
    assert read_json('{"a": 1, "a": 2}') == ({"a": 2}, ["'a' is there twice; the last one counts"])
    assert read_json('{"a": Infinity}')[1] == ["it is not JSON: Infinity is no number of JSON"]
    assert read_json('{"a":\n')[1] == ["line 2: it is not JSON: Expecting value"]


def test_decisions_stand_at_level_one_where_none_below_is_named_as_one() -> None:
    above, entries = read_decisions(
        "Numbers are never reused.\n\n# Decision 1: A\n\n## Context\nc\n\n### Deep\nd\n\n# Decision 2: B\nb\n"
    )
    assert (above, [entry.number for entry in entries]) == ("Numbers are never reused.\n", [1, 2])
    assert entries[0].fields == {"context": "c\n\n### Deep\nd"}
    for title in ("# Decision: our log", "# ADR-Log"):
        assert [entry.title for entry in read_decisions(f"{title}\n\n## Use Redis\n\n## Use SQL\n")[1]] == [
            "Use Redis",
            "Use SQL",
        ]


@pytest.mark.parametrize("text", ["# Decisions\n\n- use SQL\n", "# Decisions\n\n| 1 | use SQL |\n"])
def test_a_file_without_entries_is_all_above_the_first(text: str) -> None:
    assert read_decisions(text) == (text, [])


def test_what_a_head_says_beside_its_words_is_kept() -> None:
    _, (entry,) = read_decisions(
        "## A\n\n**Date:** 2025-01-07 (revised in May)\n**Status:** Superseded by 5\n\n### Context\nc\n"
    )
    assert (entry.date[:10], entry.status) == ("2025-01-07", "superseded")
    assert entry.text == "## Notes\n\n**Date:** 2025-01-07 (revised in May)  \n**Status:** Superseded by 5"


def test_what_a_bugs_head_says_beside_its_words_is_kept() -> None:
    head = "**Reported:** by phone\n**Date:** 2025-01-07\n**Severity:** Low\n**Priority:** P1 (VIP)"
    entry = read_bug("bug_007.md", f"# Bug: T\n\n{head}\n\nText\n\n## Description\nd\n")
    assert (entry.date, entry.fields["severity"]) == ("2025-01-07", "low")
    assert entry.text == "## Notes\n\n**Reported:** by phone  \n**Priority:** P1 (VIP)\n\nText"


@pytest.mark.parametrize("title", ["A", "A (2025-02-30)"])
def test_a_learnings_second_date_is_kept(title: str) -> None:
    _, (entry,) = read_learnings(f"## 2025-01-07: {title}\n**Date:** 2025-03-09\n**Lesson:** l\n")
    assert (entry.title, entry.date) == (title, "2025-01-07")
    assert entry.text == "## Notes\n\n**Date:** 2025-03-09"
    _, (entry, _) = read_learnings("# 2025-01-07: A\nx\n# 2025-01-08: B\n")
    assert (entry.title, entry.date, entry.fields) == ("A", "2025-01-07", {"what_happened": "x"})
    _, (entry,) = read_learnings("## A (2025-02-30)\nx\n")
    assert (entry.title, entry.date) == ("A (2025-02-30)", "")


@pytest.mark.parametrize(
    ("text", "above", "day"),
    [
        ("---\nby: Ada\n---\n# Log of us\n\n## 2025-01-07\n", ["---", "by: Ada", "---", "# Log of us"], "##"),
        ("# Log of us\n\n## 2025-01-07\n", [], "##"),
        ("# 2025-01-07\n\n## 10:00 - A\n", [], "##"),
    ],
)
def test_what_stands_above_a_log_is_kept(text: str, above: list[str], day: str) -> None:
    found, extra = months(text)
    assert extra == above
    (month,) = found.values()
    assert month.startswith(f"# Development Log\n\n{day} 2025-01-07\n")
    assert "10:00" not in text or "\n### 10:00 - A\n" in month


def test_two_logs_are_joined_with_what_has_no_day() -> None:
    mine = "# Development Log\n\nOurs.\n\n## 2025-01-07\n\n## Meeting\nm\n\n## 2025-01-09\n\nx\n"
    theirs = "# Development Log\n\n## 2025-01-08\n\n### 10:00 - A\n"
    assert joined(mine, theirs) == mine.replace(
        "## 2025-01-09", "## 2025-01-08\n\n### 10:00 - A\n\n## 2025-01-09"
    )


def test_decisions_below_years_are_an_entry_each() -> None:
    text = "# Decisions\n\n## 2025\n\n### Use JWT\n\n#### Context\nWhy\n\n### Decision 7: Slots\n\n"
    text += "## Q1 2024\nCold.\n\n### Use Go\n"
    before, entries = read_decisions(text)
    assert [(entry.period, entry.title, entry.number) for entry in entries] == [
        ("2025 (1)", "Use JWT", None), ("2025 (2)", "Slots", 7), ("Q1 2024 (3)", "Use Go", None)
    ]  # fmt: skip
    assert entries[0].fields == {"context": "Why"}
    assert entries[0].written == "### Use JWT\n\n#### Context\nWhy"
    assert before.endswith("## Q1 2024\nCold.\n")  # said of no decision
    # A decision may have a year for its name, and one more heading that is none makes all of them decisions.
    assert [one.title for one in read_decisions("## 2024\n\n### Context\nA year\n")[1]] == ["2024"]
    assert len(read_decisions("## 2024\n\n### A\n\n## Use Go\n")[1]) == 2
