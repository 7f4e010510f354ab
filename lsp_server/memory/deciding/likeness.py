"""How much of a question another decision shares.

The share of the question's words and tags that it has, rare words counting more than common ones, and words
of its title and tags twice as much as words of its text. What says too little is not shown: a rate of
decisions that have nothing to do with the question is worse than none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence

from lsp_server.index.search import STOP_WORDS

ENOUGH = 0.3
"""A likeness from which on a decision is similar."""

_MOST_WORDS = 24
_TELLING = 6  # of the question's words: a long text need not be matched whole
_IN_TEXT = 0.5  # what a word counts that is not in title or tags
_LONGEST = 8_000  # characters of a text that are looked at
_SHORTEST = 4  # characters of a stem
_TAG = r"(?<!\w)#[\w.-]+"

# What titles of decisions begin with, whatever they are about.
_OF_ANY_DECISION = frozenset(
    """
    add adopt avoid change choose decide decision drop instead introduce keep make more move new only prefer
    remove replace rather require start stop support switch take turn use using via want without
    """.split()  # noqa: SIM905 - a table of words reads better as words
)
_ENDINGS = ("izations", "ization", "ations", "ation", "ating", "ated", "ates", "ings", "ions", "ing", "ion",
            "ers", "ies", "ed", "er", "es", "ly", "e", "s", "y")  # fmt: skip


def stem(word: str) -> str:
    """What a word begins with in its other forms: ``caching`` and ``caches`` are ``cach``."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word


def question(title: str, tags: Sequence[str]) -> str:
    """What a decision is about, as one text: a tag is told from a word by its ``#``."""
    return " ".join((title, *(f"#{'-'.join(tag.split())}" for tag in tags)))


def telling(text: str) -> tuple[str, ...]:
    """The stems of the words that say what a text is about, and its tags."""
    folded = text.casefold()
    words = [word for word in re.findall(r"\w+", folded) if word not in STOP_WORDS]
    kept = [word for word in words if word not in _OF_ANY_DECISION and (len(word) > 1 or word.isdigit())]
    stems = [stem(word) for word in kept or words]
    return tuple(dict.fromkeys((*re.findall(_TAG, folded), *stems)))[:_MOST_WORDS]


def likenesses(text: str, candidates: Sequence[tuple[str, str]], total: int) -> list[float]:
    """How like ``text`` each of the candidates is, 0 to 1: (its ``question``, its text). ``total`` is how
    many decisions the candidates were found among."""
    stems = telling(text)
    if not stems or not candidates:
        return [0.0] * len(candidates)
    pattern = _pattern(stems)
    found = [
        (_found_in(pattern, head) | set(re.findall(_TAG, head.casefold())), _found_in(pattern, body))
        for head, body in candidates
    ]
    weights = {}
    for one in stems:
        # A word that nobody used before is as rare as one that one decision has.
        having = max(1, sum(one in head or one in body for head, body in found))
        weights[one] = math.log(2 + max(total, having) / having)
    whole = sum(sorted(weights.values(), reverse=True)[:_TELLING])
    return [min(1.0, _shared(weights, head, body) / whole) for head, body in found]


def _shared(weights: Mapping[str, float], head: Collection[str], body: Collection[str]) -> float:
    return sum(
        weight if one in head else weight * _IN_TEXT
        for one, weight in weights.items()
        if one in head or one in body
    )


def _pattern(stems: Sequence[str]) -> re.Pattern[str]:
    """What finds the stems in a text. A short one is a word by itself: "git" is not in "digital"."""
    longest_first = sorted((one for one in stems if one[0] != "#"), key=len, reverse=True)
    either = "|".join(re.escape(one) + ("" if len(one) >= _SHORTEST else r"\b") for one in longest_first)
    return re.compile(rf"\b(?:{either})" if either else r"(?!)")


def _found_in(pattern: re.Pattern[str], text: str) -> set[str]:
    return set(pattern.findall(text[:_LONGEST].casefold()))
