"""What the server shows to be read: without a file where the client can, else in a read-only file."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from lsp_server.editor import own_files, uris
from lsp_server.errors import GitMemoryError

if TYPE_CHECKING:
    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session

BRIEFING, CHECKLIST = "session-start.md", "checklist.md"
VALUES, EVENTS, ERRORS = "values.md", "events.md", "errors.md"
DECISIONS_DUE, LEARNINGS = "decisions-due.md", "learnings.md"

_EVENT = re.compile(r"event-([0-9a-f]{8})\.md")

Maker = Callable[["Session", "Repository"], Awaitable[str]]


async def show_if_asked(
    session: Session, repository: Repository, arguments: Arguments, name: str, text: str, *, again: Maker
) -> dict[str, Any]:
    """As ``show``, unless the command's argument says ``show: false``: then ``{}``."""
    if arguments.optional_flag("show") is False:
        return {}
    return await show(session, repository, name, text, again=again)


async def show(
    session: Session, repository: Repository, name: str, text: str, *, again: Maker | None = None
) -> dict[str, Any]:
    """Show a text under a name: ``{uri, shown}``. What was shown under it before is brought up to date;
    ``again`` makes the text once more, when the memory has changed."""
    root = repository.memory.root
    if session.client.shows_without_files and root is not None:
        uri = own_files.virtual_uri(root, name)
        if again is not None:
            session.shown_makers[uri] = again
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
    if place is None or repository is None:
        return ""
    asked = session.shown_makers.get(uri)
    try:
        text = await (
            asked(session, repository) if asked is not None else make(session, repository, place[1])
        )
    except GitMemoryError as error:  # nobody asked for it just now: it is said where the text would stand
        text = f"{error}\n"
    session.shown_texts[uri] = text
    return text


async def make(session: Session, repository: Repository, name: str) -> str:
    """The text of what is shown under a name, as it is without being asked for anything special; "" where
    there is none."""
    from lsp_server.editor import event_commands

    event = event_in(name)
    if event:
        return await event_commands.event_again(session, repository, event)
    maker = _makers().get(name)
    return "" if maker is None else await maker(session, repository)


def event_page(event_id: str) -> str:
    """The name under which an event is shown."""
    return f"event-{event_id[:8]}.md"


def event_in(name: str) -> str:
    """The beginning of the id of the event that is shown under a name; "" for any other."""
    found = _EVENT.fullmatch(name)
    return found[1] if found else ""


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


def _makers() -> Mapping[str, Maker]:
    from lsp_server.editor import event_commands, outcome_commands, value_commands

    return {
        BRIEFING: _briefing,
        CHECKLIST: _checklist,
        VALUES: value_commands.values_again,
        EVENTS: event_commands.events_again,
        ERRORS: event_commands.errors_again,
        DECISIONS_DUE: outcome_commands.due_again,
        LEARNINGS: event_commands.learnings_again,
    }
