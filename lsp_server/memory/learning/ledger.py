"""Which findings stand on the branch, and which were taken off it by people."""

from __future__ import annotations

import re

from lsp_server.index.values import Filters
from lsp_server.memory.core import Core
from lsp_server.memory.learning.found_block import standing_of
from lsp_server.memory.learning.model import TAG, Standing
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import FOLDERS
from lsp_server.store.log import deleted_files

_KEY = re.compile(
    rb"^found:[ \t]*\r?\n(?:[ \t]+[^\r\n]*\r?\n)*?[ \t]+key:[ \t]*\"?([0-9a-f]{16})\b", re.MULTILINE
)
_KINDS = (Kind.BUG, Kind.LEARNING)


def standing(core: Core) -> list[Standing]:
    """Every record that tells of a finding and has the tag, the oldest first."""
    records = reversed(core.followed().list(Filters(tag=TAG)))
    return [one for record in records if (one := told_by(core, record)) is not None]


def told_by(core: Core, record: Record) -> Standing | None:
    """What a record tells of a finding; None where it tells of none, or is a person's own by now."""
    data = core.read(record.path) if record.kind in _KINDS and TAG in record.tags else None
    return None if data is None else standing_of(record, data.decode("utf-8", "replace"))


class Spent:
    """The keys that were written once and are not to be written again: the record was deleted, or lost the
    tag. Looked up only where something new is about to be written, and once for each version."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._version: str | None = None
        self._keys: frozenset[str] = frozenset()

    def keys(self) -> frozenset[str]:
        """All keys that any record on the branch has or had."""
        tip = self._core.tip()
        if tip != self._version:
            self._keys, self._version = self._look(tip), tip
        return self._keys

    def _look(self, tip: str) -> frozenset[str]:
        folders = [FOLDERS[kind] for kind in _KINDS]
        gone = deleted_files(self._core.repository.git, tip, folders)
        ids = {object_id for _, object_id in gone}
        snapshot = self._core.store.at(tip)
        ids.update(file.object_id for folder in folders for file in snapshot.files(folder))
        contents = self._core.store.contents(sorted(ids))
        return frozenset(found[1].decode() for _, data in contents if (found := _KEY.search(data)))
