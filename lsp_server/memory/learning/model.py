"""What finders find, and what became of it, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from lsp_server.records.anchors import CodeRange
from lsp_server.records.model import Kind, Record

TAG = "found"
"""The tag of every record that the loop keeps up to date. Who takes it off keeps the record for himself."""

ERRORS = "errors"
TRENDS = "trends"
RATES = "rates"
ACTIONS = "actions"
SOLUTIONS = "solutions"
DECISIONS = "decisions"
SLOWEST = "slowest"
OPTIMISATIONS = "optimisations"

HOLE = "…"
"""Stands in a text for a value that changes, or is nobody's business."""

Figure = int | float | str


@dataclass(frozen=True)
class Finding:
    """Something that a finder sees in the events.

    ``key`` tells it from all others of its finder, in every clone; ``alike`` are further keys that it may
    have been written under. ``title`` is one line, ``summary`` a paragraph, ``evidence`` facts of one line
    each, ``example`` a text that shows it (a traceback). ``count`` is how often it was seen since ``first``.
    ``figures`` tell how it stands now. ``severity`` and ``anchor`` (a line of the repository) are an error's,
    ``solution`` is what is known to make it go away. ``endpoint``: what it offers itself at, where it tells
    what could be made faster. ``still`` is False when it has ended; ``why`` says so in a clause. ``events``
    are ids of some that show it.
    """

    finder: str
    key: str
    title: str
    summary: str
    first: datetime
    last: datetime
    count: int = 1
    evidence: tuple[str, ...] = ()
    example: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    severity: str = ""
    anchor: CodeRange | None = None
    solution: str = ""
    endpoint: str = ""
    still: bool = True
    why: str = ""
    alike: frozenset[str] = frozenset()
    events: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """An error pattern is a bug; all else is something learned."""
        return Kind.BUG if self.finder == ERRORS else Kind.LEARNING

    @property
    def keys(self) -> frozenset[str]:
        """All that it may be known by."""
        return self.alike | {self.key}


@dataclass(frozen=True)
class Standing:
    """A finding as a record on the branch tells it. ``ended`` is when the loop saw it end, None while it
    lasts; ``again`` how often it came back since it was written."""

    record: Record
    finder: str
    key: str
    first: datetime
    last: datetime
    count: int
    ended: datetime | None = None
    again: int = 0
    duplicate: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)

    def figure(self, name: str) -> float | None:
        """One of its figures as a number; None where it has none."""
        try:
            return float(self.figures[name])
        except (KeyError, ValueError):
            return None


@dataclass(frozen=True)
class Learned:
    """What a run of the loop came to.

    ``found`` is all that lasts now; ``written``, ``updated``, ``closed`` and ``reopened`` are the records of
    what is new, goes on, has ended and is back. ``duplicates`` are records that were closed because another
    tells the same. ``report`` is the path of a report that this run put on the branch, None where none was
    due. ``remarks`` are what could not be looked at, and why, each in one line.
    """

    found: Sequence[Finding] = ()
    written: Sequence[Record] = ()
    updated: Sequence[Record] = ()
    closed: Sequence[Record] = ()
    reopened: Sequence[Record] = ()
    duplicates: Sequence[Record] = ()
    report: str | None = None
    remarks: Sequence[str] = ()

    @property
    def has_changes(self) -> bool:
        """Whether the run wrote anything."""
        return bool(
            self.written or self.updated or self.closed or self.reopened or self.duplicates or self.report
        )


def key_of(*parts: Any) -> str:
    """A short key of what tells a finding from others: the same in every clone."""
    return sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
