"""``decisions.md``: a file of design decisions, an entry each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lsp_server.records.adr.status_words import NEAREST, SURE
from lsp_server.records.model import Kind, Record
from lsp_server.records.project_directory.body import Body, body_of
from lsp_server.records.project_directory.entries import (
    as_written,
    cut_entries,
    in_periods,
    is_whole_date,
    meaning,
    noted,
)
from lsp_server.records.project_directory.markdown import Cut, cut, items_of, listed, meta, shifted, trimmed
from lsp_server.records.project_directory.model import ID_COMMENT, Entry, taken_id
from lsp_server.records.project_directory.parts import fields_of, written_fields
from lsp_server.records.project_directory.words import heading, names, shown, unheading

TITLE = "# Design Decisions"
_META = ("date", "status", "decider", "deciders")
_NUMBERED = re.compile(
    r"(?:(?:design |architecture )?decision|adr)(?:[ #-]*(\d{1,9}))?\s*[:.)\-–—]\s*(.*)\Z", re.IGNORECASE
)
_ONLY_NUMBER = re.compile(r"(\d{1,9})\s*[:.)]\s+(.+)\Z")
_SIDE = re.compile(r"\*\*(positive|negative|good|bad|pros|cons)(?::\*\*|\*\*:?)\s*\Z", re.IGNORECASE)
_STATUSES = {**NEAREST, **SURE}
_GOOD = ("positive", "good", "pros")


def read_decisions(text: str) -> tuple[str, list[Entry]]:
    """The entries of a ``decisions.md``, and what stands above the first of them."""
    lines = text.split("\n")
    before, parts = cut_entries(Kind.DECISION, lines, _is_numbered)
    grouped = in_periods(Kind.DECISION, before, parts)
    if grouped is not None:
        above, found = grouped
        return "\n".join(above), [
            _entry(part, lines, f"{period} ({place})") for place, (period, part) in enumerate(found, 1)
        ]
    return "\n".join(before), [_entry(part, lines) for part in parts]


def _is_numbered(words: str) -> bool:
    return bool(_NUMBERED.match(words) or _ONLY_NUMBER.match(words))


def _entry(part: Cut, lines: list[str], period: str = "") -> Entry:
    written = "\n".join(trimmed(lines[part.line : part.line + 1 + len(part.lines)], separator=True))
    entry = Entry(Kind.DECISION, unheading(part.title), written, period=period)
    found = _NUMBERED.match(entry.name) or _ONLY_NUMBER.match(entry.name)
    entry.title = (found[2] if found else entry.name).strip()
    entry.number = int(found[1]) if found and found[1] else None
    rest = trimmed(part.lines, separator=True)
    entry.id, rest = taken_id(rest)
    values, rest = meta(rest, _META)
    entry.date = values.get("date", "")
    unsaid = [] if is_whole_date(entry.date) else ["date"]
    unsaid += [] if _status(entry, values.get("status", "")) else ["status"]
    deciders = names(values.get("decider") or values.get("deciders", ""))
    before, sections = cut(rest, lambda level, _: level == part.level + 1)
    entry.fields, others, notes = fields_of(
        Kind.DECISION, _without_lists(entry, sections), shift=1 - part.level, level=2
    )
    entry.notes += notes
    if deciders:
        entry.fields["deciders"] = deciders
    text = shifted("\n".join(trimmed(before)), 1 - part.level)
    if text and "context" not in entry.fields:
        entry.fields["context"] = text
        text = ""
    noted(others, [as_written(values, unsaid), text])
    entry.text = "\n\n".join(others)
    return entry


def _status(entry: Entry, word: str) -> bool:
    """Take the status over; whether it says no more than that."""
    status, is_all = meaning(_STATUSES, word)
    if status is None and word.strip():
        entry.notes.append(f"the status {word.strip()!r} is none of a decision's: it is taken for proposed")
    if status == "superseded":
        entry.notes.append("it is superseded; by what is not linked")
    entry.status = status or "proposed"
    return is_all


def _without_lists(entry: Entry, sections: Sequence[Cut]) -> list[Cut]:
    kept = []
    for section in sections:
        if section.title.casefold().rstrip(":") == "consequences" and "good" not in entry.fields:
            good, bad, rest = consequences_in("\n".join(section.lines))
            if not rest:
                if good:
                    kept.append(Cut("Good Consequences", [listed(good)], section.line, section.level))
                if bad:
                    kept.append(Cut("Bad Consequences", [listed(bad)], section.line, section.level))
                continue
        kept.append(section)
    return kept


def consequences_in(text: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The good ones, the bad ones, and the text where it is more than those two lists."""
    sides: dict[str, list[str]] = {}
    side = ""
    for line in trimmed(text.split("\n")):
        if found := _SIDE.match(line.rstrip()):
            side = "good" if found[1].casefold() in _GOOD else "bad"
            if side in sides:
                return (), (), text.strip("\n")
            sides[side] = []
        elif side:
            sides[side].append(line)
        elif line.strip():
            return (), (), text.strip("\n")
    found_items = {name: items_of("\n".join(lines)) for name, lines in sides.items()}
    if any(items is None for items in found_items.values()):
        return (), (), text.strip("\n")
    return found_items.get("good") or (), found_items.get("bad") or (), ""


def write_decision(record: Record, *, level: int = 2, is_named: bool = True) -> str:
    """A record as an entry of ``decisions.md``. ``level`` is that of its heading, ``is_named`` whether that
    has its number."""
    body = body_of(record)
    number = "" if record.number is None else f" {record.number:03d}"
    name = f"Decision{number}: {heading(record.title)}" if is_named else heading(record.title)
    lines = [f"{'#' * level} {name}", "", ID_COMMENT.format(record.id)]
    told: list[tuple[str, Any]] = [
        ("Date", f"{record.created:%Y-%m-%d}"),
        ("Status", shown(record.status or "proposed")),
    ]
    deciders = record.fields.get("deciders", ())
    if deciders:
        told.append(("Decider" if len(deciders) == 1 else "Deciders", ", ".join(deciders)))
    lines += ["  \n".join(f"**{name}:** {value}" for name, value in told)]
    return "\n\n".join(["\n".join(lines), *_sections(body, level)])


def _sections(body: Body, level: int) -> list[str]:
    fields = dict(body.fields)
    good, bad = fields.pop("good", ()), fields.pop("bad", ())
    sections = written_fields(Kind.DECISION, fields, level=level + 1, shift=level - 1)
    if good or bad:
        sides = [
            f"**{name}:**\n{listed(items)}"
            for name, items in (("Positive", good), ("Negative", bad))
            if items
        ]
        consequences = f"{'#' * (level + 1)} Consequences\n" + "\n\n".join(sides)
        last = sections and "implementation" in fields
        sections.insert(len(sections) - 1 if last else len(sections), consequences)
    before = [shifted(body.before, level - 1)] if body.before else []
    return [*before, *sections, *(shifted(text, level - 1) for text in body.rest)]
