"""``textDocument/willSave`` and ``didSave``: a person's save of a draft commits it.

Editors save by themselves too, some each second. Such a save never commits a new draft; of a record that is
on the branch it is kept until the person saves, leaves the editor or closes the file.
"""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.record_files import record_id
from lsp_server.editor.repositories import Repository
from lsp_server.editor.saves import SavedFile
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
    if path is None:
        return None
    return session.saves.add(_saved(session, SavedFile(uri, path, _own_id(session, uri)), reason))


async def commit_autosaved(session: Session, uri: str | None = None) -> None:
    """Commit what the editor saved by itself, of one document or of all, after the saves before it."""

    async def commit() -> None:
        for draft in [one for one in session.autosaved.values() if uri in (None, one.uri)]:
            repository = await session.repositories.of(draft.path)
            if repository is not None:
                await _commit(session, draft, repository)

    await session.saves.add(commit())


async def _saved(session: Session, draft: SavedFile, reason: types.TextDocumentSaveReason) -> None:
    repository = await session.repositories.of(draft.path)
    if repository is None or not session.repositories.is_draft(draft.path):
        return
    if reason in _BY_ITSELF:
        if not await _is_recorded(session, draft, repository):
            return
        if reason is types.TextDocumentSaveReason.AfterDelay:
            session.autosaved[draft.uri] = draft
            return
    await _commit(session, draft, repository)


async def _commit(session: Session, draft: SavedFile, repository: Repository) -> None:
    session.autosaved.pop(draft.uri, None)
    amends = await _is_recorded(session, draft, repository)
    try:
        save = partial(repository.memory.save_draft, draft.path, shown=session.documents.shown(draft.uri))
        saved = await session.workers.prompt(save)
        session.documents.saved(draft.uri)
    except GitMemoryError as error:
        session.client.complain(str(error))
        if (document := session.documents.get(draft.uri)) is not None:
            session.checking.fail(document, repository, str(error))
        return
    if (document := session.documents.get(draft.uri)) is not None:
        session.checking.check(document, repository)
    if saved.record is None:
        session.client.say(f"{saved.reason}{repository.where}" if saved.changed else saved.reason)
        if saved.changed:
            await session.wrote(repository)
    elif saved.changed:
        verb = "amended" if amends else "recorded"
        session.client.say(f"{verb} {saved.record.label} “{saved.record.title}”{repository.where}")
        await session.wrote(repository)


async def _is_recorded(session: Session, draft: SavedFile, repository: Repository) -> bool:
    if not repository.has_memory:
        return False
    if draft.record_id is None and draft.path.suffix == ".json":
        return await session.workers.prompt(repository.memory.shows_value, draft.path)
    if draft.record_id is None:
        from lsp_server.records.living.documents import document_at
        from lsp_server.records.living.file_names import path_of

        path = path_of(draft.path.name)
        if document_at(path) is None:
            return False
        return (await session.workers.prompt(repository.memory.document, path)).exists
    return await session.workers.prompt(repository.memory.find, draft.record_id) is not None


def _own_id(session: Session, uri: str) -> str | None:
    document = session.documents.get(uri)
    return None if document is None else record_id(document)
