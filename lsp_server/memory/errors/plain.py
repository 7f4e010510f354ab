"""Groups of errors as plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_server.memory.errors.results import ErrorGroup


def group_json(group: ErrorGroup) -> dict[str, Any]:
    """A group with its solutions and its newest error; times in UTC."""
    from lsp_server.memory.events.model import plain

    return {
        "id": group.id,
        "type": group.type,
        "template": group.template,
        "place": group.place,
        "count": group.count,
        "first": group.first.isoformat(),
        "last": group.last.isoformat(),
        "owners": list(group.owners),
        "open": group.open,
        "solutions": [
            {
                "id": one.id,
                "title": one.title,
                "content": one.content,
                "handler": one.handler,
                "successes": one.successes,
                "failures": one.failures,
                "created": one.memory.created.isoformat(),
            }
            for one in group.solutions
        ],
        "example": plain(group.example),
    }
