"""``textDocument/codeLens``: in the checklist and the pages of errors and of decisions that are due, above a
line that tells of something to be done, what does it.

Only for editors that take registrations: some of them offer no code actions in a document to be read. Nowhere
else is there a lens.
"""

from __future__ import annotations

from collections.abc import Awaitable

from lsprotocol import types

from lsp_server.editor.documents import Document
from lsp_server.editor.own_files import SCHEME
from lsp_server.editor.pages import WITH_LENSES, has_actions, page_actions
from lsp_server.editor.session import Session

Answer = list[types.CodeLens] | None

REGISTRATION = types.CodeLensRegistrationOptions(
    document_selector=[
        one
        for name in WITH_LENSES
        for one in (
            types.TextDocumentFilterPattern(pattern=f"**/git-memory/drafts/*/{name}", scheme="file"),
            types.TextDocumentFilterScheme(scheme=SCHEME, pattern=f"**/{name}"),
        )
    ]
)


def code_lens(session: Session, params: types.CodeLensParams) -> Answer | Awaitable[Answer]:
    document = session.documents.get(params.text_document.uri)
    if document is None or not has_actions(document):
        return None
    return _code_lens(session, document)


async def _code_lens(session: Session, document: Document) -> Answer:
    repository = await session.repository_of(document)
    if repository is None:
        return None
    # None where nothing is left to be done would leave the lenses that VS Code has shown before.
    return [
        types.CodeLens(range=document.span(line), command=one.command)
        for line in range(len(document.lines))
        for one in page_actions(document, repository, document.span(line))
    ]
