"""``textDocument/completion`` in our own documents: sections and fields that they have not yet, and the
values of what has but a few. Nothing anywhere else."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from lsprotocol import types

from lsp_server.editor.documents import Document
from lsp_server.editor.own_files import is_yaml
from lsp_server.editor.registering import SELECTOR
from lsp_server.editor.session import Session

if TYPE_CHECKING:  # loaded when one of our documents is open, not before `initialize` is answered
    from lsp_server.editor.completing import Proposal

Answer = list[types.CompletionItem] | None

# An editor that asks about every file is not made to ask at each space.
OPTIONS = types.CompletionOptions(trigger_characters=["#", "*"])
REGISTRATION = types.CompletionRegistrationOptions(
    document_selector=SELECTOR, trigger_characters=["#", "*", " "]
)
_KINDS = {
    "SECTION": types.CompletionItemKind.Module,
    "FIELD": types.CompletionItemKind.Field,
    "VALUE": types.CompletionItemKind.EnumMember,
}


def completion(session: Session, params: types.CompletionParams) -> Answer | Awaitable[Answer]:
    document = session.documents.own(params.text_document.uri)
    if document is None:
        return None
    return session.workers.prompt(_completion, document, params.position)


def _completion(document: Document, position: types.Position) -> Answer:
    from lsp_server.editor.completing import complete
    from lsp_server.editor.forms import form_of

    form = form_of(document)
    if form is None:
        return None
    lines = [line.rstrip("\r\n") for line in document.lines]
    column = document.column(position)
    yaml = is_yaml(document.uri)
    proposals = complete(form, lines, position.line, column, yaml=yaml)
    return [
        _item(document, position.line, column, one, number) for number, one in enumerate(proposals)
    ] or None


def _item(
    document: Document, line: int, column: int, proposal: Proposal, number: int
) -> types.CompletionItem:
    return types.CompletionItem(
        label=proposal.label,
        kind=_KINDS[proposal.sort.name],
        filter_text=proposal.typed,
        sort_text=f"{number:03}",  # in the order of the document, not of the alphabet
        text_edit=types.TextEdit(document.span(line, proposal.start, column + proposal.after), proposal.text),
    )
