"""A record: one thing remembered, as pure data.

A record is read from one Markdown file with YAML front matter. What people wrote in it is kept as they
wrote it; what machines need is lifted out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from lsp_server.records.anchors import Anchor, CodePosition


class Kind(str, Enum):
    """What can be remembered. The value is the word in the front matter and on the command line."""

    DECISION = "decision"
    LEARNING = "learning"
    BUG = "bug"
    CHECKPOINT = "checkpoint"
    SESSION = "session"


MARKDOWN_KINDS = (Kind.DECISION, Kind.LEARNING, Kind.BUG, Kind.CHECKPOINT)
"""Those whose files are Markdown, made from templates; a session's is YAML throughout."""


class Relation(str, Enum):
    """How one record is linked to another."""

    SUPERSEDES = "supersedes"
    SUPERSEDED_BY = "superseded-by"
    AMENDS = "amends"
    AMENDED_BY = "amended-by"
    LEARNED_FROM = "learned-from"
    TAUGHT = "taught"
    RELATES_TO = "relates-to"


# What the record at the other end of a link says.
INVERSE = {
    Relation.SUPERSEDES: Relation.SUPERSEDED_BY,
    Relation.SUPERSEDED_BY: Relation.SUPERSEDES,
    Relation.AMENDS: Relation.AMENDED_BY,
    Relation.AMENDED_BY: Relation.AMENDS,
    Relation.LEARNED_FROM: Relation.TAUGHT,
    Relation.TAUGHT: Relation.LEARNED_FROM,
    Relation.RELATES_TO: Relation.RELATES_TO,
}


class Link(NamedTuple):
    """One link to another record. ``target`` is its id; ``label`` what it was called when written."""

    relation: Relation
    target: str
    label: str | None = None


class Problem(NamedTuple):
    """Something in a file that could not be understood. ``line`` is 0-based in the file; ``code`` names
    the kinds of problem that a reader treats apart."""

    line: int
    message: str
    code: str = ""


class Conflict(NamedTuple):
    """What a merge of two edits could not settle, and a person must. ``where`` is the front matter's key
    whose other value is ``other`` (as written), or the heading of a section (``""`` above the first) whose
    text holds both versions between conflict markers; ``other`` is then empty."""

    where: str
    other: str = ""


NO_NUMBER = "no-number"
IN_CONFLICT = "conflict"
NO_TITLE = "no-title"


class Headline(NamedTuple):
    """What a list shows of a record, made ten times as fast as the record itself. ``created`` is to the
    second, in UTC."""

    label: str
    status: str | None
    created: datetime
    title: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One record, as read from its file.

    ``number`` is None for kinds without numbers. ``label`` is how people call it: ``ADR-0012``, ``BUG-7``,
    ``LEARN-9f3c1a2b``. ``aliases`` are labels it had before. ``fields`` holds the kind's own fields by
    their names (see ``records.fields``): text, or a list of texts. ``extra`` holds the front matter's
    keys that this program does not know. ``body`` is the Markdown below the front matter.
    """

    id: str
    kind: Kind
    title: str
    label: str
    created: datetime
    path: str
    number: int | None = None
    status: str | None = None
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    code: CodePosition | None = None
    anchors: tuple[Anchor, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""

    def anchored_at(self, anchor: Anchor) -> str | None:
        """The code's commit when one of the record's anchors was made, if that is known."""
        return anchor.made_at or (self.code.commit if self.code else None)
