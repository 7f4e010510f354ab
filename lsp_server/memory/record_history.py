"""Use case: the life of one record from its creation on, and how it was at a moment of it.

A record is followed by its id: through renames and renumberings, to its deletion and back. git is asked for
the commits that touched the paths it stood at; where it came to a path or left it, its id is looked for
among what else that commit changed, and a path found so is followed, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lsp_server.errors import AmbiguousError, NotFoundError
from lsp_server.memory.comparing import changed_record, names
from lsp_server.memory.core import Core
from lsp_server.memory.review_results import CHANGED, Fact, HistoryEntry, PastRecord, RecordChange
from lsp_server.records.document import parse
from lsp_server.records.labels import LABELS, NUMBERED, normalise_label
from lsp_server.records.model import Record
from lsp_server.records.paths import FOLDERS, is_record_path
from lsp_server.store import revisions
from lsp_server.store.base import Commit, Version
from lsp_server.store.log import Query, commits_with_parents, deleted_files

_ID_LINE = re.compile(rb"^(?:memory-)?id:[ \t]*[\"']?([0-9a-fA-F-]{36})", re.MULTILINE)
_HEX = re.compile(r"[0-9a-f-]{4,36}\Z")

State = tuple[str, str]  # where the record stands in a version, and the object that it is


def history(core: Core, ref: str) -> list[HistoryEntry]:
    """What happened to a record, the newest first. A deleted one is found by its label, its id, or the
    beginning of its id. Raises ``NotFoundError`` or ``AmbiguousError``."""
    record_id, path = find_ever(core, ref)
    return _History(core, record_id, path).entries()


def versions_and_paths(core: Core, ref: str) -> tuple[set[Version], set[str]]:
    """The commits that changed a record, and the paths it stood at."""
    record_id, path = find_ever(core, ref)
    found = _History(core, record_id, path)
    return {entry.commit.version for entry in found.entries()}, found.paths


def at(core: Core, ref: str, moment: str) -> PastRecord:
    """A record as it was: in a commit (an id or the beginning of one, a branch), or at a date in git's own
    words, after the last change that was made by then. Raises ``NotFoundError``, ``UsageError``."""
    record_id, path = find_ever(core, ref)
    history = _History(core, record_id, path)
    git, refs = core.repository.git, core.repository.refs
    # A version first: git takes everything with a number in it for a date.
    version = revisions.find(git, refs, moment, core.store.tip())
    if version is not None:
        return history.in_version(ref, version)
    return history.last_before(ref, moment, revisions.moment(git, moment))


def find_ever(core: Core, ref: str) -> tuple[str, str]:
    """The id of the record that ``ref`` names, or once named, and a path it stands or stood at."""
    index = core.followed()
    try:
        record = core.find(ref)
    except NotFoundError:
        tombstone = index.tombstone(ref)
        found = dict(_deleted(core, tombstone.id if tombstone else ref))
        if not found:
            raise
        if len(found) > 1:
            ids = ", ".join(sorted(found))
            raise AmbiguousError(f"{ref!r} could be {ids}, all deleted; give more of the id") from None
        return found.popitem()
    return record.id, record.path


def _deleted(core: Core, ref: str) -> Iterator[tuple[str, str]]:
    """(id, path) of every record that left a path once and that ``ref`` names."""
    gone = list(deleted_files(core.repository.git, core.tip(), sorted(FOLDERS.values())))
    contents = core.store.contents([object_id for _, object_id in gone])
    for (path, _), (_, data) in zip(gone, contents, strict=True):
        record = parse(path, data).record if is_record_path(path) else None
        if record is not None and _is_named(record, ref.strip()):
            yield record.id, path


def _is_named(record: Record, ref: str) -> bool:
    label = normalise_label(ref)
    if label is not None and label in (record.label, *record.aliases):
        return True
    if label is not None and record.kind in NUMBERED:
        return False
    prefix, _, beginning = label.partition("-") if label else (LABELS[record.kind], "", ref)
    beginning = beginning.lower().removeprefix("memory:")
    if prefix != LABELS[record.kind] or not _HEX.match(beginning):
        return False
    return record.id.replace("-", "").startswith(beginning.replace("-", ""))


class _History:
    """One record's versions, found once."""

    def __init__(self, core: Core, record_id: str, path: str) -> None:
        self._core = core
        self._id = record_id
        self.paths = {path}
        self._read: dict[str, bytes | None] = {}  # by object: its bytes where it is the record's
        self._looked: set[tuple[Version, Version]] = set()
        self._walked = self._walk()

    def entries(self) -> list[HistoryEntry]:
        """Every commit after which the record was otherwise than after each of its parents."""
        shallow = self._core.repository.shallow_commits()
        found = []
        for commit, parents in self._walked:
            state, before = self._state(commit.version), [self._state(parent) for parent in parents]
            if state in before or (state is None and not any(before)):
                continue
            was = next((b for b in before if b is not None), None)
            is_cut = commit.version in shallow and was is None
            found.append(
                HistoryEntry(commit, self._change(was, state), state and state[1], is_cut, len(parents) > 1)
            )
        return found

    def last_before(self, ref: str, moment: str, seconds: int) -> PastRecord:
        entries = self.entries()
        for entry in entries:
            if entry.commit.when.timestamp() > seconds:
                continue
            if entry.object_id is None or entry.change.new is None:
                day = entry.commit.when.date().isoformat()
                raise NotFoundError(f"there was no {ref} at {moment}: it was deleted on {day}")
            data = self._read[entry.object_id] or b""
            return PastRecord(entry.change.new, data, entry.commit.version, entry.commit.when)
        raise NotFoundError(f"there was no {ref} yet at {moment}")

    def in_version(self, ref: str, version: Version) -> PastRecord:
        state = self._state(version)
        record = self._record(state)
        if state is None or record is None:
            raise NotFoundError(f"there is no {ref} in the version {version[:12]} of the memory")
        since = next((h.commit.when for h in self.entries() if h.object_id == state[1]), None)
        return PastRecord(record, self._read[state[1]] or b"", version, since)

    def _walk(self) -> Sequence[tuple[Commit, tuple[Version, ...]]]:
        git, tip = self._core.repository.git, self._core.tip()
        while True:
            known = len(self.paths)
            walked = list(commits_with_parents(git, tip, Query(paths=sorted(self.paths))))
            for commit, parents in walked:
                here = self._state(commit.version)
                for parent in parents:
                    if (self._state(parent) is None) != (here is None):
                        self._look(parent, commit.version)
            if len(self.paths) == known:
                return walked

    def _look(self, parent: Version, version: Version) -> None:
        """Find the record at other paths that one commit changed."""
        if (parent, version) in self._looked:
            return
        self._looked.add((parent, version))
        other = [
            (path, blob.object_id)
            for path, *blobs in self._core.store.differences(parent, version)
            for blob in blobs
            if blob is not None and blob.is_file and is_record_path(path) and path not in self.paths
        ]
        for (path, _), (object_id, data) in zip(
            other, self._core.store.contents([object_id for _, object_id in other]), strict=True
        ):
            if self._is_ours(object_id, data):
                self.paths.add(path)

    def _state(self, version: Version) -> State | None:
        snapshot = self._core.store.at(version)
        for path in sorted(self.paths):
            entry = snapshot.entry(path)
            if entry is None or not entry.is_file:
                continue
            if entry.object_id not in self._read:
                for object_id, data in self._core.store.contents([entry.object_id]):
                    self._is_ours(object_id, data)
            if self._read[entry.object_id] is not None:
                return path, entry.object_id
        return None

    def _is_ours(self, object_id: str, data: bytes) -> bool:
        # A file that cannot be read as a record may still say whose it is.
        said = _ID_LINE.search(data)
        ours = said is not None and said[1].decode().lower() == self._id
        self._read[object_id] = data if ours else None
        return ours

    def _record(self, state: State | None) -> Record | None:
        data = self._read[state[1]] if state else None
        return None if state is None or data is None else parse(state[0], data).record

    def _change(self, was: State | None, now: State | None) -> RecordChange:
        before, after = self._record(was), self._record(now)
        sides = [
            None if state is None or record is None else (record, self._read[state[1]] or b"")
            for state, record in ((was, before), (now, after))
        ]
        if (was is None or before is not None) and (now is None or after is not None):
            return changed_record(sides[0], sides[1], names(*(side for side in reversed(sides) if side)))
        # Broken by hand in between: the record was there all the time.
        told = Fact("file", "can be read again" if after else "cannot be read any more")
        known = after or before or next(r for r in map(self._record, self._states()) if r)
        path = (now or was or ("", ""))[0]
        return RecordChange(
            CHANGED, self._id, known.kind, known.label, known.title, path, before, after, facts=[told]
        )

    def _states(self) -> Iterator[State | None]:
        return (self._state(commit.version) for commit, _ in self._walked)
