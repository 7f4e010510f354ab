"""From the text of a draft, with its hints and without a number, to the text of a record."""

from __future__ import annotations

import re

from lsp_server.errors import RefusedError
from lsp_server.memory.draft_files import State
from lsp_server.records.document import parse
from lsp_server.records.fields import FIELDS
from lsp_server.records.front_matter_edit import set_after
from lsp_server.records.model import Kind
from lsp_server.records.paths import FOLDERS


def pretended_path(kind: Kind) -> str:
    """A path on the branch that a draft is read as if it stood there."""
    return f"{FOLDERS[kind]}/draft.md"


def as_committed(state: State, text: str) -> str:
    """What is, or would be, on the branch for the text of a draft whose record is there."""
    if not state.template:
        return text
    kind = Kind(state.kind)
    there = parse(pretended_path(kind), state.base.encode("utf-8", "replace")).record
    return numbered(without_hints(kind, text), there.number if there else None)


def is_clean(state: State, text: str) -> bool:
    """Whether a draft's text has nothing that is not on the branch."""
    if text == state.base or not state.committed:
        return state.committed
    try:
        return as_committed(state, text) == state.base
    except RefusedError:
        return False  # its front matter is not YAML, so somebody typed in it


def numbered(text: str, number: int | None) -> str:
    return text if number is None else set_after(text, "number", number, after="kind")


def without_hints(kind: Kind, text: str) -> str:
    """A draft without the sections that were left as they came: a heading above nothing but our comment."""
    hints = {field.help for field in FIELDS[kind]} | {
        "a list: * Good, because … and * Bad, because …",
    }
    alternatives = "|".join(re.escape(hint) for hint in sorted(hints))
    text = re.sub(
        rf"\n#{{2,4}} [^\n]*\n\s*<!-- (?:{alternatives}) -->[ \t]*\n(?=\n#{{1,6}} |\s*\Z)", "", text
    )
    text = re.sub(rf"<!-- (?:{alternatives}) -->[ \t]*\n?", "", text)
    return text.rstrip() + "\n"
