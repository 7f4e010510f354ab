"""``textDocument/didOpen``, ``didChange`` and ``didClose``."""

from __future__ import annotations

from collections.abc import Awaitable

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.documents import Document
from lsp_server.editor.features import did_save
from lsp_server.editor.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> Awaitable[None]:
    document = session.documents.open(params.text_document)
    session.tracking.begin(document)
    return _opened(session, document)


async def _opened(session: Session, document: Document) -> None:
    repository = await session.repository_of(document)
    if repository is not None and session.is_record_file(document):
        session.checking.check(document, repository)
    await session.follow(document)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    before = session.documents.get(params.text_document.uri)
    document = session.documents.change(params)
    if before is None or document is None:
        return
    session.tracking.edited(before, document)
    repository = session.known_repository_of(document)
    if repository is not None and session.is_record_file(document):
        session.noticing.forget(document.uri)
        session.checking.check(document, repository, pause=True)
        return
    session.checking.forget(document.uri)
    if repository is not None and document.path is not None:
        session.noticing.check(document, repository, pause=True)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> Awaitable[None] | None:
    uri = params.text_document.uri
    session.documents.close(uri)
    session.tracking.forget(uri)
    session.checking.forget(uri)
    session.noticing.forget(uri)
    session.save_reasons.pop(uris.key(uri), None)
    return did_save.commit_autosaved(session, uri)
