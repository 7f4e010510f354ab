"""The sections of an entry or of a record's body as fields, and fields as sections again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from lsp_server.records.fields import FIELDS, Field, Shape
from lsp_server.records.model import Kind
from lsp_server.records.project_directory.markdown import Cut, items_of, listed, shifted, trimmed

# What the directory calls a field, where that is not the field's own heading.
NAMES: Mapping[Kind, Mapping[str, str]] = {
    Kind.DECISION: {
        "context": "Context",
        "decision": "Decision",
        "implementation": "Implementation",
        "options": "Options",
    },
    Kind.BUG: {"expected": "Expected Behavior", "actual": "Actual Behavior", "tests": "Testing"},
}


@cache
def named(kind: Kind) -> Mapping[str, Field]:
    """The fields that stand below headings, by every name in lower case."""
    found: dict[str, Field] = {}
    for field in FIELDS[kind]:
        if not field.in_front_matter:
            for name in (field.key, *field.also, NAMES.get(kind, {}).get(field.name, field.key)):
                found.setdefault(name.casefold(), field)
    return found


def heading_of(kind: Kind, field: Field) -> str:
    return NAMES.get(kind, {}).get(field.name, field.key)


def value_of(field: Field, text: str) -> str | tuple[str, ...] | None:
    """A section's text in the shape of its field; None where it cannot have that."""
    return items_of(text) if field.is_list else text


def fields_of(
    kind: Kind, parts: Sequence[Cut], *, shift: int, level: int
) -> tuple[dict[str, Any], list[str], list[str]]:
    """The fields in the sections, the text that belongs to none (headings at ``level`` and deeper), and what
    is to be told about it."""
    fields: dict[str, Any] = {}
    rest: list[str] = []
    notes: list[str] = []
    for part in parts:
        name = part.title.casefold().rstrip(":")
        text = shifted("\n".join(trimmed(part.lines)), shift)
        field = named(kind).get(name)
        value = value_of(field, text) if field is not None and field.name not in fields else None
        if field is not None and value is not None:
            if value:
                fields[field.name] = value
            continue
        if field is not None:
            why = "is there twice" if field.name in fields else "is more than a list"
            notes.append(f"“{part.title}” {why}; it was kept as text")
        elif name != "consequences":
            notes.append(f"“{part.title}” is no field of a {kind.value}; it was kept as text")
        rest.append(f"{'#' * level} {part.title}" + (f"\n\n{text}" if text else ""))
    return fields, rest, notes


def written_fields(kind: Kind, fields: Mapping[str, Any], *, level: int, shift: int) -> list[str]:
    """The sections of the fields that have a value, in the order of the kind."""
    written = []
    for field in FIELDS[kind]:
        value = fields.get(field.name)
        if field.in_front_matter or not value:
            continue
        if isinstance(value, str):
            text = shifted(value, shift)
        else:
            text = listed(value, numbered=field.shape is Shape.STEPS)
        written.append(f"{'#' * level} {heading_of(kind, field)}\n{text}")
    return written
