"""``textDocument/codeAction``: what can be recorded here, and what can be done with what is recorded here."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence

from lsprotocol import types

from lsp_server.editor import commands, event_commands
from lsp_server.editor.actions import action, range_argument
from lsp_server.editor.anchor_actions import ANCHOR, FIX, anchor_actions, citation_actions
from lsp_server.editor.checklist_actions import DUE
from lsp_server.editor.documents import Document
from lsp_server.editor.mentions import mentions
from lsp_server.editor.pages import has_actions, page_actions
from lsp_server.editor.record_files import record_id
from lsp_server.editor.repositories import Repository
from lsp_server.editor.session import Session
from lsp_server.records.model import Kind

Answer = list[types.CodeAction | types.Command] | None

ROOT = "gitMemory"
RECORD, CHECKPOINT, OPEN = "gitMemory.record", "gitMemory.checkpoint", "gitMemory.open"
MARK, INITIALISE = "gitMemory.mark", "gitMemory.initialise"
OPTIONS = types.CodeActionOptions(
    code_action_kinds=[ROOT, RECORD, CHECKPOINT, OPEN, MARK, INITIALISE, ANCHOR, DUE, FIX]
)

_PATIENCE = 1.0  # seconds for the lines to be known; a menu that opens late is worse than a short one
_LOOKED_AT = 20  # lines of a selection whose labels and records are offered
_OPENED = 10
_FOUND = "found"  # the tag of records that are made of events
_VERBS = {"accepted": "Accept", "rejected": "Reject", "deprecated": "Deprecate", "superseded": "Supersede"}


def code_action(session: Session, params: types.CodeActionParams) -> Answer | Awaitable[Answer]:
    document = session.documents.get(params.text_document.uri)
    if document is None or not _is_wanted(params.context.only):
        return None
    if document.path is None and not document.is_own:
        return None
    return _code_action(session, document, params)


async def _code_action(session: Session, document: Document, params: types.CodeActionParams) -> Answer:
    repository = await session.repository_of(document)
    if repository is None:
        return None
    if has_actions(document):
        due = page_actions(document, repository, params.range)
        return _kept(session, params, due + await _openings(session, document, repository, params.range))
    place = await session.place_of(document)
    # Without being asked, only what is special here: the bulb must not burn on every line.
    asked = params.context.trigger_kind is not types.CodeActionTriggerKind.Automatic
    uri = document.uri
    if not repository.has_memory:
        if place is None or not asked:
            return None
        return _kept(session, params, [_start(uri)])
    actions = await _steps(session, document, repository)
    actions += await _openings(session, document, repository, params.range, asked=asked)
    if place is not None:
        # First what a notice asks for; last what is there for every record.
        about = await anchor_actions(session, document, repository, params, asked=asked)
        fixes = [one for one in about if one.kind == FIX]
        fixes += await citation_actions(session, document, repository, params)
        recordings = _recordings(uri, params.range) if asked else []
        actions = [*fixes, *actions, *recordings, *(one for one in about if one.kind != FIX)]
    return _kept(session, params, actions)


def _start(uri: str) -> types.CodeAction:
    return action("Start a memory in this repository", INITIALISE, commands.INITIALISE, uri=uri)


def _recordings(uri: str, where: types.Range) -> list[types.CodeAction]:
    place = range_argument(where)
    kinds = ("decision", "learning", "bug")
    return [
        *(
            action(f"Record a {kind} here", RECORD, commands.RECORD, kind=kind, uri=uri, range=place)
            for kind in kinds
        ),
        action("Create a checkpoint", CHECKPOINT, commands.CHECKPOINT, uri=uri),
    ]


async def _steps(session: Session, document: Document, repository: Repository) -> list[types.CodeAction]:
    """What may become of the record whose own file this is."""
    own = record_id(document)
    record = await session.workers.prompt(repository.memory.find, own) if own else None
    if record is None:
        return []
    actions = []
    for status in repository.memory.steps(record):
        verb = _VERBS.get(status)
        title = f"{verb} {record.label}" if verb else f"Mark {record.label} {status}"
        if status == "superseded":
            actions.append(action(title, MARK, commands.SUPERSEDE, ref=record.id, uri=document.uri))
        else:
            actions.append(action(title, MARK, commands.MARK, ref=record.id, status=status, uri=document.uri))
    return actions


async def _openings(
    session: Session, document: Document, repository: Repository, where: types.Range, *, asked: bool = False
) -> list[types.CodeAction]:
    """Each record of the selected lines: anchored there, or named there. Of a bug that was found in a
    program's errors, what helped can be told, when a person ``asked``."""
    ids: list[str] = []
    lines = document.selected(where)[:_LOOKED_AT]
    until = time.monotonic() + _PATIENCE
    for line in lines:
        ids += await session.tracking.soon_at(document, line, until - time.monotonic())
        ids += session.tracking.gone_at(document, line)
    refs = [mention.ref for line in lines for mention in mentions(document.content(line))]
    own = record_id(document)
    actions: dict[str, types.CodeAction] = {}
    for ref in [*dict.fromkeys(ids), *dict.fromkeys(refs)]:
        record = await repository.find(ref) if len(actions) < _OPENED else None
        if record is not None and record.id != own:
            title = f"Open {record.label}"
            actions[record.id] = action(title, OPEN, commands.OPEN, ref=record.id, uri=document.uri)
            if asked and record.kind is Kind.BUG and _FOUND in record.tags:
                title = f"Record a solution for {record.label}"
                about = {"error": record.label, "uri": document.uri}
                actions[title] = action(title, RECORD, event_commands.SOLVE, **about)
    return list(actions.values())


def _is_wanted(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether any of our kinds is asked for, before anything is looked up."""
    if not only:
        return True
    return any(_covers(one, kind) for one in only for kind in OPTIONS.code_action_kinds or ())


def _covers(asked: types.CodeActionKind | str, kind: types.CodeActionKind | str) -> bool:
    name = asked.value if isinstance(asked, types.CodeActionKind) else asked
    return name in ("", kind) or str(kind).startswith(f"{name}.")


def _kept(session: Session, params: types.CodeActionParams, actions: list[types.CodeAction]) -> Answer:
    only = params.context.only
    if only:
        actions = [a for a in actions if a.kind is not None and any(_covers(one, a.kind) for one in only)]
    if session.client.reads_code_actions:
        return list(actions) or None
    return [action.command for action in actions if action.command is not None] or None
