"""The commands of ``workspace/executeCommand``. Their arguments and results are described in docs/lsp.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_server.editor import (
    anchor_commands,
    artifact_commands,
    background_sync,
    document_commands,
    event_commands,
    outcome_commands,
    proposal_commands,
    uris,
    value_commands,
    working_commands,
)
from lsp_server.editor.arguments import Arguments
from lsp_server.editor.command_places import lines_on_disk, repository_of
from lsp_server.editor.plain import hit_json
from lsp_server.editor.session import Session
from lsp_server.records.model import Kind
from lsp_server.records.plain import record_json

if TYPE_CHECKING:
    from lsp_server.memory.results import Draft

Command = Callable[[Session, Arguments], Awaitable[Any]]

RECORD, CHECKPOINT, OPEN = "gitMemory.record", "gitMemory.checkpoint", "gitMemory.open"
MARK, SUPERSEDE, INITIALISE = "gitMemory.mark", "gitMemory.supersede", "gitMemory.initialise"
LIST, SEARCH = "gitMemory.list", "gitMemory.search"
REANCHOR, RETIRE = anchor_commands.REANCHOR, anchor_commands.RETIRE

_DRAFTED = (Kind.DECISION, Kind.LEARNING, Kind.BUG)
_SHOWN = 20  # results of a search, where the client does not say


async def record(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Open the draft of a new record, anchored to the lines of ``range``."""
    kind, uri = arguments.kind("kind", _DRAFTED), arguments.text("uri")
    title, selection = arguments.optional_text("title") or "", arguments.optional_range("range")
    repository = await repository_of(session, uri)
    at = await lines_on_disk(session, repository, uri, selection) if selection is not None else ()
    begin = partial(repository.memory.draft, kind, at=at, title=title, in_use=session.files_in_use())
    return await _opened(session, await session.workers.prompt(begin))


async def checkpoint(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Note where the work stands."""
    message = arguments.optional_text("message")
    repository = await repository_of(session, arguments.optional_text("uri"))
    made = await session.workers.prompt(repository.memory.checkpoint, message)
    session.client.say(f"recorded {made.label} “{made.title}”{repository.where}")
    await session.wrote(repository)
    return record_json(made)


async def open_record(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Open the file view of a record."""
    ref = arguments.text("ref")
    repository = await repository_of(session, arguments.optional_text("uri"))
    open_view = partial(repository.memory.view, ref, in_use=session.files_in_use())
    return await _opened(session, await session.workers.prompt(open_view))


async def mark(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Give a record its next status."""
    ref, status = arguments.text("ref"), arguments.text("status")
    repository = await repository_of(session, arguments.optional_text("uri"))
    marked = await session.workers.prompt(repository.memory.mark, ref, status)
    session.client.say(f"{marked.label} “{marked.title}” is {marked.status}{repository.where}")
    await session.wrote(repository)
    return record_json(marked)


async def supersede(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Open the draft of the decision that replaces another; saving it links both."""
    ref, title = arguments.text("ref"), arguments.optional_text("title") or ""
    repository = await repository_of(session, arguments.optional_text("uri"))
    in_use = session.files_in_use()
    begin = partial(repository.memory.draft, Kind.DECISION, title=title, supersedes=ref, in_use=in_use)
    return await _opened(session, await session.workers.prompt(begin))


async def initialise(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Make the memory branch, or adopt the remote's."""
    branch = arguments.optional_text("branch")
    session.repositories.look_again()
    repository = await repository_of(session, arguments.optional_text("uri"))
    made = await session.workers.prompt(repository.memory.initialise, branch)
    if made.adopted:
        session.client.say(f"the memory was taken over from {made.adopted}")
    elif made.created:
        session.client.say(f"this repository's memory begins, on the branch {made.branch}")
    else:
        session.client.say(f"this repository has its memory on the branch {made.branch}")
    await session.wrote(repository)
    return {"branch": made.branch, "created": made.created, "adopted": made.adopted}


async def list_records(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    """Records, newest first."""
    wanted = partial(
        (await repository_of(session, arguments.optional_text("uri"))).memory.list,
        arguments.optional_kind("kind"),
        status=arguments.optional_text("status"),
        tag=arguments.optional_text("tag"),
        limit=arguments.optional_number("limit"),
    )
    work = session.workers.prompt(wanted)
    records = await session.client.with_progress("Git Memory: reading the memory", work)
    return [record_json(one) for one in records]


async def search(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    """Records in which words occur, best first."""
    words, kind = arguments.text("words"), arguments.optional_kind("kind")
    limit = arguments.optional_number("limit") or _SHOWN
    repository = await repository_of(session, arguments.optional_text("uri"))
    work = session.workers.prompt(partial(repository.memory.search, words, kind=kind, limit=limit))
    hits = await session.client.with_progress("Git Memory: reading the memory", work)
    return [hit_json(hit) for hit in hits]


COMMANDS: Mapping[str, Command] = {
    RECORD: record,
    CHECKPOINT: checkpoint,
    OPEN: open_record,
    MARK: mark,
    SUPERSEDE: supersede,
    INITIALISE: initialise,
    LIST: list_records,
    SEARCH: search,
    REANCHOR: anchor_commands.reanchor,
    RETIRE: anchor_commands.retire,
    background_sync.SYNC: background_sync.sync,
    proposal_commands.PROPOSE: proposal_commands.propose,
    proposal_commands.END_PROPOSING: proposal_commands.end_proposing,
    proposal_commands.PROPOSALS: proposal_commands.proposals,
    proposal_commands.ADOPT: proposal_commands.adopt,
    proposal_commands.WITHDRAW: proposal_commands.withdraw,
    document_commands.DOCUMENTS: document_commands.documents,
    document_commands.DOCUMENT: document_commands.document,
    document_commands.NOTE: document_commands.note,
    document_commands.SET: document_commands.set_field,
    working_commands.START: working_commands.start,
    working_commands.END: working_commands.end,
    working_commands.CHECKLIST: working_commands.checklist,
    artifact_commands.ARTIFACTS: artifact_commands.artifacts,
    artifact_commands.ARTIFACT: artifact_commands.artifact,
    value_commands.VALUES: value_commands.values,
    value_commands.VALUE: value_commands.value,
    value_commands.SET_VALUE: value_commands.set_value,
    value_commands.DELETE_VALUE: value_commands.delete_value,
    event_commands.EVENTS: event_commands.events,
    event_commands.EVENT: event_commands.event,
    event_commands.ERRORS: event_commands.errors,
    event_commands.SOLVE: event_commands.solve,
    event_commands.LEARNINGS: event_commands.learnings,
    outcome_commands.DUE: outcome_commands.decisions_due,
    outcome_commands.OUTCOME: outcome_commands.outcome,
}


async def _opened(session: Session, draft: Draft) -> dict[str, Any]:
    title = await session.workers.prompt(_title_line, draft.path) if draft.is_new else None
    shown = await session.client.show(draft.path, title)
    return {
        "uri": uris.from_path(draft.path),
        "id": draft.id,
        "kind": draft.kind.value,
        "isNew": draft.is_new,
        "shown": shown,
    }


def _title_line(path: Path) -> int | None:
    """The 0-based line on which a person begins to write."""
    lines = path.read_text("utf-8", "replace").split("\n")
    return next((at for at, line in enumerate(lines) if line.startswith("# ")), None)
