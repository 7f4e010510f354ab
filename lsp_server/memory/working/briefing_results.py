"""What the beginning of a working session answers with: plain values.

Named tuples, because importing them costs a fraction of what dataclasses do, and a session's beginning is
waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class RunningSession(NamedTuple):
    """The session under way in one worktree, as it was noted when it began: ``memory`` is the memory's
    version then, ``code`` the commit of HEAD; None where there was none."""

    id: str
    started: datetime
    goal: str = ""
    agent: str = ""
    memory: str | None = None
    code: str | None = None


class BriefingLine(NamedTuple):
    """One thing to know, in one line. ``lead`` is what it is about (a field's name, a record's label) or
    empty; ``source`` where it stands: a file on the branch and its section, or a label. The texts are as
    people wrote them, cut at a word: nothing in them may act where it is shown."""

    lead: str
    text: str
    source: str


class BriefingPart(NamedTuple):
    """Lines that belong together. ``source`` is the source that all of them have, or empty; ``more`` lines
    were left out, and ``hint`` is the command that shows them. The lower ``rank``, the more useful."""

    name: str
    title: str
    rank: int
    source: str
    lines: Sequence[BriefingLine]
    more: int
    hint: str


class LeftOut(NamedTuple):
    """A part for which there was no room at all; it has so many ``lines``."""

    name: str
    title: str
    lines: int
    hint: str


class Briefing(NamedTuple):
    """What a person or an agent should know now. ``characters`` and ``tokens`` are what its Markdown takes,
    the tokens as ``memory.token_estimate`` counts them; ``most`` and ``unit`` (``characters``, ``tokens``)
    are the budget it was kept to. ``names_left_out``: there is room to name what was left out, not only to
    count it."""

    parts: Sequence[BriefingPart]
    left_out: Sequence[LeftOut]
    characters: int
    tokens: int
    most: int
    unit: str
    version: str
    session: RunningSession | None = None
    names_left_out: bool = True

    @property
    def larger(self) -> str:
        """The command that shows what there was no room for."""
        return f"git memory session start --print-only --{self.unit} {self.most * 2}"


class Started(NamedTuple):
    """``went_on``: the session was under way already. ``given_up`` is the one that a new one took the place
    of."""

    session: RunningSession
    went_on: bool
    briefing: Briefing
    given_up: RunningSession | None = None
