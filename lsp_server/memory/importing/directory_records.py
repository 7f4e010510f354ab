"""One thing of a project directory as a record's file: new, as it was exported, or brought up to date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from lsp_server.memory import recording
from lsp_server.memory.amending import with_status
from lsp_server.memory.core import Core
from lsp_server.memory.guard import Guard
from lsp_server.memory.importing.things import Thing
from lsp_server.memory.ready_records import reads_as_given
from lsp_server.memory.titles import clean_title, heading_text
from lsp_server.records.anchors import CodePosition
from lsp_server.records.document import parse
from lsp_server.records.fields import FIELDS
from lsp_server.records.front_matter import flow, scalar, split
from lsp_server.records.front_matter_edit import append_lines, set_lines
from lsp_server.records.labels import NUMBERED, format_label
from lsp_server.records.life_cycle import STEPS
from lsp_server.records.model import Link, Record
from lsp_server.records.paths import FOLDERS
from lsp_server.records.project_directory.checkpoints import document_of
from lsp_server.records.project_directory.differing import KEY, difference
from lsp_server.records.project_directory.model import PERIOD_KEY, Entry, digest
from lsp_server.records.project_directory.sessions import without_id
from lsp_server.rendering.environment import Templates
from lsp_server.rendering.records import render_record, written_time

IMPORTED = "imported"
"""The key that tells what a record came from, the digest of that, and the digest of what was made of it."""
_NOT_SAID = ("confidence", "based_on", "outcome_due", "outcome", "outcome_on")
"""Fields that the directory's formats have no place for: what they do not say is not taken away."""
_PATH = re.compile(r"\w[\w./-]*\Z")
_LINE = re.compile(r"^imported: .*\n", re.MULTILINE)


