"""A record that was just written, as a reader of its file will find it, without reading the file.

Reading takes longer than rendering, and a batch that is followed by the index has thousands to read. Only for
what is beyond doubt: ordinary words in the sections of our own template. The specifications compare the index
that a batch leaves with the one that is read from the branch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from lsp_server.records.fields import FIELDS, Shape
from lsp_server.records.model import Kind, Record
from lsp_server.rendering.records import written_time

_KINDS = (Kind.LEARNING, Kind.BUG)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_BRANCH = re.compile(r"[A-Za-z][A-Za-z0-9./-]*\Z")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9 -]*\Z")
_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)
_TITLE = re.compile(r"[^\W_][^#\\\n]*\Z")
_OF_A_MACHINE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{40,64}|[0-9T:.+-]{19,32}"
).fullmatch
# Every line is empty or begins with a letter or a digit: no heading, no list, no fence, no underline.
_TEXT = re.compile(r"[^\W_][^\n]*(?:\n+[^\W_][^\n]*)*\Z")


def own_values(record: Record) -> tuple[str, ...]:
    """What stands in a record's file and is made by us or by git, not by people: ids and the time."""
    values = (record.id, written_time(record.created), (record.code and record.code.commit) or "")
    return tuple([value for value in values if _OF_A_MACHINE(value)])


class Ready(NamedTuple):
    """The bytes of a file that our own template made of ``written``, which has its number, label, path and
    body."""

    data: bytes
    written: Record

    def record(self) -> Record | None:
        """The record as its file will be read; None where only reading tells."""
        return _as_read(self.written, self.data.decode("utf-8"))


def _as_read(record: Record, text: str) -> Record | None:
    code, when = record.code, record.created
    if (
        record.kind not in _KINDS
        or record.links
        or record.anchors
        or record.aliases
        or record.extra
        or code is None
        or not (code.commit and _COMMIT.match(code.commit))
        or not (code.branch is None or _BRANCH.match(code.branch))
        or when.tzinfo is None
        or when.microsecond % 1000
        or not 1900 < when.year < 9000
        or not _ID.match(record.id)
        or not _TITLE.match(record.title)
        or "<!--" in text
        or "<<<<<<<" in text
        or ">>>>>>>" in text
        or not all(map(_TAG.match, record.tags))
    ):
        return None
    fields = _fields(record.kind, record.fields)
    if fields is None:
        return None
    made = object.__new__(Record)
    vars(made).update(vars(record), fields=fields)
    return made


def _fields(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any] | None:
    fields: dict[str, Any] = {}
    for field in FIELDS[kind]:
        value = given.get(field.name)
        if not value:
            continue
        if not _is_plain(field.shape, value):
            return None
        fields[field.name] = value.rstrip() if field.shape is Shape.TEXT else value
    return fields


def _is_plain(shape: Shape, value: Any) -> bool:
    match shape:
        case Shape.TEXT:
            return _TEXT.match(value) is not None
        case Shape.ITEMS | Shape.STEPS:
            return all(map(_is_item, value))
        case Shape.WORD:
            return bool(value.isascii() and value.isalpha())
        case _:
            return False


def reads_as_given(record: Record) -> bool:
    """Whether the title and the fields of a new record are read from its file as they were given. False where
    only reading tells."""
    if _TITLE.match(record.title) is None:
        return False
    shapes = _shapes(record.kind)
    return not [1 for name, value in record.fields.items() if value and not _is_as_given(shapes[name], value)]


@cache
def _shapes(kind: Kind) -> Mapping[str, Shape]:
    return {field.name: field.shape for field in FIELDS[kind]}


def _is_as_given(shape: Shape, value: Any) -> bool:
    if shape is Shape.WORD:
        return bool(value.isprintable()) and " ".join(value.split()) == value
    if shape is Shape.MAPPING:
        return all(
            _NAME.match(name)
            and type(figure) in (int, float)
            and abs(figure) < 10**15  # as anybody writes it
            for name, figure in value.items()
        )
    if shape is Shape.TEXT:
        return "<!--" not in value and value.rstrip() == value and _TEXT.match(value) is not None
    return (shape is Shape.ITEMS or shape is Shape.STEPS) and all(map(_is_item, value))


def _is_item(value: str) -> bool:
    return _TEXT.match(value) is not None and value.splitlines() == [value]
