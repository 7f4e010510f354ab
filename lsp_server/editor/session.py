"""The state of one editor's session, and what follows from its events. Lives on the loop's thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from lsprotocol import types

from lsp_server.editor import shown_texts, uris
from lsp_server.editor.background_sync import BackgroundSync
from lsp_server.editor.checking import Checking
from lsp_server.editor.client import Client
from lsp_server.editor.documents import Document, Documents
from lsp_server.editor.noticing import Noticing
from lsp_server.editor.own_files import virtual_place
from lsp_server.editor.parent import wait_for_death
from lsp_server.editor.positions import Encoding
from lsp_server.editor.record_files import record_id
from lsp_server.editor.repositories import Repositories, Repository
from lsp_server.editor.saves import SavedFile, Saves
from lsp_server.editor.settings import Settings
from lsp_server.editor.settling import Settling
from lsp_server.editor.tracking import Tracking
from lsp_server.editor.watching import watch
from lsp_server.editor.workers import Workers
from lsp_server.errors import GitMemoryError

log = logging.getLogger(__name__)

_LAST_WORDS = 5.0  # seconds that writes under way have when the client has gone


class Session:
    """What the features share: the client, the documents, the repositories and the threads."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.workers = Workers()
        self.documents = Documents()
        self.settings = Settings()
        self.repositories = Repositories(self.workers, self._trusted_folders)
        self.tracking = Tracking(self.documents, self.workers, self._learned)
        self.checking = Checking(self.documents, self.workers, client)
        self.noticing = Noticing(self.documents, self.workers, client, self.tracking, self.settings)
        self.settling = Settling(self.workers, self.wrote)
        self.saves = Saves()
        self.background_sync = BackgroundSync(self.workers, client)
        self.autosaved: dict[str, SavedFile] = {}
        self.shown_texts: dict[str, str] = {}  # what is shown without a file, by URI
        self.shown_makers: dict[str, shown_texts.Maker] = {}  # what makes such a text again
        self.save_reasons: dict[str, types.TextDocumentSaveReason] = {}
        self.folders: dict[str, Path] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.parent_died: Callable[[], None] = lambda: None

    def start(self, encoding: Encoding, process_id: int | None, folders: list[str]) -> None:
        """Begin: the client has said who it is."""
        self.documents.encoding = encoding
        self.change_folders(added=folders, removed=[])
        self.spawn(watch(self.repositories, self._moved_on))
        self.spawn(self.background_sync.watch(self.repositories, self.wrote))
        if process_id is not None:
            self.spawn(self._outlive(process_id))

    async def _outlive(self, process_id: int) -> None:
        await wait_for_death(process_id)
        self.parent_died()

    def change_folders(self, added: list[str], removed: list[str]) -> None:
        for uri in removed:
            self.folders.pop(uris.key(uri), None)
        for uri in added:
            if (path := uris.to_path(uri)) is not None:
                self.folders[uris.key(uri)] = path

    def _trusted_folders(self) -> list[Path]:
        return list(self.folders.values()) if self.settings.workspace_trusted else []

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something in the background; what it raises is logged."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed", exc_info=error)

    # Documents --------------------------------------------------------------------------------------
    async def follow(self, document: Document) -> None:
        """Find what is known about a document that was opened."""
        place = await self.place_of(document)
        if place is None:
            self.tracking.leave(document)
        else:
            self.settling.begin(place[0])
            work = self.tracking.follow(document, *place)
            await self.client.with_progress("Git Memory: reading what is known here", work)

    async def place_of(self, document: Document) -> tuple[Repository, str] | None:
        """The repository whose work tree a document is in, and its path there."""
        repository = await self.repository_of(document)
        if repository is None or document.path is None:
            return None
        path = await self.workers.prompt(repository.memory.code_path, document.path)
        return None if path is None else (repository, path)

    async def repository_of(self, document: Document) -> Repository | None:
        """The repository that a document speaks of: its own, or the workspace's when it has no file."""
        if document.path is not None:
            return await self.repositories.of(document.path)
        if (place := virtual_place(document.uri)) is not None:
            return await self.repositories.of_directory(place[0])
        return await self.repository_for(None)

    def is_record_file(self, document: Document) -> bool:
        """Whether a document is a record's: a draft, a file view, a file of a checked-out memory branch."""
        if document.path is None:
            return False
        return self.repositories.is_draft(document.path) or record_id(document) is not None

    def _learned(self, document: Document, repository: Repository) -> None:
        """All about a document is known: what is to be noticed in it can be shown."""
        if not self.is_record_file(document):
            self.noticing.check(document, repository)

    def show_notices(self) -> None:
        """Show the notices about every document, or none: the setting has changed."""
        if not self.settings.diagnostics:
            self.noticing.forget_all()
            return
        for document in self.documents:
            repository = self.known_repository_of(document)
            if repository is not None and document.path is not None:
                self._learned(document, repository)

    def files_in_use(self) -> list[Path]:
        """The files that the editor has open: what is in its buffers may be older than what is on disk."""
        return [document.path for document in self.documents if document.path is not None]

    def known_repository_of(self, document: Document) -> Repository | None:
        """As ``repository_of``, but only what has been found already: answers at once."""
        if document.path is not None:
            return self.repositories.known(document.path)
        if (place := virtual_place(document.uri)) is not None:
            return self.repositories.known_directory(place[0])
        known = [self.repositories.known_directory(path) for path in self.folders.values()]
        return next((repository for repository in known if repository and repository.has_memory), None)

    async def repository_for(self, uri: str | None) -> Repository | None:
        """The repository of a document or directory. Without one: the first with a memory among those of
        the workspace's folders and of the documents, the last opened first."""
        if uri is not None and (path := uris.to_path(uri)) is not None:
            is_directory = await self.workers.prompt(path.is_dir)
            return await (
                self.repositories.of_directory(path) if is_directory else self.repositories.of(path)
            )
        found = [await self.repositories.of_directory(path) for path in self.folders.values()]
        files = [document.path for document in self.documents if document.path is not None]
        found += [await self.repositories.of(path) for path in reversed(files)]
        there = [repository for repository in found if repository is not None]
        return next(
            (repository for repository in there if repository.has_memory), there[0] if there else None
        )

    # Changes ----------------------------------------------------------------------------------------
    async def wrote(self, repository: Repository) -> None:
        """Something was written through us: the editor sees it without waiting for the watch, also in the
        documents of ours that are open, which it reads again by itself."""
        if await repository.refresh():
            self._moved_on(repository)
        elif self.shown_texts:  # an event need not go to the branch
            self.spawn(shown_texts.bring_up_to_date(self, repository))
        shown = {
            document.path: document.git_text
            for document in self.documents
            if document.path is not None
            and document.is_own
            and self.known_repository_of(document) is repository
        }
        if shown:
            try:
                await self.workers.prompt(repository.memory.refresh_open_views, shown)
            except GitMemoryError as error:
                log.warning("what is open could not be brought up to date: %s", error)

    def _moved_on(self, repository: Repository) -> None:
        self.settling.moved_on(repository)
        self.tracking.refresh(repository)
        if self.shown_texts:
            self.spawn(shown_texts.bring_up_to_date(self, repository))

    # The end ----------------------------------------------------------------------------------------
    async def close(self) -> None:
        """End the background work and the memories; what a person asked for is finished first."""
        self.settling.end()
        await self.background_sync.end()
        await self.saves.finish(_LAST_WORDS)
        for task in tuple(self._tasks):
            task.cancel()
        await self.workers.finish(_LAST_WORDS)
        for repository in self.repositories:
            repository.memory.close()
