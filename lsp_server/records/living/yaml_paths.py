"""Setting a value deep in YAML, in its place: the lines of no other value change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from lsp_server.errors import RefusedError
from lsp_server.records.front_entries import (
    Entry,
    Front,
    UnreadableError,
    block_entries,
    find_entry,
    json_flow,
    read_entries,
)
from lsp_server.records.front_matter import scalar
from lsp_server.records.living.project_values import by_name

_STEP = 2  # columns that what we write is indented by


def set_path(text: str, path: Sequence[str], value: object) -> str:
    """The YAML with a value at the end of a path of keys, those that are not there added. Comments, order and
    other values keep their bytes; a mapping written in brackets, or a list with names, that has to change is
    written anew as lines. Raises ``RefusedError`` where the YAML cannot be cut into its keys."""
    try:
        return _set(text, read_entries(text), path, value, (0, len(text)))
    except UnreadableError as error:
        raise RefusedError(f"project.yaml cannot be changed: {error}; mend it by hand first") from error


def _set(text: str, found: Front, path: Sequence[str], value: object, place: tuple[int, int]) -> str:
    """``place``: the column of the keys that were found, and where they end."""
    margin, end = place
    entry = find_entry(found.entries, path[0])
    if entry is None:
        last = found.entries[-1] if found.entries else None
        at = last.start + len(last.text) if last else end
        return _with_lines(text, at, _lines(path, value, margin))
    if len(path) == 1:
        return _with_value(text, entry, value)
    node = entry.node
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        stop = entry.start + len(entry.text)
        inner = block_entries(text, node, stop)
        return _set(text, inner, path[1:], value, (node.start_mark.column, stop))
    if isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~"):
        # What stands behind the key may be a comment: its line stays.
        start, stop = node.start_mark.index, node.end_mark.index
        text = text[:start].rstrip(" ") + text[stop:] if node.value else text
        line_end = text.find("\n", entry.start)
        at = len(text) if line_end < 0 else line_end + 1
        return _with_lines(text, at, _lines(path[1:], value, margin + _STEP))
    whole = _with(entry.value, path[1:], value)
    lines = [*_block({entry.key: whole}, margin)]
    stop = entry.start + len(entry.text)
    return text[: entry.start] + "".join(f"{line}\n" for line in lines) + text[stop:]


def _with_value(text: str, entry: Entry, value: object) -> str:
    node = entry.node
    if isinstance(node, yaml.CollectionNode) and node.value:
        raise RefusedError(f"project.yaml: {entry.key!r} holds several values; change it by hand")
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        end = start + len(text[start:end].rstrip())
    said = "" if value is None else scalar(value)
    before = text[:start].rstrip(" ") if not said else text[:start]
    space = "" if not said or before.endswith((" ", "\t")) else " "
    return before + space + said + text[end:]


def _with_lines(text: str, at: int, lines: Sequence[str]) -> str:
    gap = "" if not at or text[at - 1] == "\n" else "\n"
    return text[:at] + gap + "".join(f"{line}\n" for line in lines) + text[at:]


def _lines(path: Sequence[str], value: object, margin: int) -> list[str]:
    lines = [f"{' ' * (margin + _STEP * depth)}{scalar(key)}:" for depth, key in enumerate(path)]
    if value is not None:
        lines[-1] += f" {scalar(value)}"
    return lines


def _with(held: Any, path: Sequence[str], value: object) -> Any:
    """A value that could not be changed in its place, changed."""
    inner: dict[str, Any] = by_name(held, "name") if isinstance(held, (dict, list)) else {}
    if isinstance(held, str) and held:
        inner = {"role": held}  # one word about somebody, who gets more of them
    said = value if len(path) == 1 else _with(inner.get(path[0], {}), path[1:], value)
    return {**inner, path[0]: said}


def _block(value: Mapping[str, Any], margin: int) -> list[str]:
    lines = []
    for key, item in value.items():
        head = f"{' ' * margin}{scalar(key)}:"
        if isinstance(item, dict) and item:
            lines += [head, *_block(item, margin + _STEP)]
        elif isinstance(item, (dict, list)):
            lines.append(f"{head} {json_flow(item)}")
        else:
            lines.append(head if item in (None, "") else f"{head} {scalar(item)}")
    return lines
