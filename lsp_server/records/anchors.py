"""Where a record is anchored in the user's code, as pure values.

A line's identity is where ``git blame`` says it was born: (commit, path, line). An anchor keeps the
births of its lines and their text, so that it can be found again after the file has moved on.
Line numbers are 1-based and inclusive everywhere, as git and people count them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

UNCOMMITTED = "uncommitted"
MOST_LINES = 100_000  # of one anchor: each is followed by itself, and `1-999999999` is written in a second


ROOT = "./"  # the path of the folder that holds everything


class CodeRange(NamedTuple):
    """Lines of a file of the repository, ``path`` relative to its root with ``/``.

    Where ``start`` and ``end`` are 0, the whole file; and where such a path ends with ``/``, a folder with
    all that is in it (``ROOT`` for the top).
    """

    path: str
    start: int
    end: int

    @property
    def is_whole(self) -> bool:
        """A whole file or a folder: no lines are named."""
        return self.start == 0 and self.end == 0

    @property
    def is_folder(self) -> bool:
        return self.is_whole and self.path.endswith("/")

    def holds(self, path: str) -> bool:
        """Whether a file belongs to this place: it is the file, or lies in the folder at any depth."""
        if self.is_folder:
            return self.path == ROOT or path.startswith(self.path)
        return path == self.path

    def meets(self, other: CodeRange) -> bool:
        """Whether two stretches of lines have a line in common."""
        return self.path == other.path and self.start <= other.end and other.start <= self.end

    def __str__(self) -> str:
        if self.is_whole:
            return self.path
        lines = str(self.start) if self.start == self.end else f"{self.start}-{self.end}"
        return f"{self.path}:{lines}"


def whole(path: str) -> CodeRange:
    """A whole file, or a folder when ``path`` ends with ``/``."""
    return CodeRange(path, 0, 0)


class CodeSymbol(NamedTuple):
    """A place named by what stands there: ``Login.check`` in a file. ``line`` is any of its lines and tells
    which of several of one name is meant; 0 where the name is enough."""

    path: str
    name: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}::{self.name}" + (f":{self.line}" if self.line else "")


class PlaceThen(NamedTuple):
    """A place as the commit ``rev`` has it (any name of a commit), whatever is on disk now."""

    place: CodeRange | CodeSymbol
    rev: str

    def __str__(self) -> str:
        return f"{self.place} in {self.rev}"


CodePlace = CodeRange | CodeSymbol | PlaceThen
"""What a record can be anchored to."""


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

    @property
    def is_committed(self) -> bool:
        return self.commit != UNCOMMITTED

    def each_line(self) -> Iterator[Birth]:
        """Its lines, each as a run of one."""
        for line in range(self.start, self.end + 1):
            yield Birth(self.commit, self.path, line, line)


class Beside(NamedTuple):
    """What stood beside lines that no commit had, which alone tells them from others of the same text.

    So many lines ``above`` and ``below`` them, and the ``digest`` of those ("" where nothing told them
    apart); ``own`` are the numbers (1-based) of those of the lines that stood once in their file.
    """

    above: int
    below: int
    digest: str
    own: tuple[int, ...] = ()


class Anchor(NamedTuple):
    """What a record says about where it belongs: the place when it was written, births and text.

    ``births`` cover the range in order: their lengths add up to ``range.end - range.start + 1``.
    ``text`` has one entry per line, without line terminators. A whole file or folder has neither: it is
    known by its path and by what git says became of it.

    ``symbol`` is the name of what stands on the lines (``Login.check``), where the record is about that and
    not about the lines: wherever a symbol of this name is found, its lines of today are the anchor's.

    ``made_at`` is the code's commit when the anchor was made, where that is not the record's own: a record
    can be anchored again later. ``beside`` is kept until all lines have a birth.
    """

    range: CodeRange
    births: tuple[Birth, ...] = ()
    text: tuple[str, ...] = ()
    symbol: str = ""
    made_at: str = ""
    beside: Beside | None = None

    @property
    def is_committed(self) -> bool:
        """Whether all of its lines have a birth."""
        return all(birth.is_committed for birth in self.births)

    @property
    def line_births(self) -> tuple[Birth, ...]:
        """The birth of each of its lines, in order."""
        return tuple(line for birth in self.births for line in birth.each_line())

    @property
    def ending(self) -> str:
        """What is said of it, in a clause, when nothing of it is left."""
        if self.symbol:
            return f"there is no {self.symbol} any more"
        if self.range.is_whole:
            return f"the {'folder' if self.range.is_folder else 'file'} is gone"
        return "its lines are gone"

    def __str__(self) -> str:
        # Of a long symbol not all lines are kept, so only the first of them says something.
        return f"{self.range.path}:{self.range.start} ({self.symbol})" if self.symbol else str(self.range)


class CodePosition(NamedTuple):
    """The code commit a record was written at. ``commit`` is None on an unborn branch, ``branch`` when
    HEAD is detached, ``dirty`` when nobody looked.

    ``formerly``: what that commit was before history was rewritten, the newest first: (full id, the word for
    why the one after it is taken for the same).
    """

    commit: str | None
    branch: str | None
    dirty: bool | None = None
    formerly: tuple[tuple[str, str], ...] = ()
