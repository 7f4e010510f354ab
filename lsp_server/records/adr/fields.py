"""``Status: accepted`` in all its spellings: bullets, bold, tables, attributes, plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lsp_server.records.adr.layout import Layout, Line
from lsp_server.records.adr.statuses import read_status
from lsp_server.records.adr.vocabulary import META_SECTIONS, canonical_key, section_of

_FIELD = re.compile(
    r"[ \t>]*(?:[-*+•][ \t]+)?(?P<open>[*_~`:]{0,3})(?P<key>[^\W\d_][^:*_`|=：]{0,38}?)"
    r"[ \t]*(?P<shut>[*_`]{0,3})[ \t]*(?:::?|：)(?P<late>[*_`]{0,3})(?P<value>.*)\Z"
)
_BOLD_FIELD = re.compile(
    r"[ \t>]*(?:[-*+•][ \t]+)?(?P<open>\*\*|__)(?P<key>[^\W\d_][^*_]{1,38}?)(?P=open)"
    r"[ \t]*[-–—|=]?[ \t]*(?P<value>\S.*)\Z"
)
_DASH_FIELD = re.compile(
    r"[ \t>]*(?:[-*+•][ \t]+)?(?P<key>[^\W\d_][\w ]{1,30}?)[ \t]+[-–—=][ \t]+(?P<value>\S.*)\Z"
)
_NEXT_FIELD = re.compile(
    r"(?<![ \t])(?:[ \t]*[|·•;,][ \t]*|[ \t]{2,}|[ \t]+(?=\*\*))[*_]{0,3}([^\W\d_][\w -]{1,24}?)[*_]{0,3}:"
)
_END = re.compile(r"(?<![ \t])(?:\\|<br */?>|[ \t])+\Z", re.IGNORECASE)
_DELIMITER = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*\Z")
_CELL = re.compile(r"(?:\\.|[^|\\])+")
_ITEM = re.compile(r"[ \t]*[-*+•][ \t]+(.*)\Z")


class FieldValue(NamedTuple):
    """A field and its value as written. ``start`` and ``end`` are the value's place in the file's text."""

    key: str
    text: str
    line: int
    start: int
    end: int
    how: str = "field"


def find_fields(layout: Layout) -> list[FieldValue]:
    """The fields above the first section of content, and in sections that hold nothing but such fields."""
    found: list[FieldValue] = []
    for lines in _places(layout):
        found += fields_in(lines)
    return found


def fields_in(lines: list[Line]) -> list[FieldValue]:
    """The fields of some lines in a row."""
    found: list[FieldValue] = []
    index = 0
    while index < len(lines):
        text = lines[index].text
        if "|" in text and (text.lstrip().startswith("|") or _is_delimiter(lines, index + 1)):
            end = index
            while end < len(lines) and "|" in lines[end].text:
                end += 1
            values = list(_table(lines[index:end]))
            if values:
                found += values
                index = end
                continue
        if text:
            for value in line_fields(lines[index]):
                found.append(value if value.text else _below(value, lines, index + 1))
        index += 1
    return found


def line_fields(line: Line) -> Iterator[FieldValue]:
    """The fields on one line; more than one where people wrote ``Status: accepted | Date: 2020-01-01``."""
    text = line.text
    match = _FIELD.match(text) if ":" in text or "：" in text else None
    if match is None or canonical_key(match["key"]) is None:
        match = _BOLD_FIELD.match(text) if "**" in text or "__" in text else _DASH_FIELD.match(text)
        if match is None or canonical_key(match["key"]) is None:
            return
    key = canonical_key(match["key"]) or ""
    start, end = match.span("value")
    wrapped = (
        "shut" in match.groupdict() and match["open"].strip(":") and not (match["shut"] or match["late"])
    )
    while further := _NEXT_FIELD.search(text, start):
        other = canonical_key(further[1])
        if other is None:
            break
        yield _value(key, line, start, further.start())
        key, start = other, further.end()
        while start < end and text[start] in "*_":
            start += 1
    if wrapped:
        shown = text[:end].rstrip()
        end = len(shown.removesuffix(match["open"]))
    yield _value(key, line, start, end)


def _value(key: str, line: Line, start: int, end: int) -> FieldValue:
    while start < end and line.text[start] in " \t":
        start += 1
    if trailing := _END.search(line.text[start:end]):
        end = start + trailing.start()
    return FieldValue(key, line.text[start:end], line.number, line.start + start, line.start + end)


def _below(value: FieldValue, lines: list[Line], index: int) -> FieldValue:
    """A field whose value stands on the lines below: one line of text, or a list."""
    items: list[FieldValue] = []
    for line in lines[index:]:
        text = line.text.strip()
        if not text:
            if items:
                break
            continue
        item = _ITEM.match(line.text)
        if text.startswith("#") or next(line_fields(line), None) or (items and not item):
            break
        start, end = (
            item.span(1) if item else (len(line.text) - len(line.text.lstrip()), len(line.text.rstrip()))
        )
        items.append(_value(value.key, line, start, end))
        if not item:
            break
    if not items:
        return value
    if value.key == "status" or len(items) == 1:
        return items[0]
    return items[0]._replace(text=", ".join(item.text for item in items))


def _is_delimiter(lines: list[Line], index: int) -> bool:
    return index < len(lines) and bool(_DELIMITER.match(lines[index].text.strip()))


def _table(lines: list[Line]) -> Iterator[FieldValue]:
    rows = [(line, list(_CELL.finditer(line.text.strip("\r")))) for line in lines]
    rows = [(line, [cell for cell in cells if cell[0].strip() or cells.index(cell)]) for line, cells in rows]
    # "Accepted" is the name of a date as well, but in | Status | Accepted | it is none.
    head = [None if read_status(cell[0]) else canonical_key(cell[0]) for cell in rows[0][1]]
    if sum(key is not None for key in head) > 1 and len(rows) > 2 and _is_delimiter(lines, 1):
        for key, cell in zip(head, rows[2][1], strict=False):
            if key:
                yield _cell(key, rows[2][0], cell)
        return
    for line, cells in rows:
        for left, right in zip(cells[::2], cells[1::2], strict=False):
            if key := canonical_key(left[0]):
                yield _cell(key, line, right)


def _cell(key: str, line: Line, cell: re.Match[str]) -> FieldValue:
    return _value(key, line, cell.start(), cell.end())._replace(how="table")


def _places(layout: Layout) -> Iterator[list[Line]]:
    """The lines where fields may stand."""
    headings = layout.headings
    first = layout.first
    end = first + len(layout.lines)
    for heading in headings:
        name = section_of(heading.words)
        if name is not None and name not in META_SECTIONS and canonical_key(heading.words) is None:
            end = heading.line
            break
    yield layout.lines[: end - first]
    for index, heading in enumerate(headings):
        if heading.line >= end and section_of(heading.words) in META_SECTIONS:
            yield layout.body_of(index)
