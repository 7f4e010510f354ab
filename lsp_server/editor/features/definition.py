"""``textDocument/definition``: from a label or an anchored line to the record's file view; in our own
documents also from another's name."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import partial

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.documents import Document
from lsp_server.editor.features.hover import PATIENCE
from lsp_server.editor.mentions import Mention, mention_at
from lsp_server.editor.pages import name_in, target_of
from lsp_server.editor.references import opened, reference_at
from lsp_server.editor.session import Session

Answer = list[types.Location] | None
_START = types.Range(types.Position(0, 0), types.Position(0, 0))


def definition(session: Session, params: types.DefinitionParams) -> Answer | Awaitable[Answer]:
    document = session.documents.get(params.text_document.uri)
    if document is None or params.position.line >= len(document.lines):
        return None
    line = params.position.line
    if document.is_own:
        column = document.column(params.position)
        here = name_in(document, line)
        if here is not None and here[0] <= column <= here[1]:
            return _target(session, document, line)
        named = reference_at(document.content(line), column)
        return _named(session, document, named) if named is not None else None
    return _definition(
        session, document, line, mention_at(document.content(line), document.column(params.position))
    )


async def _named(session: Session, document: Document, named: Mention) -> Answer:
    """What one of our own documents names: a record, or another document."""
    repository = await session.repository_of(document)
    path = await opened(session, repository, named.ref) if repository is not None else None
    return None if path is None else [types.Location(uris.from_path(path), _START)]


async def _target(session: Session, document: Document, line: int) -> Answer:
    """What a page names: a value, an event, a line of code."""
    repository = await session.repository_of(document)
    target = await target_of(session, repository, document, line) if repository is not None else None
    if target is None:
        return None
    at = types.Position(target.line, 0)
    return [types.Location(target.uri, types.Range(at, at))]


async def _definition(session: Session, document: Document, line: int, mention: Mention | None) -> Answer:
    repository = await session.repository_of(document)
    if repository is None:
        return None
    record = await repository.find(mention.ref) if mention is not None else None
    refs: Sequence[str]
    if record is not None:
        refs = (record.id,)
    else:
        found = await session.tracking.soon_at(document, line, PATIENCE)
        refs = [*found, *session.tracking.gone_at(document, line)]
    open_view = partial(repository.memory.view, in_use=session.files_in_use())
    views = [await session.workers.prompt(open_view, ref) for ref in refs]
    return [types.Location(uris.from_path(view.path), _START) for view in views] or None
