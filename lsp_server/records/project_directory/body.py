"""A record's body as the directory's formats take it: its fields, and the text that is none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from lsp_server.records.model import Kind, Record
from lsp_server.records.project_directory.markdown import Cut, cut, trimmed
from lsp_server.records.project_directory.parts import named, value_of

_SAID = re.compile(r"\* (Good|Bad), because (.+)\Z", re.DOTALL)


class Body(NamedTuple):
    """``before`` stands above the first section; ``rest`` are whole sections, headings at level two."""

    before: str
    fields: Mapping[str, Any]
    rest: tuple[str, ...]


def body_of(record: Record) -> Body:
    """A record's body in parts. A section reaches to the next one that a field has, or that is at level two:
    deeper headings in between belong to it."""
    if not record.body:
        return Body("", {}, ())
    kind = record.kind
    lines = record.body.replace("\r\n", "\n").split("\n")
    known = named(kind)

    def is_section(level: int, words: str) -> bool:
        name = words.casefold().rstrip(":")
        return level == 2 or (level > 1 and (name in known or name == "consequences"))

    before, parts = cut(lines, is_section)
    _, title = cut(before, lambda level, _: level == 1)
    if title:
        before = [*before[: title[0].line], *before[title[0].line + 1 :]]
    fields: dict[str, Any] = {}
    rest: list[str] = []
    for part in parts:
        name = part.title.casefold().rstrip(":")
        text = "\n".join(trimmed(part.lines))
        field = known.get(name)
        value = value_of(field, text) if field is not None and field.name not in fields else None
        if field is not None and value:
            fields[field.name] = value
        elif name == "consequences" and kind is Kind.DECISION and not ({"good", "bad"} & fields.keys()):
            said = _consequences(text)
            if said is None:
                rest.append(_whole(part, text))
            else:
                fields.update({name: items for name, items in said.items() if items})
        else:
            rest.append(_whole(part, text))
    return Body("\n".join(trimmed(before)), fields, tuple(rest))


def _whole(part: Cut, text: str) -> str:
    return f"## {part.title}" + (f"\n\n{text}" if text else "")


def _consequences(text: str) -> dict[str, tuple[str, ...]] | None:
    """MADR's one list of both; None where it is more than that."""
    said: dict[str, list[str]] = {"good": [], "bad": []}
    last = ""
    for line in text.split("\n"):
        if found := _SAID.match(line):
            last = found[1].lower()
            said[last].append(found[2])
        elif line.startswith("  ") and last and line.strip():
            said[last][-1] += "\n" + line.strip()
        elif line.strip():
            return None
    return {name: tuple(items) for name, items in said.items()}
