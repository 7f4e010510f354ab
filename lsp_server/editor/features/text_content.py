"""``workspace/textDocumentContent``: what is shown without a file, where the client can (LSP 3.18).

The text was made when it was asked to be shown; an editor that restores its tabs asks for it again without
having asked for more, and gets what can be read without writing anything.
"""

from __future__ import annotations

from collections.abc import Awaitable

from lsprotocol import types

from lsp_server.editor import shown_texts
from lsp_server.editor.own_files import SCHEME
from lsp_server.editor.session import Session

REGISTRATION = types.TextDocumentContentRegistrationOptions(schemes=[SCHEME])

Answer = types.TextDocumentContentResult


def text_document_content(
    session: Session, params: types.TextDocumentContentParams
) -> Answer | Awaitable[Answer]:
    text = session.shown_texts.get(params.uri)
    if text is not None:
        return Answer(text)
    return _made_again(session, params.uri)


async def _made_again(session: Session, uri: str) -> Answer:
    return Answer(await shown_texts.make_again(session, uri))
