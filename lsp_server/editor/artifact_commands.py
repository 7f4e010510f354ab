"""The commands about artifacts. Described in docs/lsp.md with the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lsp_server.editor import uris

if TYPE_CHECKING:
    from pathlib import Path

    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session
    from lsp_server.memory import Memory

ARTIFACTS, ARTIFACT = "gitMemory.artifacts", "gitMemory.artifact"


async def artifacts(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    """The files that the memory keeps: where, of what type, how large."""
    folder = arguments.optional_text("folder")
    repository = await _repository(session, arguments)
    found = await session.workers.prompt(partial(repository.memory.artifacts, folder))
    return [one.as_json() for one in found]


async def artifact(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Show one, from a private copy that is read-only."""
    path = arguments.text("path")
    repository = await _repository(session, arguments)
    work = session.workers.prompt(_written, repository.memory, path)
    file = await session.client.with_progress("Git Memory: reading an artifact", work)
    return {"uri": uris.from_path(file), "path": path, "shown": await session.client.show(file)}


def _written(memory: Memory, path: str) -> Path:
    return memory.show_file(path, memory.open_artifact(path))


async def _repository(session: Session, arguments: Arguments) -> Repository:
    from lsp_server.editor.command_places import repository_of

    return await repository_of(session, arguments.optional_text("uri"))
