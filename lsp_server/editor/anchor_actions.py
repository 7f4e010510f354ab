"""The code actions about anchors and cited labels: what the notices of a line can be answered with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsprotocol import types

from lsp_server.editor import commands
from lsp_server.editor.actions import action, range_argument
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
    lines, here = document.selected(params.range), range_argument(params.range)
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
        found = [one for one in _about(params, STALE, line) if one.message.startswith(f"{record.label} ")]
        again = _reanchor(record.label, which | {"range": here})
        if line in lines:
            retire = _retire(record.label, which)
            actions += [_fixing(again, found), _fixing(retire, found)]
        else:
            elsewhere.append(again)
    if asked:
        actions += elsewhere[:_OFFERED]
        for record_id in _standing(session, document, lines):
            record = await repository.find(record_id) if record_id not in offered else None
            if record is not None:
                at = {"ref": record.id, "uri": document.uri, "range": here}
                if params.range.start != params.range.end:
                    actions.append(_reanchor(record.label, at))
                actions.append(_retire(record.label, at))
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
                edit=_workspace_edit(session, document, edit),
            )
        else:
            title = f"Open {citation.instead}, which holds instead of {mention.ref}"
            opening = action(title, FIX, commands.OPEN, ref=citation.instead, uri=document.uri)
            actions[title] = _fixing(opening, found)
    return list(actions.values())


def _workspace_edit(session: Session, document: Document, edit: types.TextEdit) -> types.WorkspaceEdit:
    """An edit of this very version of a document, where the client can tell: it may be typed in meanwhile."""
    if not session.client.reads_versioned_edits:
        return types.WorkspaceEdit(changes={document.uri: [edit]})
    which = types.OptionalVersionedTextDocumentIdentifier(uri=document.uri, version=document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(text_document=which, edits=[edit])])


def _standing(session: Session, document: Document, lines: range) -> Sequence[str]:
    return list(dict.fromkeys(one for line in lines for one in session.tracking.at(document, line) or ()))


def _about(params: types.CodeActionParams, code: str, line: int) -> list[types.Diagnostic]:
    """Those of the client's diagnostics that an action answers."""
    return [
        one
        for one in params.context.diagnostics
        if one.source == SOURCE and one.code == code and one.range.start.line == line
    ]


def _reanchor(label: str, argument: dict[str, Any]) -> types.CodeAction:
    return action(f"Re-anchor {label} here", ANCHOR, commands.REANCHOR, **argument)


def _retire(label: str, argument: dict[str, Any]) -> types.CodeAction:
    return action(f"Retire the anchor of {label}", ANCHOR, commands.RETIRE, **argument)


def _fixing(made: types.CodeAction, diagnostics: Sequence[types.Diagnostic]) -> types.CodeAction:
    made.kind = FIX
    made.diagnostics = list(diagnostics) or None
    return made
