"""Why a commit is taken for what another one became when history was rewritten."""

from __future__ import annotations

from enum import Enum


class Evidence(Enum):
    """The surest first. The value is how it is written in a record's file, ``clause`` how people are told."""

    HOOK = "hook"
    AMENDED = "reflog"
    TRAILER = "trailer"
    PATCH_ID = "patch-id"
    SQUASH = "squash"
    TREE = "tree"
    RANGE_DIFF = "range-diff"

    @property
    def clause(self) -> str:
        return _CLAUSES[self]


_CLAUSES = {
    Evidence.HOOK: "git noted the rewrite",
    Evidence.AMENDED: "git remembers the amendment",
    Evidence.TRAILER: "picked from it, as its message says",
    Evidence.PATCH_ID: "the same change",
    Evidence.SQUASH: "the whole branch as one commit",
    Evidence.TREE: "the very same files",
    Evidence.RANGE_DIFF: "range-diff pairs the two",
}
STRENGTH = {evidence: place for place, evidence in enumerate(Evidence)}
_BY_WORD = {evidence.value: evidence for evidence in Evidence}


def evidence_of(word: str) -> Evidence | None:
    """The evidence that a word names; None for one that a later version, or a person, wrote."""
    return _BY_WORD.get(word)


def strength(word: str) -> int:
    """The place of a word among all, 0 the surest; what is not known comes last."""
    found = evidence_of(word)
    return len(STRENGTH) if found is None else STRENGTH[found]


def clause(word: str) -> str:
    """What people are told for a word; the word itself where it is not known."""
    found = evidence_of(word)
    return word if found is None else found.clause
