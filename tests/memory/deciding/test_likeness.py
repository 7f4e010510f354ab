"""Similar is what shares enough of the question's telling words."""

from __future__ import annotations

import pytest

from lsp_server.memory.deciding.likeness import ENOUGH, likenesses, question, telling


def like(text: str, *candidates: tuple[str, str]) -> list[bool]:
    return [one >= ENOUGH for one in likenesses(text, candidates, len(candidates))]


def test_words_are_told_in_their_other_forms_and_common_ones_are_left_out() -> None:
    assert telling("Use caching for the caches of prices") == ("cach", "pric")
    assert telling("Adopt authentication by JWT #auth") == ("#auth", "authentic", "jwt", "auth")
    assert telling("use more") == ("use", "more")  # when nothing else was said
    assert telling("…") == ()


def test_a_decision_about_the_same_thing_is_similar_and_one_about_another_is_not() -> None:
    others = (
        ("Cache prices in memory", ""),
        ("Use Postgres for orders", "Prices are cached elsewhere."),
        ("Use a monorepo", ""),
    )
    assert like("Caching of prices", *others) == [True, True, False]
    assert like("Use Kafka", *others) == [False, False, False]


def test_words_of_the_title_count_twice_as_much_as_words_of_the_text() -> None:
    title, text = likenesses("Cache prices", [("Cache prices", ""), ("Speed", "cache prices")], 2)
    assert title == pytest.approx(2 * text)
    assert title == 1


def test_a_shared_tag_counts_as_a_word_of_its_own() -> None:
    with_tag = question("Caching user profiles", ["cache"])
    found = likenesses(with_tag, [(question("Keep prices", ["cache"]), ""), ("Keep prices", "")], 2)
    assert found[0] >= ENOUGH > found[1]


def test_a_short_word_is_no_part_of_another() -> None:
    assert like("Use git", ("Digital signatures", ""), ("Use git for notes", "")) == [False, True]


def test_a_rare_word_says_more_than_one_that_is_everywhere() -> None:
    many = [("Service for orders", ""), *[(f"Service number {n}", "") for n in range(20)]]
    found = likenesses("Service of orders", many, len(many))
    assert found[0] == 1
    assert max(found[1:]) < ENOUGH


def test_any_text_is_harmless() -> None:
    assert likenesses('\\b(?:[ *+ "price" #[', [("a (b", "*"), ("price)", "")], 2) == [0.0, 1.0]
    assert likenesses("", [("a", "b")], 1) == [0.0]
    assert likenesses("a", [], 0) == []
