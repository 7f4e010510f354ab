"""Use case: what there is to say about a label that somebody's text cites.

Quiet where it is not sure: a label that this memory does not have may be another project's, and what stands
in quotes, paths and addresses is data more often than a citation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from lsp_server.memory.core import Core
from lsp_server.records.labels import LABELS, NUMBERED, label_number, normalise_label
from lsp_server.records.model import Kind, Record, Relation

if TYPE_CHECKING:
    from lsp_server.index import Index

_CHAIN = 20  # decisions that one after the other superseded each other
_BEFORE = "/\\.#@:=&?%+~$"
_AFTER = "/\\#@=&?%+~$"
_QUOTES = "'\"`"


class Cited(str, Enum):
    """What has become of a cited record."""

    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    DEPRECATED = "deprecated"
    RENUMBERED = "renumbered"
    DELETED = "deleted"
    UNKNOWN = "unknown-label"


@dataclass(frozen=True)
class Citation:
    """What is to be said about a label. ``record_id`` is the record that it names, or named; ``instead`` the
    label that the text could have: of the record itself, or of the decision that superseded it.

    ``is_sure`` is False where the text may well mean something else.
    """

    cited: Cited
    message: str
    record_id: str | None = None
    instead: str = ""
    is_sure: bool = True

    def fits(self, line: str, start: int, end: int) -> bool:
        """Whether the label between two columns of a line is meant as one, as far as that must be sure."""
        return is_cited(line, start, end, plainly=not self.is_sure)


def citations(core: Core, refs: Collection[str]) -> Mapping[str, Citation]:
    """What there is to say about labels as texts have them; the others are left out."""
    index = core.followed()
    found = {ref: _citation(index, ref) for ref in refs}
    return {ref: citation for ref, citation in found.items() if citation is not None}


def is_cited(line: str, start: int, end: int, *, plainly: bool = False) -> bool:
    """Whether what looks like a label in a line of text, between two columns, is meant as one: not a part of
    an address, a path or a link's text; with ``plainly`` not in quotes either."""
    label = line[start:end]
    before, after = line[start - 1 : start], line[end : end + 1]
    if label != label.upper() and normalise_label(label) != label:
        return False
    if (before and before in _BEFORE) or (after and after in _AFTER):
        return False
    if plainly and before and after and before in _QUOTES and after in _QUOTES:
        return False
    if line[end : end + 2] == "](" or (after == "." and line[end + 1 : end + 2].isalnum()):
        return False
    token = line[line.rfind(" ", 0, start) + 1 : end]
    return "://" not in token


def _citation(index: Index, ref: str) -> Citation | None:
    ids = index.resolve(ref)
    if not ids:
        return _missing(index, ref)
    record = index.get(ids[0]) if len(ids) == 1 else None
    if record is None:
        return None  # which one is meant, nobody can tell
    return _former_label(index, ref, record) or _status(index, record)


def _former_label(index: Index, ref: str, record: Record) -> Citation | None:
    numbered = label_number(ref)
    if numbered is None:
        return None
    label = normalise_label(ref) or ref
    if numbered != (record.kind, record.number):
        message = f"{label} is {record.label} “{record.title}” now: it was renumbered"
        return Citation(Cited.RENUMBERED, message, record.id, record.label)
    others = [other for one in index.formerly(ref) if (other := index.get(one)) and other.id != record.id]
    if not others:
        return None
    was = others[0]
    message = f"{label} is “{record.title}”; what was {label} before a merge is {was.label} “{was.title}”"
    return Citation(Cited.RENUMBERED, message, was.id, was.label, is_sure=False)


def _status(index: Index, record: Record) -> Citation | None:
    if record.kind is not Kind.DECISION:
        return None
    name = f"{record.label} “{record.title}”"
    if record.status == "superseded":
        successor = _successor(index, record)
        if successor is None:
            return Citation(Cited.SUPERSEDED, f"{name} was superseded", record.id)
        message = f"{name} was superseded by {successor.label} “{successor.title}”"
        return Citation(Cited.SUPERSEDED, message, record.id, successor.label)
    if record.status == "rejected":
        return Citation(Cited.REJECTED, f"{name} was rejected", record.id)
    if record.status == "deprecated":
        return Citation(Cited.DEPRECATED, f"{name} is deprecated", record.id)
    return None


def _successor(index: Index, record: Record) -> Record | None:
    """The decision that holds today in place of one that was superseded."""
    seen, last = {record.id}, None
    for _ in range(_CHAIN):
        links = (last or record).links
        targets = [link.target for link in links if link.relation is Relation.SUPERSEDED_BY]
        following = [one for target in targets if target not in seen and (one := index.get(target))]
        if not following:
            break
        last = following[-1]
        seen.add(last.id)
        if last.status != "superseded":
            break
    return last


def _missing(index: Index, ref: str) -> Citation | None:
    label = normalise_label(ref)
    if label is None:
        return None  # `memory:1024` is somebody's setting
    if (gone := index.tombstone(label)) is not None:
        return Citation(Cited.DELETED, f"{gone.label} was deleted", gone.id, is_sure=False)
    kind = next(kind for kind, prefix in LABELS.items() if label.startswith(f"{prefix}-"))
    if not _has(index, kind):
        return None  # this memory has no such labels, so they are somebody else's
    message = f"there is no {label} in this memory"
    highest = index.highest_number(kind) if kind in NUMBERED else 0
    numbered = label_number(label)
    if numbered is not None and numbered[1] > highest:
        message += "; it may be in one that was not synced yet"
    return Citation(Cited.UNKNOWN, message, is_sure=False)


def _has(index: Index, kind: Kind) -> bool:
    from lsp_server.index import Filters

    return bool(index.headlines(Filters(kind=kind, limit=1)))
