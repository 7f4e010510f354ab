"""What is known about the lines of the open files: computed when a file opens, not when somebody asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.editor import uris
from lsp_server.editor.documents import Document, Documents
from lsp_server.editor.repositories import Repository
from lsp_server.editor.workers import Workers
from lsp_server.errors import GitMemoryError

if TYPE_CHECKING:
    from lsp_server.memory.results import FileMemory

log = logging.getLogger(__name__)

_LARGEST = 8 * 1024 * 1024  # characters of a file that is still worth a blame


class _Tracked:
    """One open file. ``base`` is what was last computed, ``moved`` the same on the text as it is now."""

    def __init__(self) -> None:
        self.repository: Repository | None = None
        self.path = ""
        self.base: FileMemory | None = None
        self.moved: tuple[Document, FileMemory] | None = None
        self.ready = asyncio.Event()
        self.outdated = False
        self.task: asyncio.Task[None] | None = None


class Tracking:
    """The ``FileMemory`` of every open document that is a file of a repository with a memory."""

    def __init__(self, documents: Documents, workers: Workers) -> None:
        self._documents = documents
        self._workers = workers
        self._files: dict[str, _Tracked] = {}

    def begin(self, document: Document) -> None:
        """A document was opened; ``follow`` or ``leave`` says what becomes of it."""
        self.forget(document.uri)
        self._files[uris.key(document.uri)] = _Tracked()

    def leave(self, document: Document) -> None:
        """There is nothing to know about a document: it is no file of a repository."""
        if (tracked := self._files.get(uris.key(document.uri))) is not None:
            tracked.ready.set()

    async def follow(self, document: Document, repository: Repository, path: str) -> None:
        """Know a document's lines from now on; returns when they are known."""
        tracked = self._files.get(uris.key(document.uri))
        if tracked is None:
            return
        tracked.repository, tracked.path = repository, path
        self._compute(tracked, document.uri)
        await tracked.ready.wait()

    def forget(self, uri: str) -> None:
        tracked = self._files.pop(uris.key(uri), None)
        if tracked is not None and tracked.task is not None:
            tracked.task.cancel()

    def refresh(self, repository: Repository) -> None:
        """Compute again what is known of a repository's files: its memory or its code moved on."""
        for name, tracked in self._files.items():
            document = self._documents.get(name) if tracked.repository is repository else None
            if document is not None:
                self._compute(tracked, document.uri)

    def at(self, document: Document, line: int) -> Sequence[str] | None:
        """The ids of the records on a client's line; None while they are being computed. Answers at once."""
        tracked = self._files.get(uris.key(document.uri))
        if tracked is None:
            return ()
        if not tracked.ready.is_set():
            return None
        if tracked.base is None or not tracked.base.placed:
            return ()
        if tracked.moved is None or tracked.moved[0] is not document:
            tracked.moved = document, tracked.base.moved(document.git_lines)
        return tracked.moved[1].at(document.git_line(line))

    async def soon_at(self, document: Document, line: int, patience: float) -> Sequence[str]:
        """As ``at``, waiting ``patience`` seconds at most; nothing when it takes longer."""
        tracked = self._files.get(uris.key(document.uri))
        if tracked is not None and not tracked.ready.is_set():
            try:
                await asyncio.wait_for(tracked.ready.wait(), patience)
            except asyncio.TimeoutError:
                return ()
        return self.at(document, line) or ()

    def _compute(self, tracked: _Tracked, uri: str) -> None:
        if tracked.task is not None and not tracked.task.done():
            tracked.outdated = True
            return
        tracked.task = asyncio.ensure_future(self._keep_computing(tracked, uri))

    async def _keep_computing(self, tracked: _Tracked, uri: str) -> None:
        while (document := self._documents.get(uri)) is not None:
            tracked.outdated = False
            base = await self._known_now(tracked, document)
            tracked.base, tracked.moved = base, None
            tracked.ready.set()
            if not tracked.outdated:
                return

    async def _known_now(self, tracked: _Tracked, document: Document) -> FileMemory | None:
        repository = tracked.repository
        if repository is None or not repository.has_memory or len(document.text) > _LARGEST:
            return None
        try:
            work = repository.memory.file_memory
            return await self._workers.patient(work, tracked.path, document.git_text)
        except GitMemoryError as error:
            log.info("nothing is known about %s: %s", tracked.path, error)
        except Exception:
            log.exception("what is known about %s could not be computed", tracked.path)
        return None
