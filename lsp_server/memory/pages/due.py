"""The page of decisions whose outcome should be known by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from lsp_server.memory.pages.lines import event_text
from lsp_server.memory.pages.words import minute, words

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.events.model import TypedMemory
    from lsp_server.records.model import Record


def page(core: Core, decisions: Sequence[Record], made: Sequence[TypedMemory]) -> str:
    """``decisions`` are people's, ``made`` those of programs; both in the order given."""
    return core.templates.render(
        "editor/decisions-due.md",
        decisions=[
            {"label": one.label, "title": words(one.title), "due": str(one.fields.get("outcome_due", ""))}
            for one in decisions
        ],
        made=[
            {
                "id": event_text(one.id),
                "title": words(one.title),
                "owner": words(one.owner),
                "due": _moment(one.metadata.get("due")),
            }
            for one in made
        ],
    )


def _moment(due: object) -> str:
    return minute(due) if isinstance(due, datetime) else ""
