"""Where a record is anchored in the user's code, as pure values.

A line's identity is where ``git blame`` says it was born: (commit, path, line). An anchor keeps the
births of its lines and their text, so that it can be found again after the file has moved on.
Line numbers are 1-based and inclusive everywhere, as git and people count them.
"""

from __future__ import annotations

from typing import NamedTuple

UNCOMMITTED = "uncommitted"
MOST_LINES = 100_000  # of one anchor: each is followed by itself, and `1-999999999` is written in a second


class CodeRange(NamedTuple):
    """Lines of a file of the repository, ``path`` relative to its root with ``/``."""

    path: str
    start: int
    end: int

    def __str__(self) -> str:
        lines = str(self.start) if self.start == self.end else f"{self.start}-{self.end}"
        return f"{self.path}:{lines}"


class Birth(NamedTuple):
    """A run of lines that were born together: in ``commit`` they were ``path`` lines start to end.

    ``commit`` is a full object id, or ``UNCOMMITTED`` for lines that no commit had when the anchor was
    made (start and end are then the lines of the work tree file).
    """

    commit: str
    path: str
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start + 1


class Anchor(NamedTuple):
    """What a record says about where it belongs: the place when it was written, births and text.

    ``births`` cover the range in order: their lengths add up to ``range.end - range.start + 1``.
    ``text`` has one entry per line, without line terminators.
    """

    range: CodeRange
    births: tuple[Birth, ...] = ()
    text: tuple[str, ...] = ()


class CodePosition(NamedTuple):
    """The code commit a record was written at. ``commit`` is None on an unborn branch, ``branch`` when
    HEAD is detached, ``dirty`` when nobody looked."""

    commit: str | None
    branch: str | None
    dirty: bool | None = None
