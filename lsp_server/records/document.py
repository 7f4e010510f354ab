"""Reading one file of the branch as a record. A malformed file gives problems at its lines, no error."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from lsp_server.records.anchor_text import read_anchors
from lsp_server.records.anchors import Anchor, CodePosition
from lsp_server.records.content import NOTED, read_content
from lsp_server.records.fields import FIELDS
from lsp_server.records.file_reader import FileReader
from lsp_server.records.labels import NUMBERED, format_label, normalise_label
from lsp_server.records.model import NO_NUMBER, Conflict, Kind, Link, Problem, Record, Relation
from lsp_server.records.paths import kind_of_path

_OURS = (
    "id",
    "kind",
    "number",
    "status",
    "created",
    "tags",
    "aliases",
    "links",
    "code",
    "anchors",
    "conflicts",
)
_NEVER = datetime(1970, 1, 1, tzinfo=timezone.utc)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


@dataclass(frozen=True)
class Parsed:
    """What a file holds. ``record`` is None when it cannot be told which record it is; ``problems`` may
    stand beside a record that could be read otherwise."""

    record: Record | None
    problems: tuple[Problem, ...] = ()


def parse(path: str, data: bytes) -> Parsed:
    """Read the file at ``path`` (on the branch) with these bytes."""
    reader = FileReader(path, data)
    if kind_of_path(path) is Kind.SESSION:
        from lsp_server.records.sessions.head import complete

        complete(reader)
    record = _record(reader)
    return Parsed(record, tuple(reader.problems))


def _record(reader: FileReader) -> Record | None:
    if reader.split.front is None:
        opened = reader.text.startswith(("---\n", "---\r\n"))
        reader.problem(
            0, "the front matter has no closing `---`" if opened else "there is no front matter, so no id"
        )
        return None
    if not reader.values:
        if not reader.problems:
            reader.problem(0, "the front matter is empty: it needs at least an id and a kind")
        return None
    record_id, kind = _identity(reader)
    if record_id is None or kind is None:
        return None
    number = _number(reader, kind)
    body = reader.split.body_text
    if kind is Kind.SESSION:
        from lsp_server.records.sessions import body as messages
        from lsp_server.records.sessions.head import read_head

        created = reader.moment("created_at") or _NEVER
        title, fields = read_head(reader, created)
        status, body = reader.word("status"), messages.words(body)
    else:
        created = reader.moment("created") or _NEVER
        title, status, fields = read_content(reader, kind)
    return Record(
        id=record_id,
        kind=kind,
        number=number,
        title=title,
        label=format_label(kind, number, record_id),
        created=created,
        path=reader.path,
        status=status,
        tags=reader.words("tags"),
        aliases=tuple(normalise_label(alias) or alias for alias in reader.words("aliases")),
        links=read_links(reader),
        conflicts=_conflicts(reader),
        code=read_code(reader),
        anchors=_anchors(reader),
        fields=fields,
        extra=_extra(reader, kind),
        body=body,
    )


def _identity(reader: FileReader) -> tuple[str | None, Kind | None]:
    record_id = reader.word("id")
    if record_id is not None:
        record_id = record_id.lower()
        if not _UUID.match(record_id):
            try:
                record_id = str(uuid.UUID(record_id))
            except ValueError:
                reader.wrong("id", "the id is not a UUID")
                record_id = None
    else:
        reader.wrong("id", "there is no id")
    word = reader.word("kind")
    expected = kind_of_path(reader.path)
    if word is None and expected is not None:
        return record_id, expected
    try:
        return record_id, Kind(word)
    except ValueError:
        names = ", ".join(kind.value for kind in Kind)
        reader.wrong("kind", f"the kind should be one of {names}")
        return record_id, None


def _number(reader: FileReader, kind: Kind) -> int | None:
    word = reader.word("number")
    if kind not in NUMBERED:
        return None
    if word is not None and word.isascii() and word.isdigit() and len(word) < 10:
        return int(word)
    reader.wrong("number", f"a {kind.value} needs a number", NO_NUMBER)
    return None


def read_links(reader: FileReader) -> tuple[Link, ...]:
    value = reader.get("links") or []
    links: list[Link] = []
    if not isinstance(value, list):
        reader.wrong("links", "'links' should be a list of `- relation: id` lines")
        return ()
    for item in value:
        pairs = list(item.items()) if isinstance(item, dict) else []
        try:
            relation, target = Relation(pairs[0][0]), str(uuid.UUID(pairs[0][1]))
        except (IndexError, ValueError, AttributeError, TypeError):
            reader.wrong(
                "links",
                "a link should be `- relation: id`, the relation one of "
                + ", ".join(relation.value for relation in Relation),
            )
            continue
        links.append(Link(relation, target))
    return tuple(links)


def _conflicts(reader: FileReader) -> tuple[Conflict, ...]:
    has_list = any(key in reader.values for key in ("conflicts", "memory-conflicts"))
    if not has_list and "<<<<<<<" not in reader.text and ">>>>>>>" not in reader.text:
        return ()
    from lsp_server.records import conflict_list

    found = conflict_list.standing(reader.split, reader.values)
    reader.problems.extend(conflict_list.problem(conflict, line) for conflict, line in found)
    return tuple(dict.fromkeys(conflict for conflict, _ in found))


def read_code(reader: FileReader) -> CodePosition | None:
    value = reader.get("code")
    if not isinstance(value, dict):
        return None
    commit, branch, dirty = (value.get(key) for key in ("commit", "branch", "dirty"))
    if commit is not None and not (isinstance(commit, str) and _OBJECT_ID.match(commit)):
        reader.wrong("code", "the code's commit is not a full commit id")
        commit = None
    return CodePosition(
        commit,
        branch if isinstance(branch, str) and branch else None,
        {"true": True, "false": False}.get(dirty) if isinstance(dirty, str) else None,
        _formerly(reader, value.get("formerly")),
    )


def _formerly(reader: FileReader, value: Any) -> tuple[tuple[str, str], ...]:
    if value in (None, "", []):
        return ()
    items = value if isinstance(value, list) else [value]
    pairs = [pair for item in items if isinstance(item, dict) for pair in item.items()]
    known = [(commit, word) for commit, word in pairs if _OBJECT_ID.match(commit) and isinstance(word, str)]
    if len(known) != len(items):
        reader.wrong("code", "the code's former commits should be a list of `- <full id>: <why>` lines")
    return tuple(known)


def _anchors(reader: FileReader) -> tuple[Anchor, ...]:
    anchors, wrong = read_anchors(reader.get("anchors"))
    for message in wrong:
        reader.wrong("anchors", message)
    return anchors


def _extra(reader: FileReader, kind: Kind) -> Mapping[str, Any]:
    known = {
        *_OURS,
        *NOTED,
        *(("created_at", "updated_at") if kind is Kind.SESSION else ()),
        *(key for field in FIELDS[kind] for key in (field.key, *field.also)),
    }
    return {
        key: value
        for key, value in reader.values.items()
        if (key not in known or key in reader.foreign)
        and not key.startswith("memory-")
        and isinstance(value, str)
    }
