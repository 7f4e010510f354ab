"""Use case: what differs between two versions of the memory, record by record.

Nothing but the two versions is read, and nothing is written: it works where only commits are, without an
index and without a memory branch. The cost is linear in what differs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from lsp_server.errors import NotFoundError
from lsp_server.memory.change_facts import record_change
from lsp_server.memory.core import Core
from lsp_server.memory.review_results import (
    CHANGED,
    DELETED,
    NEW,
    Comparison,
    FileChange,
    RecordChange,
)
from lsp_server.records.document import parse
from lsp_server.records.labels import ID_WIDTH, normalise_label
from lsp_server.records.model import Kind, Link, Record
from lsp_server.records.paths import TOMBSTONES, is_record_path
from lsp_server.store.base import Blob, Difference, Version
from lsp_server.store.journal.branch_paths import is_event_path
from lsp_server.store.keyvalue.value_paths import is_value_path

_KINDS = (Kind.DECISION, Kind.BUG, Kind.LEARNING, Kind.CHECKPOINT, Kind.SESSION)
_CHANGES = (NEW, CHANGED, DELETED)
# A link's label is a comment beside it: people read it, the reader of records does not.
_NAMED_LINK = re.compile(rb"^[ \t]*- [a-z-]+: ([0-9a-f-]{36})[ \t]+# (\S{1,60})[ \t]*\r?$", re.MULTILINE)


class _Side:
    """The files of one version that differ from the other's."""

    def __init__(self) -> None:
        self.records: dict[str, tuple[Record, bytes]] = {}
        self.paths: dict[str, str] = {}  # the id of the record at each path
        self.unread: dict[str, str] = {}  # what is wrong at each other path

    def put(self, path: str, data: bytes | None) -> None:
        if data is None or not is_record_path(path):
            self.unread[path] = ""
            return
        parsed = parse(path, data)
        if parsed.record is None:
            problem = parsed.problems[0]
            self.unread[path] = f"cannot be read: line {problem.line + 1}: {problem.message}"
        elif parsed.record.id in self.records:
            self.unread[path] = f"has the same id as {self.records[parsed.record.id][0].path}"
        else:
            self.records[parsed.record.id] = (parsed.record, data)
            self.paths[path] = parsed.record.id


def compare(core: Core, old: Version | None, new: Version) -> Comparison:
    """What differs from ``old`` (None: from nothing) to ``new``. Raises ``NotFoundError`` where one of the
    two is no version of a memory."""
    for version in (old, new):
        if version is not None and not core.store.at(version).is_memory():
            raise NotFoundError(f"{version[:12]} is no version of a memory: it has no memory.yaml")
    differences = core.store.differences(old, new)
    before, after = _read(core, differences)
    name = names(*after.records.values(), *before.records.values())
    changes = []
    for record_id in dict.fromkeys([*after.records, *before.records]):
        was, now = before.records.get(record_id), after.records.get(record_id)
        if now is None and was is not None and was[0].path in after.unread:
            continue  # not deleted: the file stands there and can no longer be read
        changes.append(changed_record(was, now, name))
    files = list(_files(differences, before, after))
    if files:
        from lsp_server.memory.documents.changes import with_facts

        files = with_facts(core, differences, files)
        if any(is_value_path(file.path) for file in files):
            from lsp_server.memory.keyed.changes import with_changes

            files = with_changes(core, differences, files)
        if any(is_event_path(file.path) for file in files):
            from lsp_server.memory.events.changes import with_events

            files = with_events(core, differences, files)
    return Comparison(old, new, sorted(changes, key=_order), files)


def changed_record(
    was: tuple[Record, bytes] | None, now: tuple[Record, bytes] | None, name: Callable[[Link], str]
) -> RecordChange:
    """What happened to one record, given with the bytes of its file on both sides."""
    same_bytes = was is not None and now is not None and was[1] == now[1]
    return record_change(was[0] if was else None, now[0] if now else None, name, same_bytes=same_bytes)


def names(*read: tuple[Record, bytes]) -> Callable[[Link], str]:
    """What links' targets are called, as far as records with their files tell: those among them by their
    labels, the others by the comments beside the links; else by the beginning of their ids."""
    known: dict[str, str] = {}
    for record, _ in read:
        known.setdefault(record.id, record.label)
    for record, data in read:
        if record.links:
            for target, label in _NAMED_LINK.findall(data):
                if label_there := normalise_label(label.decode("utf-8", "replace")):
                    known.setdefault(target.decode(), label_there)
    return lambda link: known.get(link.target) or link.label or link.target[:ID_WIDTH]


def _read(core: Core, differences: Sequence[Difference]) -> tuple[_Side, _Side]:
    wanted = [
        (side, difference.path, blob)
        for difference in differences
        for side, blob in enumerate((difference.old, difference.new))
        if blob is not None
    ]
    ids = [blob.object_id for _, path, blob in wanted if blob.is_file and is_record_path(path)]
    contents: Iterator[tuple[str, bytes]] = core.store.contents(ids)
    sides = (_Side(), _Side())
    for side, path, blob in wanted:
        is_read = blob.is_file and is_record_path(path)
        sides[side].put(path, next(contents)[1] if is_read else None)
    return sides


def _files(differences: Sequence[Difference], before: _Side, after: _Side) -> Iterator[FileChange]:
    """Every path that is not told of already: as a record, or as the tombstone of one that was deleted."""
    for path, old, new in differences:
        if path in after.paths or (new is None and path in before.paths):
            continue
        if is_tombstone(path) and new is not None and old is None:
            continue
        yield FileChange(path, _change_of(old, new), after.unread.get(path, ""))


def is_tombstone(path: str) -> bool:
    return path.startswith(f"{TOMBSTONES}/") and path.endswith(".yaml")


def _change_of(old: Blob | None, new: Blob | None) -> str:
    return NEW if old is None else DELETED if new is None else CHANGED


def _order(change: RecordChange) -> tuple[object, ...]:
    record = change.new or change.old
    assert record is not None
    kind = _KINDS.index(record.kind) if record.kind in _KINDS else len(_KINDS)
    return kind, _CHANGES.index(change.change), record.number or 0, record.created, record.id
