"""The errors that a bug was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.memory.errors.facts import ERROR_TYPES
from lsp_server.memory.learning.found_block import standing_of
from lsp_server.memory.learning.model import ERRORS
from lsp_server.memory.learning.patterns import raised

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.events.model import TypedMemory

_LOOKED_AT = 20_000  # errors, the newest first


def example_of(core: Core, events: EventMemory, ref: str) -> TypedMemory | None:
    """The newest error that is kept of those that a record was made of; None where there is none. Raises as
    looking up a record does."""
    record = core.find(ref)
    data = core.read(record.path)
    standing = None if data is None else standing_of(record, data.decode("utf-8", "replace"))
    if standing is None or standing.finder != ERRORS:
        return None
    for kind in ERROR_TYPES:
        for memory in events.memories(kind, limit=_LOOKED_AT, newest_first=True):
            if raised(memory).key == standing.key:
                return memory
    return None
