"""Fields of a living document: one value behind the name, several below it, in the style that is there."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.errors import RefusedError, UsageError
from lsp_server.records.living.bullets import (
    MARK,
    bullet,
    mark_of,
    put_in,
    said_already,
    section_names,
    spellings,
    with_item,
)
from lsp_server.records.living.documents import slug
from lsp_server.records.living.finding import Target
from lsp_server.records.living.outline import Node, field_of, is_placeholder, tree, walk
from lsp_server.records.merging.units import ITEM, LISTED, PROSE


def note_to_field(text: str, target: Target, said: str) -> str:
    """Another bullet below a field; where it has one value, that becomes the first."""
    if not target.nodes:
        return _with_new_field(text, target, [said], as_list=True)
    said_in = [part for one in target.nodes for part in one.parts if part.kind in LISTED]
    if said_already(said_in, said) or any(one.value.split() == said.split() for one in target.nodes):
        return text
    node = target.nodes[0]
    bullets = [part for part in node.parts if part.kind in LISTED]
    for words in spellings(said):
        if bullets and not node.value:
            after = put_in(text, bullets[-1].stop, f"\n{bullet(mark_of(text, bullets[-1]), words)}")
        else:
            kept = [] if is_placeholder(node.value) or not node.value else [node.value]
            below = [text[part.start : part.stop] for part in bullets]
            after = _replaced(text, node, _as_list(text, node, kept, below, [words]))
        if _has_all(after, text):
            return after
    raise UsageError("this text cannot stand as one bullet: leave out what begins a heading or code")


def with_field(text: str, target: Target, values: Sequence[str]) -> str:
    """The text with another value in a field, which then stands once."""
    if not target.nodes:
        return _with_new_field(text, target, values)
    first, *others = target.nodes
    for said in (values, [" ".join(one.split()) for one in values]):
        after = text
        for node in reversed(others):
            after = _removed(after, node)
        after = _replaced(after, first, _field_text(text, first, said))
        again = [one for one in _all_fields(tree(after)) if one.start == first.start]
        alone = [one.name for one in again] == [first.name] and _has_all(after, text)
        if alone and len(again[0].parts) == (len(said) if len(said) > 1 else 0):
            return after
    raise UsageError("this text cannot stand in a field: leave out what begins a heading or code")


def _has_all(after: str, before: str) -> bool:
    """Whether a text still has the sections and the fields that it had: nothing that was added hides them."""
    names = [{one.name for one in _all_fields(tree(text))} for text in (after, before)]
    return names[0] >= names[1] and section_names(after) == section_names(before)


def _all_fields(nodes: Sequence[Node]) -> list[Node]:
    sections = [one for node in walk(nodes) for one in node.parts]
    return [one for one in (*nodes, *sections) if one.is_field]


def _field_text(text: str, node: Node, values: Sequence[str]) -> str:
    """A field as it is written with these values: one stands behind its name, several below it."""
    source = text[node.start : node.end]
    head = node.head.rstrip(" \t")
    if not values:
        return head
    if len(values) == 1:
        space = node.head[len(head) :] or " "
        first, *rest = values[0].split("\n")
        if node.kind == PROSE:
            end = source[len(source.rstrip(" ")) :] if "\n" not in source else ""
            return f"{head}{space}{' '.join([first, *rest])}{end}"
        margin = _margin(source, node)
        return "\n".join([f"{head}{space}{first}", *(margin + line for line in rest)])
    return _as_list(text, node, (), (), values)


def _as_list(text: str, node: Node, first: Sequence[str], below: Sequence[str], last: Sequence[str]) -> str:
    """A field with bullets below it: new ones before and after the lines that it has."""
    source = text[node.start : node.end]
    marker = f"{_margin(source, node)}{source.lstrip()[0] if node.kind == ITEM else '-'} "
    lines = [*(bullet(marker, one) for one in first), *below, *(bullet(marker, one) for one in last)]
    return "\n".join([node.head.rstrip(" \t"), *lines])


def _margin(source: str, node: Node) -> str:
    mark = MARK.match(source) if node.kind in LISTED else None
    return " " * (len(mark[0].expandtabs(4)) if mark else 0)


def _replaced(text: str, node: Node, said: str) -> str:
    rest = text[node.stop :]
    if node.kind == PROSE and "\n" in said and rest.startswith("\n") and not rest.startswith("\n\n"):
        rest = "\n" + rest  # or the next line would belong to the last bullet
    return text[: node.start] + said + rest


def _removed(text: str, node: Node) -> str:
    """The text without the lines of a field."""
    end = node.stop + 1 if text[node.stop : node.stop + 1] == "\n" else node.stop
    return text[: node.start] + text[end:]


def _with_new_field(text: str, target: Target, values: Sequence[str], *, as_list: bool = False) -> str:
    """A field that its section has not: after the one that the table has before it, written as they are."""
    section = target.section
    assert section is not None
    fields = [one for one in section.parts if one.is_field]
    samples = fields or [one for node in walk(tree(text)) for one in node.parts if one.is_field]
    line = _like(text, samples[0], target.field) if samples else f"- **{target.field}**: "
    known = [slug(name) for name in target.part.fields] if target.part else []
    place = known.index(slug(target.field)) if slug(target.field) in known else len(known)
    above = [one for one in fields if one.slug in known[:place]] or (fields if place == len(known) else [])
    if above:
        text = put_in(text, above[-1].stop, f"\n{line}")
        start = above[-1].stop + 1
    elif fields:
        text = put_in(text, fields[0].start, f"{line}\n")
        start = fields[0].start
    else:
        text = with_item(text, section, line, "")
        start = text.index(line, section.end)
    again = next((one for one in _all_fields(tree(text)) if one.start == start), None)
    if again is None:
        raise RefusedError(f"a field cannot be added to {section.name!r} as it is written: add it by hand")
    said = _as_list(text, again, (), (), values) if as_list else _field_text(text, again, values)
    return _replaced(text, again, said)


def _like(text: str, sample: Node, name: str) -> str:
    """A field's line without a value, in the style of another one."""
    found = field_of(text[sample.start : sample.end].split("\n", maxsplit=1)[0])
    if found is None:
        return f"- **{name}**: "
    head = sample.head[: found.start("name")] + name + sample.head[found.end("name") :]
    return head.rstrip(" \t") + " "
