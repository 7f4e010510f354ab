"""Where anchors stand today when many are told at once: a few files are blamed, not hundreds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.memory.core import Core
from lsp_server.records.anchors import CodeRange

if TYPE_CHECKING:
    from lsp_server.index.values import StoredAnchor
    from lsp_server.records.model import Record

_FILES = 10  # that are blamed for one answer


class Standing:
    """Tells where anchors are, in at most ten files; of those in others, where they were written."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._files: set[str] = set()

    def of(self, record: Record, stored: StoredAnchor) -> tuple[CodeRange | None, str]:
        """Where an anchor of a record is today, and a clause about it (", written at src/login.py:5"); the
        range is None where its lines are gone or nobody can tell."""
        from lsp_server.memory.placing import places

        anchor = stored.anchor
        if len(self._files | {anchor.range.path}) > _FILES:
            return anchor.range, ", as it was written"
        self._files.add(anchor.range.path)
        located = next((found for one, found in places(self._core, record) if one == anchor), None)
        if located is not None and located.ranges:
            same = anchor.range in located.ranges
            return (anchor.range, "") if same else (located.ranges[0], f", written at {anchor.range}")
        is_stale = located is not None and located.certainty.value == "stale"
        return None, f", at {anchor.range}: {'its lines are gone' if is_stale else 'history is cut here'}"
