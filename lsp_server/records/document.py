"""Reading one file of the branch as a record. A malformed file gives problems at its lines, no error."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from lsp_server.records import front_matter, sections
from lsp_server.records.anchor_text import read_anchors
from lsp_server.records.anchors import Anchor, CodePosition
from lsp_server.records.fields import FIELDS, Field, Shape
from lsp_server.records.front_matter import Split
from lsp_server.records.labels import NUMBERED, format_label, normalise_label
from lsp_server.records.life_cycle import STEPS
from lsp_server.records.model import (
    NO_NUMBER,
    NO_TITLE,
    Conflict,
    Kind,
    Link,
    Problem,
    Record,
    Relation,
)
from lsp_server.records.paths import kind_of_path, slug

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
_NOTED = ("previous", "elapsed", "compared-with")  # what a checkpoint fills in by itself
_DIALECT = ("status", "tags", "links", "decision-makers", "deciders")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
# A heading with a number of its own: "2. Title", "ADR 101: Title".
_NUMBERED_TITLE = re.compile(r"\W*(?:(?:adr|rfc|decision)\W*)?\d+\s*[.:)\-–—]", re.IGNORECASE)
_FILE = re.compile(r"`(.+)`(?: \+(\d+) −(\d+)| \(binary\))\Z", re.DOTALL)
_CONSEQUENCE = re.compile(r"(good|bad)\s*[,:]?\s*(?:because\s+)?(.*)\Z", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Parsed:
    """What a file holds. ``record`` is None when it cannot be told which record it is; ``problems`` may
    stand beside a record that could be read otherwise."""

    record: Record | None
    problems: tuple[Problem, ...] = ()


class _Reader:
    """One file being read; collects the problems."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.problems: list[Problem] = []
        try:
            self.text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.text = data.decode("utf-8", "replace")
            self.problem(data.count(b"\n", 0, error.start), "the file is not UTF-8 here")
        self.split: Split = front_matter.split(self.text)
        self.values: Mapping[str, Any] = {}
        if self.split.front is not None:
            self.values, found = front_matter.read(self.split.front)
            self.problems.extend(found)

    def problem(self, line: int, message: str, code: str = "") -> None:
        self.problems.append(Problem(line, message, code))

    def wrong(self, key: str, message: str, code: str = "") -> None:
        # What an imported file had in its own front matter is its dialect's, not a mistake.
        if "source" in self.values and key in _DIALECT:
            return
        self.problem(front_matter.line_of(self.split, key), message, code)

    def get(self, key: str) -> Any:
        """A key of ours; under ``memory-<key>`` where the file's own key of that name means another thing."""
        return self.values.get(f"memory-{key}", self.values.get(key))

    def word(self, key: str) -> str | None:
        value = self.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return value.strip() or None
        self.wrong(key, f"{key!r} should be a single value")
        return None

    def words(self, key: str) -> tuple[str, ...]:
        value = self.get(key)
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(item.strip() for item in value if item.strip())
        if value:
            self.wrong(key, f"{key!r} should be a list of words")
        return ()


def parse(path: str, data: bytes) -> Parsed:
    """Read the file at ``path`` (on the branch) with these bytes."""
    reader = _Reader(path, data)
    record = _record(reader)
    return Parsed(record, tuple(reader.problems))


def _record(reader: _Reader) -> Record | None:
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
    title, status, fields = _body(reader, kind)
    return Record(
        id=record_id,
        kind=kind,
        number=number,
        title=title,
        label=format_label(kind, number, record_id),
        created=_created(reader),
        path=reader.path,
        status=status,
        tags=reader.words("tags"),
        aliases=tuple(normalise_label(alias) or alias for alias in reader.words("aliases")),
        links=_links(reader),
        conflicts=_conflicts(reader),
        code=_code(reader),
        anchors=_anchors(reader),
        fields=fields,
        extra=_extra(reader, kind),
        body=reader.split.body_text,
    )


def _identity(reader: _Reader) -> tuple[str | None, Kind | None]:
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


def _number(reader: _Reader, kind: Kind) -> int | None:
    word = reader.word("number")
    if kind not in NUMBERED:
        return None
    if word is not None and word.isascii() and word.isdigit() and len(word) < 10:
        return int(word)
    reader.wrong("number", f"a {kind.value} needs a number", NO_NUMBER)
    return None


def _created(reader: _Reader) -> datetime:
    word = reader.word("created")
    if word is not None:
        try:
            when = datetime.fromisoformat(re.sub(r"[zZ]\Z", "+00:00", word))
            when = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
            when.astimezone(timezone.utc)  # the first and the last day lie outside of time elsewhere
        except (ValueError, OverflowError):
            reader.wrong("created", f"{word!r} is not a date like 2026-11-21T10:00:00+00:00")
        else:
            return when
    else:
        reader.wrong("created", "there is no date of creation")
    return datetime(1970, 1, 1, tzinfo=timezone.utc)


