"""``textDocument/documentSymbol``: headings, fields, keys and messages of records, documents and sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from lsp_server.editor.documents import Document
from lsp_server.editor.own_files import is_yaml
from lsp_server.editor.registering import SELECTOR
from lsp_server.editor.session import Session

if TYPE_CHECKING:  # reading our documents is loaded when one is open, not before `initialize` is answered
    from lsp_server.editor.outline import Entry

Answer = list[types.DocumentSymbol] | list[types.SymbolInformation] | None

OPTIONS = types.DocumentSymbolOptions(label="Git Memory")
REGISTRATION = types.DocumentSymbolRegistrationOptions(document_selector=SELECTOR, label="Git Memory")

_KINDS = {
    "HEADING": types.SymbolKind.String,
    "FIELD": types.SymbolKind.Field,
    "KEY": types.SymbolKind.Key,
    "ITEM": types.SymbolKind.Object,
    "MESSAGE": types.SymbolKind.Event,
}


def document_symbol(session: Session, params: types.DocumentSymbolParams) -> Answer | Awaitable[Answer]:
    document = session.documents.own(params.text_document.uri)
    if document is None:
        return None
    return session.workers.prompt(_symbols, document, session.client.reads_symbol_trees)


def _symbols(document: Document, trees: bool) -> Answer:
    from lsp_server.editor.outline import markdown_outline, yaml_outline

    read = yaml_outline if is_yaml(document.uri) else markdown_outline
    entries = read([line.rstrip("\r\n") for line in document.lines])
    if trees:
        return [_symbol(document, entry) for entry in entries] or None
    return list(_flat(document, entries, None)) or None


def _symbol(document: Document, entry: Entry) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=_name(entry),
        detail=entry.detail or None,
        kind=_KINDS[entry.sort.name],
        range=_whole(document, entry),
        selection_range=document.span(entry.start),
        children=[_symbol(document, child) for child in entry.children] or None,
    )


def _flat(
    document: Document, entries: Sequence[Entry], container: str | None
) -> Iterator[types.SymbolInformation]:
    """For editors without trees; what an entry stands in is its container."""
    for entry in entries:
        yield types.SymbolInformation(
            name=_name(entry),
            kind=_KINDS[entry.sort.name],
            location=types.Location(document.uri, _whole(document, entry)),
            container_name=container,
        )
        yield from _flat(document, entry.children, _name(entry))


def _name(entry: Entry) -> str:
    return entry.name.strip() or "(empty)"


def _whole(document: Document, entry: Entry) -> types.Range:
    return types.Range(document.span(entry.start).start, document.span(entry.end).end)
