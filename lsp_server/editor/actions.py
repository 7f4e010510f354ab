"""What every code action is made of: a title, a kind, and a command with its argument."""

from __future__ import annotations

from typing import Any

from lsprotocol import types


def action(
    title: str, kind: types.CodeActionKind | str, command: str, /, **argument: Any
) -> types.CodeAction:
    """An action that runs one of our commands with ``argument``."""
    return types.CodeAction(
        title=title,
        kind=kind,
        command=types.Command(title=title, command=command, arguments=[argument]),
    )


def range_argument(where: types.Range) -> dict[str, Any]:
    """A range as the commands take it."""
    return {
        "start": {"line": where.start.line, "character": where.start.character},
        "end": {"line": where.end.line, "character": where.end.character},
    }
