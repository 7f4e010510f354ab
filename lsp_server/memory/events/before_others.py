"""Publishing in passing: before a sync sends the branch, and when a session ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

SUBJECT = "events: "
"""What the subject of a commit that publishes begins with."""

_FOLDER = "events"


def publish_quietly(core: Core) -> None:
    """Bring to the branch what waits. What stands in its way is left for the next time,
    and so is a summary that much would have to be read for."""
    if not (core.private / _FOLDER).is_dir():
        return
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.facade import Memory

    try:
        with EventMemory(Memory(core), publish_every=None) as events:
            events.publish_quietly()
    except GitMemoryError:  # a setting that says nothing
        return
