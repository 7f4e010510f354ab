"""One record that came to stand in two files: a forge's merge brought back what it was under its old number.

Any other file with the id of a record, as a person copies one to begin another, is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from lsp_server.errors import RefusedError
from lsp_server.memory.merging.heads import Head
from lsp_server.memory.merging.notes import told
from lsp_server.memory.merging.references import aliases_of, renumbered
from lsp_server.memory.merging.trees import Pool
from lsp_server.records.labels import format_label
from lsp_server.records.merging import merge_record
from lsp_server.store.base import Blob


def fold(files: Mapping[str, tuple[Blob, Head]], pool: Pool) -> tuple[str, Blob, Head] | None:
    """The files of one id as one: where the highest number stands, with all that is in them. None where
    they are not the same record before and after it was renumbered."""
    kept, *others = sorted(files, key=lambda path: (-(files[path][1].number or 0), path))
    blob, head = files[kept]
    data = pool.data(blob.object_id)
    former = aliases_of(data.decode("utf-8", "surrogateescape"))
    for path in others:
        also, other = files[path]
        text = pool.data(also.object_id)
        if (
            other.number is None
            or head.number is None
            or format_label(head.kind, other.number, "") not in former
        ):
            return None
        if (other.kind, other.created, _title(path, text, other)) != (
            head.kind,
            head.created,
            _title(kept, data, head),
        ):
            return None
        try:
            text = renumbered(text, head.kind, other.number, head.number)
        except RefusedError:
            return None
        data = merge_record(head.kind, None, data, text, (kept, path)).data
    return kept, Blob(blob.mode, pool.add(data)), head


def _title(path: str, data: bytes, head: Head) -> str:
    return told(head.id, head.kind, head.number, path, data).title
