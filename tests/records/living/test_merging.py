"""Two edits of one living document as one: never a conflict, nothing lost, the same whoever merges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living_texts import SOUP, WORDS, contexts, patterns

from lsp_server.errors import GitMemoryError
from lsp_server.records.living.documents import BY_NAME, Document
from lsp_server.records.living.editing import note, put
from lsp_server.records.living.entries import with_entry, with_log_entry
from lsp_server.records.living.project import read_project
from lsp_server.records.living.reading import sections_of, twice
from lsp_server.records.merging.living import merge_living

PATTERNS, CONTEXT, PROJECT = BY_NAME["patterns"], BY_NAME["context"], BY_NAME["project"]
LOG, SESSIONS = BY_NAME["log"], BY_NAME["session-log"]


def merged(document: Document, base: str | None, one: str, other: str) -> str:
    """The merge, seen to be the same the other way round and to leave no mark of a conflict."""
    old = None if base is None else base.encode()
    first = merge_living(document, old, one.encode(), other.encode())
    assert first == merge_living(document, old, other.encode(), one.encode())
    assert b"<<<<<<<" not in first or "<<<<<<<" in one + other
    assert merge_living(document, first, first, first) == first
    return first.decode()


def noted(document: Document, text: str, address: str, *said: str) -> str:
    for one in said:
        text = note(document, text, address.split("/"), one).text
    return text


def lines_of(text: str) -> list[str]:
    return sorted({line.strip() for line in text.splitlines() if line.strip()})


TEXT = "# Learned Patterns\n\n## Code Patterns\n- a\n\n## Testing Patterns\n\n## Anti-Patterns\n- z\n"
RECENT = "# C\n\n## Recent Work\n- **Last session**:\n- **Current focus**: Old\n- **Blockers**:\n\n## Next\n"


def test_bullets_of_both_sides_stand_in_their_section() -> None:
    one, other = noted(PATTERNS, TEXT, "testing", "b1", "b2"), noted(PATTERNS, TEXT, "testing", "c1")
    assert merged(PATTERNS, TEXT, one, other) in {
        TEXT.replace("Testing Patterns\n", f"Testing Patterns\n{said}\n")
        for said in ("- b1\n- b2\n- c1", "- c1\n- b1\n- b2")
    }


def test_bullets_that_both_added_are_there_once_in_whatever_order() -> None:
    one, other = noted(PATTERNS, TEXT, "testing", "x", "y"), noted(PATTERNS, TEXT, "testing", "y", "x")
    assert merged(PATTERNS, TEXT, one, other).count("- x") == 1


def test_a_bullet_taken_out_stays_out_and_an_edited_one_is_kept() -> None:
    assert "- a" not in merged(PATTERNS, TEXT, TEXT.replace("- a\n", ""), noted(PATTERNS, TEXT, "code", "b"))
    both = merged(PATTERNS, TEXT, TEXT.replace("- a\n", ""), TEXT.replace("- a\n", "- a, but only here\n"))
    assert "- a, but only here" in both


def test_what_one_side_adds_goes_to_the_section_that_the_other_renamed() -> None:
    mine, theirs = noted(PATTERNS, TEXT, "code", "b"), TEXT.replace("## Code Patterns", "## House rules")
    assert merged(PATTERNS, TEXT, mine, theirs) == theirs.replace("- a\n", "- a\n- b\n")
    # Also where the heading that the table has was added again meanwhile, and where both gave it a new one.
    again = noted(PATTERNS, theirs, "code", "c")
    assert lines_of(merged(PATTERNS, TEXT, mine, again)) == lines_of(f"{again}- b\n")
    other = noted(PATTERNS, TEXT, "code", "b").replace("## Code Patterns", "## Rules here")
    both = merged(PATTERNS, TEXT, theirs, other)
    assert both.count("- a\n- b\n") == both.count("- a") == both.count("- b") == 1


def test_a_renamed_section_is_known_by_its_place_where_little_of_it_is_left() -> None:
    base = (
        "# C\n\n## First\n- f\n\n## Recent Work\nWords.\n\n- **Stage**:\n- **Blockers**:\n  - a\n\n## Last\n"
    )
    other = base.replace("Recent Work", "Now").replace("  - a\n", "")
    text = merged(CONTEXT, base, put(CONTEXT, base, ["stage"], "Beta").text, other)
    assert text == other.replace("Stage**:", "Stage**: Beta")
    # Also where the old heading was added again with nothing in it but its fields' names.
    base = "# C\n\n## Recent Work\n- **Stage**: Beta\n- **Next planned**:\n  - a\n\n## Last\n"
    again = "## Recent Work\n- **Next planned**:\n  - {}\n\n## Last"
    sides = [
        base.replace("Recent Work", name).replace("## Last", again.format(f"of {name}"))
        for name in ("Now", "Then")
    ]
    text = merged(CONTEXT, base, *sides)
    assert [text.count(words) for words in ("Beta", "- a\n", "of Now", "of Then")] == [1, 1, 1, 1]


def test_a_bullet_that_both_edited_keeps_what_stands_below_it_once() -> None:
    base = TEXT.replace("- a\n", "- a\n  - below\n")
    edits = [base.replace("- a\n", f"- a, but {said}\n") for said in ("here", "not there")]
    text = merged(PATTERNS, base, *edits)
    assert "- a, but here\n  - below\n- a, but not there\n" in text
    other = base.replace("  - below\n", "  - below\n  - more\n")
    assert "- a, but here\n  - below\n  - more\n\n##" in merged(PATTERNS, base, edits[0], other)


def test_what_has_no_heading_stays_above_the_sections_that_the_other_side_added() -> None:
    one, other = (
        TEXT.replace("\n\n", "\n\nSome words.\n\n", 1),
        TEXT.replace("\n\n", "\n\n## New\n- n\n\n", 1),
    )
    assert merged(PATTERNS, TEXT, one, other) == TEXT.replace("\n\n", "\n\nSome words.\n\n## New\n- n\n\n", 1)
    day = "# Log\n\n## 2026-11-21\n"
    entry = with_log_entry(day, "2026-11-21", "10:05", "### 10:05 - Work\n- done")
    text = merged(LOG, day, entry, f"{day}* by hand\n")
    assert text.index("* by hand") < text.index("### 10:05")


def test_bullets_below_one_field_are_all_kept() -> None:
    one = noted(CONTEXT, RECENT, "blockers", "No CI")
    other = noted(CONTEXT, RECENT, "blockers", "No time")
    text = merged(CONTEXT, RECENT, one, other)
    assert text.count("**Blockers**") == 1
    assert sections_of(CONTEXT, text)[0].field("blockers").values == ("No CI", "No time")  # type: ignore[union-attr]  # it is there


def test_two_values_of_one_field_both_stay_and_the_next_set_leaves_one() -> None:
    one = put(CONTEXT, RECENT, ["current-focus"], "Speed").text
    other = put(CONTEXT, RECENT, ["current-focus"], "Docs").text
    text = merged(CONTEXT, RECENT, one, other)
    assert "- **Current focus**: Docs\n- **Current focus**: Speed\n- **Blockers**" in text
    assert twice(sections_of(CONTEXT, text)) == ("context/recent-work/current-focus",)
    assert put(CONTEXT, text, ["current-focus"], "Both").text == RECENT.replace("Old", "Both")


def test_a_value_that_one_side_replaced_does_not_come_back_beside_another_that_a_merge_kept() -> None:
    twice_set = RECENT.replace("focus**: Old\n", "focus**: New\n- **Current focus**: Old\n")
    mine = put(CONTEXT, RECENT, ["current-focus"], "Mine").text
    text = merged(CONTEXT, RECENT, mine, twice_set)
    assert [text.count(words) for words in ("Old", "focus**: New", "focus**: Mine")] == [0, 1, 1]
    said = put(CONTEXT, RECENT, ["blockers"], "No server").text
    other = said.replace("Blockers**: No server", "Blockers**: A\n- **Blockers**: No server")
    text = merged(CONTEXT, said, noted(CONTEXT, said, "blockers", "No disk"), other)
    assert [text.count(words) for words in ("No server", "No disk", "Blockers**: A\n")] == [1, 1, 1]
    mine = put(CONTEXT, RECENT, ["current-focus"], "New").text
    assert merged(CONTEXT, RECENT, mine, twice_set).count("New") == 1
    # What stands below the value is below the first of two after a merge.
    base = RECENT.replace("focus**: Old\n", "focus**: Old\n  - below\n")
    twice_set = RECENT.replace("focus**: Old\n", "focus**: New\n  - below\n- **Current focus**: Old\n")
    assert "Old" not in merged(CONTEXT, base, put(CONTEXT, base, ["current-focus"], "Mine").text, twice_set)


def test_a_value_that_became_the_first_of_several_bullets_is_still_that_value() -> None:
    base = put(CONTEXT, RECENT, ["blockers"], "No server").text
    several = noted(CONTEXT, base, "blockers", "No disk")
    text = merged(CONTEXT, base, several, put(CONTEXT, base, ["blockers"], "Late").text)
    assert sections_of(CONTEXT, text)[0].field("blockers").values == ("Late", "No disk")  # type: ignore[union-attr]  # it is there
    text = merged(CONTEXT, base, several, put(CONTEXT, base, ["current-focus"], "Docs").text)
    assert [text.count(words) for words in ("No server", "No disk", "Docs")] == [1, 1, 1]
    assert merged(CONTEXT, RECENT, base, several).count("No server") == 1
    below = base.replace("No server\n", "No server\n  - No server\n")  # as somebody wrote it
    assert (
        merged(CONTEXT, RECENT, below, put(CONTEXT, RECENT, ["last-session"], "x").text).count("server") == 2
    )


def test_a_value_that_one_side_set_stands_alone() -> None:
    one = put(CONTEXT, RECENT, ["current-focus"], "Speed").text
    other = put(CONTEXT, RECENT, ["last-session"], "Docs").text
    assert merged(CONTEXT, RECENT, one, other) == RECENT.replace("Old", "Speed").replace(
        "session**:", "session**: Docs"
    )


def test_two_titles_both_stay() -> None:
    one, other = (TEXT.replace("# Learned", f"# {who}'s") for who in ("Ada", "Bob"))
    text = merged(PATTERNS, TEXT, one, noted(PATTERNS, other, "testing", "b"))
    assert "# Ada's Patterns\n" in text
    assert "# Bob's Patterns\n" in text
    assert "## Testing Patterns\n- b\n" in text


def test_two_names_of_the_project_both_stay() -> None:
    base = "## Active Project: [No active project]\n- **Type**:\n"
    one, other = (base.replace("[No active project]", name) for name in ("Shop", "Store"))
    text = merged(CONTEXT, base, one, other)
    assert "## Active Project: Shop\n" in text
    assert "## Active Project: Store" in text
    assert text.count("**Type**") == 1
    third = merged(CONTEXT, one, text, one.replace("Shop", "Mart"))
    assert [third.count(name) for name in ("Shop", "Store", "Mart", "**Type**")] == [0, 1, 1, 1]


def test_documents_without_a_common_past_share_their_sections() -> None:
    one, other = (
        noted(PATTERNS, TEXT, "code", "b"),
        noted(PATTERNS, TEXT.replace("Code", "Python Code"), "code", "c"),
    )
    text = merged(PATTERNS, None, one, other)
    assert text.count("Code Patterns") == 1
    assert set(lines_of(text)) == {*lines_of(one), "- c"} - {"## Code Patterns"} | {"## Python Code Patterns"}


ENTRY = "### {} - Work\n- {}"


def test_entries_of_both_sides_stand_in_the_order_of_their_time() -> None:
    base = "# Development Log\n"
    one = with_log_entry(base, "2026-01-02", "10:00", ENTRY.format("10:00", "tests pass"))
    one = with_log_entry(one, "2026-01-02", "12:00", ENTRY.format("12:00", "lunch"))
    other = with_log_entry(base, "2026-01-02", "11:00", ENTRY.format("11:00", "tests pass"))
    other = with_log_entry(other, "2026-01-01", "09:00", ENTRY.format("09:00", "yesterday"))
    assert merged(LOG, base, one, other) == (
        "# Development Log\n\n## 2026-01-01\n\n### 09:00 - Work\n- yesterday\n\n## 2026-01-02\n\n"
        "### 10:00 - Work\n- tests pass\n\n### 11:00 - Work\n- tests pass\n\n### 12:00 - Work\n- lunch\n"
    )


def test_entries_with_one_heading_are_two_entries() -> None:
    base = "# Session Log\n\n## 2026-01-01 - Session Summary\n- **Focus**: old\n"
    block = "## 2026-01-02 - Session Summary\n- **Focus**: {}\n- **Next steps**:"
    one = with_entry(base, "2026-01-02", block.format("speed"))
    other = with_entry(base, "2026-01-02", block.format("docs"))
    text = merged(SESSIONS, base, one, other)
    assert text.count("## 2026-01-02 - Session Summary") == 2
    assert [section.field("focus").values for section in sections_of(SESSIONS, text) if section.level] == [  # type: ignore[union-attr]  # it is there
        ("old",), ("docs",), ("speed",)
    ]  # fmt: skip
    assert merged(SESSIONS, base, one, one) == one


def test_an_entry_that_both_edited_is_one_entry() -> None:
    base = "# Session Log\n\n## 2026-01-02 - Session Summary\n- **Focus**: x\n- **Next steps**:\n"
    one = base.replace("steps**:", "steps**:\n  - a")
    other = base.replace("steps**:", "steps**:\n  - b").replace(": x", ": y")
    assert merged(SESSIONS, base, one, other) == (
        "# Session Log\n\n## 2026-01-02 - Session Summary\n- **Focus**: y\n- **Next steps**:\n  - a\n  - b\n"
    )


YAML = (
    'name: Shop\nversion: "1.0"\nstatus:\nstack:\nteam:\nmilestones:\nmetrics:\n'
    "  # counted by hand\n  bugs: 1\n"
)


def test_milestones_metrics_and_people_of_both_sides_are_kept() -> None:
    from lsp_server.records.living import project

    one = project.put(YAML, ["milestones", "MVP", "status"], "completed").text
    one = project.put(one, ["metrics", "coverage"], "85").text
    one = project.note(one, ["team"], "Ada (developer)").text
    other = project.put(YAML, ["milestones", "Beta", "target_date"], "2026-05-01").text
    other = project.put(other, ["metrics", "lines"], "5000").text
    other = project.note(other, ["team"], "Bob").text
    text = merged(PROJECT, YAML, one, other)
    found = read_project(text)
    assert {one["name"] for one in found.milestones} == {"MVP", "Beta"}
    assert found.metrics == {"bugs": 1, "coverage": 85, "lines": 5000}
    assert {one["name"] for one in found.team} == {"Ada", "Bob"}
    assert "# counted by hand" in text
    assert not found.conflicts


def test_another_indent_brackets_and_a_key_without_a_value_are_no_conflict() -> None:
    from lsp_server.records.living import project

    base = "metrics:\n  a: 1\n  b: 2\nmilestones:\n  Beta:\n    status: planned\n"
    deep = base.replace("    ", "        ").replace("\n  ", "\n    ").replace("a: 1", "a: 3")
    mine = project.note(base, ["milestones"], "Gold").text.replace("b: 2", "b: 4")
    text = merged(PROJECT, base, mine, deep)
    found = read_project(text)
    assert (found.metrics, found.conflicts) == ({"a": 3, "b": 4}, {})
    assert [one["name"] for one in found.milestones] == ["Beta", "Gold"]
    assert "\n    a: 3\n" in text
    for said, other in ((" {a: 1, b: 2}", " {a: 1, b: 2, d: 4}"), ("", "\n  d: 4\n  a: 1")):
        base = f"name: Shop\nmetrics:{said}\n"
        mine = project.put(base, ["metrics", "c"], "3").text
        found = read_project(merged(PROJECT, base, mine, base.replace(f"metrics:{said}", f"metrics:{other}")))
        assert (found.metrics, found.conflicts) == (
            {**({"b": 2} if said else {}), "a": 1, "c": 3, "d": 4},
            {},
        )
    found = read_project(merged(PROJECT, None, "team:\nmetrics:\n  a: 1\n", "team:\n  Ada:\nmetrics:\n"))
    assert (found.conflicts, len(found.team)) == ({}, 1)


def test_a_key_that_both_set_is_told_and_the_next_set_settles_it() -> None:
    from lsp_server.records.living import project

    one, other = (project.put(YAML, ["status"], said).text for said in ("released", "paused"))
    text = merged(PROJECT, YAML, one, other)
    found = read_project(text)
    assert {found.status, *found.conflicts["status"]} == {"released", "paused"}
    again = project.put(text, ["status"], "done").text
    assert read_project(again).conflicts == {}
    assert "conflicts" not in again


def test_a_value_that_one_side_replaced_is_not_told_as_the_other_of_two() -> None:
    from lsp_server.records.living import project

    both = merged(PROJECT, None, "status: old\n", "status: new\n")
    base = next(f"status: {said}\n" for said in ("old", "new") if f"- status: {said}" in both)
    found = read_project(merged(PROJECT, base, both, project.put(base, ["status"], "mine").text))
    assert {found.status, *found.conflicts["status"]} == {"old", "new", "mine"} - {base[8:-1]}
    # Where each of two merges kept it beside another, nobody has replaced it.
    sides = [merged(PROJECT, None, "status: old\n", f"status: {said}\n") for said in ("new", "other")]
    found = read_project(merged(PROJECT, "status: old\n", *sides))
    assert {found.status, *found.conflicts["status"]} == {"old", "new", "other"}


def test_a_milestone_that_both_set_is_told_by_its_keys() -> None:
    from lsp_server.records.living import project

    base = project.put(YAML, ["milestones", "MVP", "status"], "planned").text
    one, other = (
        project.put(base, ["milestones", "MVP", "status"], s).text for s in ("completed", "cancelled")
    )
    text = merged(PROJECT, base, one, other)
    assert list(read_project(text).conflicts) == ["milestones.MVP.status"]
    assert read_project(project.put(text, ["milestones", "MVP", "status"], "completed").text).conflicts == {}


def test_yaml_that_cannot_be_read_on_one_side_loses_nothing() -> None:
    broken = YAML + "oops: [\n"
    text = merged(PROJECT, YAML, YAML.replace("Shop", "Store"), broken)
    assert read_project(text).name == "Store"
    assert "# oops: [" in text


@pytest.mark.parametrize("document", [PATTERNS, PROJECT, SESSIONS])
def test_any_bytes_are_merged(document: Document) -> None:
    one, other = b"\xff\xfe- a\r\n\x00", b"- \xe9\n## \xe9\n"
    assert merge_living(document, b"", one, other) == merge_living(document, b"", other, one)


# what holds for any two edits ------------------------------------------------------------------------
@given(patterns(), patterns())
def test_texts_without_a_common_past_lose_no_bullet(one: str, other: str) -> None:
    text = merged(PATTERNS, None, one, other)
    said = {
        item for side in (one, other) for section in sections_of(PATTERNS, side) for item in section.items
    }
    kept = {
        line for section in sections_of(PATTERNS, text) for item in section.items for line in item.split("\n")
    }
    assert {line for item in said for line in item.split("\n")} <= kept


@given(patterns(), patterns(), patterns())
def test_any_three_texts_merge_the_same_whoever_merges(base: str, one: str, other: str) -> None:
    text = merged(PATTERNS, base, one, other)
    old = lines_of(base)
    new = {line for side in (one, other) for line in lines_of(side) if line not in old and line[0] in "-*+"}
    bare = {line.lstrip("-*+ ") for line in text.splitlines() for line in [line.strip()]}
    assert {line.lstrip("-*+ ") for line in new} <= bare


@given(contexts(), st.lists(WORDS, max_size=3), st.lists(WORDS, max_size=3), st.data())
def test_notes_of_two_people_to_one_field_are_all_kept(
    base: str, one: list[str], other: list[str], data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(["last-session", "blockers", "technical-decisions", "stage"]))
    said = [[f"{who} {words}" for words in dict.fromkeys(side)] for who, side in (("a", one), ("b", other))]
    sides = [noted(CONTEXT, base, field, *side) for side in said]
    text = merged(CONTEXT, base, *sides)
    for section in sections_of(CONTEXT, base):
        for known in section.fields:
            assert known.address in {f.address for s in sections_of(CONTEXT, text) for f in s.fields}
    for words in (*said[0], *said[1]):
        assert text.count(f"- {words}\n") + text.count(f"* {words}\n") == 1
    assert not twice(sections_of(CONTEXT, text))


@given(contexts(), WORDS, WORDS)
def test_two_values_of_two_people_are_both_read(base: str, one: str, other: str) -> None:
    sides = [
        put(CONTEXT, base, ["blockers"], f"{who} {said}").text for who, said in (("a", one), ("b", other))
    ]
    text = merged(CONTEXT, base, *sides)
    said = [f.values for s in sections_of(CONTEXT, text) for f in s.fields if f.name.lower() == "blockers"]
    assert sorted(value for values in said for value in values) == [f"a {one}", f"b {other}"]
    settled = put(CONTEXT, text, ["blockers"], "c").text
    assert not twice(sections_of(CONTEXT, settled))


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 23), st.sampled_from("abc")), max_size=6), st.data()
)
def test_log_entries_are_all_kept_in_order(entries: list[tuple[int, int, str]], data: st.DataObject) -> None:
    texts = ["# Development Log\n"] * 3
    written: list[list[str]] = [[], [], []]
    for day, hour, said in entries:
        side = data.draw(st.sampled_from([0, 1, 2]))
        for at in (0, 1, 2) if side == 0 else (side,):
            block = f"### {hour:02}:00 - {said} of {side}\n- {said}"
            texts[at] = with_log_entry(texts[at], f"2026-01-0{day}", f"{hour:02}:00", block)
            written[at].append(f"{day} {block}")
    if any(entries) and data.draw(st.booleans()):
        texts[1], written[1] = texts[0], written[0]
    text = merged(LOG, texts[0], texts[1], texts[2])
    found, day = [], ""
    for section in sections_of(LOG, text):
        if section.level == 2:
            day = section.name[-1]
        else:
            found.append(f"{day} ### {section.name}\n- {section.items[0]}")
    times = [one[:10] for one in found]
    assert times == sorted(times)
    wanted = written[1] + [one for one in written[2] if "of 2" in one]
    assert len(found) >= len(set(wanted))


@given(st.sampled_from([PATTERNS, CONTEXT, LOG, SESSIONS]), SOUP, SOUP, SOUP)
def test_any_lines_at_all_merge_the_same_whoever_merges(
    document: Document, base: str, one: str, other: str
) -> None:
    merged(document, base, one, other)
    merged(document, None, one, other)


@given(st.sampled_from(["code", "testing", "blockers"]), SOUP)
def test_any_lines_at_all_take_a_note_or_refuse_it(address: str, text: str) -> None:
    document = CONTEXT if address == "blockers" else PATTERNS
    try:
        after = note(document, text, [address], "NEW thing").text
    except GitMemoryError:
        return
    assert "NEW thing" in after
    # A field's one value is the first of its bullets from now on.
    kept = {said for line in after.split("\n") for said in (line.strip(), line.strip().removeprefix("- "))}
    assert {line.strip() for line in text.split("\n") if "Blockers" not in line} - {""} <= kept
