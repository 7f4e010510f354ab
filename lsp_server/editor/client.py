"""What the server asks of its client, and what that client can do. Used on the loop's thread only."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp_server.editor import uris

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")
_PATIENCE = 10.0  # seconds for a client to answer a request of ours; some never do
_SOON = 0.5  # seconds of work that need no progress bar


class Client:
    """The editor at the other end."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._shows_documents = False
        self._shows_progress = False
        self._bars: set[asyncio.Future[None]] = set()
        self.reads_markdown = True
        self.reads_code_actions = False
        self.reads_versioned_edits = False
        self.reads_symbol_trees = False
        self.shows_without_files = False

    def initialized(self, capabilities: types.ClientCapabilities) -> None:
        """Take note of what it can do."""
        window, text = capabilities.window, capabilities.text_document
        self._shows_documents = bool(window and window.show_document and window.show_document.support)
        self._shows_progress = bool(window and window.work_done_progress)
        formats = text.hover.content_format if text and text.hover else None
        self.reads_markdown = not formats or types.MarkupKind.Markdown in formats
        action = text.code_action if text else None
        self.reads_code_actions = bool(action and action.code_action_literal_support)
        edits = capabilities.workspace.workspace_edit if capabilities.workspace else None
        self.reads_versioned_edits = bool(edits and edits.document_changes)
        symbols = text.document_symbol if text else None
        self.reads_symbol_trees = bool(symbols and symbols.hierarchical_document_symbol_support)
        contents = capabilities.workspace.text_document_content if capabilities.workspace else None
        self.shows_without_files = bool(self._shows_documents and contents and contents.dynamic_registration)

    def say(self, message: str) -> None:
        """Tell a person what was done."""
        sentence = message[:1].upper() + message[1:]
        self._server.window_show_message(types.ShowMessageParams(types.MessageType.Info, sentence))

    def complain(self, message: str) -> None:
        """Tell a person what could not be done."""
        # An error may begin with a file's name, which must stay as it is: so it is told who speaks.
        shown = types.ShowMessageParams(types.MessageType.Error, f"Git Memory: {message}")
        self._server.window_show_message(shown)

    async def show(self, path: Path, line: int | None = None) -> bool:
        """Open a file in the editor, with the cursor behind the ``# `` of a line; where the editor
        cannot, say where the file is. Whether the editor opened it."""
        if await self.show_uri(uris.from_path(path), line):
            return True
        self.say(f"open {path}")
        return False

    async def show_uri(self, uri: str, line: int | None = None) -> bool:
        """As ``show``, of anything that the editor can show, and without a word when it does not."""
        if not self._shows_documents:
            return False
        cursor = None if line is None else types.Position(line, 2)
        params = types.ShowDocumentParams(
            uri=uri,
            external=False,
            take_focus=True,
            selection=None if cursor is None else types.Range(cursor, cursor),
        )
        try:
            request = self._server.window_show_document_async(params)
            return bool((await asyncio.wait_for(request, _PATIENCE)).success)
        except Exception as error:  # a client may answer with any error, or with nonsense
            log.warning("the client could not show %s: %r", uri, error)
        return False

    async def register(self, registrations: Sequence[types.Registration]) -> None:
        """Tell the client what it is to ask us about."""
        try:
            request = self._server.client_register_capability_async(types.RegistrationParams(registrations))
            await asyncio.wait_for(request, _PATIENCE)
        except Exception as error:  # as above
            log.warning("the client registers nothing: %r", error)

    async def refresh(self, uri: str) -> None:
        """What is shown without a file has changed: the client asks for it again."""
        try:
            params = types.TextDocumentContentRefreshParams(uri)
            request = self._server.workspace_text_document_content_refresh_async(params)
            await asyncio.wait_for(request, _PATIENCE)
        except Exception as error:  # as above
            log.warning("the client does not refresh %s: %r", uri, error)

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[types.Diagnostic]) -> None:
        """Replace the diagnostics of one document."""
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics, version=version)
        )

    async def with_progress(self, title: str, work: Awaitable[_Answer]) -> _Answer:
        """Wait for some work, under a progress bar once it takes longer than a person overlooks."""
        task = asyncio.ensure_future(work)
        if self._shows_progress:
            bar = asyncio.ensure_future(self._show_progress(title, task))
            self._bars.add(bar)
            bar.add_done_callback(self._bars.discard)
        return await task

    async def _show_progress(self, title: str, work: asyncio.Future[_Answer]) -> None:
        """Beside the work, never before it: the client may take its time to make the bar."""
        await asyncio.wait([work], timeout=_SOON)
        if work.done():
            return
        token = str(uuid.uuid4())
        progress: Any = self._server.work_done_progress
        try:
            await asyncio.wait_for(progress.create_async(token), _PATIENCE)
        except Exception as error:  # as above
            log.warning("the client shows no progress: %r", error)
            return
        progress.begin(token, types.WorkDoneProgressBegin(title=title, cancellable=False))
        await asyncio.wait([work])
        progress.end(token, types.WorkDoneProgressEnd())
