"""What a record says: its title, its status and the fields of its kind, wherever its dialect has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from lsp_server.records import sections
from lsp_server.records.fields import FIELDS, Field, Shape
from lsp_server.records.file_reader import FileReader
from lsp_server.records.life_cycle import STEPS
from lsp_server.records.model import NO_TITLE, Kind
from lsp_server.records.outcomes import EXPECTED, READ
from lsp_server.records.paths import slug

NOTED = ("previous", "elapsed", "compared-with")  # what a checkpoint fills in by itself
# A heading with a number of its own: "2. Title", "ADR 101: Title".
_NUMBERED_TITLE = re.compile(r"\W*(?:(?:adr|rfc|decision)\W*)?\d+\s*[.:)\-–—]", re.IGNORECASE)
_FILE = re.compile(r"`(.+)`(?: \+(\d+) −(\d+)| (\(binary\)))?\Z", re.DOTALL)
_CONSEQUENCE = re.compile(r"(good|bad)\s*[,:]?\s*(?:because\s+)?(.*)\Z", re.IGNORECASE | re.DOTALL)


def read_content(reader: FileReader, kind: Kind) -> tuple[str, str | None, Mapping[str, Any]]:
    """The title, the status and the fields."""
    body = reader.split.body_text
    title = sections.title_of(body)
    status = reader.word("status")
    found = sections.sections(body)
    fields = {
        field.name: value
        for field in FIELDS[kind]
        if (value := _field(reader, field, found)) or value == 0  # a confidence
    }
    if kind is Kind.DECISION:
        _consequences(fields, found)
        ours = status in STEPS[kind] and "source" not in reader.values
        if title is None or not ours or _NUMBERED_TITLE.match(title):
            from lsp_server.records.adr import read_adr

            # Somebody's own ADR: its status and number stand where its dialect has them. Our front
            # matter is not the dialect's, but what the file had before is still in it.
            adr = read_adr(reader.path.rpartition("/")[2], reader.text)
            title, status = adr.title or title, adr.status or status
            if adr.deciders:
                fields.setdefault("deciders", adr.deciders)
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


def _field(reader: FileReader, field: Field, found: Mapping[str, str]) -> Any:
    if field.name in READ:
        return _value(reader, field)
    if field.shape is Shape.WORD:
        return reader.word(field.key)
    if field.shape is Shape.LINES:
        said = reader.get(field.key)
        return ((said.strip(),) if said.strip() else ()) if isinstance(said, str) else reader.words(field.key)
    if field.shape is Shape.WORDS:
        return next((words for key in (field.key, *field.also) if (words := reader.words(key))), ())
    if field.shape is Shape.MAPPING:
        return _metrics(reader, field.key)
    for key in (field.key, *field.also):
        if text := found.get(key.casefold()):
            return sections.items(text) if field.is_list else text
    return None


def _value(reader: FileReader, field: Field) -> Any:
    """A value that must be one of ours; any other stays a key that this program does not know."""
    word = reader.get(field.key)
    if word is None or word == "":
        return None
    value = READ[field.name](word)
    if value is None:
        reader.foreign.add(field.key)
        reader.wrong(field.key, f"{field.key!r} should be {EXPECTED[field.name]}")
    return value


def _metrics(reader: FileReader, key: str) -> dict[str, Any]:
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
            figure = number(word)
        except ValueError:
            continue
        if word.strip() == word and "_" not in word and (isinstance(figure, int) or isfinite(figure)):
            return figure
    return word


def _consequences(fields: dict[str, Any], found: Mapping[str, str]) -> None:
    """MADR writes both in one list: ``* Good, because …`` and ``* Bad, because …``."""
    text = found.get("consequences", "")
    for item in sections.items(text):
        if said := _CONSEQUENCE.match(item):
            name = said[1].lower()
            fields[name] = (*fields.get(name, ()), said[2].strip())


def _noted(reader: FileReader, fields: dict[str, Any], found: Mapping[str, str]) -> None:
    """What a checkpoint noted by itself: the one before, the time since then, the files changed."""
    for key in NOTED:
        if word := reader.word(key):
            fields[key.replace("-", "_")] = word
    files = [_FILE.match(item) for item in sections.items(found.get("files modified", ""))]
    if noted := tuple(
        {
            "path": file[1],
            "added": int(file[2]) if file[2] else None,
            "removed": int(file[3]) if file[3] else None,
        }
        if file[2] or file[4]
        else {"path": file[1]}  # what somebody else noted, without counts
        for file in files
        if file
    ):
        fields["files"] = noted
