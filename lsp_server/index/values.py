"""What the index is given and what it answers with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from lsp_server.records.anchors import Anchor
from lsp_server.records.model import Kind, Problem, Record

# Around the words that a search found, in a snippet. Control characters, because no text has them: a face
# turns them into bold, colour or nothing.
MATCH_START = "\x01"
MATCH_END = "\x02"


class Parsed(Protocol):
    """What reading one file gives: a record, what is wrong with the file, or both."""

    @property
    def record(self) -> Record | None: ...

    @property
    def problems(self) -> tuple[Problem, ...]: ...


@dataclass(frozen=True)
class Tombstone:
    """What is left of a deleted record: the label that is never given again, and the id it had."""

    label: str
    id: str


@dataclass(frozen=True)
class Reader:
    """How the files of the branch are read.

    ``version`` goes up when the same bytes give another record than before: the index is then rebuilt.
    """

    parse: Callable[[str, bytes], Parsed]
    is_record_path: Callable[[str], bool]
    version: int = 1
    parse_tombstone: Callable[[str, bytes], Tombstone | None] | None = None


class Filters(NamedTuple):
    """What a list is narrowed to. ``since`` and ``until`` belong to the span, a time without a zone is UTC;
    status and tag in any case; ``conflicts``: only the records that a merge left to be settled."""

    kind: Kind | None = None
    status: str | None = None
    tag: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    conflicts: bool = False


EVERYTHING = Filters()


@dataclass(frozen=True)
class Found:
    """A search result. ``snippet`` is one line of at most 160 characters, its matches between
    ``MATCH_START`` and ``MATCH_END`` (which are not counted); a lower ``score`` is better."""

    record: Record
    snippet: str
    score: float


@dataclass(frozen=True)
class StoredAnchor:
    """One anchor of a record; ``ordinal`` is its place among ``record.anchors``."""

    record_id: str
    ordinal: int
    anchor: Anchor


@dataclass(frozen=True)
class Broken:
    """A file on the branch that could not be read whole. It is shown and left alone."""

    path: str
    problems: tuple[Problem, ...]