def origin_of(value: str) -> tuple[str, str, str]:
    """Origin, digest of the text there, digest of the file here; empty where the value is none of ours."""
    parts = value.rsplit(" ", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")


def made_digest(text: str) -> str:
    """The digest of a record's file without the key that holds it."""
    return digest(_LINE.sub("", text, count=1))


class NewText(NamedTuple):
    """A new record for an entry and the file of it, before either has a path. ``front`` is its front matter,
    ``end`` where that ends. ``is_done``: it was looked through for secrets, and tells what it was made of."""

    record: Record
    text: str
    front: str
    end: int
    is_done: bool = False


def new_text(
    core: Core, thing: Thing, *, created: datetime, commits: dict[str, str], links: Sequence[Link]
) -> NewText:
    """A new record for an entry. Raises ``UsageError``, ``RefusedError``."""
    entry = thing.entry
    assert entry is not None
    number = thing.number if entry.kind in NUMBERED else None
    commit = commits.get(entry.commit)
    record = recording.with_values(
        recording.blank(entry.kind),
        id=thing.id or thing.new_id,
        title=clean_title(entry.title or f"Untitled {entry.kind.value}"),
        label=format_label(entry.kind, number, thing.id or thing.new_id),
        created=created,
        number=number,
        status=entry.status,
        links=tuple(links),
        code=CodePosition(commit, None) if commit else None,
        fields=recording.clean_fields(entry.kind, entry.fields),
    )
    keys = [("aliases", flow([thing.alias]))] if thing.alias else []
    if entry.period:
        keys.append((PERIOD_KEY, scalar(entry.period)))
    text = _with_difference(rendered(core.templates, record, entry, keys), record, entry, is_new=True)
    parts = split(text)
    return NewText(record, text, parts.front or "", parts.end)


def marked(thing: Thing, new: NewText) -> NewText:
    """A new record without secrets that says what it was made from."""
    line = _line(thing.origin, thing, new.text)
    return NewText(new.record, f"{new.text[: new.end]}{line}\n{new.text[new.end :]}", "", 0, is_done=True)


def finished(thing: Thing, new: NewText, guard: Guard) -> tuple[Record, str]:
    """A new record and its file as they may be committed, with what it was made from. Raises ``SecretError``
    and ``UsageError``."""
    record = new.record
    if new.is_done:
        return record, new.text
    text = guard.clean(new.text, (record.id,), seen=False)
    if text != new.text:
        # A redacted title must not come back in the file's name, nor a redacted field in our answer.
        read = parse(f"{FOLDERS[record.kind]}/redacted.md", text.encode("utf-8")).record
        record = read or recording.with_values(record, title=f"Untitled {record.kind.value}", fields={})
    return record, append_lines(text, [_imported(thing, text, guard)])


def _imported(thing: Thing, text: str, guard: Guard) -> str:
    """The line that says what a record came from. The name of a file can be a secret, too."""
    return _line(guard.clean(thing.origin, seen=False), thing, text)


def _line(origin: str, thing: Thing, text: str) -> str:
    made = made_digest(text) if IMPORTED in text else digest(text)
    return f"{IMPORTED}: {scalar(f'{origin} {thing.digest} {made}')}"


def rendered(
    templates: Templates | Any, record: Record, entry: Entry, keys: Sequence[tuple[str, str]] = ()
) -> str:
    return render_record(
        templates,
        record,
        title=heading_text(record.title),
        text=entry.text,
        files=[{"path": path} for path in entry.files],
        keys=keys,
    )


def _with_difference(text: str, record: Record, entry: Entry, *, is_new: bool = False) -> str:
    """A checkpoint's file with what its JSON says beyond it."""
    if entry.document is None:
        return text
    if is_new and reads_as_given(record) and all(map(_PATH.match, entry.files)):
        files = tuple({"path": path} for path in entry.files)
        fields = {**record.fields, "files": files} if files else record.fields
        found = recording.with_values(record, fields=fields)
    else:
        found = parse(f"{FOLDERS[record.kind]}/imported.md", text.encode("utf-8")).record or record
    patch = difference(without_id(document_of(found)), without_id(entry.document))
    return append_lines(text, [f"{KEY}: {scalar(patch)}"]) if patch else text


def restored_body(templates: Templates | Any, front: str, entry: Entry, path: str) -> str | None:
    """The body of a record that was exported, from its front matter and its entry; None where the front
    matter is no record's."""
    record = parse(path, f"---\n{front}---\n# {heading_text(entry.title or '-')}\n".encode()).record
    if record is None:
        return None
    record = replace(record, title=entry.title, fields={**record.fields, **_below(entry)})
    text = rendered(templates, record, entry)
    return text[split(text).body :]


def _below(entry: Entry) -> dict[str, Any]:
    """The fields of an entry that stand in a record's body."""
    in_front = {field.name for field in FIELDS[entry.kind] if field.in_front_matter}
    return {name: value for name, value in entry.fields.items() if name not in in_front}


def updated_text(core: Core, text: str, thing: Thing, path: str, guard: Guard) -> str:
    """A record's file with what the directory says now: title, status, fields and text. Raises ``UsageError``
    and ``RefusedError``."""
    entry = thing.entry
    assert entry is not None
    record = parse(path, text.encode("utf-8")).record
    assert record is not None
    fields = recording.clean_fields(entry.kind, entry.fields)
    now = replace(record, title=clean_title(entry.title or record.title), fields=fields)
    fresh = rendered(core.templates, now, entry)
    for field in FIELDS[entry.kind]:
        if field.name in _NOT_SAID:
            continue
        if field.in_front_matter and record.fields.get(field.name) != fields.get(field.name):
            text = set_lines(text, field.key, _lines_of(fresh, field.key))
    if entry.status and entry.status != record.status and entry.status in STEPS[entry.kind]:
        text = with_status(text, record, entry.status)
    day = entry.created
    if day is not None and f"{day:%Y-%m-%d}" != f"{record.created:%Y-%m-%d}":
        text = set_lines(text, "created", [f"created: {written_time(day)}"])
    parts = split(text)
    text = text[: parts.body] + fresh[split(fresh).body :]
    text = set_lines(text, KEY, [])
    text = guard.clean(_with_difference(text, record, entry), (record.id,), seen=False)
    if IMPORTED in record.extra:
        text = _LINE.sub("", text, count=1)
        text = append_lines(text, [_imported(thing, text, guard)])
    return text


def _lines_of(text: str, key: str) -> list[str]:
    """A key of a front matter that we have just written, as whole lines."""
    found = re.search(rf"^{re.escape(key)}:.*\n(?:[ ].*\n)*", split(text).front or "", re.MULTILINE)
    return found[0].splitlines() if found else []
