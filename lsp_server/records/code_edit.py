"""Changing what a record's file says of the code: the commit it was written at, its anchors' births.

Only the lines that say so are changed. What cannot be changed safely is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from lsp_server.errors import RefusedError
from lsp_server.records import front_matter
from lsp_server.records.anchor_text import write_anchor
from lsp_server.records.anchors import Anchor, CodePosition
from lsp_server.records.front_entries import (
    Entry,
    UnreadableError,
    block_entries,
    find_entry,
    items_of,
    read_entries,
)
from lsp_server.records.front_matter_edit import set_lines

_CHANGED_KEYS = ("path", "lines", "commit", "births")
_DROPPED_KEYS = ("beside",)  # when an anchor has it no more


def with_code(text: str, code: CodePosition) -> str:
    """A file with another commit in its ``code`` and with its former ones; the branch and what else stands
    there stay. Raises ``RefusedError`` where it is not written as a block of ``key: value`` lines."""
    front, entry = _entry(text, "code")
    if entry is None or not isinstance(entry.node, yaml.MappingNode) or entry.node.flow_style:
        raise RefusedError("the front matter's 'code' is not a list of `key: value` lines")
    try:
        inner = block_entries(front, entry.node, entry.start + len(entry.text))
    except UnreadableError as error:
        raise RefusedError("the front matter's 'code' cannot be cut by its keys") from error
    margin = " " * (len(inner.entries[0].text) - len(inner.entries[0].text.lstrip(" ")))
    lines = front[entry.start : inner.entries[0].start].splitlines()
    for number, child in enumerate(inner.entries):
        if child.key == "formerly":
            continue
        lines += child.lead.splitlines() if number else []
        said = child.text
        if child.key == "commit" and isinstance(child.value, str) and child.value and code.commit:
            said = said.replace(child.value, code.commit, 1)
        lines += said.splitlines()
    lines += inner.tail.splitlines()
    if code.formerly:
        lines.append(f"{margin}formerly:")
        lines += [f"{margin}  - {commit}: {front_matter.scalar(word)}" for commit, word in code.formerly]
    return set_lines(text, "code", lines)


def with_settled_anchors(text: str, changed: Mapping[int, Anchor]) -> str:
    """A file with other births and places for some of its anchors, by their number in the list. Raises
    ``RefusedError`` where the list is not written as a block."""
    for ordinal, anchor in sorted(changed.items(), reverse=True):
        text = _with_settled(text, ordinal, anchor)
    return text


def _with_settled(text: str, ordinal: int, anchor: Anchor) -> str:
    front, entry = _entry(text, "anchors")
    node = entry.node if entry else None
    if entry is None or not isinstance(node, yaml.SequenceNode) or node.flow_style:
        raise RefusedError("the front matter's 'anchors' are not a list of items below each other")
    try:
        before, items, after = items_of(front, entry)
    except UnreadableError as error:
        raise RefusedError("the front matter's 'anchors' cannot be cut into items") from error
    if not 0 <= ordinal < len(items) or not isinstance(node.value[ordinal], yaml.MappingNode):
        raise RefusedError("the front matter's 'anchors' are other ones")
    margin = " " * node.start_mark.column
    ended = "\r" if "\r\n" in entry.text else ""  # a carriage return belongs to the line's end
    items = [item._replace(lines=tuple(line.removesuffix(ended) for line in item.lines)) for item in items]
    lines = before.replace(f"{ended}\n", "\n").split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    for number, item in enumerate(items):
        new = _item_lines(item.lines, anchor) if number == ordinal else item.lines
        lines += [f"{margin}{line}" if line else "" for line in new]
    return set_lines(text, "anchors", [*lines, *([after] if after else [])])


def _item_lines(lines: Sequence[str], anchor: Anchor) -> list[str]:
    """The lines of an anchor's item, those of the keys that tell its place and its births as they are now."""
    first, *rest = write_anchor(anchor).split("\n")
    told = _by_key([f"- {first}", *rest])
    kept = _by_key(lines)
    changed = {key: told[key] for key in _CHANGED_KEYS if key in told}
    if not kept or any(key not in kept for key in changed):
        raise RefusedError("an anchor is written in a way that cannot be changed safely")
    result: list[str] = []
    for key, own in kept.items():
        if key not in changed:
            result += own if key in told or key not in _DROPPED_KEYS else []
            continue
        new = changed[key]
        is_first = own[0].startswith("- ")
        result += [("- " if is_first else "  ") + new[0][2:], *new[1:]]
    return result


def _by_key(lines: Sequence[str]) -> dict[str, list[str]]:
    """The lines of an item, by the key they begin with: those that go on stand deeper."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in lines:
        is_key = line[:2] in ("- ", "  ") and line[2:3] not in ("", " ", "-", "#") and ":" in line
        if is_key:
            key = line[2:].partition(":")[0]
            found[key] = []
        found.setdefault(key, []).append(line)
    return {} if "" in found else found


def _entry(text: str, key: str) -> tuple[str, Entry | None]:
    front = front_matter.split(text).front or ""
    try:
        return front, find_entry(read_entries(front).entries, key)
    except UnreadableError as error:
        raise RefusedError("the front matter is not YAML; mend it by hand first") from error