def _body(reader: _Reader, kind: Kind) -> tuple[str, str | None, Mapping[str, Any]]:
    body = reader.split.body_text
    title = sections.title_of(body)
    status = reader.word("status")
    found = sections.sections(body)
    fields = {field.name: value for field in FIELDS[kind] if (value := _field(reader, field, found))}
    if kind is Kind.DECISION:
        _consequences(fields, found)
        ours = status in STEPS[kind] and "source" not in reader.values
        if title is None or not ours or _NUMBERED_TITLE.match(title):
            from lsp_server.records.adr import read_adr

            # Somebody's own ADR: its status and number stand where its dialect has them. Our front
            # matter is not the dialect's, but what the file had before is still in it.
            adr = read_adr(reader.path.rpartition("/")[2], reader.text)
            title, status = adr.title or title, adr.status or status
    elif kind is Kind.CHECKPOINT:
        _noted(reader, fields, found)
    if kind is not Kind.DECISION and status is not None and status not in STEPS[kind]:
        known = ", ".join(STEPS[kind])
        reader.wrong(
            "status",
            f"{status!r} is not a status of a {kind.value} ({known})"
            if known
            else f"a {kind.value} has no status",
        )
    if not title:
        line = reader.text.count("\n", 0, reader.split.body)
        reader.problem(line, "there is no title (a line `# …`)", NO_TITLE)
        title = _title_from_name(reader.path)
    return title, status, fields


def _title_from_name(path: str) -> str:
    name = path.rpartition("/")[2].partition(".")[0]
    return re.sub(r"^\d+-", "", name).replace("-", " ").strip().capitalize() or slug("")


def _field(reader: _Reader, field: Field, found: Mapping[str, str]) -> Any:
    if field.shape is Shape.WORD:
        return reader.word(field.key)
    if field.shape is Shape.WORDS:
        return next((words for key in (field.key, *field.also) if (words := reader.words(key))), ())
    if field.shape is Shape.MAPPING:
        return _metrics(reader, field.key)
    for key in (field.key, *field.also):
        if text := found.get(key.casefold()):
            return sections.items(text) if field.is_list else text
    return None


def _metrics(reader: _Reader, key: str) -> dict[str, Any]:
    value = reader.get(key)
    if not isinstance(value, dict):
        if value:
            reader.wrong(key, f"{key!r} should be a list of `name: number` lines")
        return {}
    return {str(name): typed(word) if isinstance(word, str) else word for name, word in value.items()}


def typed(word: str) -> int | float | str:
    """A figure as a number where it is one."""
    for number in (int, float):
        try:
            if word.strip() == word and "_" not in word and word.lower() not in ("nan", "inf", "-inf"):
                return number(word)
        except ValueError:
            continue
    return word


def _consequences(fields: dict[str, Any], found: Mapping[str, str]) -> None:
    """MADR writes both in one list: ``* Good, because …`` and ``* Bad, because …``."""
    text = found.get("consequences", "")
    for item in sections.items(text):
        if said := _CONSEQUENCE.match(item):
            name = said[1].lower()
            fields[name] = (*fields.get(name, ()), said[2].strip())


def _noted(reader: _Reader, fields: dict[str, Any], found: Mapping[str, str]) -> None:
    """What a checkpoint noted by itself: the one before, the time since then, the files changed."""
    for key in _NOTED:
        if word := reader.word(key):
            fields[key.replace("-", "_")] = word
    files = [_FILE.match(item) for item in sections.items(found.get("files modified", ""))]
    if noted := tuple(
        {
            "path": file[1],
            "added": int(file[2]) if file[2] else None,
            "removed": int(file[3]) if file[3] else None,
        }
        for file in files
        if file
    ):
        fields["files"] = noted


def _links(reader: _Reader) -> tuple[Link, ...]:
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


def _conflicts(reader: _Reader) -> tuple[Conflict, ...]:
    if "conflicts" not in reader.values and "<<<<<<<" not in reader.text and ">>>>>>>" not in reader.text:
        return ()
    from lsp_server.records import conflict_list

    found = conflict_list.standing(reader.split, reader.values)
    reader.problems.extend(conflict_list.problem(conflict, line) for conflict, line in found)
    return tuple(dict.fromkeys(conflict for conflict, _ in found))


def _code(reader: _Reader) -> CodePosition | None:
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
    )


def _anchors(reader: _Reader) -> tuple[Anchor, ...]:
    anchors, wrong = read_anchors(reader.get("anchors"))
    for message in wrong:
        reader.wrong("anchors", message)
    return anchors


def _extra(reader: _Reader, kind: Kind) -> Mapping[str, Any]:
    known = {
        *_OURS,
        "conflicts",
        *_NOTED,
        *(key for field in FIELDS[kind] for key in (field.key, *field.also)),
    }
    return {
        key: value
        for key, value in reader.values.items()
        if key not in known and not key.startswith("memory-") and isinstance(value, str)
    }
