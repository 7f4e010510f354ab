"""Records rendered by what their template made of another one of the same shape.

Of two records with the same fields, as many items in each list and the same status, a template makes the same
text around other values. So a shape is rendered once with marks in the place of the values, and each further
record of it puts its own there: a twentieth of the time. For our own templates only; what a shape gives is
compared with what the template gives before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Any, NamedTuple

from lsp_server.records.fields import FIELDS
from lsp_server.records.model import Kind, Record

_MARK = "zqx{}xqz"
_MARKS = re.compile(r"zqx(\d+)xqz")
_ELSEWHERE = "zqxexqz"  # a value that no template should show but in the front matter
_MOST = 500

Rendered = Callable[[dict[str, Any], dict[str, Any], str, Sequence[Any]], str]
"""The text that the template makes of a record's values, its fields, the free text and the files."""


class Said(NamedTuple):
    """What a record says beside its fields, as it is written."""

    title: str
    created: str
    front: Sequence[tuple[str, str]]
    """Keys of the front matter."""
    links: Sequence[str]
    code: Sequence[tuple[str, str]]
    text: str
    files: Sequence[Any]


class Shaped(NamedTuple):
    """A record cut into its shape and the values that are put in, in the order of the marks."""

    shape: Hashable
    values: list[str]


class Shapes:
    """What one set of templates made of each shape. Thread-safe."""

    def __init__(self) -> None:
        self._seen: set[Hashable] = set()
        self._made: dict[Hashable, tuple[tuple[str, ...], tuple[int, ...]] | None] = {}

    def render(self, shaped: Shaped, marked: Callable[[], str], plainly: Callable[[], str]) -> str:
        """A record's text. ``marked`` renders its shape with the marks, ``plainly`` the record itself."""
        shape, values = shaped
        if shape in self._made:
            made = self._made[shape]
            return plainly() if made is None else _filled(made, values)
        text = plainly()
        if len(self._seen) >= _MOST:
            self._seen.clear()
            self._made.clear()
        if shape not in self._seen:
            self._seen.add(shape)  # most shapes come once
            return text
        pieces = _MARKS.split(marked())
        cut = tuple(pieces[::2]), tuple(map(int, pieces[1::2]))
        is_right = _ELSEWHERE not in "".join(cut[0]) and _filled(cut, values) == text
        self._made[shape] = cut if is_right else None
        return text


def _filled(made: tuple[tuple[str, ...], tuple[int, ...]], values: Sequence[str]) -> str:
    between, places = made
    text = [""] * (2 * len(between) - 1)
    text[::2] = between
    text[1::2] = [values[place] for place in places]
    return "".join(text)


def shaped(name: str, record: Record, said: Said) -> Shaped | None:
    """The shape of a record in the template ``name``; None where it has what a template acts on."""
    title, created, front, links, code, text, files = said
    values = [record.id, title, created, str(record.number), *links]
    shape: list[Hashable] = [name, record.number is None, record.status, record.tags, len(links)]
    for key, written in (*front, *code):
        shape += (key, written[:1] == "\n")
        values.append(written.removeprefix("\n"))
    shape += (len(front), len(files), not text)
    values.append(text)
    for file in files:
        if type(file) is not dict or file.keys() != {"path"}:
            return None
        values.append(file["path"])
    given = record.fields
    for field, is_in_front, is_list in _fields(record.kind):
        value = given.get(field)
        if not value or is_in_front:
            shape.append("front" if value else "")
        elif is_list is not (type(value) is tuple):
            return None
        elif type(value) is str:
            shape.append("text")
            values.append(value)
        elif type(value) is tuple:
            if [1 for item in value if len(item.splitlines()) != 1]:
                return None  # further lines are indented
            shape.append(len(value))
            values += value
        else:
            return None
    return Shaped(tuple(shape), values)


@cache
def _fields(kind: Kind) -> tuple[tuple[str, bool, bool], ...]:
    return tuple((field.name, field.in_front_matter, field.is_list) for field in FIELDS[kind])


def marked(render: Rendered, record: Record, said: Said) -> str:
    """What the template makes of the shape of ``record``: its values in the order of ``shaped``."""
    count = 0

    def mark() -> str:
        nonlocal count
        count += 1
        return _MARK.format(count - 1)

    values: dict[str, Any] = {name: mark() for name in ("id", "title", "created", "number")}
    if record.number is None:
        values["number"] = None
    values["links"] = [mark() for _ in said.links]
    values["front_keys"] = [(key, "\n" * written.startswith("\n") + mark()) for key, written in said.front]
    values["code"] = [(key, mark()) for key, _ in said.code]
    below = mark()
    listed = [{"path": mark()} for _ in said.files]
    fields: dict[str, Any] = {}
    for field in FIELDS[record.kind]:
        value = record.fields.get(field.name) or ()
        if value and field.in_front_matter:
            value = _ELSEWHERE
        elif value:
            value = mark() if type(value) is str else tuple(mark() for _ in value)
        fields[field.name] = value
    return render(values, fields, below if said.text else "", listed)
