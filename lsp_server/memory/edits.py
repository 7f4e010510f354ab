"""The changes of one commit while they are being made: what was written so far is read back.

Made inside ``Store.commit``'s build, on the snapshot of the tip: numbers and paths given here are free at
that very version, and are given anew when another writer was faster. A batch makes its own before that, and
makes them anew where the tip is another by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from lsp_server.errors import RefusedError
from lsp_server.memory.guard import machine_text
from lsp_server.records.labels import MOST, NUMBERED, format_label
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import dated_path, highest_number, is_record_path, numbered_path, session_folder
from lsp_server.store.base import ChangeSet, Snapshot

_NOTHING: Any = object()


class Known(Protocol):
    """A file's bytes, and the record in them without reading it; None where it has to be read."""

    @property
    def data(self) -> bytes: ...

    def record(self) -> Record | None: ...


class Edits:
    """Writes and deletions on top of one snapshot.

    A batch keeps thousands of writes here, and Python's garbage collector goes through whatever holds other
    things: what is kept for a write is few of these.
    """

    def __init__(self, snapshot: Snapshot, highest: Callable[[Kind], int]) -> None:
        """``highest`` tells the highest number of a kind that the index has ever seen: a file may have been
        renamed or removed by hand, and an alias is a number too."""
        self.snapshot = snapshot
        self._seen = highest
        self._writes: dict[str, bytes] = {}
        self._deletes: dict[str, None] = {}
        self._highest: dict[Kind, int] = {}
        self._names: dict[str, dict[str, None]] = {}  # of the folders that were listed
        self._parsed: dict[str, tuple[bytes, Record | None]] = {}  # by path, with the bytes it was read from
        self._known: dict[str, Known] = {}
        self._unread: list[str] = []
        self._paths: dict[str, str] = {}  # by record id
        self._labels: dict[str, str] = {}  # to record ids
        self._undo: list[Any] = []  # mapping, key, old value; and so on

    def read(self, path: str) -> bytes | None:
        if path in self._writes:
            return self._writes[path]
        return None if path in self._deletes else self.snapshot.read(path)

    def write(self, path: str, data: bytes, known: Known | None = None) -> None:
        """Put a file there. ``known``, of these very bytes, may tell what a reader finds in it, if that is a
        record without any problem; it is asked when somebody wants to know."""
        if path in self._deletes:
            self._put(self._deletes, path, _NOTHING)
        folder, _, name = path.rpartition("/")
        names = self._names.get(folder)
        if names is not None and name not in names:
            self._put(names, name, None)
        self._put(self._writes, path, data)
        if known is not None:
            self._known[path] = known
        self._unread.append(path)

    def delete(self, path: str) -> None:
        if path in self._writes:
            self._put(self._writes, path, _NOTHING)
        self._put(self._deletes, path, None)

    # taking back -----------------------------------------------------------------------------------
    def mark(self) -> int:
        """A point that ``back_to`` returns to."""
        return len(self._undo)

    def back_to(self, mark: int) -> None:
        """Undo all that was written, deleted and numbered since then."""
        while len(self._undo) > mark:
            old, key, mapping = self._undo.pop(), self._undo.pop(), self._undo.pop()
            if old is _NOTHING:
                mapping.pop(key, None)
            else:
                mapping[key] = old

    def _put(self, mapping: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo += (mapping, key, mapping.get(key, _NOTHING))
        if value is _NOTHING:
            del mapping[key]
        else:
            mapping[key] = value

    # what was written ------------------------------------------------------------------------------
    def records(self) -> Iterator[Record]:
        """The records written so far, as they read now, each where it was written first."""
        for path in self._writes:
            if (record := self.record_at(path)) is not None:
                yield record

    def record_at(self, path: str) -> Record | None:
        """The record that was written at this path, None when none was."""
        data = self._writes.get(path)
        if data is None or not is_record_path(path):
            return None
        known = self._parsed.get(path)
        if known is None or known[0] is not data:
            from lsp_server.records.document import parse

            known = self._parsed[path] = (data, self.known_in(path, data) or parse(path, data).record)
        return known[1]

    def known_in(self, path: str, data: bytes) -> Record | None:
        """The record in these very bytes, where it need not be read and nothing is wrong with the file."""
        known = self._known.get(path)
        return known.record() if known is not None and known.data is data else None

    def record_of(self, record_id: str) -> Record | None:
        """The record with this full id, when it was written here."""
        self._look()
        record = self.record_at(self._paths.get(record_id, ""))
        return record if record is not None and record.id == record_id else None

    def called(self, label: str) -> Record | None:
        """The record written here that has this label (as ``normalise_label`` spells it), or had it once."""
        self._look()
        record = self.record_of(self._labels.get(label, ""))
        return record if record is not None and label in (record.label, *record.aliases) else None

    def touches(self, path: str) -> bool:
        """Whether this path was written or deleted here."""
        return path in self._writes or path in self._deletes

    def is_deleted(self, path: str) -> bool:
        return path in self._deletes

    def _look(self) -> None:
        """Note the ids and labels of what was written since the last look. What is noted may be undone by
        now: whoever asks looks at the record."""
        for path in self._unread:
            if (record := self.record_at(path)) is not None:
                self._paths[record.id] = path
                for alias in record.aliases:
                    self._labels.setdefault(alias, record.id)
                self._labels[record.label] = record.id
        self._unread.clear()

    def next_number(self, kind: Kind) -> int:
        """A number that no record and no tombstone has. Raises ``RefusedError`` after the last."""
        if kind not in self._highest:
            self._highest[kind] = max(highest_number(kind, self._listing), self._seen(kind))
        if self._highest[kind] >= MOST:
            label = format_label(kind, self._highest[kind], "")
            raise RefusedError(f"there is no number left for a {kind.value}: {label} has the last one")
        self._put(self._highest, kind, self._highest[kind] + 1)
        return self._highest[kind]

    def claim_number(self, kind: Kind, number: int) -> None:
        """Note that a number is taken, so that the next one given is higher."""
        self._put(self._highest, kind, max(number, self.next_number(kind) - 1))

    def free_path(self, record: Record, suffix: str = ".md") -> str:
        """Where a new record goes."""
        if record.kind is Kind.SESSION:
            folder = session_folder(record.created, record.id, self._names_in)
            above, _, name = folder.rpartition("/")
            self._put(self._names[above], name, None)
            return f"{folder}/session.yaml"
        if record.kind in NUMBERED:
            assert record.number is not None
            return numbered_path(record.kind, record.number, record.title, suffix)
        return dated_path(record.kind, record.created, record.title, self._names_in)

    def texts(self) -> list[str]:
        """What was written, for a person to read."""
        return [data.decode("utf-8", "replace") for data in self._writes.values()]

    def change_set(self, message: str) -> ChangeSet | None:
        """Everything as one commit; None when nothing was changed."""
        if not self._writes and not self._deletes:
            return None
        return ChangeSet(machine_text(message, self.snapshot), dict(self._writes), tuple(self._deletes))

    def changed(self) -> tuple[Mapping[str, bytes], Sequence[str]]:
        """Every path written, with its bytes, and every path deleted."""
        return self._writes, tuple(self._deletes)

    def _listing(self, folder: str) -> Sequence[str]:
        return tuple(self._names_in(folder))

    def _names_in(self, folder: str) -> Mapping[str, None]:
        names = self._names.get(folder)
        if names is None:
            names = self._names[folder] = {entry.name: None for entry in self.snapshot.list(folder)}
            for path in self._writes:
                above, _, name = path.rpartition("/")
                if above == folder:
                    names[name] = None
        return names
