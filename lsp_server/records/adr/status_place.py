"""Finding where an ADR says its status, and what it says there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lsp_server.records.adr.fields import FieldValue, line_fields
from lsp_server.records.adr.front import FrontMatter
from lsp_server.records.adr.inline import plain
from lsp_server.records.adr.layout import Heading, Layout, Line
from lsp_server.records.adr.model import AdrStatusPlace
from lsp_server.records.adr.statuses import Said, decide, is_choice, read_status
from lsp_server.records.adr.vocabulary import canonical_key, section_of

_HEADING_VALUE = re.compile(
    r"\W*(?:adr |decision |current )?status\W*?(?:\s*[:–—-]\s*|\s+(?=\())(\S.*)\Z", re.IGNORECASE
)
_PROSE = 5  # a "status" of more words that names none is a sentence


class StatusFound(NamedTuple):
    """``status`` is None where nothing known is said; ``lines`` are all that belong to the statement, for
    links and dates in it."""

    text: str
    status: str | None
    place: AdrStatusPlace | None
    lines: tuple[Line, ...] = ()
    sure: bool = True
    choice: bool = False


def find_status(layout: Layout, front: FrontMatter, fields: Sequence[FieldValue]) -> StatusFound:
    """The status as the file says it: the first place that says something, else the first that could."""
    fallback: StatusFound | None = None
    for found in _candidates(layout, front, fields):
        if found.status is not None:
            return found
        if fallback is None or (not fallback.text and found.text) or (fallback.choice and not found.choice):
            fallback = found
    return fallback or StatusFound("", None, None)


def _candidates(layout: Layout, front: FrontMatter, fields: Sequence[FieldValue]) -> Iterator[StatusFound]:
    for value in front.values.values():
        if canonical_key(value.key) == "status":
            text = value.text or ", ".join(value.items)
            yield _of_value("front matter", text, value.line, value.start, value.end)
    for field in fields:
        if field.key == "status":
            yield _of_value(field.how, field.text, field.line, field.start, field.end)
    for index, heading in enumerate(layout.headings):
        if section_of(heading.words) == "status":
            yield _of_section(layout, index)
        elif match := _HEADING_VALUE.match(heading.raw):
            yield _of_heading(layout, heading, match[1])
    for index, line in enumerate(layout.lines):
        if "tatus" in line.text or "TATUS" in line.text:
            if line.text.strip(" *_:").lower() == "status" and index + 1 < len(layout.lines):
                below = layout.lines[index + 1]  # a heading that lost its marks
                if read_status(below.text):
                    end = below.start + len(below.text)
                    yield _of_value("section", below.text, below.number, below.start, end)
            for field in line_fields(line):
                found = _of_value(field.how, field.text, field.line, field.start, field.end)
                if field.key == "status" and found.status and found.sure:
                    yield found
    for index, heading in enumerate(layout.headings):
        if section_of(heading.words) == "changelog":
            verdict = decide([line.text if read_status(line.text) else "" for line in layout.body_of(index)])
            if verdict.said is not None:
                yield StatusFound(
                    plain(layout.body_of(index)[verdict.line].text), verdict.said.status, None, sure=False
                )


def _of_value(how: str, text: str, line: int, start: int, end: int) -> StatusFound:
    verdict = decide([text])
    said = verdict.said
    place = AdrStatusPlace(how, line, start, end, _word(text, said, start, choice=verdict.choice))
    return StatusFound(
        text,
        said.status if said else None,
        place if end or text == "" else None,
        (Line(line, start, text, text),),
        said.sure if said else True,
        verdict.choice,
    )


def _of_heading(layout: Layout, heading: Heading, value: str) -> StatusFound:
    line = layout.lines[heading.line - layout.first]
    start = line.start + line.text.rindex(value)
    return _of_value("heading", value, line.number, start, start + len(value))


def _of_section(layout: Layout, index: int) -> StatusFound:
    lines = layout.body_of(index)
    headings = layout.headings
    if not any(line.text.strip() for line in lines) and index + 1 < len(headings):
        below = headings[index + 1]
        if below.level > headings[index].level and read_status(below.raw):
            return _of_heading(layout, below, below.raw)
    shown = [line.text for line in lines]
    if any(text.strip() and not text.lstrip().startswith(">") for text in shown):
        shown = ["" if text.lstrip().startswith(">") else text for text in shown]
    elif len([text for text in shown if text.strip()]) > 1 or any(is_choice(text) for text in shown):
        shown = [""] * len(shown)  # a template's words of guidance
    verdict = decide(_statements(shown))
    if not any(text.strip() for text in shown):
        return StatusFound("", None, None)
    line = lines[verdict.line]
    text = line.text.strip()
    start = line.start + len(line.text) - len(line.text.lstrip())
    said = verdict.said
    word = _word(line.text, said, line.start, choice=verdict.choice)
    return StatusFound(
        text,
        said.status if said else None,
        AdrStatusPlace("section", line.number, start, start + len(text), word),
        tuple(part for part, kept in zip(lines, shown, strict=True) if kept.strip()),
        said.sure if said else True,
        verdict.choice,
    )


def _statements(lines: list[str]) -> list[str]:
    """The lines with those blanked that only continue a sentence of the one above."""
    result = []
    before = ""
    for line in lines:
        goes_on = before.strip() and line[:1].islower() and not before.rstrip().endswith((".", ":", "\\"))
        result.append("" if goes_on and not before.endswith("  ") else line)
        before = line
    return result


def _word(text: str, said: Said | None, start: int, *, choice: bool) -> tuple[int, int]:
    """What a changed status replaces: its word, a template's choices, or a short word of somebody's own."""
    if said is not None and (said.sure or read_status(text)):
        return start + said.start, start + said.end
    stripped = text.strip()
    at = start + len(text) - len(text.lstrip())
    if choice or (len(stripped.split()) < _PROSE and "](" not in stripped):
        return at, at + len(stripped)
    return at, at
