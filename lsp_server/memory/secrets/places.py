"""Where a finding stands, in words, for a person who never saw the record's file: "the title", "a tag",
"line 2 of “Lesson”"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsp_server.memory.secrets.findings import Finding
from lsp_server.memory.secrets.value_places import BEGINNING, value_places
from lsp_server.records.front_matter import split
from lsp_server.records.sections import Heading, headings

_KEY = re.compile(r"^([\w-]+):", re.MULTILINE)
_FIELDS = {
    "tags": "a tag",
    "anchors": "the code at an anchor",
    "links": "a link",
    "decision-makers": "a decider",
}
_NAME = 40  # characters of a heading


def place(text: str, at: int) -> str:
    """The place of one character of a record's text."""
    return places(text, [Finding(at, at + 1, text.count("\n", 0, at) + 1, 1, "", "")])[0]


def places(text: str, findings: Sequence[Finding]) -> list[str]:
    """The place of each finding in a record's text. Nothing of what was found is in the words."""
    if text.startswith(BEGINNING):
        return value_places(text, findings)
    parts = split(text)
    lines = text[parts.body :].split("\n")
    above = text.count("\n", 0, parts.body)
    found = list(headings(lines))
    # A heading that holds a secret itself is not quoted.
    own = {heading for heading in found for one in findings if _has(heading, one.line - 1 - above)}
    told = []
    for one in findings:
        if one.start < parts.body:
            keys = _KEY.findall(text, parts.start, one.start)
            told.append(_FIELDS.get(keys[-1], f"the field “{keys[-1]}”") if keys else "the front matter")
        else:
            told.append(_in_body(lines, found, one.line - 1 - above, own))
    return told


def _in_body(lines: Sequence[str], found: Sequence[Heading], line: int, secret: set[Heading]) -> str:
    """``line`` counts from 0. Lines of a section count from 1, from the first one that is not blank."""
    over = [heading for heading in found if heading.start <= line]
    if not over:
        return f"line {line + 1} of the text"
    heading = over[-1]
    if _has(heading, line):
        return "the title" if heading.level == 1 else "a heading"
    first = next((at for at in range(heading.end, line) if lines[at].strip()), line)
    where = "the text" if heading.level == 1 or heading in secret else f"“{heading.text[:_NAME]}”"
    return f"line {line - first + 1} of {where}"


def _has(heading: Heading, line: int) -> bool:
    return heading.start <= line < heading.end
