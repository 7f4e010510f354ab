"""A session's file in which a person put keys below the messages, with all of them above again."""

from __future__ import annotations

import re

from lsp_server.records.front_matter import split
from lsp_server.records.sessions.body import has_other_keys
from lsp_server.records.sessions.model import MESSAGES

_TOP = re.compile(r"^(?=[^\s#\-\[\]{}%])", re.MULTILINE)
_END = re.compile(r"\n\.\.\.\s*\Z")  # of the document, as YAML has it
_NAME = re.compile(r"[\"']?(\w*)[\"']?[ \t]*:")


def arranged(text: str) -> str:
    """The file with its messages last, every line as it was; the file as it is where it says something else
    then, or where its messages are last already."""
    parts = split(text)
    if parts.front is None or not has_other_keys(parts.body_text):
        return text
    from lsp_server.records.sessions.loading import load

    said = _END.sub("\n", text[parts.start :])
    said = said if said.endswith("\n") else said + "\n"
    starts = [found.start() for found in _TOP.finditer(said)]
    pieces = [said[start:end] for start, end in zip(starts, [*starts[1:], len(said)], strict=True)]
    new = "".join((text[: parts.start], said[: starts[0]], *sorted(pieces, key=_order)))
    before, problems = load(text[parts.start :])
    return new if not problems and load(new[parts.start :])[0] == before else text


def _order(piece: str) -> int:
    """What tells that a file is a session's comes first."""
    found = _NAME.match(piece)
    name = found[1] if found else ""
    return ("id", "kind").index(name) if name in ("id", "kind") else 3 if name in MESSAGES else 2
