"""What is read from an ADR file, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from lsp_server.records.model import Relation

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class AdrLink:
    """A link to another ADR. ``target`` is a number without zeros (``"3"``), or a file name or slug as
    written, without folder and anchor. ``line`` is 0-based in the file."""

    relation: Relation
    target: str
    line: int


@dataclass(frozen=True)
class AdrStatusPlace:
    """Where and how the status stands in the file.

    ``how`` is one of ``front matter``, ``section``, ``heading``, ``field`` (a bullet, bold or plain
    ``Status: …`` line, or an attribute), ``table``. ``line`` is 0-based. ``start`` and ``end`` are
    offsets in the text of the value on that line; ``word`` the offsets of the words in it that say
    the status, empty when no such word was found.
    """

    how: str
    line: int
    start: int
    end: int
    word: tuple[int, int]


@dataclass(frozen=True)
class Adr:
    """One ADR file as a person would read it.

    ``title`` is without its number; None only where the file gives none and its name says nothing.
    ``status`` is one of proposed, accepted, rejected, deprecated, superseded; ``status_text`` is what
    stands in the file. ``sections`` are by the names of ``ADR_SECTIONS``, as written. ``notes`` say in
    sentences what was not understood or was guessed. ``is_adr`` is False for an index, a read-me, a
    template; the first note then says why.
    """

    title: str | None
    number: int | None
    slug: str
    date: date | None = None
    status: str | None = None
    status_text: str = ""
    status_place: AdrStatusPlace | None = None
    tags: tuple[str, ...] = ()
    deciders: tuple[str, ...] = ()
    links: tuple[AdrLink, ...] = ()
    dialect: str = "custom"
    sections: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    notes: tuple[str, ...] = ()
    is_adr: bool = True
