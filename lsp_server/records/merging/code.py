"""The commit a record was written at, where two clones settled it: each found what it became.

Neither is a person's choice, so none is asked: the same one is taken, whoever merges, and the other stays
among the former ones.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.records.anchors import CodePosition
from lsp_server.records.evidence import strength
from lsp_server.records.front_entries import Entry

Formerly = list[tuple[str, str]]


class _Side(NamedTuple):
    entry: Entry
    commit: str
    formerly: Formerly


def settled_commit(base: Any, one: Any, other: Any) -> str | None:
    """The commit that is taken, of the values of ``code`` on the three sides; None where it was not two
    clones that settled it."""
    before = _commit(base)
    commits = [_commit(one), _commit(other)]
    if before is None or None in commits:
        return None
    sides = [(commit, formerly_of(value)) for commit, value in zip(commits, (one, other), strict=True)]
    if any(commit != before and before not in dict(formerly) for commit, formerly in sides):
        return None  # a person gave it another commit
    (first, of_first), (second, of_second) = sides
    if first == second:
        return first
    # Rewritten once more on one side: that is the later one.
    is_older = (first in dict(of_second), second in dict(of_first))
    if is_older[0] != is_older[1]:
        return second if is_older[0] else first
    words = (dict(of_first).get(before, ""), dict(of_second).get(before, ""))
    keys = [
        (strength(word), -len(formerly), commit)
        for word, (commit, formerly) in zip(words, sides, strict=True)
    ]
    return min(keys)[2]


def merge_code(base: Entry | None, one: Entry, other: Entry) -> str | None:
    """The merged lines of ``code``; None where it was not two clones that settled it."""
    taken = settled_commit(*(entry and entry.value for entry in (base, one, other)))
    if taken is None or one.value == other.value:
        return None
    sides = [_Side(entry, str(entry.value["commit"]), formerly_of(entry.value)) for entry in (one, other)]
    # Of two with the same commit the one whose text sorts first gives what else stands there.
    sides.sort(key=lambda side: (side.commit != taken, side.entry.text))
    winner, loser = sides
    formerly = dict(winner.formerly)
    if loser.commit != taken:
        formerly.setdefault(loser.commit, loser.formerly[0][1] if loser.formerly else "")
    for commit, word in loser.formerly:
        formerly[commit] = min(formerly.get(commit, word), word, key=lambda w: (strength(w), w))
    formerly.pop(taken, None)
    from lsp_server.records.code_edit import with_code

    try:
        text = with_code(
            f"---\n{winner.entry.text}---\n", CodePosition(taken, None, None, tuple(formerly.items()))
        )
    except RefusedError:
        return None
    return text.removeprefix("---\n").removesuffix("---\n")


def formerly_of(value: Any) -> Formerly:
    """The former commits, as the front matter's value of ``code`` lists them."""
    listed = value.get("formerly") if isinstance(value, dict) else None
    items = listed if isinstance(listed, list) else [listed]
    return [
        (str(commit), str(word)) for item in items if isinstance(item, dict) for commit, word in item.items()
    ]


def _commit(value: Any) -> str | None:
    commit = value.get("commit") if isinstance(value, dict) else None
    return commit if isinstance(commit, str) and commit else None
