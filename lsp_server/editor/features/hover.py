"""``textDocument/hover``: what is known about a line, or about the label under the cursor.

Answered at once from what is in memory; only the first look at a record or a file goes to a worker. It never
waits for a file's history: what that adds is there at the next hover.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from lsprotocol import types

from lsp_server.editor.documents import Document
from lsp_server.editor.mentions import Mention, mention_at
from lsp_server.editor.repositories import Repository
from lsp_server.editor.session import Session

PATIENCE = 2.0  # seconds that the first hover of a file waits for the index to be read
Answer = types.Hover | None


def hover(session: Session, params: types.HoverParams) -> Answer | Awaitable[Answer]:
    document = session.documents.get(params.text_document.uri)
    position = params.position
    if document is None or position.line >= len(document.lines):
        return None
    mention = mention_at(document.content(position.line), document.column(position))
    repository = session.known_repository_of(document)
    if repository is not None:
        found, answer = _at_once(session, repository, document, position.line, mention)
        if found:
            return answer
    return _hover(session, document, position.line, mention)


def _at_once(
    session: Session, repository: Repository, document: Document, line: int, mention: Mention | None
) -> tuple[bool, Answer]:
    """(whether the answer is known without asking anybody, the answer)."""
    ids: Sequence[str] | None = None
    stale: Sequence[str] = ()
    if mention is not None:
        known, record = repository.known(mention.ref)
        if not known:
            return False, None
        if record is not None:
            ids = (record.id,)
        else:
            mention = None
    if ids is None:
        ids, stale = session.tracking.at(document, line), session.tracking.gone_at(document, line)
    if ids is None:
        return False, None
    if not ids and not stale:
        return True, None
    text = repository.known_hover([*ids, *stale], stale)
    return text is not None, _answer(session, document, line, mention, text)


async def _hover(session: Session, document: Document, line: int, mention: Mention | None) -> Answer:
    repository = await session.repository_of(document)
    if repository is None:
        return None
    record = await repository.find(mention.ref) if mention is not None else None
    stale: Sequence[str] = ()
    if record is not None:
        ids: Sequence[str] = (record.id,)
    else:
        mention = None
        ids = await session.tracking.soon_at(document, line, PATIENCE, whole=False)
        stale = session.tracking.gone_at(document, line)
    if not ids and not stale:
        return None
    text = await repository.hover([*ids, *stale], session.files_in_use(), stale)
    return _answer(session, document, line, mention, text)


def _answer(
    session: Session, document: Document, line: int, mention: Mention | None, text: str | None
) -> Answer:
    if not text:
        return None  # never an empty hover: editors show an empty box
    kind = types.MarkupKind.Markdown if session.client.reads_markdown else types.MarkupKind.PlainText
    where = document.span(line) if mention is None else document.span(line, mention.start, mention.end)
    return types.Hover(contents=types.MarkupContent(kind=kind, value=text), range=where)
