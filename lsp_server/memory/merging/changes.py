"""What a merge came to, as one commit's changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsp_server.memory.merging.trees import Pool
from lsp_server.store.base import Blob, ChangeSet, Version


def change_set(
    pool: Pool,
    changes: Mapping[str, Blob | None],
    message: str,
    *,
    merges: Sequence[Version] = (),
    onto: Version | None = None,
) -> ChangeSet:
    """Contents that were made here are written, those that git has are copied as they are; a mode that one
    side changed is the merged one."""
    modes: dict[str, str] = {}
    writes: dict[str, bytes] = {}
    copies: dict[str, Blob] = {}
    deletes: list[str] = []
    for path in sorted(changes):
        blob = changes[path]
        if blob is None:
            deletes.append(path)
        elif (made := pool.made(blob.object_id)) is not None:
            writes[path] = made
            modes[path] = blob.mode
        else:
            copies[path] = blob
    return ChangeSet(message, writes, deletes, copies, merges, onto, modes)
