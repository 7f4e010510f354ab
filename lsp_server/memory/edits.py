"""The changes of one commit while they are being made: what was written so far is read back.

Made inside ``Store.commit``'s build, on the snapshot of the tip: numbers and paths given here are free at
that very version, and are given anew when another writer was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsp_server.errors import RefusedError
from lsp_server.records.labels import MOST, NUMBERED, format_label
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import dated_path, highest_number, numbered_path
from lsp_server.store.base import ChangeSet, Snapshot


class Edits:
    """Writes and deletions on top of one snapshot."""

    def __init__(self, snapshot: Snapshot, highest: Callable[[Kind], int]) -> None:
        """``highest`` tells the highest number of a kind that the index has ever seen: a file may have been
        renamed or removed by hand, and an alias is a number too."""
        self.snapshot = snapshot
        self._seen = highest
        self._writes: dict[str, bytes] = {}
        self._deletes: list[str] = []
        self._highest: dict[Kind, int] = {}
        self._names: dict[str, list[str]] = {}

    def read(self, path: str) -> bytes | None:
        if path in self._writes:
            return self._writes[path]
        return None if path in self._deletes else self.snapshot.read(path)

    def write(self, path: str, data: bytes) -> None:
        if path in self._deletes:
            self._deletes.remove(path)
        folder, _, name = path.rpartition("/")
        if path not in self._writes and folder in self._names:
            self._names[folder].append(name)
        self._writes[path] = data

    def delete(self, path: str) -> None:
        self._writes.pop(path, None)
        self._deletes.append(path)

    def next_number(self, kind: Kind) -> int:
        """A number that no record and no tombstone has. Raises ``RefusedError`` after the last."""
        if kind not in self._highest:
            self._highest[kind] = max(highest_number(kind, self._listing), self._seen(kind))
        if self._highest[kind] >= MOST:
            label = format_label(kind, self._highest[kind], "")
            raise RefusedError(f"there is no number left for a {kind.value}: {label} has the last one")
        self._highest[kind] += 1
        return self._highest[kind]

    def claim_number(self, kind: Kind, number: int) -> None:
        """Note that a number is taken, so that the next one given is higher."""
        self._highest[kind] = max(number, self.next_number(kind) - 1)

    def free_path(self, record: Record, suffix: str = ".md") -> str:
        """Where a new record goes."""
        if record.kind in NUMBERED:
            assert record.number is not None
            return numbered_path(record.kind, record.number, record.title, suffix)
        return dated_path(record.kind, record.created, record.title, self._listing)

    def texts(self) -> list[str]:
        """What was written, for a person to read."""
        return [data.decode("utf-8", "replace") for data in self._writes.values()]

    def change_set(self, message: str) -> ChangeSet | None:
        """Everything as one commit; None when nothing was changed."""
        if not self._writes and not self._deletes:
            return None
        return ChangeSet(message, dict(self._writes), tuple(self._deletes))

    def _listing(self, folder: str) -> Sequence[str]:
        if folder not in self._names:
            self._names[folder] = [entry.name for entry in self.snapshot.list(folder)]
        return self._names[folder]
