"""A front matter as entries, each with the very lines that it stands on, so that they can be put together
anew without changing one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from lsp_server.records import front_matter, plain_nodes


class UnreadableError(ValueError):
    """A front matter that cannot be cut into entries: no YAML, no mapping, or written in no usual way."""


class Entry(NamedTuple):
    """A key with its value. ``lead`` are the comments above it, ``text`` its lines with their ends (in a flow
    mapping, ``key: value``), ``start`` where ``text`` begins in the front matter; ``value`` is made of texts,
    lists and mappings."""

    key: str
    lead: str
    text: str
    start: int
    value: Any
    node: yaml.Node


class Item(NamedTuple):
    """An item of a list. ``lines`` are its lines, the dash of a block list in the first column; of a flow
    list, or of a single value, there is one line without a dash."""

    lines: tuple[str, ...]
    value: Any
    dashed: bool


class Front(NamedTuple):
    """All entries, and the comments below the last."""

    entries: tuple[Entry, ...]
    tail: str


def read_entries(front: str) -> Front:
    """The entries of a front matter. Raises ``UnreadableError``."""
    _, problems = front_matter.read(front)
    if problems:
        raise UnreadableError(problems[0].message)
    try:
        root: yaml.Node | None = plain_nodes.compose(front)
        if root is None:
            root = yaml.compose(front, Loader=yaml.SafeLoader)  # the marks of libyaml count bytes
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from error
    if root is None:
        return Front((), front)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise UnreadableError("not a list of `key: value` lines")
    return block_entries(front, root, len(front))


def block_entries(front: str, node: yaml.MappingNode, end: int) -> Front:
    """The entries of a block mapping that ends at ``end``."""
    starts: list[int] = []
    for key, _ in node.value:
        start = front.rfind("\n", 0, key.start_mark.index) + 1
        if front[start : key.start_mark.index].strip(" ") or (starts and start <= starts[-1]):
            raise UnreadableError("a key does not begin its line")
        starts.append(start)
    entries: list[Entry] = []
    lead = front[node.start_mark.index - node.start_mark.column : starts[0]] if starts else ""
    if node.start_mark.column == 0 and not entries:
        lead = front[: starts[0]] if starts else front
    for (key, value), start, stop in zip(node.value, starts, [*starts[1:], end], strict=True):
        if not isinstance(key, yaml.ScalarNode):
            raise UnreadableError("a key is not a word")
        cut = _comments_below(front, start, stop, value)
        entries.append(Entry(key.value, lead, front[start:cut], start, plain(value), value))
        lead = front[cut:stop]
    return Front(tuple(entries), lead)


def _comments_below(front: str, start: int, stop: int, value: yaml.Node) -> int:
    """Where the comments above the next key begin: whole lines that cannot be part of the value."""
    lines = front[start:stop].splitlines(keepends=True) if "\n" in front[start:stop] else [front[start:stop]]
    if "".join(lines).count("\n") != len([line for line in lines if line.endswith("\n")]):
        return stop
    cut = at = stop
    for line in reversed(lines[1:]):
        at -= len(line)
        if at < _known_end(value):
            break
        if line.startswith("#"):
            cut = at
        elif line.strip():
            break
    return cut


def _known_end(value: yaml.Node) -> int:
    """Up to where a value certainly goes; of a block its lines tell."""
    if isinstance(value, yaml.ScalarNode):
        return value.end_mark.index if value.value and value.style not in ("|", ">") else 0
    return value.end_mark.index if isinstance(value, yaml.CollectionNode) and value.flow_style else 0


def plain(node: yaml.Node, _seen: set[int] | None = None) -> Any:
    """A node as texts, lists and mappings. Raises ``UnreadableError`` where one stands in two places."""
    seen = set() if _seen is None else _seen
    if id(node) in seen:
        raise UnreadableError("it has an alias")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [plain(item, seen) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        pairs = [(plain(key, seen), plain(value, seen)) for key, value in node.value]
        if not all(isinstance(key, str) for key, _ in pairs):
            raise UnreadableError("a key is not a word")
        return dict(pairs)
    return node.value


def items_of(front: str, entry: Entry) -> tuple[str, list[Item], str]:
    """A list's items, with what stands before them and (in a flow list) after them."""
    node = entry.node
    end = entry.start + len(entry.text)
    if not isinstance(node, yaml.SequenceNode):
        start, stop = node.start_mark.index, node.end_mark.index
        said = inline(front, node)
        found = [Item((said,), node.value, dashed=False)] if node.value else []
        return front[entry.start : start], found, front[stop:end]
    if node.flow_style:
        found = [Item((inline(front, one),), plain(one), dashed=False) for one in node.value]
        after = front.rfind("]", node.start_mark.index, node.end_mark.index) + 1
        return front[entry.start : node.start_mark.index], found, front[after:end]
    column = node.start_mark.column
    starts = [_dash(front, column, entry.start, one.start_mark.index) for one in node.value]
    if len(set(starts)) != len(starts):
        raise UnreadableError("two items on one line")
    found = []
    for one, start, stop in zip(node.value, starts, [*starts[1:], end], strict=True):
        lines = front[start:stop].split("\n")
        if front[start:stop].endswith("\n"):
            lines.pop()
        margin = " " * column
        found.append(Item(tuple(line.removeprefix(margin) for line in lines), plain(one), dashed=True))
    return front[entry.start : starts[0]], found, ""


def _dash(front: str, column: int, first: int, index: int) -> int:
    """The start of the line with the dash of an item whose value begins at ``index``."""
    start = front.rfind("\n", 0, index) + 1
    while start >= first:
        if (
            front[start : start + column].strip(" ") == ""
            and front[start + column : start + column + 1] == "-"
        ):
            return start
        start = front.rfind("\n", 0, max(0, start - 1)) + 1 if start else -1
    raise UnreadableError("an item without a dash")


def inline(front: str, node: yaml.Node) -> str:
    """A value on one line, as it is written where it stands on one."""
    said = front[node.start_mark.index : node.end_mark.index].strip()
    literal = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    block = isinstance(node, yaml.CollectionNode) and not node.flow_style
    if said and not literal and not block and "\n" not in said and "\r" not in said:
        return said
    value = plain(node)
    return front_matter.scalar(value) if isinstance(value, str) else json_flow(value)


def json_flow(value: Any) -> str:
    """Any value as YAML on one line."""
    if isinstance(value, str):
        return front_matter.json_string(value)
    if isinstance(value, dict):
        pairs = (f"{front_matter.json_string(key)}: {json_flow(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(map(json_flow, value)) + "]"


def identity(value: Any) -> str:
    """What two values are compared by."""
    return json.dumps(value, sort_keys=True)


def find_entry(entries: Sequence[Entry], key: str) -> Entry | None:
    """The last of a key given twice: what YAML readers take."""
    return next((entry for entry in reversed(entries) if entry.key == key), None)
