"""What is known about the lines of the open files: computed when a file opens, not when somebody asks.

First what the file's texts tell, which takes milliseconds; then what blame tells, which may take a second;
then what has to be followed through history. An edit shifts what is known and looks nothing up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from lsp_server.editor import uris
from lsp_server.editor.documents import Document, Documents
from lsp_server.editor.repositories import Repository
from lsp_server.editor.workers import Workers
from lsp_server.errors import GitMemoryError

if TYPE_CHECKING:
    from lsp_server.memory.live import LiveMemory
    from lsp_server.memory.results import FileMemory, Gone

log = logging.getLogger(__name__)

_LARGEST = 8 * 1024 * 1024  # characters of a file that is still worth a blame
_AFTER = 0.1  # seconds after a file was opened again, which is known already: the first hover goes before
_KEPT = 64  # closed files whose memory is kept for when they are opened again


class _Tracked:
    """One open file. ``base`` is what was last computed, ``live`` the same on the document ``live_on``."""

    def __init__(self) -> None:
        self.repository: Repository | None = None
        self.path = ""
        self.base: FileMemory | None = None
        self.live: LiveMemory | None = None
        self.live_on: Document | None = None
        self.begun = asyncio.Event()  # something is known
        self.whole = asyncio.Event()  # all there is to know is known
        self.outdated = False
        self.task: asyncio.Task[None] | None = None


class Tracking:
    """The ``FileMemory`` of every open document that is a file of a repository with a memory."""

    def __init__(
        self,
        documents: Documents,
        workers: Workers,
        learned: Callable[[Document, Repository], None] = lambda *_: None,
    ) -> None:
        """``learned`` is called when all is known about a document, and each time that it is known anew."""
        self._documents = documents
        self._workers = workers
        self._learned = learned
        self._files: dict[str, _Tracked] = {}
        self._closed: OrderedDict[tuple[Repository, str], FileMemory] = OrderedDict()

    # Which documents -----------------------------------------------------------------------------------
    def begin(self, document: Document) -> None:
        """A document was opened; ``follow`` or ``leave`` says what becomes of it."""
        self.forget(document.uri)
        self._files[uris.key(document.uri)] = _Tracked()

    def leave(self, document: Document) -> None:
        """There is nothing to know about a document: it is no file of a repository."""
        if (tracked := self._files.get(uris.key(document.uri))) is not None:
            tracked.begun.set()
            tracked.whole.set()

    async def follow(self, document: Document, repository: Repository, path: str) -> None:
        """Know a document's lines from now on; returns when all about them is known."""
        tracked = self._files.get(uris.key(document.uri))
        if tracked is None:
            return
        if (
            tracked.repository is not None
        ):  # closed and opened again while this was on its way: it is followed
            await tracked.whole.wait()
            return
        tracked.repository, tracked.path = repository, path
        tracked.base = kept = self._closed.pop((repository, path), None)
        if kept is not None:  # it is computed again all the same: the text may be another one
            tracked.begun.set()
            if (kept.version, kept.commit) == (repository.version, repository.code_version):
                tracked.whole.set()
        self._compute(tracked, document.uri)
        await tracked.whole.wait()

    def edited(self, before: Document, document: Document) -> None:
        """A document was typed in: shift what is known by the edits themselves. Takes microseconds."""
        tracked = self._files.get(uris.key(document.uri))
        if tracked is None or tracked.live is None or tracked.live_on is not before:
            return
        if document.edits is not None and document.without_cr:
            tracked.live.edited(document.edits, document.content)
            tracked.live_on = document

    def forget(self, uri: str) -> None:
        tracked = self._files.pop(uris.key(uri), None)
        if tracked is None:
            return
        if tracked.task is not None:
            tracked.task.cancel()
        if tracked.repository is not None and tracked.base is not None and tracked.whole.is_set():
            self._closed[tracked.repository, tracked.path] = tracked.base
            while len(self._closed) > _KEPT:
                self._closed.popitem(last=False)
        # Nobody waits for what does not come any more.
        tracked.begun.set()
        tracked.whole.set()

    def refresh(self, repository: Repository) -> None:
        """Compute again what is known of a repository's files: its memory or its code moved on."""
        for name, tracked in self._files.items():
            document = self._documents.get(name) if tracked.repository is repository else None
            if document is not None:
                self._compute(tracked, document.uri)

    # What is known --------------------------------------------------------------------------------------
    def at(self, document: Document, line: int) -> Sequence[str] | None:
        """The ids of the records on a client's line, as far as they are known; None while nothing is.
        Answers at once."""
        tracked = self._files.get(uris.key(document.uri))
        if tracked is None:
            return ()
        if not tracked.begun.is_set():
            return None
        live = self._live(tracked, document)
        return () if live is None else live.at(document.git_line(line))

    def gone(self, document: Document) -> Sequence[tuple[int, Gone]]:
        """The anchors of which nothing is left, with the client's line where each stood."""
        tracked = self._files.get(uris.key(document.uri))
        if tracked is None or tracked.base is None or not tracked.base.gone:
            return ()
        live = self._live(tracked, document)
        return (
            []
            if live is None
            else [(document.client_line(live.line_of(one.line)), one) for one in live.base.gone]
        )

    def gone_at(self, document: Document, line: int) -> Sequence[str]:
        """The ids of the records whose lines stood on a client's line and are gone, without those that are
        still there in other lines."""
        stood = [one.record_id for at, one in self.gone(document) if at == line]
        if not stood:
            return ()
        there = self.at(document, line) or ()
        return [one for one in dict.fromkeys(stood) if one not in there]

    async def soon_at(
        self, document: Document, line: int, patience: float, *, whole: bool = True
    ) -> Sequence[str]:
        """As ``at``, waiting ``patience`` seconds at most for all to be known, or, unless the ``whole`` is
        wanted, for what is known without the file's history."""
        tracked = self._files.get(uris.key(document.uri))
        if tracked is not None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for((tracked.whole if whole else tracked.begun).wait(), patience)
        return self.at(document, line) or ()

    def _live(self, tracked: _Tracked, document: Document) -> LiveMemory | None:
        base = tracked.base
        if base is None or not _says_something(base):
            return None
        if tracked.live is not None and tracked.live_on is document:
            return tracked.live
        live = _live_on(base, document)
        # Whoever asks about a text from before the last keystroke must not undo what the typing has told.
        if self._documents.get(document.uri) is document:
            tracked.live, tracked.live_on = live, document
        return live

    # Computing ------------------------------------------------------------------------------------------
    def _compute(self, tracked: _Tracked, uri: str) -> None:
        if tracked.task is not None and not tracked.task.done():
            tracked.outdated = True
            return
        tracked.task = asyncio.ensure_future(self._keep_computing(tracked, uri))

    async def _keep_computing(self, tracked: _Tracked, uri: str) -> None:
        from lsp_server.memory import Memory  # not before `initialize` is answered

        if not tracked.begun.is_set():
            await self._look(tracked, uri, Memory.first_look, self._workers.prompt)
            tracked.begun.set()
        if tracked.whole.is_set():
            await asyncio.sleep(_AFTER)
        else:
            await self._look(tracked, uri, Memory.second_look, self._workers.patient)
        while self._documents.get(uri) is not None:
            tracked.outdated = False
            await self._look(tracked, uri, Memory.file_memory, self._workers.patient)
            tracked.whole.set()
            if tracked.repository is not None and (now := self._documents.get(uri)) is not None:
                self._learned(now, tracked.repository)
            if not tracked.outdated:
                return

    async def _look(
        self, tracked: _Tracked, uri: str, look: Callable[..., FileMemory], run: Callable[..., Awaitable[Any]]
    ) -> None:
        """Ask the memory, and take what it says for what is known from now on. Where that fails, what was
        known before stays, and follows the typing."""
        repository, document = tracked.repository, self._documents.get(uri)
        if repository is None or document is None:
            return
        try:
            base: FileMemory | None = None
            if _is_worth_it(repository, document):
                base = await run(look, repository.memory, tracked.path, document.git_text)
            await self._take(tracked, uri, base)
        except GitMemoryError as error:
            log.info("nothing is known about %s: %s", tracked.path, error)
        except Exception:
            log.exception("what is known about %s could not be computed", tracked.path)

    async def _take(self, tracked: _Tracked, uri: str, base: FileMemory | None) -> None:
        """What is known from now on, brought to the text as it is by now off the loop's thread."""
        live, document = None, self._documents.get(uri)
        while base is not None and document is not None and _says_something(base):
            live = await self._workers.prompt(_live_on, base, document)
            if document is (document := self._documents.get(uri)):
                break
        tracked.base, tracked.live, tracked.live_on = base, live, document


def _says_something(base: FileMemory) -> bool:
    return bool(base.placed or base.whole or base.gone)


def _is_worth_it(repository: Repository, document: Document) -> bool:
    return repository.has_memory and len(document.text) <= _LARGEST


def _live_on(base: FileMemory, document: Document) -> LiveMemory:
    lines = document.git_lines
    return base.live(lines if len(lines) == len(document.lines) else [*lines, ""])
