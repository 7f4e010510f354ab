"""Which open documents are records themselves: drafts, file views, files of a checked-out memory branch."""

from __future__ import annotations

import re

from lsp_server.editor.documents import Document

_HEAD = 60  # lines of a file in which its front matter says what it is
_ID = re.compile(r"^id:[ \t]*[\"']?([0-9a-fA-F-]{32,36})[\"']?[ \t]*(?:#.*)?$")
_KIND = re.compile(r"^kind:[ \t]*\S")


def record_id(document: Document) -> str | None:
    """The id in a document's front matter; None when it is not a record's file.

    Reads lines, not YAML: what is broken must be recognised too.
    """
    if document.content(0).lstrip("\ufeff").rstrip() != "---":
        return None
    found: str | None = None
    has_kind = False
    for at in range(1, min(_HEAD, len(document.lines))):
        line = document.content(at)
        if line.rstrip() == "---":
            break
        if match := _ID.match(line):
            found = match[1]
        has_kind = has_kind or bool(_KIND.match(line))
    return found if has_kind else None
