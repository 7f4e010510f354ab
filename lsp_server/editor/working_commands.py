"""The commands about a working session: its start, its end, what is still due. Described in docs/lsp.md."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lsp_server.editor import shown_texts, uris

if TYPE_CHECKING:
    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session

START, END, CHECKLIST = "gitMemory.sessionStart", "gitMemory.sessionEnd", "gitMemory.checklist"


async def start(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Note that a session begins in this worktree, and show what should be known."""
    from lsp_server.memory.working.plain import started_json

    goal, agent = arguments.optional_text("goal"), arguments.optional_text("agent")
    repository = await _repository(session, arguments)
    begin = partial(repository.memory.start_session, goal or None, agent or None)
    work = session.workers.prompt(begin)
    started = await session.client.with_progress("Git Memory: reading the memory", work)
    text = await session.workers.prompt(repository.memory.briefing_report, started.briefing)
    shown = await shown_texts.show(session, repository, shown_texts.BRIEFING, text)
    return {**started_json(started), **shown}


async def end(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Open the draft of the session's summary; saved by hand, it ends the session."""
    repository = await _repository(session, arguments)
    opened = await session.workers.prompt(repository.memory.draft_session_end)
    return {"uri": uris.from_path(opened), "shown": await session.client.show(opened)}


async def checklist(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Show what this session has done, and what is still due."""
    from lsp_server.memory.working.plain import checklist_json

    repository = await _repository(session, arguments)
    work = session.workers.prompt(repository.memory.checklist)
    found = await session.client.with_progress("Git Memory: reading the memory", work)
    text = await session.workers.prompt(repository.memory.checklist_page, found)
    shown = await shown_texts.show(session, repository, shown_texts.CHECKLIST, text)
    return {**checklist_json(found), **shown}


async def _repository(session: Session, arguments: Arguments) -> Repository:
    from lsp_server.editor.command_places import repository_of

    return await repository_of(session, arguments.optional_text("uri"))
