"""What comparing and looking back answer with: plain values that every face can print or send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.records.model import Kind, Record

if TYPE_CHECKING:
    from lsp_server.store.base import Commit as Commit  # noqa: PLC0414  the faces name it, too

NEW, CHANGED, DELETED = "new", "changed", "deleted"


class Fact(NamedTuple):
    """One thing that changed in a record. ``text`` is a clause for people ("proposed → accepted"); ``what``
    names the kind of change: status, number, title, tags, link, anchor, conflict, code, file, text, or the
    name of a field. ``old`` and ``new`` are the values as JSON can hold them, None where there is none."""

    what: str
    text: str
    old: Any = None
    new: Any = None


class TextChange(NamedTuple):
    """A text that differs: ``heading`` is the section's own, ``name`` the field that it is (or the heading
    again); the texts are Markdown, empty where there is none."""

    name: str
    heading: str
    old: str
    new: str

    def diff(self) -> list[str]:
        """Lines that begin with ``+``, ``-`` or a space, ``@@`` between distant ones."""
        from lsp_server.memory.text_changes import diff_lines

        return diff_lines(self.old, self.new)


@dataclass(frozen=True)
class RecordChange:
    """A record that differs between two versions. ``change`` is new, changed or deleted; ``old`` or ``new``
    is None where it was not there. The label, title and path are the newer ones."""

    change: str
    id: str
    kind: Kind
    label: str
    title: str
    path: str
    old: Record | None
    new: Record | None
    facts: Sequence[Fact] = ()
    texts: Sequence[TextChange] = ()

    @property
    def name(self) -> str:
        """How the record is called: its label, or what it was and what it is."""
        was = self.old.label if self.old else self.label
        return self.label if was == self.label else f"{was} is now {self.label} (renumbered)"

    @property
    def summary(self) -> str:
        """What changed, as a clause: ``proposed → accepted; context changed``. Empty when the number alone
        did."""
        told = [fact.text for fact in self.facts if fact.what != "number"]
        if self.change == CHANGED:
            return "; ".join(told)
        return ", ".join([self.change, *told])


class FileChange(NamedTuple):
    """A file that is no readable record. ``remark`` says what is wrong with one that should be; of a living
    document or a keyed value what changed in it. ``key`` is that of a keyed value."""

    path: str
    change: str
    remark: str = ""
    key: str | None = None


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions: the records as a reviewer wants them (decisions, bugs, learnings,
    checkpoints; of each the new, the changed, the deleted), then other files. ``old`` None: nothing."""

    old: str | None
    new: str
    records: Sequence[RecordChange] = ()
    files: Sequence[FileChange] = ()
    old_name: str = ""
    new_name: str = ""

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records are new, changed and deleted."""
        return {change: sum(r.change == change for r in self.records) for change in (NEW, CHANGED, DELETED)}

    @property
    def counted(self) -> str:
        """``2 new, 1 changed``; empty when no record differs."""
        return ", ".join(f"{n} {change}" for change, n in self.counts.items() if n)

    @property
    def kinds(self) -> Mapping[Kind, int]:
        """How many records of each kind differ, in the order they are listed."""
        found: dict[Kind, int] = {}
        for record in self.records:
            found[record.kind] = found.get(record.kind, 0) + 1
        return found

    @property
    def is_empty(self) -> bool:
        return not self.records and not self.files


@dataclass(frozen=True)
class HistoryEntry:
    """One commit in the life of a record, and what it changed there. ``is_cut``: a shallow clone's history
    begins here, so the record may be older. ``is_merge``: the commit is a merge, and the record came out
    of it otherwise than it was on every side."""

    commit: Commit
    change: RecordChange
    object_id: str | None
    is_cut: bool = False
    is_merge: bool = False


@dataclass(frozen=True)
class PastRecord:
    """A record as it was: in the version ``version``, which it came to be so at ``since``."""

    record: Record
    data: bytes = field(repr=False)
    version: str = ""
    since: datetime | None = None
