"""What the ``Memory`` facade answers with: plain values that every face can print or send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.records.anchors import CodeRange
from lsp_server.records.model import Kind, Problem, Record

if TYPE_CHECKING:
    from lsp_server.memory.live import LiveMemory


@dataclass(frozen=True)
class Initialised:
    """``created`` is False when the branch was there; ``adopted`` names the remote branch it came from."""

    branch: str
    created: bool
    adopted: str | None = None


@dataclass(frozen=True)
class Hit:
    """A search result. ``snippet`` is one line of text around the words, ``matches`` where they stand in it
    (start and end, in characters); a lower ``score`` is better."""

    record: Record
    snippet: str
    score: float
    matches: tuple[tuple[int, int], ...] = ()


class How(str, Enum):
    """How a record is connected with a place or a commit, the surest first."""

    ANCHORED = "anchored"  # to these lines, this symbol, this commit's own lines
    NAMED = "named"  # by its label, here or in a commit's message
    COMMIT = "commit"  # it was recorded at the commit that last touched the line
    FILE = "file"  # it is about the file
    FOLDER = "folder"  # it is about the folder, or another file in it
    TOGETHER = "together"  # it is about a file that often changes together with this one


@dataclass(frozen=True)
class Reason:
    """Why a record belongs to a place or a commit: ``evidence`` is a clause a person reads ("anchored here,
    written at src/login.py:5").

    ``range`` is where the record is today, None when it is not on lines of this file; ``commit`` is the
    commit of the code that connects them, where one does.
    """

    record: Record
    evidence: str
    range: CodeRange | None = None
    how: How = How.ANCHORED
    commit: str | None = None


@dataclass(frozen=True)
class Draft:
    """A file that becomes a record (or an amended record) when a person saves it."""

    path: Path
    id: str
    kind: Kind
    is_new: bool


@dataclass(frozen=True)
class DocumentView:
    """A living document as a file, in which it is read and written. ``branch_path`` is where it stands on the
    branch, ``exists`` whether it does."""

    path: Path
    name: str
    branch_path: str
    exists: bool


@dataclass(frozen=True)
class Saved:
    """What saving a draft did. ``record`` is None when it was an untouched template or had no title, or where
    the file is no record's; ``reason`` then says in a sentence what was done. ``changed`` is False when the
    text was already committed."""

    record: Record | None
    changed: bool
    reason: str = ""


@dataclass(frozen=True)
class Placed:
    """A record on lines of one file: 1-based, inclusive."""

    record_id: str
    start: int
    end: int


@dataclass(frozen=True)
class Gone:
    """An anchor of which nothing is left. ``line`` (1-based) is where in the file its lines stood.

    ``range`` and ``symbol`` are the anchor's, as the record has them. ``commit`` is the one that took the
    last of the lines away, and ``last`` where they were before it; None where nobody can tell.
    """

    record_id: str
    range: CodeRange
    symbol: str
    line: int
    commit: str | None = None
    last: CodeRange | None = None


@dataclass(frozen=True)
class FileMemory:
    """What is known about one file of the user's code, as it was when it was looked at.

    ``lines`` are the file's lines that the places count in (git's lines: split at LF only). ``version`` is
    the memory's, ``commit`` the code's at that moment. ``stale`` are the records that have nothing left in
    the file, ``gone`` each anchor that has not. Immutable: ``moved`` gives another one.
    """

    path: str
    lines: tuple[str, ...]
    placed: tuple[Placed, ...]
    version: str | None
    commit: str | None
    stale: tuple[str, ...] = field(default=())
    gone: tuple[Gone, ...] = field(default=())
    whole: tuple[str, ...] = field(default=())
    """The records that are about the file as a whole; its first line stands for it."""

    def at(self, line: int) -> tuple[str, ...]:
        """The ids of the records on a line (1-based), in the order they were recorded."""
        return self.on(line) if line > 1 else (*self.on(line), *self.whole)

    def on(self, line: int) -> tuple[str, ...]:
        """As ``at``, without those that are about the whole file."""
        return tuple(dict.fromkeys(p.record_id for p in self.placed if p.start <= line <= p.end))

    def moved(self, lines: Sequence[str]) -> FileMemory:
        """The same knowledge on an edited text. Takes about a millisecond; starts no process."""
        from lsp_server.memory.moved_places import moved

        return moved(self, lines)

    def live(self, lines: Sequence[str]) -> LiveMemory:
        """The same knowledge on a text that is being typed in, followed edit by edit."""
        from lsp_server.memory.live import LiveMemory

        return LiveMemory(self, lines)


@dataclass(frozen=True)
class BrokenFile:
    """A file on the branch that could not be read whole; it is shown and left alone."""

    path: str
    problems: Sequence[Problem]
