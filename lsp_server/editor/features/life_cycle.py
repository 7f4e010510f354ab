"""``initialize``, ``shutdown`` and the workspace's folders."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from lsprotocol import types

from lsp_server.editor.features import did_save
from lsp_server.editor.positions import Encoding
from lsp_server.editor.session import Session


def initialize(session: Session, params: types.InitializeParams, encoding: Encoding) -> None:
    """The client says who it is. Nothing is loaded or looked at yet: it is waiting for the answer."""
    folders = [folder.uri for folder in params.workspace_folders or ()]
    if not folders and params.root_uri:
        folders = [params.root_uri]
    session.client.initialized(params.capabilities)
    session.settings.begin(params.initialization_options)
    session.start(encoding, params.process_id, folders)


def initialized(
    session: Session, _params: types.InitializedParams, registrations: Sequence[types.Registration]
) -> Awaitable[None]:
    """The client has its answer: now the packages are loaded and the folders' repositories are found."""
    if registrations:
        session.spawn(session.client.register(registrations))
    return _find_repositories(session, tuple(session.folders.values()))


def change_folders(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> Awaitable[None]:
    session.change_folders(
        added=[folder.uri for folder in params.event.added],
        removed=[folder.uri for folder in params.event.removed],
    )
    return _find_repositories(session, tuple(session.folders.values()))


def change_settings(session: Session, params: types.DidChangeConfigurationParams) -> None:
    if session.settings.change(params.settings):
        session.show_notices()


async def _find_repositories(session: Session, folders: Sequence[object]) -> None:
    if folders:
        await session.repository_for(None)


def shutdown(session: Session, _params: None) -> Awaitable[None]:
    """What was saved by the editor itself and waits for a person is committed now."""
    return did_save.commit_autosaved(session)
