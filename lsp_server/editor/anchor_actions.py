"""The code actions about anchors and cited labels: what the notices of a line can be answered with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsprotocol import types

from lsp_server.editor import commands
from lsp_server.editor.documents import Document
from lsp_server.editor.noticing import SOURCE, STALE, anchor_argument
from lsp_server.editor.repositories import Repository
from lsp_server.editor.session import Session
from lsp_server.records.life_cycle import still_holds

ANCHOR = "gitMemory.anchor"
FIX = types.CodeActionKind.QuickFix
_OFFERED = 3  # records with lost lines elsewhere in the file


async def anchor_actions(
    session: Session,
    document: Document,
    repository: Repository,
    params: types.CodeActionParams,
    *,
    asked: bool,
) -> list[types.CodeAction]:
    """Re-anchor and retire: where lines are gone, for the records of these lines, and, when a person asked,
    for those that lost their lines elsewhere in the file."""
    lines = document.selected(params.range)
    actions: list[types.CodeAction] = []
    elsewhere: list[types.CodeAction] = []
    offered: set[str] = set()
    for line, gone in session.tracking.gone(document):
        record = await repository.find(gone.record_id)
        if record is None or (
            not asked and (line not in lines or not still_holds(record.kind, record.status))
        ):
            continue
        offered.add(record.id)
        which = {"ref": record.id, "uri": document.uri, "anchor": anchor_argument(gone)}
        found = [one for one in _about(params, STALE, line) if one.message.startswith(record.label)]
        again = _command(
            f"Re-anchor {record.label} here", commands.REANCHOR, which | {"range": _range(params.range)}
        )
        if line in lines:
            retire = _command(f"Retire the anchor of {record.label}", commands.RETIRE, which)
            actions += [_fixing(again, found), _fixing(retire, found)]
        else:
            elsewhere.append(again)
    if asked:
        actions += elsewhere[:_OFFERED]
        for record_id in _standing(session, document, lines):
            record = await repository.find(record_id) if record_id not in offered else None
            if record is not None:
                at = {"ref": record.id, "uri": document.uri, "range": _range(params.range)}
                if params.range.start != params.range.end:
                    actions.append(_command(f"Re-anchor {record.label} here", commands.REANCHOR, at))
                actions.append(_command(f"Retire the anchor of {record.label}", commands.RETIRE, at))
    return actions


async def citation_actions(
    session: Session, document: Document, repository: Repository, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """Write the number that a renumbered record has now; open the decision that holds today."""
    actions: dict[str, types.CodeAction] = {}
    for notice in await session.noticing.notices(document, repository, document.selected(params.range)):
        citation, mention = notice.citation, notice.mention
        if not citation.instead:
            continue
        found = _about(params, citation.cited.value, notice.line)
        if citation.cited.value == "renumbered":
            edit = types.TextEdit(document.span(notice.line, mention.start, mention.end), citation.instead)
            title = f"Write {citation.instead} instead of {mention.ref}"
            actions[title] = types.CodeAction(
                title=title,
                kind=FIX,
                diagnostics=found,
                edit=types.WorkspaceEdit(changes={document.uri: [edit]}),
            )
        else:
            title = f"Open {citation.instead}, which holds instead of {mention.ref}"
            opening = _command(title, commands.OPEN, {"ref": citation.instead, "uri": document.uri})
            actions[title] = _fixing(opening, found)
    return list(actions.values())


def _standing(session: Session, document: Document, lines: range) -> Sequence[str]:
    return list(dict.fromkeys(one for line in lines for one in session.tracking.at(document, line) or ()))


def _about(params: types.CodeActionParams, code: str, line: int) -> list[types.Diagnostic]:
    """Those of the client's diagnostics that an action answers."""
    return [
        one
        for one in params.context.diagnostics
        if one.source == SOURCE and one.code == code and one.range.start.line == line
    ]


def _command(title: str, command: str, argument: dict[str, Any]) -> types.CodeAction:
    return types.CodeAction(
        title=title,
        kind=ANCHOR,
        command=types.Command(title=title, command=command, arguments=[argument]),
    )


def _fixing(action: types.CodeAction, diagnostics: Sequence[types.Diagnostic]) -> types.CodeAction:
    action.kind = FIX
    action.diagnostics = list(diagnostics) or None
    return action


def _range(where: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": where.start.line, "character": where.start.character},
        "end": {"line": where.end.line, "character": where.end.character},
    }
