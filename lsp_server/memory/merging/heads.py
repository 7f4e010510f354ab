"""Which record a file holds, told from the first lines of it: a merge looks at thousands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from lsp_server.index.packing import microseconds
from lsp_server.records.labels import NUMBERED
from lsp_server.records.model import Kind
from lsp_server.records.paths import is_record_path

_KINDS: Mapping[bytes, tuple[Kind | None, bool]] = {k.value.encode(): (k, k in NUMBERED) for k in Kind}
_NO_KIND = (None, False)
_LINE = re.compile(rb"^(id|kind|number|created):[ ]([^\s\"'#\[\]{}&*!|>]+)[ ]*\r?$", re.MULTILINE)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
# A file just as we write it, keys and their order.
_OURS = re.compile(
    rb"---\nid: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\nkind: ([a-z]+)\n(?:number: (\d{1,9})\n)?"
    rb"(?:status: [a-z-]+\n)?created: (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}(?:\d{3})?)?[+-]\d\d:\d\d)\n"
    rb"(?:(?!(?:id|kind|number|created)[ \t:]|memory-)(?:[a-z]|  )[^\n]*\n)*---\n"
)
_SESSION = re.compile(
    rb"id: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\nkind: session\n"
    rb'created_at: "([^"\\\n]+)"\n(?!(?s:.)*^id[ \t]*:)',
    re.MULTILINE,
)
# What may say the same in another way: then the whole file is read.
_UNUSUAL = re.compile(rb"^(?:memory-|[\"'?<=>&]|\.\.\.|---|(?:id|kind|number|created)[ \t])", re.MULTILINE)


class Head(NamedTuple):
    """What tells one record from another. ``created`` is in microseconds since 1970."""

    id: str
    kind: Kind
    number: int | None
    created: int

    @property
    def age(self) -> tuple[int, str]:
        """Sorts the older first; the same whoever asks."""
        return self.created, self.id


def head_of(path: str, data: bytes) -> Head | None:
    """The record in a file of the branch; None when it is no record or cannot be told which."""
    if not is_record_path(path):
        return None
    if (quick := _quick(data)) is not None:
        return quick
    from lsp_server.records.document import parse

    try:
        record = parse(path, data).record
    except Exception:  # whatever one bad file holds, it never stops the merge of the rest
        return None
    if record is None:
        return None
    number = record.number if record.kind in NUMBERED else None
    return Head(record.id, record.kind, number, microseconds(record.created))


def _quick(data: bytes) -> Head | None:
    """The head of a file as we write it; None for anything else."""
    if session := _SESSION.match(data):
        try:
            return Head(session[1].decode(), Kind.SESSION, None, _moment(session[2]))
        except (ValueError, OverflowError):
            return None
    if ours := _OURS.match(data):
        record_id, word, digits, created = ours.groups()
        kind, has_number = _KINDS.get(word, _NO_KIND)
        if kind is not None and (digits or not has_number):
            try:
                number = int(digits) if has_number else None
                return Head(record_id.decode(), kind, number, _moment(created))
            except (ValueError, OverflowError):
                pass
    if not data.startswith((b"---\n", b"---\r\n")):
        return None
    end = data.find(b"\n---", 3)
    if end < 0 or data[end + 4 : end + 6].strip(b"\r\n"):
        return None
    front = data[4 : end + 1]
    if _UNUSUAL.search(front):
        return None
    found = _LINE.findall(front)
    values = dict(found)
    if len(values) != len(found):
        return None
    kind, has_number = _KINDS.get(values.get(b"kind", b""), _NO_KIND)
    record_id = values.get(b"id", b"").decode("ascii", "replace")
    if kind is None or not _ID.match(record_id):
        return None
    number = None
    if has_number:
        digits = values.get(b"number", b"")
        if not digits.isdigit() or len(digits) > 9:
            return None
        number = int(digits)
    try:
        return Head(record_id, kind, number, _moment(values[b"created"]))
    except (KeyError, ValueError, OverflowError):
        return None


@lru_cache(maxsize=256)  # what was written in one go has one time
def _moment(word: bytes) -> int:
    return microseconds(datetime.fromisoformat(word.decode("ascii")))
