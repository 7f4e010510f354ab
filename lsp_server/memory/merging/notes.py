"""What a merge has to tell a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lsp_server.records import front_matter, sections
from lsp_server.records.labels import format_label
from lsp_server.records.model import Conflict, Kind


class Told(NamedTuple):
    """A record as it is called: ``label`` after the merge."""

    id: str
    label: str
    title: str


class Moved(NamedTuple):
    """A record that has another number now."""

    record: Told
    kind: Kind
    old: int


@dataclass
class Notes:
    """Collected while merging, in no order that means anything."""

    renumbered: list[Moved] = field(default_factory=list)
    conflicts: list[tuple[Told, tuple[Conflict, ...]]] = field(default_factory=list)
    revived: list[Told] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def told(record_id: str, kind: Kind, number: int | None, path: str, data: bytes) -> Told:
    """How to speak of a record, from its file."""
    text = data.decode("utf-8", "replace")
    title = sections.title_of(front_matter.split(text).body_text)
    if not title:
        from lsp_server.records.document import parse

        record = parse(path, data).record
        title = record.title if record else path
    return Told(record_id, format_label(kind, number, record_id), title)
