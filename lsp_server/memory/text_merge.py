"""Merging a person's edit with what changed meanwhile: by the meaning of the fields, as a sync does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.store.merged_lines import merge_lines

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.records.model import Record


def merge(core: Core, record: Record, base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """``mine`` and ``theirs``, both edited from ``base``: the merged text, and whether they conflict.
    ``record`` is the one that theirs holds."""
    if theirs in (base, mine):
        return mine, False
    if mine == base:
        return theirs, False
    from lsp_server.records.merging import merge_record

    before, one, other = [text.encode("utf-8", "surrogateescape") for text in (base, mine, theirs)]
    merged = merge_record(record.kind, before, one, other, ("", ""))
    if set(merged.conflicts) <= set(record.conflicts):
        return merged.data.decode("utf-8", "surrogateescape"), False
    # Two lines of one paragraph: where nobody merges behind a person's back, that is no conflict.
    lines, is_unsettled = merge_lines(core.repository.git, core.private, before, one, other)
    return lines.decode("utf-8", "surrogateescape"), is_unsettled
