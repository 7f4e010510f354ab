"""What the server shows to be read: without a file where the client can, else in a read-only file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from lsp_server.editor import own_files, uris

if TYPE_CHECKING:
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session

BRIEFING, CHECKLIST = "session-start.md", "checklist.md"


async def show(session: Session, repository: Repository, name: str, text: str) -> dict[str, Any]:
    """Show a text under a name: ``{uri, shown}``. What was shown under it before is brought up to date."""
    root = repository.memory.root
    if session.client.shows_without_files and root is not None:
        uri = own_files.virtual_uri(root, name)
        was_there = uri in session.shown_texts
        session.shown_texts[uri] = text
        if was_there:
            await session.client.refresh(uri)
        if await session.client.show_uri(uri):
            return {"uri": uri, "shown": True}
    path = await session.workers.prompt(repository.memory.show_file, name, text.encode("utf-8"))
    return {"uri": uris.from_path(path), "shown": await session.client.show(path)}


async def make_again(session: Session, uri: str) -> str:
    """The text of something shown in an earlier life of the server; nothing is written for it."""
    place = own_files.virtual_place(uri)
    repository = await session.repositories.of_directory(place[0]) if place is not None else None
    make = _MAKERS.get(place[1]) if place is not None else None
    if repository is None or make is None:
        return ""
    text = await make(session, repository)
    session.shown_texts[uri] = text
    return text


async def bring_up_to_date(session: Session, repository: Repository) -> None:
    """Something was written: what is shown about it without a file is made again."""
    root = repository.memory.root
    for uri in list(session.shown_texts):
        place = own_files.virtual_place(uri)
        if place is None or place[0] != root or session.documents.get(uri) is None:
            continue
        before = session.shown_texts[uri]
        if await make_again(session, uri) != before:
            await session.client.refresh(uri)


async def _checklist(session: Session, repository: Repository) -> str:
    found = await session.workers.prompt(repository.memory.checklist)
    text: str = await session.workers.prompt(repository.memory.checklist_page, found)
    return text


async def _briefing(session: Session, repository: Repository) -> str:
    found = await session.workers.prompt(repository.memory.briefing)
    text: str = await session.workers.prompt(repository.memory.briefing_report, found)
    return text


_MAKERS: Mapping[str, Callable[[Session, Repository], Awaitable[str]]] = {
    BRIEFING: _briefing,
    CHECKLIST: _checklist,
}
