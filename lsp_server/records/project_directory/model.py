"""What a file of a project directory says, before it is a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from lsp_server.records.model import Kind
from lsp_server.records.moments import moment
from lsp_server.records.project_directory.beside import digest_of

ID_COMMENT = "<!-- git-memory: {} -->"
PERIOD_KEY = "period"
"""The key of a front matter for the year or month that an entry stood below."""
_ID = re.compile(r"<!-- git-memory: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) -->\s*\Z")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")


@dataclass
class Entry:
    """One decision, learning, bug or checkpoint of the directory.

    ``written`` is its whole text, ``name`` what tells it from the others of its file. ``text`` is Markdown
    that belongs to none of the fields. ``date`` is as it was written, ``period`` the year or month that it
    stands below in a file that is grouped so, with its place in the file: ``2024 (3)``; ``notes`` say what
    was not understood.
    """

    kind: Kind
    name: str
    written: str
    title: str = ""
    id: str | None = None
    number: int | None = None
    date: str = ""
    period: str = ""
    status: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    notes: list[str] = field(default_factory=list)
    # Of a checkpoint:
    document: Mapping[str, Any] | None = None  # the JSON
    files: tuple[str, ...] = ()
    commit: str = ""

    @property
    def created(self) -> datetime | None:
        return when_said(self.date)


def digest(text: str) -> str:
    """What tells whether a text is still the same one."""
    return digest_of(text.encode("utf-8", "surrogatepass"))


def taken_id(lines: list[str]) -> tuple[str | None, list[str]]:
    """The id in the comment that an export left at the top, and the lines below it."""
    found = _ID.match(lines[0].strip()) if lines else None
    return (found[1], lines[1:]) if found else (None, lines)


@lru_cache(1000)  # most of them are days, of which there are few
def when_said(word: str) -> datetime | None:
    """A date or a time as people and programs write it, in UTC unless it says otherwise; None for neither."""
    when = moment(word)
    if when is None and (found := _DAY.match(word.strip())):
        when = moment("-".join([found[1], found[2].zfill(2), found[3].zfill(2)]))
    return when if when is not None and 1 < when.year < 9999 else None
