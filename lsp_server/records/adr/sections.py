"""The text of the sections that every ADR has under some name: context, options, decision, consequences."""

from __future__ import annotations

import re

from lsp_server.records.adr.layout import Layout
from lsp_server.records.adr.vocabulary import META_SECTIONS, section_of

ADR_SECTIONS = (
    "context",
    "drivers",
    "options",
    "pros",
    "decision",
    "rationale",
    "consequences",
    "good",
    "bad",
    "neutral",
    "confirmation",
    "implementation",
    "notes",
    "links",
)
_GOOD_OR_BAD = re.compile(
    r"[ \t]*[-*+•][ \t]+(?:\*\*|__)?(good|bad|neutral)\b[\s,:*_]*(?:because\b)?", re.IGNORECASE
)
_CHOSEN = re.compile(r"chosen options?\b[^\n]*?[,;.]?\s+because\b\s*(.*)", re.IGNORECASE | re.DOTALL)


def read_sections(layout: Layout, title: int | None) -> dict[str, str]:
    """The sections by their names here, as written; of two with one name the first that says something.

    ``title`` is the index of the heading that is the title. A section ends where the next of its level
    begins, or a sub-section that has a name here.
    """
    found: dict[str, str] = {}
    headings = layout.headings
    names = [None if index == title else section_of(head.words) for index, head in enumerate(headings)]
    last = layout.first + len(layout.lines)
    for index, (head, name) in enumerate(zip(headings, names, strict=True)):
        if name is None or name in META_SECTIONS or found.get(name):
            continue
        end = last
        for other in range(index + 1, len(headings)):
            if headings[other].level <= head.level or names[other]:
                end = headings[other].line
                break
        text = "\n".join(line.text or line.raw for line in layout.between(head.body, end)).strip()
        if text:
            found[name] = text
    _split_consequences(found)
    if "rationale" not in found and (match := _CHOSEN.search(found.get("decision", ""))):
        found["rationale"] = match[1].strip()
    return {name: text for name, text in found.items() if text}


def _split_consequences(found: dict[str, str]) -> None:
    """MADR 4 has one list, each item of which says whether it is good or bad."""
    if "good" in found or "bad" in found or "consequences" not in found:
        return
    parts: dict[str, list[str]] = {}
    current = ""
    for line in found["consequences"].split("\n"):
        if match := _GOOD_OR_BAD.match(line):
            current = match[1].lower()
            line = "* " + line[match.end() :].strip()  # noqa: PLW2901 - the marker is said by the name
        if current:
            parts.setdefault(current, []).append(line)
    found.update((name, "\n".join(lines).strip()) for name, lines in parts.items())
