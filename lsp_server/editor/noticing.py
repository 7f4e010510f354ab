"""Notices about code, as diagnostics: an anchor whose lines are gone, a label whose record does not hold.

Quiet: at most *information*, and *hint* where it may be meant otherwise. Looked at off the loop, when all is
known about a file and after each pause in typing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.client import Client
from lsp_server.editor.documents import Document, Documents
from lsp_server.editor.mentions import Mention, mentions
from lsp_server.editor.repositories import Repository
from lsp_server.editor.settings import Settings
from lsp_server.editor.tracking import Tracking
from lsp_server.editor.workers import Workers
from lsp_server.records.life_cycle import still_holds

if TYPE_CHECKING:
    from lsp_server.memory.citing import Citation
    from lsp_server.memory.results import Gone

log = logging.getLogger(__name__)

SOURCE = "Git Memory"
STALE = "stale-anchor"
_PAUSE = 0.3  # seconds without typing before a text is looked at
_MOST = 100  # notices of one file; more would be a sign of something else
_LARGEST = 100_000  # lines of a file that is looked through for labels
_FOREIGN = frozenset(("node_modules", "vendor", "third_party", "site-packages", "dist-packages", ".venv"))
_FAINT = ("deleted", "unknown-label", "deprecated")


class Notice(NamedTuple):
    """One label in a document that there is something to say about, on a client's line."""

    line: int
    mention: Mention
    citation: Citation


class Noticing:
    """The notices of every open document that is code."""

    def __init__(
        self, documents: Documents, workers: Workers, client: Client, tracking: Tracking, settings: Settings
    ) -> None:
        self._documents = documents
        self._workers = workers
        self._client = client
        self._tracking = tracking
        self._settings = settings
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._shown: dict[str, Sequence[types.Diagnostic]] = {}

    def check(self, document: Document, repository: Repository, *, pause: bool = False) -> None:
        """Look at a document, after a pause in typing or at once; replaces a look that still waits."""
        if not self._settings.diagnostics:
            return
        if not repository.has_memory:  # any more, maybe
            self.forget(document.uri)
            return
        name = uris.key(document.uri)
        if (task := self._waiting.pop(name, None)) is not None:
            task.cancel()
        self._waiting[name] = asyncio.ensure_future(
            self._check(document.uri, repository, _PAUSE if pause else 0.0)
        )

    def forget(self, uri: str) -> None:
        """The document was closed, or is code no more."""
        if (task := self._waiting.pop(uris.key(uri), None)) is not None:
            task.cancel()
        if self._shown.pop(uris.key(uri), None):
            self._client.publish(uri, None, [])

    def forget_all(self) -> None:
        """Notices are not wanted any more."""
        for name in {*self._waiting, *self._shown}:
            document = self._documents.get(name)
            self.forget(name if document is None else document.uri)

    async def _check(self, uri: str, repository: Repository, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self._documents.get(uri)
        if document is None:
            return
        try:
            found = [
                *[
                    await stale_notice(document, line, gone, repository)
                    for line, gone in self._gone(document)
                ],
                *[_diagnostic(document, one) for one in await self.notices(document, repository)],
            ]
        except Exception:
            log.exception("%s could not be looked through", uri)
            return
        shown = [one for one in found if one is not None][:_MOST]
        # What was typed meanwhile is looked at after the next pause.
        if self._documents.get(uri) is document and shown != self._shown.get(uris.key(uri), []):
            self._shown[uris.key(uri)] = shown
            self._client.publish(document.uri, document.version, shown)

    def _gone(self, document: Document) -> Sequence[tuple[int, Gone]]:
        return self._tracking.gone(document)[:_MOST]

    async def notices(
        self, document: Document, repository: Repository, lines: range | None = None
    ) -> Sequence[Notice]:
        """The labels in a document, or in some of its lines, that there is something to say about."""
        if document.path is not None and _FOREIGN.intersection(document.path.parts):
            return []
        looked_at = range(min(len(document.lines), _LARGEST)) if lines is None else lines
        found = await self._workers.prompt(_mentions, document, looked_at)
        known = await repository.citations({mention.ref for _, mention in found})
        return await self._workers.prompt(_meant, document, found, known) if known else []


def _mentions(document: Document, lines: range) -> list[tuple[int, Mention]]:
    """Line by line, so that the loop's thread has its turns."""
    return [
        (line, mention)
        for line in lines
        if "-" in document.lines[line]
        for mention in mentions(document.content(line))
    ]


def _meant(
    document: Document, found: Sequence[tuple[int, Mention]], known: Mapping[str, Citation]
) -> list[Notice]:
    from lsp_server.records.labels import normalise_label

    named: dict[int, set[str | None]] = {}
    for line, mention in found:
        named.setdefault(line, set()).add(normalise_label(mention.ref))
    notices = []
    for line, mention in found:
        citation = known.get(mention.ref)
        # A line that names the other label as well knows already.
        if citation is None or (citation.instead and citation.instead in named[line]):
            continue
        if citation.fits(document.content(line), mention.start, mention.end):
            notices.append(Notice(line, mention, citation))
    return notices


def _diagnostic(document: Document, notice: Notice) -> types.Diagnostic:
    citation, mention = notice.citation, notice.mention
    faint = not citation.is_sure or citation.cited.value in _FAINT
    return types.Diagnostic(
        range=document.span(notice.line, mention.start, mention.end),
        message=citation.message,
        severity=types.DiagnosticSeverity.Hint if faint else types.DiagnosticSeverity.Information,
        code=citation.cited.value,
        source=SOURCE,
        data={"record": citation.record_id, "instead": citation.instead or None},
    )


async def stale_notice(
    document: Document, line: int, gone: Gone, repository: Repository
) -> types.Diagnostic | None:
    """The diagnostic of an anchor of which nothing is left, on the line where its lines stood. None where the
    record does not hold any more: nobody needs to look for another place for it."""
    record = await repository.find(gone.record_id)
    if record is None or not still_holds(record.kind, record.status):
        return None
    what = f"{gone.symbol} in {gone.range.path}" if gone.symbol else str(gone.range)
    since = f" since {gone.commit[:8]} (before: {gone.last})" if gone.commit else f" (recorded at {what})"
    told = f"{record.label} “{record.title}”: its lines are gone from here{since}"
    content = document.content(line)
    return types.Diagnostic(
        range=document.span(line, len(content) - len(content.lstrip())),
        message=told,
        severity=types.DiagnosticSeverity.Information,
        code=STALE,
        source=SOURCE,
        data={"record": record.id, "anchor": anchor_argument(gone)},
    )


def anchor_argument(gone: Gone) -> dict[str, Any]:
    """An anchor as the commands take it."""
    place = gone.range
    return {"path": place.path, "start": place.start, "end": place.end, "symbol": gone.symbol or None}
