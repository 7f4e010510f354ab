"""Where anchors stand today when many are told at once: a few files are blamed, not hundreds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.memory.core import Core
from lsp_server.records.anchors import Anchor, CodeRange

if TYPE_CHECKING:
    from lsp_server.code.file_today import FileToday
    from lsp_server.index.values import StoredAnchor
    from lsp_server.records.model import Record

_BLAMED = 4  # files, for one answer


class Standing:
    """Tells where anchors are: by their text where that stands in one place of its file, else by following
    them, in a few files; of those in others, where they were written."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._texts: dict[str, FileToday] = {}
        self._blamed: set[str] = set()

    def of(self, record: Record, stored: StoredAnchor) -> tuple[CodeRange | None, str]:
        """Where an anchor of a record is today, and a clause about it (", written at src/login.py:5"); the
        range is None where its lines are gone or nobody can tell."""
        anchor = stored.anchor
        if (there := self._by_text(anchor)) is not None:
            return there, "" if there == anchor.range else f", written at {anchor.range}"
        if not anchor.range.is_whole and len(self._blamed | {anchor.range.path}) > _BLAMED:
            return anchor.range, ", as it was written"
        self._blamed.add(anchor.range.path)
        located = self._core.code.find(anchor, made_at=record.anchored_at(anchor))
        if located.ranges:
            same = anchor.range in located.ranges
            return (anchor.range, "") if same else (located.ranges[0], f", written at {anchor.range}")
        gone = "its lines are gone" if located.certainty.value == "stale" else "history is cut here"
        return None, f", at {anchor.range}: {'it is gone' if anchor.range.is_whole else gone}"

    def _by_text(self, anchor: Anchor) -> CodeRange | None:
        """The one place of its file that has an anchor's whole text, which is long enough to tell."""
        if anchor.range.is_whole or anchor.symbol or not anchor.text:
            return None
        from lsp_server.code.blame import FileBirths
        from lsp_server.code.file_today import FileToday
        from lsp_server.code.locating import locate

        path = anchor.range.path
        if path not in self._texts:
            lines = self._core.code.worktree_text(path) or ()
            self._texts[path] = FileToday(path, FileBirths(None, path), (), lines)
        located = locate(anchor, self._texts[path])
        is_one = len(located.ranges) == 1 and located.survived == located.total
        return located.ranges[0] if is_one else None
