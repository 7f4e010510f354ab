"""What is to be written, as a caller or a caller's function says it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.answering import answering
from lsp_server.store.keyvalue.base import Item, Write


def checked_writes(writes: Mapping[str, Write | None]) -> Iterator[tuple[str, Write | None]]:
    """Many writes, each with its key; None deletes. Raises ``UsageError`` for what is none of it."""
    if not isinstance(writes, Mapping):
        raise UsageError(f"many writes are a dictionary of keys, not a {type(writes).__name__}")
    for key, write in writes.items():
        yield key, _checked(write)


def asked(
    place: Hashable, change: Callable[[Item | None], Write | None], before: Item | None
) -> Write | None:
    """What a caller's function wants to stand there instead of what does."""
    with answering(place):
        return _checked(change(before))


def _checked(write: Write | None) -> Write | None:
    if write is not None and not isinstance(write, Write):
        raise UsageError(f"what is to be written is a Write(value), or None, not a {type(write).__name__}")
    return write
