"""The commands about events, errors and what helped. Described in docs/lsp.md with the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lsp_server.editor import shown_texts, uris

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session
    from lsp_server.memory import Memory

EVENTS, EVENT = "gitMemory.events", "gitMemory.event"
ERRORS, SOLVE = "gitMemory.errors", "gitMemory.solve"
LEARNINGS = "gitMemory.learnings"

_HOURS = 24
_SHOWN = 200  # events on a page, where the client does not say
_READING = "Git Memory: reading the events"

Told = tuple["Sequence[dict[str, Any]]", str]


async def events(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Show what happened, newest first, or with ``words`` best first."""
    asked = partial(
        _events,
        words=arguments.optional_text("words") or "",
        kind=arguments.optional_text("type") or None,
        owner=arguments.optional_text("owner"),
        hours=_hours(arguments),
        limit=arguments.optional_number("limit") or _SHOWN,
    )
    return await _shown(session, arguments, "events", shown_texts.EVENTS, asked)


async def event(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Show all of one event."""
    event_id = arguments.text("id")
    repository = await _repository(session, arguments)
    told, text = await session.workers.prompt(_event, repository.memory, event_id)
    name = shown_texts.event_page(told["id"])

    async def again(session: Session, repository: Repository) -> str:
        return await event_again(session, repository, told["id"])

    shown = await shown_texts.show_if_asked(session, repository, arguments, name, text, again=again)
    return {**told, **shown}


async def errors(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Show errors by what they have in common, with what helped; or those of one group."""
    asked = partial(_errors, hours=_hours(arguments), group=arguments.optional_text("group") or "")
    return await _shown(session, arguments, "groups", shown_texts.ERRORS, asked)


async def solve(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Write down what made an error go away; without a title, open a draft in which to say it."""
    error, title = arguments.text("error"), arguments.optional_text("title")
    content, handler = arguments.optional_text("content") or "", arguments.optional_text("handler")
    repository = await _repository(session, arguments)
    if not title:
        path = await session.workers.prompt(repository.memory.draft_solution, error)
        return {"uri": uris.from_path(path), "shown": await session.client.show(path, 0)}
    record = partial(repository.memory.record_solution, error, title, content, handler=handler)
    kept = await session.workers.prompt(record)
    session.client.say(f"recorded the solution “{kept.title}”{repository.where}")
    await session.wrote(repository)
    from lsp_server.memory.events.model import plain

    return plain(kept)


async def learnings(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Show what was learned from the events of a day."""
    day = arguments.optional_day("day")
    repository = await _repository(session, arguments)
    work = session.workers.prompt(_learnings, repository.memory, day)
    text = await session.client.with_progress(_READING, work)

    async def again(session: Session, repository: Repository) -> str:
        return await session.workers.prompt(_learnings, repository.memory, day)

    shown = await shown_texts.show_if_asked(
        session, repository, arguments, shown_texts.LEARNINGS, text, again=again
    )
    return {"report": text, **shown}


async def _shown(
    session: Session, arguments: Arguments, what: str, page: str, asked: partial[Told]
) -> dict[str, Any]:
    repository = await _repository(session, arguments)
    told, text = await session.client.with_progress(
        _READING, session.workers.prompt(asked, repository.memory)
    )

    async def again(session: Session, repository: Repository) -> str:
        return (await session.workers.prompt(asked, repository.memory))[1]

    shown = await shown_texts.show_if_asked(session, repository, arguments, page, text, again=again)
    return {what: told, **shown}


async def event_again(session: Session, repository: Repository, event_id: str) -> str:
    """The page of one event; of one that is gone, that it is."""
    from lsp_server.errors import NotFoundError

    try:
        return (await session.workers.prompt(_event, repository.memory, event_id))[1]
    except NotFoundError as error:
        return f"{error}\n"


async def errors_again(session: Session, repository: Repository) -> str:
    """The page of errors as it is without being asked for anything special."""
    return (await session.workers.prompt(partial(_errors, hours=_HOURS), repository.memory))[1]


async def events_again(session: Session, repository: Repository) -> str:
    """As ``errors_again``, of events."""
    asked = partial(_events, words="", kind=None, owner=None, hours=_HOURS, limit=_SHOWN)
    return (await session.workers.prompt(asked, repository.memory))[1]


async def learnings_again(session: Session, repository: Repository) -> str:
    """As ``errors_again``, of today's learnings."""
    return await session.workers.prompt(_learnings, repository.memory, None)


def _events(
    memory: Memory, *, words: str, kind: str | None, owner: str | None, hours: int | None, limit: int
) -> Told:
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.events.model import plain
    from lsp_server.memory.pages.words import words as quiet

    with EventMemory(memory, publish_every=None) as kept:
        if words.strip():
            found = kept.search_memories(words, kind, limit, owner=owner)
        else:
            found = kept.get_recent_memories(kind, hours, owner=owner, limit=limit)
    asked = f"for {quiet(words)}" if words.strip() else _span(hours)
    asked = f"of the type {kind} {asked}" if kind else asked
    asked = f"of {quiet(owner)} {asked}" if owner else asked
    newest = "" if words.strip() or len(found) < limit else f", the newest {limit}"
    return [plain(one) for one in found], memory.events_page(found, asked + newest)


def _event(memory: Memory, event_id: str) -> tuple[dict[str, Any], str]:
    from lsp_server.errors import NotFoundError
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.events.model import plain

    with EventMemory(memory, publish_every=None) as kept:
        found = kept.memory(event_id)
    if found is None:
        raise NotFoundError(f"there is no event {event_id!r}, or more than one")
    return plain(found), memory.event_page(found)


def _errors(memory: Memory, *, hours: int | None, group: str = "") -> Told:
    from lsp_server.memory.errors.error_memory import ErrorMemory
    from lsp_server.memory.errors.plain import group_json
    from lsp_server.memory.events.event_memory import EventMemory

    with EventMemory(memory, publish_every=None) as kept, ErrorMemory(kept) as known:
        groups = [known.group(group)] if group else known.groups(hours)
    asked = _span(None if group else hours)
    return [group_json(one) for one in groups], memory.errors_page(groups, asked)


def _learnings(memory: Memory, day: Any) -> str:
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.learning.loop import LearningLoop

    with EventMemory(memory, publish_every=None) as kept:
        return LearningLoop(memory, kept).report(day)


def _hours(arguments: Arguments) -> int | None:
    """24 unless given; 0 is however old."""
    given = arguments.optional_number("hours")
    return _HOURS if given is None else given or None


def _span(hours: int | None) -> str:
    if hours is None:
        return "that are kept"
    return "in the last hour" if hours == 1 else f"in the last {hours} hours"


async def _repository(session: Session, arguments: Arguments) -> Repository:
    from lsp_server.editor.command_places import repository_of

    return await repository_of(session, arguments.optional_text("uri"))
