"""Changing a front matter in place: the bytes that are not changed stay as they are.

PyYAML's node marks say where a value stands; only that span is replaced. Comments, key order, unknown keys
and line endings survive, and changing one field changes one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from lsp_server.errors import RefusedError
from lsp_server.records import plain_nodes
from lsp_server.records.front_matter import Split, scalar, split


def set_scalar(text: str, key: str, value: object) -> str:
    """Set a top-level key to one scalar; a new key goes to the end of the front matter."""
    parts = _parts(text)
    found = _value(parts, key)
    if found is None:
        return append_lines(text, [f"{key}: {scalar(value)}"])
    start, end = parts.start + found.start_mark.index, parts.start + found.end_mark.index
    if isinstance(found, yaml.CollectionNode) and not found.flow_style:
        raise RefusedError(f"the front matter's {key!r} is not a single value; change it by hand")
    if isinstance(found, yaml.ScalarNode) and found.style in ("|", ">"):
        end = start + len(text[start:end].rstrip())
    space = "" if start and text[start - 1] in " \t" else " "
    return text[:start] + space + scalar(value) + text[end:]


def add_item(text: str, key: str, item: str) -> str:
    """Append one item to a top-level list, in the style that the list has. ``item`` is written YAML:
    one scalar, one ``key: value`` pair, or several lines whose continuation is indented by two."""
    parts = _parts(text)
    found = _value(parts, key)
    newline = _newline(text)
    if found is None:
        return append_lines(text, [f"{key}:", *_item_lines(item, "  ")])
    start, end = parts.start + found.start_mark.index, parts.start + found.end_mark.index
    if isinstance(found, yaml.ScalarNode):  # `links:` with nothing behind it, or one value without a list
        kept = _item_lines(text[start:end], "  ") if found.value.strip() else []
        lines = newline.join([*kept, *_item_lines(item, "  ")])
        return text[:start].rstrip(" ") + newline + lines + text[end:]
    if not isinstance(found, yaml.SequenceNode):
        raise RefusedError(f"the front matter's {key!r} is not a list; change it by hand")
    if found.flow_style:
        if found.value and "\n" not in item and not item.startswith(("-", "{")) and ": " not in item:
            return text[: end - 1] + f", {item}" + text[end - 1 :]
        kept = [line for node in found.value for line in _item_lines(_source(parts, node), "  ")]
        lines = newline.join([*kept, *_item_lines(item, "  ")])
        return text[:start].rstrip(" ") + newline + lines + text[end:]
    last = found.value[-1]
    stop = parts.start + last.end_mark.index
    stop = len(text[:stop].rstrip()) if text[stop - 1 : stop].isspace() else stop
    line_end = text.find("\n", stop)
    line_end = parts.end if line_end < 0 else line_end + 1
    indent = " " * found.start_mark.column
    added = "".join(line + newline for line in _item_lines(item, indent))
    return text[:line_end] + added + text[line_end:]


def append_lines(text: str, lines: Sequence[str]) -> str:
    """Add whole lines at the end of the front matter; make a front matter where there is none."""
    parts = split(text)
    if parts.front is None:
        return prepend_front_matter(text, lines)
    newline = _newline(text)
    added = "".join(line + newline for line in lines)
    gap = "" if not parts.front or parts.front.endswith("\n") else newline
    return text[: parts.end] + gap + added + text[parts.end :]


def prepend_front_matter(text: str, lines: Sequence[str]) -> str:
    """Put a front matter before a file, whatever it begins with."""
    newline = _newline(text)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    added = "".join(line + newline for line in lines)
    return f"{mark}---{newline}{added}---{newline}{text[len(mark) :]}"


def _parts(text: str) -> Split:
    parts = split(text)
    return Split(text, "", 0, 0, 0) if parts.front is None else parts


def _value(parts: Split, key: str) -> yaml.Node | None:
    if not parts.front:
        return None
    try:
        root: yaml.Node | None = plain_nodes.compose(parts.front)
        if root is None:
            # The pure Python composer: its marks count characters, as Python does.
            root = yaml.compose(parts.front, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise RefusedError("the front matter is not YAML; mend it by hand first") from error
    if root is None:
        return None
    if not isinstance(root, yaml.MappingNode):
        raise RefusedError("the front matter is not a list of `key: value` lines; mend it by hand first")
    found = None
    for name, value in root.value:
        if isinstance(name, yaml.ScalarNode) and name.value == key:
            found = value  # the last of a key given twice: what YAML readers take
    return found


def _source(parts: Split, node: yaml.Node) -> str:
    return parts.text[parts.start + node.start_mark.index : parts.start + node.end_mark.index].rstrip()


def _item_lines(item: str, indent: str) -> list[str]:
    first, *rest = item.split("\n")
    return [f"{indent}- {first}", *(f"{indent}{line}" if line else "" for line in rest)]


def _newline(text: str) -> str:
    end = text.find("\n")
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def set_after(text: str, key: str, value: object, *, after: str) -> str:
    """As ``set_scalar``; a new key goes on the line below the one-line key ``after``, when that is there."""
    parts = _parts(text)
    if _value(parts, key) is not None or _value(parts, after) is None:
        return set_scalar(text, key, value)
    found = re.search(rf"^{re.escape(after)}[ \t]*:[^\n]*\n", text[parts.start : parts.end], re.MULTILINE)
    if found is None:
        return set_scalar(text, key, value)
    at = parts.start + found.end()
    return f"{text[:at]}{key}: {scalar(value)}{_newline(text)}{text[at:]}"


def set_lines(text: str, key: str, lines: Sequence[str]) -> str:
    """Replace a top-level key with whole lines, or remove it where there are none. A new key goes to the end
    of the front matter. Raises ``RefusedError`` where the front matter cannot be cut by its keys."""
    from lsp_server.records.front_entries import UnreadableError, find_entry, read_entries

    parts = _parts(text)
    try:
        entry = find_entry(read_entries(parts.front or "").entries, key)
    except UnreadableError as error:
        raise RefusedError("the front matter is not YAML; mend it by hand first") from error
    if entry is None:
        return append_lines(text, lines) if lines else text
    start = parts.start + entry.start
    newline = _newline(text)
    return text[:start] + "".join(line + newline for line in lines) + text[start + len(entry.text) :]
