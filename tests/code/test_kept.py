"""Answers that are kept."""

from __future__ import annotations

from lsp_server.code.kept import kept


def test_what_was_found_is_not_looked_for_again() -> None:
    known: dict[str, int | None] = {}
    assert [kept(known, "a", lambda: None, 2), kept(known, "a", lambda: 1, 2)] == [None, None]


def test_of_too_many_answers_all_are_forgotten() -> None:
    known: dict[int, int] = {}
    for number in range(5):
        assert kept(known, number, lambda it=number: it, 2) == number  # type: ignore[misc]  # bound now
    assert known == {4: 4}
