"""The pages of events: many, a line each, and one of them whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.memory.keyed.values_plain import plain_value
from lsp_server.memory.learning.telling import block, quoted
from lsp_server.memory.pages.lines import event_text
from lsp_server.memory.pages.words import second, words
from lsp_server.records.amounts import plural

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.events.model import TypedMemory


def page(core: Core, events: Sequence[TypedMemory], asked: str) -> str:
    """Events in the order given. ``asked`` says in words which these are: ``in the last 24 hours``."""
    return core.templates.render(
        "editor/events.md",
        summary=f"{plural(len(events), 'event') if events else 'No events'} {asked}",
        lines=[
            {
                "id": event_text(one.id),
                "when": second(one.created),
                "type": one.memory_type,
                "owner": words(one.owner),
                "title": words(one.title),
            }
            for one in events
        ],
    )


def event_page(core: Core, event: TypedMemory) -> str:
    """All that is known of one."""
    metadata = json.dumps(plain_value(event.metadata), ensure_ascii=False, indent=2) if event.metadata else ""
    return core.templates.render(
        "editor/event.md",
        id=event.id,
        type=event.memory_type,
        owner=words(event.owner),
        title=words(event.title),
        when=second(event.created),
        tags=[quoted(tag) for tag in event.tags],
        content=block(event.content) if event.content.strip() else "",
        metadata=block(metadata) if metadata else "",
    )
