"""``learnings.md``: a file of lessons learned, an entry each."""

from __future__ import annotations

import re

from lsp_server.records.model import Kind, Record
from lsp_server.records.project_directory.body import body_of
from lsp_server.records.project_directory.entries import as_written, cut_entries, is_whole_date, noted
from lsp_server.records.project_directory.markdown import (
    Cut,
    bold_sections,
    cut,
    listed,
    meta,
    shifted,
    trimmed,
)
from lsp_server.records.project_directory.model import ID_COMMENT, Entry, taken_id, when_said
from lsp_server.records.project_directory.parts import fields_of, heading_of, named
from lsp_server.records.project_directory.words import heading, unheading

TITLE = "# Lessons Learned"
_DATED = re.compile(r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\s*[:\-–—]\s*(.+)\Z")
_DATED_LAST = re.compile(r"\((\d{4}-\d{1,2}-\d{1,2})\)\Z")


def read_learnings(text: str) -> tuple[str, list[Entry]]:
    """The entries of a ``learnings.md``, and what stands above the first of them."""
    lines = text.split("\n")
    before, parts = cut_entries(Kind.LEARNING, lines, _is_dated)
    return "\n".join(before), [_entry(part, lines) for part in parts]


def _is_dated(words: str) -> bool:
    return bool(_DATED.match(words) or _DATED_LAST.search(words))


def _entry(part: Cut, lines: list[str]) -> Entry:
    written = "\n".join(trimmed(lines[part.line : part.line + 1 + len(part.lines)], separator=True))
    entry = Entry(Kind.LEARNING, unheading(part.title), written)
    entry.title = entry.name
    if (found := _DATED.match(entry.name)) and when_said(found[1]):
        entry.date, entry.title = found[1], found[2].strip()
    elif (found := _DATED_LAST.search(entry.name)) and found.start() and when_said(found[1]):
        entry.date, entry.title = found[1], entry.name[: found.start()].rstrip()
    rest = trimmed(part.lines, separator=True)
    entry.id, rest = taken_id(rest)
    values, rest = meta(rest, ("date",))
    said = values.get("date", "")
    unsaid = [] if is_whole_date(said) and entry.date in ("", said) else ["date"]
    entry.date = entry.date or said
    before, headed = cut(rest, lambda level, _: level == part.level + 1)
    above, bold = bold_sections(before, tuple(named(Kind.LEARNING)))
    sections = [*bold, *headed]
    entry.fields, others, notes = fields_of(Kind.LEARNING, sections, shift=1 - part.level, level=2)
    entry.notes += notes
    text = shifted("\n".join(trimmed(above)), 1 - part.level)
    if text and "what_happened" not in entry.fields:
        entry.fields["what_happened"] = text
        text = ""
    noted(others, [as_written(values, unsaid), text])
    entry.text = "\n\n".join(others)
    return entry


def write_learning(record: Record) -> str:
    """A record as an entry of ``learnings.md``."""
    body = body_of(record)
    day = f"{record.created:%Y-%m-%d}"
    head = f"## {day}: {heading(record.title)}\n\n{ID_COMMENT.format(record.id)}"
    parts = [shifted(body.before, 1)] if body.before else []
    for field in dict.fromkeys(named(Kind.LEARNING).values()):
        value = body.fields.get(field.name)
        if value:
            text = shifted(value, 1) if isinstance(value, str) else listed(value)
            parts.append(f"**{heading_of(Kind.LEARNING, field)}:**\n{text}")
    parts += [shifted(text, 1) for text in body.rest]
    return "\n".join([head, "\n\n".join(parts)] if parts else [head])
