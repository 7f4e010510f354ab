"""Diagnostics: what cannot be understood in a draft or a record's file, at its line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.client import Client
from lsp_server.editor.documents import Document, Documents
from lsp_server.editor.repositories import Repository
from lsp_server.editor.workers import Workers
from lsp_server.records.model import Problem
from lsp_server.records.outcomes import OUTCOME_DUE

log = logging.getLogger(__name__)

SOURCE = "Git Memory"
_PAUSE = 0.3  # seconds without typing before a text is looked at


class Checking:
    """The diagnostics of every open record's file. What is typed meanwhile is looked at next."""

    def __init__(self, documents: Documents, workers: Workers, client: Client) -> None:
        self._documents = documents
        self._workers = workers
        self._client = client
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._shown: set[str] = set()

    def check(self, document: Document, repository: Repository, *, pause: bool = False) -> None:
        """Look at a record's file, after a pause in typing or at once; replaces a look that still waits."""
        self._replace(document.uri, self._check(document.uri, repository, _PAUSE if pause else 0.0))

    def fail(self, document: Document, repository: Repository, message: str) -> None:
        """A save was refused: show why, at the line where it is known, until the text changes."""
        self._replace(document.uri, self._check(document.uri, repository, 0.0, message))

    def forget(self, uri: str) -> None:
        """The document was closed, or is no record any more."""
        if (task := self._waiting.pop(uris.key(uri), None)) is not None:
            task.cancel()
        if uris.key(uri) in self._shown:
            self._shown.discard(uris.key(uri))
            self._client.publish(uri, None, [])

    def _replace(self, uri: str, check: Coroutine[Any, Any, None]) -> None:
        name = uris.key(uri)
        if (task := self._waiting.pop(name, None)) is not None:
            task.cancel()
        self._waiting[name] = asyncio.ensure_future(check)

    async def _check(
        self, uri: str, repository: Repository, pause: float, failure: str | None = None
    ) -> None:
        await asyncio.sleep(pause)
        document = self._documents.get(uri)
        if document is None or document.path is None:
            return
        try:
            found = await self._workers.prompt(
                repository.memory.check_draft, document.path, document.git_text
            )
        except Exception:
            log.exception("%s could not be checked", document.path)
            return
        problems = list(found)
        if failure is not None and all(problem.code == OUTCOME_DUE for problem in problems):
            problems = [Problem(0, failure)]
        if problems or uris.key(uri) in self._shown:
            shown = [_diagnostic(document, problem) for problem in problems]
            self._client.publish(document.uri, document.version, shown)
            self._shown.add(uris.key(uri))


def _diagnostic(document: Document, problem: Problem) -> types.Diagnostic:
    reminds = problem.code == OUTCOME_DUE  # nothing is wrong
    return types.Diagnostic(
        range=document.span(document.client_line(problem.line + 1)),
        message=problem.message,
        severity=types.DiagnosticSeverity.Information if reminds else types.DiagnosticSeverity.Error,
        source=SOURCE,
    )
