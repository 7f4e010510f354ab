"""A living document as what it says: its sections, their fields and bullets, each with its address."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lsp_server.records.living.documents import Document, Form, slug
from lsp_server.records.living.finding import addressed, part_of
from lsp_server.records.living.outline import Node, tree
from lsp_server.records.merging.units import LISTED, TITLE


class Field(NamedTuple):
    """``values`` are what it says: one value, or the bullets below it; what only holds a place is left out.
    ``line`` is 0-based."""

    name: str
    address: str
    values: tuple[str, ...]
    line: int


class Section(NamedTuple):
    """``name`` is the heading; ``value`` what stands behind its colon, where it says something. ``items`` are
    its bullets that are no fields; ``text`` all below the heading as it stands; lines are 0-based, ``end``
    exclusive. A section that has others in it stands before them."""

    name: str
    address: str
    level: int
    value: str
    fields: tuple[Field, ...]
    items: tuple[str, ...]
    text: str
    line: int
    end: int

    def field(self, name: str) -> Field | None:
        """The field by its name or slug; of one that stands twice the first."""
        wanted = slug(name)
        return next((one for one in self.fields if slug(one.name) == wanted), None)


def sections_of(document: Document, text: str) -> tuple[Section, ...]:
    """The sections of a document's text, in order. What stands above the first has an empty name."""
    if document.form is Form.FIELDS:
        from lsp_server.records.living.project import sections_of_project

        return sections_of_project(text)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    nodes = tree(text)
    lines = _Lines(text)
    top = _section(document, document.name, lines, None, [one for one in nodes if not one.level])
    found = [top] if top.fields or top.items or top.text.strip() else []
    for node, address in addressed(document, nodes):
        found.append(_section(document, address, lines, node, [one for one in node.parts if not one.level]))
    return tuple(found)


class _Lines:
    """A text, and the line in which each of its characters stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends = [found.start() for found in re.finditer("\n", text)]

    def at(self, place: int) -> int:
        return bisect_left(self._ends, place)


def _section(
    document: Document, address: str, lines: _Lines, node: Node | None, own: Sequence[Node]
) -> Section:
    text = lines.text
    own = [one for one in own if one.kind != TITLE]
    name = node.name if node else ""
    valued = node is not None and (part := part_of(document, node)) is not None and part.valued
    title, _, said = name.partition(":") if valued else (name.rstrip(":"), "", "")
    fields = tuple(
        Field(one.name, f"{address}/{one.slug}", one.says(), lines.at(one.start))
        for one in own
        if one.is_field
    )
    items = tuple(_item_text(text, one) for one in own if one.kind in LISTED and not one.is_field)
    start = node.end if node else (own[0].start if own else 0)
    stop = own[-1].stop if own else start
    end = node.stop if node else stop
    line = lines.at(node.start if node else start)
    return Section(
        title.strip(),
        address,
        node.level if node else 0,
        said.strip(),
        fields,
        items,
        text[start:stop].strip("\n"),
        line,
        lines.at(end) + 1,
    )


def _item_text(text: str, node: Node) -> str:
    below = [f"  - {_item_text(text, part)}" for part in node.parts]
    return "\n".join([node.value, *below])


def can_be_addressed(address: str) -> bool:
    """Whether an address leads anywhere: a heading without a word in it has none of its own."""
    return all(address.split("/"))


def twice(sections: Sequence[Section]) -> tuple[str, ...]:
    """The addresses of fields that a section has more than once with different values: what two people set
    at once, and a merge kept."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for section in sections:
        for field in section.fields:
            found.setdefault(f"{section.line}\n{field.address}", set()).add(field.values)
    return tuple(key.partition("\n")[2] for key, values in found.items() if len(values) > 1)


def plain_sections(sections: Sequence[Section]) -> list[Mapping[str, Any]]:
    """Sections as JSON holds them."""
    return [
        {
            "name": one.name,
            "address": one.address,
            "level": one.level,
            "value": one.value,
            "fields": [
                {"name": f.name, "address": f.address, "values": list(f.values), "line": f.line + 1}
                for f in one.fields
            ],
            "items": list(one.items),
            "line": one.line + 1,
        }
        for one in sections
    ]
