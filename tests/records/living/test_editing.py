"""Adding to a living document and setting a field of it, whatever way a person wrote it."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living_texts import WORDS, contexts, patterns

from lsp_server.errors import AmbiguousError, NotFoundError, UsageError
from lsp_server.records.living.documents import BY_NAME, slug
from lsp_server.records.living.editing import note, put
from lsp_server.records.living.reading import sections_of

PATTERNS, CONTEXT = BY_NAME["patterns"], BY_NAME["context"]


def add(text: str, address: str, said: str) -> str:
    name, *words = address.split("/")
    return note(BY_NAME[name], text, words, said).text


def set_(text: str, address: str, value: str | list[str]) -> str:
    name, *words = address.split("/")
    return put(BY_NAME[name], text, words, value).text


# where a bullet goes ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# P\n\n## Anti-Patterns\n- a\n", "# P\n\n## Anti-Patterns\n- a\n- NEW\n"),
        ("# P\n\n## Anti-Patterns\n\n## Next\n", "# P\n\n## Anti-Patterns\n- NEW\n\n## Next\n"),
        ("## ANTI-PATTERNS:\n* a\n\n* b\n", "## ANTI-PATTERNS:\n* a\n\n* b\n* NEW\n"),
        ("## Anti-Patterns (old)\n+ a\n  + below\n", "## Anti-Patterns (old)\n+ a\n  + below\n+ NEW\n"),
        ("## Anti-Patterns\n1. a\n2. b\n", "## Anti-Patterns\n1. a\n2. b\n3. NEW\n"),
        ("## Anti-Patterns\nWords.\n\n### Sub\n", "## Anti-Patterns\nWords.\n\n- NEW\n\n### Sub\n"),
        ("Anti-Patterns\n-------------\n- a", "Anti-Patterns\n-------------\n- a\n- NEW"),
        ("## A\n\n* x\n\n## Anti-Patterns\n", "## A\n\n* x\n\n## Anti-Patterns\n\n* NEW\n"),
        ("## Anti-Patterns\r\n- a\r\n", "## Anti-Patterns\r\n- a\r\n- NEW\r\n"),
        ("\ufeff## Anti-Patterns\n- a\n", "\ufeff## Anti-Patterns\n- a\n- NEW\n"),
        ("## Anti-Patterns\n```\n- no\n```\n", "## Anti-Patterns\n```\n- no\n```\n\n- NEW\n"),
        ("## [Anti-Patterns](a.md)\n- a\n", "## [Anti-Patterns](a.md)\n- a\n- NEW\n"),
        ("## Anti-Patterns\n```a``` b\n\n## C\n", "## Anti-Patterns\n```a``` b\n\n- NEW\n\n## C\n"),
    ],
)
def test_a_bullet_goes_below_its_heading_in_the_style_of_the_others(before: str, after: str) -> None:
    assert add(before, "patterns/anti-patterns", "NEW") == after


def test_a_bullet_that_is_there_is_not_added_again() -> None:
    text = "## Anti-Patterns\n- Mutable default arguments\n"
    assert add(text, "patterns/anti-patterns", " Mutable default arguments ") == text


@pytest.mark.parametrize("said", ["# a\nb\n# c", "**API:** down", "```\nx = 1\n```", "a ```b``` c", "a\n  b"])
@pytest.mark.parametrize("address", ["patterns/anti-patterns", "context/blockers"])
def test_whatever_way_a_bullet_has_to_be_written_it_is_added_once(address: str, said: str) -> None:
    text = "## Anti-Patterns\n- a\n\n## Recent Work\n- **Blockers**:\n  - a\n  - b\n- **Stage**: c\n"
    after = add(text, address, said)
    assert after != text
    assert add(after, address, said) == after
    blockers = sections_of(CONTEXT, after)[1].field("blockers")
    assert blockers is not None
    words = [said] if address == "context/blockers" else []
    assert [one.split() for one in blockers.values] == [["a"], ["b"], *(one.split() for one in words)]


def test_several_lines_are_one_bullet() -> None:
    after = add(
        "## Anti-Patterns\n- a\n", "patterns/anti-patterns", "Sleep in tests\n\nWait for what you wait for"
    )
    assert after == "## Anti-Patterns\n- a\n- Sleep in tests\n  Wait for what you wait for\n"


def test_lines_that_would_be_headings_become_one_line() -> None:
    after = add("## Anti-Patterns\n", "patterns/anti-patterns", "Watch out:\n# everything")
    assert after == "## Anti-Patterns\n- Watch out: # everything\n"


@pytest.mark.parametrize("said", ["", "  \n ", "a\x1b[31mb", "a\x00b"])
def test_nothing_and_what_nobody_sees_is_refused(said: str) -> None:
    with pytest.raises(UsageError):
        add("## Anti-Patterns\n", "patterns/anti-patterns", said)


@given(patterns(), WORDS, st.sampled_from(["code", "performance", "testing", "anti-patterns"]))
def test_every_other_byte_stays(text: str, said: str, section: str) -> None:
    after = add(text, f"patterns/{section}", f"new {said}")
    changes = SequenceMatcher(None, text, after, autojunk=False).get_opcodes()
    assert {tag for tag, *_ in changes} <= {"equal", "insert"}
    sections = {slug(one.name): one for one in sections_of(PATTERNS, after)}
    found = [one for one in sections.values() if f"new {said}" in one.items]
    assert len(found) == 1
    assert section in found[0].address
    assert add(after, f"patterns/{section}", f"new {said}") == after
    windows = text.count("\r\n") == text.count("\n") > 0
    assert not windows or after.count("\r\n") == after.count("\n")


# fields ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- **Blockers**: old\n- **Other**: x\n", "- **Blockers**: NEW\n- **Other**: x\n"),
        ("- **Blockers**:\n", "- **Blockers**: NEW\n"),
        ("- **Blockers**: \n", "- **Blockers**: NEW\n"),
        ("* **blockers:** old\n", "* **blockers:** NEW\n"),
        ("- __Blockers__: old\n", "- __Blockers__: NEW\n"),
        ("**Blockers:** old  \n**Other:** x\n", "**Blockers:** NEW  \n**Other:** x\n"),
        ("- **Blockers**: old\n  goes on\n- **Other**: x\n", "- **Blockers**: NEW\n- **Other**: x\n"),
        ("- **Blockers**:\n  - a\n  - b\n- **Other**: x\n", "- **Blockers**: NEW\n- **Other**: x\n"),
        ("- **Blockers**: one\n- **Blockers**: two\n- **O**: x\n", "- **Blockers**: NEW\n- **O**: x\n"),
    ],
)
def test_a_field_is_set_where_it_stands_as_it_is_written(before: str, after: str) -> None:
    assert set_(f"## Recent Work\n{before}", "context/blockers", "NEW") == f"## Recent Work\n{after}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- **Blockers**:\n", "- **Blockers**:\n  - NEW\n"),
        ("- **Blockers**: (Any issues)\n", "- **Blockers**:\n  - NEW\n"),
        ("- **Blockers**: old\n- **O**: x\n", "- **Blockers**:\n  - old\n  - NEW\n- **O**: x\n"),
        ("- **Blockers**:\n    * a\n- **O**: x\n", "- **Blockers**:\n    * a\n    * NEW\n- **O**: x\n"),
        ("- **Blockers**: a\n  - b\n", "- **Blockers**:\n  - a\n  - b\n  - NEW\n"),
        ("**Blockers:**\n- a\n\nText\n", "**Blockers:**\n- a\n- NEW\n\nText\n"),
        ("**Blockers:** a\n**O:** x\n", "**Blockers:**\n- a\n- NEW\n\n**O:** x\n"),
    ],
)
def test_a_note_to_a_field_makes_it_a_list(before: str, after: str) -> None:
    assert add(f"## Recent Work\n{before}", "context/blockers", "NEW") == f"## Recent Work\n{after}"


def test_a_field_that_a_person_removed_is_added_between_those_it_stood_between() -> None:
    text = "## Recent Work\n* **Last session**: x\n* **Next planned**: y\n"
    assert set_(text, "context/current-focus", "Speed") == (
        "## Recent Work\n* **Last session**: x\n* **Current focus**: Speed\n* **Next planned**: y\n"
    )


def test_a_section_that_a_person_removed_is_added_where_it_stood() -> None:
    text = "# C\n\n## Active Project: X\n- **Type**: CLI\n\n## Technical Decisions Made\n- a\n"
    done = note(CONTEXT, text, ["blockers"], "No CI")
    assert done.text == (
        "# C\n\n## Active Project: X\n- **Type**: CLI\n\n## Recent Work\n- **Blockers**:\n  - No CI\n\n"
        "## Technical Decisions Made\n- a\n"
    )
    assert done.added == "Recent Work"


def test_a_section_that_was_renamed_is_named_as_near() -> None:
    text = "# P\n\n## Test Patterns\n- a\n"
    done = note(PATTERNS, text, ["testing"], "b")
    assert done.added == "Testing Patterns"
    assert done.near == ("patterns/test-patterns",)
    assert done.text == "# P\n\n## Test Patterns\n- a\n\n## Testing Patterns\n- b\n"


def test_a_field_in_a_section_that_was_renamed_is_found() -> None:
    text = "## What we did\n- **Blockers**: x\n"
    assert set_(text, "context/blockers", "y") == "## What we did\n- **Blockers**: y\n"


def test_a_heading_that_says_something_is_set() -> None:
    text = "## Active Project: [No active project]\n- **Type**:\n"
    assert set_(text, "context/active-project", "Shop: the API") == (
        "## Active Project: Shop: the API\n- **Type**:\n"
    )
    assert set_("## Active Project\n", "context/active-project", "Shop") == "## Active Project: Shop\n"


def test_several_values_stand_below_their_field() -> None:
    text = "## Recent Work\n- **Next planned**: a\n"
    assert set_(text, "context/next-planned", ["b", "c"]) == (
        "## Recent Work\n- **Next planned**:\n  - b\n  - c\n"
    )


def test_a_value_of_several_lines_is_one_value() -> None:
    after = set_("## Recent Work\n- **Blockers**: a\n", "context/blockers", "first\n- second")
    assert after == "## Recent Work\n- **Blockers**: first - second\n"
    text = "## Recent Work\n- **Blockers**: a\n- **Stage**: b\n"
    after = set_(text, "context/blockers", "Run:\n```\nmake\n```")
    assert [one.name for one in sections_of(CONTEXT, after)[0].fields] == ["Blockers", "Stage"]
    with pytest.raises(UsageError):
        set_("## Active Project: a\n", "context/active-project", "Route #")


def test_an_empty_value_empties_a_field() -> None:
    assert set_("## Recent Work\n- **Blockers**: a\n", "context/blockers", "") == (
        "## Recent Work\n- **Blockers**:\n"
    )


@given(contexts(), WORDS, st.sampled_from(["last-session", "current-focus", "next-planned", "blockers"]))
def test_what_is_set_is_what_is_read(text: str, said: str, field: str) -> None:
    before = {one.address: one for section in sections_of(CONTEXT, text) for one in section.fields}
    after = set_(text, f"context/{field}", f"set {said}")
    found = {one.address: one for section in sections_of(CONTEXT, after) for one in section.fields}
    address = f"context/recent-work/{field}"
    assert found[address].values == (f"set {said}",)
    assert {key: one.values for key, one in before.items() if key != address} == {
        key: one.values for key, one in found.items() if key != address
    }


@given(contexts(), WORDS, st.sampled_from(["last-session", "current-focus", "next-planned", "blockers"]))
def test_what_is_noted_to_a_field_stands_beside_what_it_said(text: str, said: str, field: str) -> None:
    def values(document: str) -> tuple[str, ...]:
        fields = [one for section in sections_of(CONTEXT, document) for one in section.fields]
        return next((one.values for one in fields if one.address == f"context/recent-work/{field}"), ())

    after = add(text, f"context/{field}", f"new {said}")
    assert sorted(values(after)) == sorted([*values(text), f"new {said}"])


# addresses -------------------------------------------------------------------------------------------
def test_an_address_that_means_nothing_names_what_is_near() -> None:
    with pytest.raises(NotFoundError, match="did you mean patterns/anti-patterns"):
        add("## Anti-Patterns\n", "patterns/anti-paterns", "x")
    with pytest.raises(NotFoundError, match="patterns/code, patterns/performance"):
        add("# P\n", "patterns/zzz", "x")


def test_a_field_of_two_sections_needs_its_section() -> None:
    text = "## Recent Work\n- **State**: a\n\n## Active Project: X\n- **State**: b\n"
    with pytest.raises(AmbiguousError, match="context/recent-work/state or context/active-project/state"):
        set_(text, "context/state", "c")
    assert "- **State**: c" in set_(text, "context/recent-work/state", "c")


def test_a_list_is_not_set() -> None:
    with pytest.raises(UsageError, match="add to it with `git memory note`"):
        set_("## Anti-Patterns\n- a\n", "patterns/anti-patterns", "x")


def test_a_section_of_ones_own_has_an_address_and_can_be_added() -> None:
    text = "# P\n\n## Naming\n- a\n"
    assert add(text, "patterns/naming", "b") == "# P\n\n## Naming\n- a\n- b\n"
    done = note(PATTERNS, text, ["Security Patterns"], "c", new=True)
    assert done.text == "# P\n\n## Naming\n- a\n\n## Security Patterns\n- c\n"
    after = put(CONTEXT, "## Recent Work\n- **Blockers**:\n", ["recent-work", "Mood"], "Fine", new=True)
    assert after.text == "## Recent Work\n- **Blockers**:\n- **Mood**: Fine\n"
