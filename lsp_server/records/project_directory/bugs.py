"""``bugs/bug_023.md``: a bug, a file each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsp_server.records.model import Kind, Record
from lsp_server.records.project_directory.body import body_of
from lsp_server.records.project_directory.entries import as_written, is_whole_date, meaning, noted
from lsp_server.records.project_directory.markdown import Cut, cut, meta, trimmed
from lsp_server.records.project_directory.model import ID_COMMENT, Entry, taken_id, when_said
from lsp_server.records.project_directory.parts import fields_of, written_fields
from lsp_server.records.project_directory.words import (
    BUG_STATUSES,
    SEVERITIES,
    heading,
    names,
    shown,
    unheading,
)
from lsp_server.records.shortening import shortened

_META = ("date reported", "date", "reported", "reported by", "reporter", "severity", "priority", "status")
_TITLE = re.compile(r"(?:bug|issue)(?:[ #_-]*(\d{1,9}))?\s*(?:[:.)\-–—]\s*(.*))?\Z", re.IGNORECASE)
_FILE = re.compile(r"(?:bug|issue)?[_ #-]*(\d{1,9})", re.IGNORECASE)
_DEPLOYED = re.compile(
    r"[-*+] (committed in|commit|deployed to|date|deployed on)\s*:\s*(.*)\Z", re.IGNORECASE
)
_LEARNED = re.compile(r"""learnings\.md\s*[-–—:]\s*["“'](.{1,300}?)["”']""")
_FIELD = {
    "committed in": "fixed_in",
    "commit": "fixed_in",
    "deployed to": "deployed_to",
    "date": "deployed",
    "deployed on": "deployed",
}


def read_bug(name: str, text: str) -> Entry:
    """A bug's file; ``name`` is the file's."""
    lines = text.split("\n")
    entry = Entry(Kind.BUG, name, text)
    before, titles = cut(lines, lambda level, _: level == 1)
    number = _FILE.match(name.rpartition("/")[2])
    if titles:
        said = unheading(titles[0].title)
        found = _TITLE.match(said)
        entry.title = ((found[2] or "") if found else said).strip()
        number = found if found and found[1] else number
        lines = [*before, *lines[titles[0].line + 1 :]]
    entry.number = int(number[1]) if number else None
    rest = trimmed(lines)
    entry.id, rest = taken_id(rest)
    values, rest = meta(rest, _META)
    unsaid = _date(entry, values)
    above, sections = cut(rest, lambda level, _: level == 2)
    deployed: dict[str, str | tuple[str, ...]] = {}
    sections = [part for part in sections if not _is_deployed(part, deployed)]
    entry.fields, others, notes = fields_of(Kind.BUG, sections, shift=0, level=2)
    entry.notes += notes
    entry.fields.update(deployed)
    if reporter := values.get("reported by") or values.get("reporter"):
        entry.fields["reported_by"] = reporter
    unsaid += _words(entry, values)
    before_text = "\n".join(trimmed(above))
    if before_text and "description" not in entry.fields:
        entry.fields["description"] = before_text
        before_text = ""
    noted(others, [as_written(values, (name for name in _META if name in unsaid)), before_text])
    entry.text = "\n\n".join(others)
    if not entry.title:
        first = str(entry.fields.get("description", "")).strip().partition("\n")[0]
        first = first or next((part.title for part in sections if part.title), "")
        entry.title = shortened(first, 100)
    return entry


def _is_deployed(part: Cut, values: dict[str, str | tuple[str, ...]]) -> bool:
    """Whether a section is the list of where the fix runs, and nothing else; its values."""
    if part.title.casefold().rstrip(":") not in ("deployed", "deployment") or values:
        return False
    found = [_DEPLOYED.match(line.rstrip()) for line in trimmed(part.lines)]
    named = {_FIELD[one[1].casefold()]: one[2].strip() for one in found if one and one[2].strip()}
    if not found or not all(found) or len(named) != len(found):
        return False
    for name, value in named.items():
        values[name] = names(value) if name == "deployed_to" else value
    return True


def _date(entry: Entry, values: dict[str, str]) -> list[str]:
    """Take the date over, and the reporter; the names of what says more than that."""
    dates = [name for name in ("date reported", "reported", "date") if values.get(name)]
    read = [name for name in dates if when_said(values[name]) is not None]
    used = (read or dates or [""])[0]
    entry.date = values.get(used, "")
    if entry.date and not read:
        entry.notes.append(f"the date {entry.date!r} is none that can be read")
    people = [name for name in ("reported by", "reporter") if values.get(name)]
    if people:
        entry.fields["reported_by"] = values[people[0]]
    same = {used} if is_whole_date(entry.date) else set()
    return [name for name in (*dates, *people[1:]) if name not in same]


def _words(entry: Entry, values: dict[str, str]) -> list[str]:
    """Take status and severity over; the names of what says more than that."""
    status = values.get("status", "")
    found, is_all = meaning(BUG_STATUSES, status)
    if found is None and status:
        entry.notes.append(f"the status {status!r} is none of a bug's: it is taken for open")
    entry.status = found or "open"
    unsaid = [] if is_all else ["status"]
    named = [name for name in ("severity", "priority") if values.get(name)]
    word = values[named[0]] if named else ""
    severity, is_all = meaning(SEVERITIES, word)
    if severity:
        entry.fields["severity"] = severity
    elif word:
        entry.notes.append(f"the severity {word!r} is none of ours; it was kept as text")
    return unsaid + ([] if is_all else named[:1]) + named[1:]


def learning_named(entry: Entry) -> str | None:
    """The title of the learning that a bug says to see."""
    found = _LEARNED.search(str(entry.fields.get("lessons", "")))
    return found[1] if found else None


def write_bug(record: Record) -> str:
    """A record as a bug's file."""
    body = body_of(record)
    fields = record.fields
    number = "" if record.number is None else f" #{record.number:03d}"
    told = [("Date Reported", f"{record.created:%Y-%m-%d}")]
    if fields.get("reported_by"):
        told.append(("Reported By", fields["reported_by"]))
    if fields.get("severity"):
        told.append(("Severity", shown(fields["severity"])))
    told.append(("Status", shown(record.status or "open")))
    parts = [
        f"# Bug{number}: {heading(record.title)}\n\n{ID_COMMENT.format(record.id)}\n"
        + "  \n".join(f"**{name}:** {value}" for name, value in told)
    ]
    if body.before:
        parts.append(body.before)
    sections = written_fields(Kind.BUG, body.fields, level=2, shift=0)
    if where := _deployed(record):
        last = "lessons" in body.fields
        sections.insert(len(sections) - 1 if last else len(sections), where)
    return "\n\n".join([*parts, *sections, *body.rest]) + "\n"


def _deployed(record: Record) -> str:
    places: Sequence[str] = record.fields.get("deployed_to", ())
    told = [
        ("Committed in", record.fields.get("fixed_in")),
        ("Deployed to", ", ".join(places)),
        ("Date", record.fields.get("deployed")),
    ]
    lines = [f"- {name}: {value}" for name, value in told if value]
    return "## Deployed\n" + "\n".join(lines) if lines else ""
