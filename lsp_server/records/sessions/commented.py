"""What a person wrote into a session's file beside its values: comments, which only the lines have."""

from __future__ import annotations

import re

from lsp_server.records.front_matter import split
from lsp_server.records.sessions.body import cut
from lsp_server.records.sessions.model import Session
from lsp_server.records.sessions.writing import session_text

_MARK = re.compile(r"(?:^|[ \t])#", re.MULTILINE)
_ANCHOR = re.compile(r"[:\-] +&\w")


def comments(text: str, session: Session) -> list[str]:
    """The lines of a file that may have a comment: those with its sign that the session's values do not tell.
    None of them where the file is better written anew: its messages are no block, or values refer to each
    other."""
    if _MARK.search(text) is None or _ANCHOR.search(text) or cut(split(text).body_text) is None:
        return []
    told = {line.strip() for line in session_text(session).split("\n")}
    lines = (line.strip() for line in text.split("\n"))
    return [line for line in lines if _MARK.search(line) and line not in told]
