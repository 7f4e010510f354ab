"""A briefing keeps to its budget: most useful first, no part pushes the others out, nothing is cut in two."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.errors import UsageError
from lsp_server.memory.working.briefing_budget import CHARACTERS, TOKENS, Full, budget, fitted
from lsp_server.memory.working.briefing_results import Briefing, BriefingLine
from lsp_server.memory.working.briefing_text import one_line, report_values
from lsp_server.memory.working.token_estimate import tokens
from lsp_server.rendering.environment import Templates

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=400)
LINES = st.builds(BriefingLine, st.one_of(st.just(""), WORDS), WORDS, st.just("project.yaml"))


def part(name: str, lines: list[BriefingLine], more: int = 0) -> Full:
    return Full(name, name.title(), "", lines, f"git memory list {name}", len(lines) + more)


def lines(*texts: str) -> list[BriefingLine]:
    return [BriefingLine("", text, "") for text in texts]


def markdown(briefing: Briefing) -> str:
    return Templates(None).render("reports/briefing.md", **report_values(briefing))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(LINES, max_size=6), max_size=6),
    st.integers(0, 3),
    st.sampled_from([(CHARACTERS, 200), (CHARACTERS, 700), (CHARACTERS, 4000), (TOKENS, 60), (TOKENS, 400)]),
)
def test_its_markdown_takes_what_it_says_and_never_more_than_the_budget(
    parts: list[list[BriefingLine]], more: int, room: tuple[str, int]
) -> None:
    unit, most = room
    full = [part(f"part-{n}", one, more) for n, one in enumerate(parts)]
    asked = budget(most, None) if unit == CHARACTERS else budget(None, most)
    briefing = fitted(full, asked, version="")
    text = markdown(briefing)
    assert len(text) == briefing.characters
    assert tokens(text) <= briefing.tokens
    assert (briefing.characters if unit == CHARACTERS else briefing.tokens) <= most


def test_with_little_room_each_part_has_its_first_line_before_any_has_a_second() -> None:
    full = [part(name, lines(*[f"{name} line {n} of some length" for n in range(9)])) for name in "abcdef"]
    briefing = fitted(full, budget(700, None), version="")
    shown = [len(one.lines) for one in briefing.parts]
    assert [one.name for one in briefing.parts] == list("abcdef")
    assert max(shown) - min(shown) <= 1


def test_one_part_with_much_to_say_leaves_the_others_theirs() -> None:
    loud = part("loud", lines(*["a very long line " * 15] * 10))
    briefing = fitted(
        [loud, part("bugs", lines("One bug")), part("next", lines("Go on"))], budget(1000, None), version=""
    )
    assert [one.name for one in briefing.parts] == ["loud", "bugs", "next"]


def test_what_was_left_out_is_told_with_the_command_that_shows_it() -> None:
    full = [part("bugs", lines(*[f"Bug {n}" for n in range(200)])), part("later", lines("x " * 400))]
    briefing = fitted(full, budget(300, None), version="")
    text = markdown(briefing)
    (bugs,) = [one for one in briefing.parts if one.name == "bugs"]
    assert bugs.more == 200 - len(bugs.lines)
    assert f"… and {bugs.more} more: `git memory list bugs`" in text


def test_parts_for_which_there_is_no_room_are_named() -> None:
    full = [part(name, lines("word " * 30)) for name in ("first", "second", "third", "fourth")]
    text = markdown(fitted(full, budget(320, None), version=""))
    assert "Left out: Third, Fourth (`git memory session start --print-only --characters 640`)" in text


@given(WORDS, st.integers(20, 80))
def test_a_line_is_cut_behind_a_word_and_says_so(text: str, most: int) -> None:
    line = one_line(text, most)
    whole = one_line(text, 10**6)
    assert "\n" not in line
    assert len(line) <= most
    if line != whole:
        assert line.endswith("…")
        kept = line[:-1]
        assert whole.startswith(kept)
        if " " in whole[:most]:  # else there is one word, longer than the line
            assert not kept or re.match(r"[ ,;:(\[{*_`-]", whole[len(kept) :])


def test_a_piece_of_code_is_not_cut() -> None:
    assert one_line("Run `git memory doctor --fix` every now and then", 20) == "Run…"


def test_two_budgets_or_none_at_all_are_refused() -> None:
    for characters, asked in ((1000, 100), (199, None), (None, 59)):
        with pytest.raises(UsageError):
            budget(characters, asked)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("Normalise the address first.", 5, 10),
        ("git memory session start --markdown", 7, 12),
        ("1234567890", 4, 4),
        ("メールアドレス", 7, 14),
        ("", 0, 0),
    ],
)
def test_tokens_are_guessed_on_the_high_side(text: str, least: int, most: int) -> None:
    """``least`` is what common tokenizers make of it."""
    assert least <= tokens(text) <= most
