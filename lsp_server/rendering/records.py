"""A record as the text of its file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from lsp_server.records.anchors import Anchor, CodePosition
from lsp_server.records.fields import FIELDS, Field, Shape
from lsp_server.records.front_matter import flow, scalar
from lsp_server.records.model import Kind, Link, Record
from lsp_server.records.outcomes import written_share
from lsp_server.rendering.environment import Templates


def render_record(
    templates: Templates,
    record: Record,
    *,
    title: str = "",
    draft: bool = False,
    text: str = "",
    files: Sequence[Any] = (),
    keys: Sequence[tuple[str, str]] = (),
    form: str = "",
) -> str:
    """The whole file of a new record: front matter and body.

    ``title`` is the record's, where the heading must be written in another way to be read back as it.
    ``draft`` puts into each empty section what belongs there, as a comment. ``text`` is free Markdown below
    the sections. ``files`` are a checkpoint's changed files. ``keys`` are further front matter keys with
    their written YAML values. ``form`` is the variant of the template (``nygard``).
    """
    front = [
        (field.key, written)
        for field in _in_front(record.kind)
        if ((value := record.fields.get(field.name)) or value == 0)
        and (written := _front_value(field.shape, value))
    ]
    front += keys
    name = f"records/{record.kind.value}{'-' if form else ''}{form}.md"
    created = written_time(record.created)
    links = [write_link(link) for link in record.links]
    code = _code(record.code)
    text = text.strip("\n")

    def render(values: dict[str, Any], fields: dict[str, Any], text: str, files: Sequence[Any]) -> str:
        whole = {
            "kind": record.kind.value,
            "status": record.status,
            "status_in_body": form == "nygard",
            "tags": record.tags,
            "formerly": record.code.formerly if record.code else (),
            "anchors": _anchors(record.anchors),
        }
        whole.update(values)
        hints = {field.name: field.help for field in FIELDS[record.kind]} if draft else _no_hints(record.kind)
        return templates.render(name, record=whole, fields=fields, hints=hints, text=text, files=files)

    def plainly() -> str:
        values = {
            "id": record.id,
            "number": record.number,
            "title": title or record.title,
            "created": created,
            "front_keys": front,
            "links": links,
            "code": code,
        }
        fields = {field.name: record.fields.get(field.name) or () for field in FIELDS[record.kind]}
        return render(values, fields, text, files)

    if draft or record.anchors or (record.code and record.code.formerly) or not templates.repeats(name):
        return plainly()
    from lsp_server.rendering.shapes import Said, marked, shaped

    in_code = [(key, scalar(value)) for key, value in code]
    said = Said(title or record.title, created, front, links, in_code, text, files)
    one = shaped(name, record, said)
    if one is None:
        return plainly()
    return templates.shapes.render(one, lambda: marked(render, record, said), plainly)


@cache
def _in_front(kind: Kind) -> tuple[Field, ...]:
    return tuple(field for field in FIELDS[kind] if field.in_front_matter)


class _NoHints(dict[str, str]):
    """Outside a draft no section has a hint, whatever its name."""

    def __missing__(self, key: str) -> str:
        return ""


@cache
def _no_hints(kind: Kind) -> _NoHints:
    return _NoHints({field.name: "" for field in FIELDS[kind]})


def write_link(link: Link) -> str:
    """One link as the item of a list. The label is a comment: people read it, machines read the id."""
    return f"{link.relation.value}: {link.target}" + (f"  # {link.label}" if link.label else "")


def written_time(moment: datetime) -> str:
    """A time as it stands in a record's file."""
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def _front_value(shape: Shape, value: Any) -> str:
    if shape is Shape.WORD:
        return scalar(value)
    if shape is Shape.WORDS:
        return flow(value)
    if shape is Shape.LINES:
        return "".join(f"\n  - {scalar(item)}" for item in value)
    if shape is Shape.NUMBER:
        return written_share(value)
    if shape is Shape.MAPPING:
        return "".join(f"\n  {scalar(name)}: {scalar(figure)}" for name, figure in value.items()).lstrip(" ")
    return scalar(value)


def _anchors(anchors: Sequence[Anchor]) -> list[str]:
    if not anchors:
        return []
    from lsp_server.records.anchor_text import write_anchor  # a millisecond that most records do not need

    return [write_anchor(anchor) for anchor in anchors]


def _code(code: CodePosition | None) -> list[tuple[str, Any]]:
    if code is None:
        return []
    pairs = [("commit", code.commit), ("branch", code.branch), ("dirty", code.dirty)]
    return [(key, value) for key, value in pairs if value is not None]
