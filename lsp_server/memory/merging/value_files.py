"""Keyed values that both sides of a merge changed: never a conflict, and the same text whoever merges."""

from __future__ import annotations

from datetime import datetime

from lsp_server.records.merging.values import ABSENT, merge_values
from lsp_server.store.keyvalue.base import Item
from lsp_server.store.keyvalue.branch_files import file_text, read_file


def merged_value(path: str, base: bytes | None, one: bytes, other: bytes) -> bytes | None:
    """The merged file; None where one of the two holds no keyed value. Where both set one thing, that of the
    file which was written later is taken."""
    sides = [(item, data) for data in (one, other) if (item := read_file(path, data))]
    if len(sides) < 2:
        return None
    (earlier, _), (later, _) = sorted(sides, key=lambda side: (side[0].updated, side[1]))
    before = None if base is None else read_file(path, base)
    value = merge_values(before.value if before else ABSENT, earlier.value, later.value)
    expires = _expiry(before, earlier, later)
    created = min(earlier.created, later.created)
    return file_text(Item(later.key, value, created, later.updated, expires)).encode()


def holds_value(path: str, data: bytes) -> bool:
    """Whether a file is the keyed value whose place that is."""
    return read_file(path, data) is not None


def key_in(path: str, data: bytes) -> str | None:
    """The key whose value a file holds; None where it holds none."""
    item = read_file(path, data)
    return item and item.key


def _expiry(before: Item | None, earlier: Item, later: Item) -> datetime | None:
    """The one that was changed; of two the later, and never is later than any."""
    if before and before.expires in (earlier.expires, later.expires):
        return later.expires if earlier.expires == before.expires else earlier.expires
    if earlier.expires is None or later.expires is None:
        return None
    return max(earlier.expires, later.expires)
