"""Which open documents are records themselves: drafts, file views, files of a checked-out memory branch."""

from __future__ import annotations

import re

from lsp_server.editor.documents import Document
from lsp_server.records.model import Kind

_HEAD = 60  # lines of a file in which its front matter says what it is
_ID = re.compile(r"^id:[ \t]*[\"']?([0-9a-fA-F-]{32,36})[\"']?[ \t]*(?:#.*)?$")
_KIND = re.compile(r"^kind:[ \t]*[\"']?([\w-]+)")


def record_id(document: Document) -> str | None:
    """The id in a document's front matter; None when it is not a record's file."""
    return _head(document)[0]


def record_kind(document: Document) -> Kind | None:
    """The kind of the record whose file a document is; None when it is none's."""
    found, kind = _head(document)
    return next((one for one in Kind if one.value == kind), None) if found else None


def _head(document: Document) -> tuple[str | None, str]:
    """(the id, the kind) in a document's front matter; in a session's file, which has no fences, above its
    messages. Reads lines, not YAML: what is broken must be recognised too."""
    fenced = document.content(0).lstrip("\ufeff").rstrip() == "---"
    if not fenced and not document.uri.endswith(".yaml"):
        return None, ""
    found: str | None = None
    kind = ""
    for at in range(1 if fenced else 0, min(_HEAD, len(document.lines))):
        line = document.content(at)
        if line.rstrip() == "---":
            break
        if match := _ID.match(line):
            found = match[1]
        elif match := _KIND.match(line):
            kind = match[1]
    if not kind or (not fenced and kind != Kind.SESSION.value):
        return None, ""
    return found, kind
