"""The commands about what came of decisions. Described in docs/lsp.md with the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lsp_server.editor import shown_texts

if TYPE_CHECKING:
    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session
    from lsp_server.memory import Memory

DUE, OUTCOME = "gitMemory.decisionsDue", "gitMemory.outcome"


async def decisions_due(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Show the decisions whose outcome should be known by now."""
    repository = await _repository(session, arguments)
    work = session.workers.prompt(_due, repository.memory)
    told, text = await session.client.with_progress("Git Memory: reading the memory", work)
    shown = await shown_texts.show_if_asked(
        session, repository, arguments, shown_texts.DECISIONS_DUE, text, again=due_again
    )
    return {**told, **shown}


async def outcome(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Note what came of a decision: a record's, or one that a program made."""
    ref, result = arguments.text("ref"), arguments.text("result")
    note = arguments.optional_text("note") or ""
    repository = await _repository(session, arguments)
    told, said = await session.workers.prompt(partial(_noted, repository.memory, ref, result, note))
    session.client.say(f"{said}{repository.where}")
    await session.wrote(repository)
    return told


async def due_again(session: Session, repository: Repository) -> str:
    """The page of decisions that are due, as it is now."""
    return (await session.workers.prompt(_due, repository.memory))[1]


def _due(memory: Memory) -> tuple[dict[str, Any], str]:
    from lsp_server.memory.deciding.decision_memory import DecisionMemory
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.events.model import plain
    from lsp_server.records.plain import record_json

    decisions = memory.due_outcomes()
    with EventMemory(memory, publish_every=None) as events, DecisionMemory(events) as programs:
        made = programs.due()
    told = {"decisions": [record_json(one) for one in decisions], "made": [plain(one) for one in made]}
    return told, memory.due_page(decisions, made)


def _noted(memory: Memory, ref: str, result: str, note: str) -> tuple[dict[str, Any], str]:
    from lsp_server.errors import NotFoundError
    from lsp_server.memory.deciding.decision_memory import DecisionMemory
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.events.model import plain
    from lsp_server.records.plain import record_json

    try:
        record = memory.record_outcome(ref, result, note)
    except NotFoundError:
        with EventMemory(memory, publish_every=None) as events, DecisionMemory(events) as programs:
            if events.memory(ref) is None:
                raise
            kept = programs.outcome(ref, result, note)
            events.flush()
            events.publish_quietly()
        return plain(kept), f"“{kept.title}” is noted as {result}"
    return record_json(record), f"{record.label} “{record.title}” is noted as {record.fields['outcome']}"


async def _repository(session: Session, arguments: Arguments) -> Repository:
    from lsp_server.editor.command_places import repository_of

    return await repository_of(session, arguments.optional_text("uri"))
