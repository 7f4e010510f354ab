"""``textDocument/willSave`` and ``didSave``: a person's save of a draft commits it.

Editors save by themselves too, some each second. Such a save never commits a new draft; of a record that is
on the branch it is kept until the person saves, leaves the editor or closes the file.
"""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.record_files import record_id
from lsp_server.editor.repositories import Repository
from lsp_server.editor.session import Session
from lsp_server.errors import GitMemoryError

_BY_ITSELF = (types.TextDocumentSaveReason.AfterDelay, types.TextDocumentSaveReason.FocusOut)


def will_save(session: Session, params: types.WillSaveTextDocumentParams) -> None:
    session.save_reasons[uris.key(params.text_document.uri)] = params.reason


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> Awaitable[None] | None:
    uri = params.text_document.uri
    # Clients that do not say why they save only save when they are told to.
    reason = session.save_reasons.pop(uris.key(uri), types.TextDocumentSaveReason.Manual)
    path = uris.to_path(uri)
    return None if path is None else _saved(session, uri, path, reason)


async def _saved(session: Session, uri: str, path: Path, reason: types.TextDocumentSaveReason) -> None:
    repository = await session.repositories.of(path)
    if repository is None or not session.repositories.is_draft(path):
        return
    if reason in _BY_ITSELF:
        if not await _is_recorded(session, uri, repository):
            return
        if reason is types.TextDocumentSaveReason.AfterDelay:
            session.autosaved.add(uri)
            return
    await _commit(session, uri, path, repository)


async def commit_autosaved(session: Session, uri: str | None = None) -> None:
    """Commit what the editor saved by itself, of one document or of all."""
    waiting = session.autosaved & {uri} if uri is not None else set(session.autosaved)
    for one in sorted(waiting):
        path = uris.to_path(one)
        repository = await session.repositories.of(path) if path is not None else None
        if path is not None and repository is not None:
            await _commit(session, one, path, repository)


async def _commit(session: Session, uri: str, path: Path, repository: Repository) -> None:
    session.autosaved.discard(uri)
    document = session.documents.get(uri)
    amends = await _is_recorded(session, uri, repository)
    try:
        saved = await session.workers.prompt(repository.memory.save_draft, path)
    except GitMemoryError as error:
        session.client.complain(str(error))
        if document is not None:
            session.checking.fail(document, repository, str(error))
        return
    if document is not None:
        session.checking.check(document, repository)
    if saved.record is None:
        session.client.say(saved.reason)
    elif saved.changed:
        verb = "amended" if amends else "recorded"
        session.client.say(f"{verb} {saved.record.label} “{saved.record.title}”")
        await session.wrote(repository)


async def _is_recorded(session: Session, uri: str, repository: Repository) -> bool:
    document = session.documents.get(uri)
    known = record_id(document) if document is not None else None
    if known is None:
        return False
    return await session.workers.prompt(repository.memory.find, known) is not None
