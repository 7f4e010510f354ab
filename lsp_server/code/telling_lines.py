"""How much a line of code tells by itself: one measure for whoever asks whether two lines are one."""

from __future__ import annotations

from collections.abc import Iterable

TELLING_ALONE = 12
"""So many letters and digits are not written twice by chance: a line that has them and stands once in a text
is known without its neighbours."""


def words(line: str) -> int:
    """How many letters and digits a line has: brackets and blanks tell nothing."""
    return sum(map(str.isalnum, line))


def tells(line: str) -> bool:
    """Whether a line says enough not to be written twice by chance."""
    return len(line) >= TELLING_ALONE and words(line) >= TELLING_ALONE


def has_word(line: str) -> bool:
    """Whether a line is more than blanks and brackets."""
    return any(map(str.isalnum, line))


def has_words(lines: Iterable[str]) -> bool:
    """Whether one of the lines is more than blanks and brackets."""
    return any(map(has_word, lines))


def word_characters(lines: Iterable[str]) -> int:
    """How much a text tells."""
    return sum(map(words, lines))
