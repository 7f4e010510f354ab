"""Records rendered by what their template made of another one of the same shape.

Of two records with the same fields, as many items in each list and the same status, a template makes the same
text around other values. So a shape is rendered once with marks in the place of the values, and each further
record of it puts its own there: a twentieth of the time. For our own templates only; what a shape gives is
compared with what the template gives before it is used. Commit messages are made in the same way.

The first shape that a process meets of a template is kept for the processes to come (``kept_shapes``): most
commands write one record, and loading Jinja2 was a fifth of their time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.records.fields import FIELDS
from lsp_server.records.front_matter import flow
from lsp_server.records.life_cycle import statuses
from lsp_server.records.model import Kind, Record

if TYPE_CHECKING:
    from lsp_server.rendering.environment import Templates
    from lsp_server.rendering.kept_shapes import KeptShapes, Made

MESSAGE = "commits/message"
_MARK = "zqx{}xqz"
_MARKS = r"zqx(\d+)xqz"
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
    """A record cut into its shape and the values that are put in, in the order of the marks. ``lasting``: no
    word of the record's own is in the shape, so it may be kept."""

    name: str
    """The template's."""
    shape: Hashable
    values: list[str]
    lasting: bool


class Shapes:
    """What one set of templates made of each shape. Thread-safe."""

    def __init__(self, kept: KeptShapes | None = None) -> None:
        self._kept = kept
        self._known: set[str] = set()  # the templates whose kept shapes are known
        self._seen: set[Hashable] = set()
        self._made: dict[Hashable, Made | None] = {}

    def render(self, shaped: Shaped, marked: Callable[[], str], plainly: Callable[[], str]) -> str:
        """A record's text. ``marked`` renders its shape with the marks, ``plainly`` the record itself."""
        name, shape, values, lasting = shaped
        if shape in self._made:
            made = self._made[shape]
            return plainly() if made is None else _filled(made, values)
        is_first = self._kept is not None and lasting and name not in self._known
        key = repr(shape) if is_first else ""
        if is_first and self._kept is not None:
            self._known.add(name)
            known = self._kept.of(name).get(key)
            if known is not None and max(known[1], default=0) < len(values):
                self._made[shape] = known
                return _filled(known, values)
        text = plainly()
        if len(self._seen) >= _MOST:
            self._seen.clear()
            self._made.clear()
        if shape not in self._seen and not is_first:
            self._seen.add(shape)  # most shapes come once
            return text
        pieces = re.split(_MARKS, marked())
        cut = tuple(pieces[::2]), tuple(map(int, pieces[1::2]))
        is_right = _ELSEWHERE not in "".join(cut[0]) and _filled(cut, values) == text
        self._made[shape] = cut if is_right else None
        if is_first and is_right and self._kept is not None:
            self._kept.keep(name, key, cut)
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
    # Any other status is a word of somebody's own.
    lasting = record.status is None or record.status in statuses(record.kind)
    values = [
        record.id,
        title,
        created,
        str(record.number),
        flow(record.tags)[1:-1] if record.tags else "",
        *links,
    ]
    shape: list[Hashable] = [name, record.number is None, record.status, not record.tags, len(links)]
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
            shape.append(field)
            values.append(value)
        elif type(value) is tuple:
            if [1 for item in value if len(item.splitlines()) != 1]:
                return None  # further lines are indented
            shape += (field, len(value))
            values += value
        else:
            return None
    return Shaped(name, tuple(shape), values, lasting)


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
    tag = mark()
    values["tags"] = (tag,) if record.tags else ()
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


def render_message(
    templates: Templates, subject: str, body: str = "", trailers: Sequence[tuple[str, str]] = ()
) -> str:
    """A commit message. The trailers' names are ours."""

    def plainly(subject: str = subject, body: str = body, values: Sequence[str] = ()) -> str:
        said = (
            [(key, value) for (key, _), value in zip(trailers, values, strict=True)] if values else trailers
        )
        return templates.render(MESSAGE, subject=subject, body=body, trailers=said)

    if not templates.repeats(MESSAGE):
        return plainly()
    keys = tuple(key for key, _ in trailers)
    values = [subject, body, *[value for _, value in trailers]]
    one = Shaped(MESSAGE, (MESSAGE, not body, keys), values, lasting=True)
    marks = [_MARK.format(place) for place in range(len(values))]
    return templates.shapes.render(
        one, lambda: plainly(marks[0], marks[1] if body else "", marks[2:]), plainly
    )
