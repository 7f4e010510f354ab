"""What can be written next in one of our documents: pure, from its lines and what is known of its form."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from lsp_server.records.fences import fence_after
from lsp_server.records.living.documents import slug
from lsp_server.records.living.outline import field_of
from lsp_server.records.sections import Heading, headings

_HEADING = re.compile(r"(#{1,6})[^#]*\Z")
_FIELD = re.compile(r"([ \t]*[-*+][ \t]+)\*{1,2}([^*:]*)\Z")
_KEY_VALUE = re.compile(r"[ \t]*(?:-[ \t]+)?([A-Za-z_]\w*):[ \t]+([\w-]*)\Z")


class Sort(Enum):
    """What is proposed, for the editor's icon."""

    SECTION = auto()
    FIELD = auto()
    VALUE = auto()


@dataclass(frozen=True)
class Proposal:
    """Put ``text`` in place of what stands from ``start`` to the cursor (columns in code points), and of
    ``after`` more characters; ``typed`` is what an editor compares with what was typed there, ``label`` what
    it shows."""

    label: str
    text: str
    typed: str
    start: int
    sort: Sort
    after: int = 0


@dataclass(frozen=True)
class KnownField:
    """``- **name**: value``; ``values`` are all that it can be, empty where it can be anything."""

    name: str
    values: Sequence[str] = ()


@dataclass(frozen=True)
class KnownSection:
    """A heading that a document may have; ``same`` tells whether a heading in a text is this one."""

    heading: str
    level: int
    same: Callable[[str], bool]
    fields: Sequence[KnownField] = ()
    again: bool = False
    """Whether it may stand there several times, as the entries of a log do."""


@dataclass(frozen=True)
class Form:
    """What is known of a document: its sections, and of its keys in YAML those that have but a few values."""

    sections: Sequence[KnownSection] = ()
    values: Callable[[str, Sequence[str], int], Sequence[str]] = lambda _key, _lines, _at: ()


def complete(form: Form, lines: Sequence[str], at: int, column: int, *, yaml: bool) -> list[Proposal]:
    """What can follow at a place (0-based line, column in code points)."""
    before = lines[at][:column] if at < len(lines) else ""
    body = 0 if yaml else _body(lines)
    if yaml or at < body:
        return _values_of_key(form, lines, at, before)
    if _is_in_fence(lines[body:at]):
        return []
    if found := _HEADING.match(before):
        return _sections(form, [*lines[:at], "", *lines[at + 1 :]], body, len(found[1]))
    if found := _FIELD.match(before):
        return _fields(form, lines, at, before, found[1])
    if found := field_of(before):
        section = _section_at(form, lines, body, at)
        known = section.fields if section is not None else ()
        field = next((one for one in known if slug(one.name) == slug(found["name"])), None)
        return [_value(value, found.start("value")) for value in (field.values if field else ())]
    return []


def _sections(form: Form, lines: Sequence[str], body: int, typed: int) -> list[Proposal]:
    there = [heading.text for heading in _headings(lines, body)]
    missing = [one for one in form.sections if one.again or not any(one.same(text) for text in there)]
    return [
        Proposal(
            one.heading, f"{'#' * one.level} {one.heading}", f"{'#' * typed} {one.heading}", 0, Sort.SECTION
        )
        for one in missing
    ]


def _fields(form: Form, lines: Sequence[str], at: int, before: str, bullet: str) -> list[Proposal]:
    body = _body(lines)
    section = _section_at(form, lines, body, at)
    if section is None:
        return []
    found = _headings(lines, body)
    place = max(number for number, one in enumerate(found) if one.end <= at)
    stop = found[place + 1].start if place + 1 < len(found) else len(lines)
    others = [line for number, line in enumerate(lines[:stop]) if found[place].end <= number != at]
    there = {slug(said["name"]) for line in others if (said := field_of(line)) is not None}
    closed = 2 if lines[at].startswith("**", len(before)) else 0
    return [
        Proposal(one.name, f"**{one.name}**: ", f"**{one.name}", len(bullet), Sort.FIELD, closed)
        for one in section.fields
        if slug(one.name) not in there
    ]


def _values_of_key(form: Form, lines: Sequence[str], at: int, before: str) -> list[Proposal]:
    found = _KEY_VALUE.match(before)
    if found is None:
        return []
    start = len(before) - len(found[2])
    return [_value(value, start) for value in form.values(found[1], lines, at)]


def _value(value: str, start: int) -> Proposal:
    return Proposal(value, value, value, start, Sort.VALUE)


def _section_at(form: Form, lines: Sequence[str], body: int, at: int) -> KnownSection | None:
    """The section that a line stands in."""
    above = [heading for heading in _headings(lines, body) if heading.end <= at]
    if not above:
        return None
    return next((one for one in form.sections if one.same(above[-1].text)), None)


def _headings(lines: Sequence[str], body: int) -> list[Heading]:
    return list(headings([*[""] * body, *lines[body:]]))


def _body(lines: Sequence[str]) -> int:
    """The line on which the body begins, behind a front matter."""
    if not lines or lines[0].lstrip("\ufeff").rstrip() != "---":
        return 0
    return next((at + 1 for at, line in enumerate(lines) if at and line.rstrip() == "---"), 0)


def _is_in_fence(lines: Sequence[str]) -> bool:
    fence = ""
    for line in lines:
        if (after := fence_after(line, fence)) is not None:
            fence = after
    return bool(fence)
