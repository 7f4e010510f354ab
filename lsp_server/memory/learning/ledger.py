"""Which findings stand on the branch, and which were taken off it by people."""

from __future__ import annotations

import re

from lsp_server.index.values import Filters
from lsp_server.memory.core import Core
from lsp_server.memory.learning.found_block import standing_of
from lsp_server.memory.learning.model import TAG, Standing
from lsp_server.memory.learning.telling import day_text
from lsp_server.records.amounts import plural
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import FOLDERS
from lsp_server.store.log import deleted_files

_KEY = re.compile(
    rb"^found:[ \t]*\r?\n(?:[ \t]+[^\r\n]*\r?\n)*?[ \t]+key:[ \t]*\"?([0-9a-f]{16})\b", re.MULTILINE
)
_KINDS = (Kind.BUG, Kind.LEARNING)


def standing(core: Core) -> list[Standing]:
    """Every record that tells of a finding and has the tag, the oldest first."""
    found = []
    for record in reversed(core.followed().list(Filters(tag=TAG))):
        data = core.read(record.path) if record.kind in _KINDS else None
        if data is not None and (one := standing_of(record, data.decode("utf-8", "replace"))):
            found.append(one)
    return found


def standing_in_words(core: Core, record: Record) -> str:
    """``106 times, last on 2026-11-18``: how a finding stands, as its record tells; "" where it does not."""
    data = core.read(record.path)
    told = None if data is None else standing_of(record, data.decode("utf-8", "replace"))
    if told is None:
        return ""
    times = f"{plural(told.count, 'time')}, last on {day_text(told.last)}" if told.count > 1 else ""
    if told.ended is not None:
        return f"over since {day_text(told.ended)}"
    return times or f"since {day_text(told.first)}"


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
