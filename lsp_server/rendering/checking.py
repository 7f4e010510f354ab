"""Whether a text from a team's own template is what it stands for."""

from __future__ import annotations

import re
from typing import Any

from lsp_server.records.document import parse
from lsp_server.records.fields import FIELDS
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import FOLDERS
from lsp_server.rendering.markdown import harmless

# Control characters but tabs and line feeds, and what reorders text.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_KEPT = ("id", "kind", "number", "title", "status", "created", "tags", "links", "code", "anchors", "extra")


def what_is_wrong(name: str, theirs: str, ours: str) -> str:
    """What is wrong with ``theirs``, in a clause; empty when it can stand in the place of ``ours``."""
    if name.startswith("records/"):
        return _wrong_in_record(name, theirs, ours)
    if name == "commits/message":
        return _wrong_in_message(theirs, ours)
    if _ACTING.search(theirs):
        return "its text has characters that act on what stands around them"
    return "" if theirs.strip() else "it gives no text"


def made_harmless(name: str, text: str, values: dict[str, Any]) -> str:
    """A text that an editor shows, without what would act there."""
    if not name.startswith("editor/"):
        return text
    return harmless(text, keeping=[str(record["uri"]) for record in values.get("records", ())])


def _wrong_in_record(name: str, theirs: str, ours: str) -> str:
    word = name.removeprefix("records/").removesuffix(".md").partition("-")[0]
    path = f"{FOLDERS[Kind(word)]}/record.md"
    meant, given = _read(path, ours), _read(path, theirs)
    if meant is None or given is None:
        return "its text cannot be read as a record"
    for name_of in _KEPT:
        if getattr(meant, name_of) != getattr(given, name_of):
            return f"its text does not keep the record's {name_of}"
    for field in FIELDS[meant.kind]:
        if field.in_front_matter and meant.fields.get(field.name) != given.fields.get(field.name):
            return f"its text does not keep the record's {field.key}"
    return ""


def _read(path: str, text: str) -> Record | None:
    try:
        return parse(path, text.encode("utf-8")).record
    except UnicodeEncodeError:
        return None


def _wrong_in_message(theirs: str, ours: str) -> str:
    lines = theirs.split("\n")
    if not lines[0].strip() or (len(lines) > 1 and lines[1].strip()):
        return "a commit message begins with one line, then a blank one"
    if _ACTING.search(theirs):
        return "its text has characters that act on what stands around them"
    trailers = [line for line in ours.rstrip("\n").rpartition("\n\n")[2].split("\n") if ": " in line]
    last = theirs.rstrip("\n").rpartition("\n\n")[2].split("\n")
    if "\n\n" in ours.rstrip("\n") and any(line not in last for line in trailers):
        return "its text does not end in the trailers"
    return ""
