"""Keyed values with what is about to be committed: in a batch, all reads see what it has written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lsp_server.store.keyvalue.base import Item
from lsp_server.store.keyvalue.branch_files import read_file, value_path
from lsp_server.store.keyvalue.value_paths import is_value_path


def with_pending(
    items: Sequence[Item], changed: Mapping[str, bytes | None], is_wanted: Callable[[Item], bool]
) -> Sequence[Item]:
    """The items of the branch, and those of ``changed`` (files by path, None: gone) in their place; the new
    ones last."""
    mine = {path: data for path, data in changed.items() if is_value_path(path)}
    if not mine:
        return items
    kept = [item for item in items if value_path(item.key) not in mine]
    read = (read_file(path, data) for path, data in mine.items() if data is not None)
    return [*kept, *(item for item in read if item and is_wanted(item))]
