"""``textDocument/documentLink``: labels and names of documents in our own documents, as links.

Where a link leads is looked up when it is followed: the file is written then, with what is true then.
"""

from __future__ import annotations

from collections.abc import Awaitable

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.documents import Document
from lsp_server.editor.pages import name_in, target_of
from lsp_server.editor.references import opened, references
from lsp_server.editor.registering import SELECTOR
from lsp_server.editor.session import Session

Answer = list[types.DocumentLink] | None

OPTIONS = types.DocumentLinkOptions(resolve_provider=True)
REGISTRATION = types.DocumentLinkRegistrationOptions(document_selector=SELECTOR, resolve_provider=True)
_LINES = 5000  # of a document that are looked at for labels; a session may have a hundred thousand


def document_link(session: Session, params: types.DocumentLinkParams) -> Answer | Awaitable[Answer]:
    document = session.documents.own(params.text_document.uri)
    if document is None:
        return None
    return session.workers.prompt(_links, document)


def document_link_resolve(session: Session, link: types.DocumentLink) -> Awaitable[types.DocumentLink]:
    return _resolved(session, link)


async def _resolved(session: Session, link: types.DocumentLink) -> types.DocumentLink:
    data = link.data if isinstance(link.data, dict) else {}
    ref, uri = data.get("ref"), data.get("uri")
    if isinstance(ref, str) and isinstance(uri, str):
        document = session.documents.get(uri)
        repository = await session.repository_of(document) if document is not None else None
        path = await opened(session, repository, ref) if repository is not None else None
        link.target = None if path is None else uris.from_path(path)
    elif isinstance(line := data.get("line"), int) and isinstance(uri, str):
        document = session.documents.get(uri)
        repository = await session.repository_of(document) if document is not None else None
        if document is not None and repository is not None and 0 <= line < len(document.lines):
            target = await target_of(session, repository, document, line)
            if target is not None:
                link.target = target.uri if not target.line else f"{target.uri}#L{target.line + 1}"
    return link


def _links(document: Document) -> Answer:
    found = [
        types.DocumentLink(
            range=document.span(line, one.start, one.end),
            tooltip=f"Open {one.ref}",
            data={"ref": one.ref, "uri": document.uri},
        )
        for line in range(min(len(document.lines), _LINES))
        for one in references(document.content(line))
    ]
    for line in range(min(len(document.lines), _LINES)):
        if (named := name_in(document, line)) is not None:
            data = {"line": line, "uri": document.uri}
            found.append(types.DocumentLink(range=document.span(line, *named), tooltip="Open", data=data))
    return found or None
