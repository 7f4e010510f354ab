"""Mappings that two sides wrote in two ways, in one way: indented alike, and as lines where one has brackets.
Then they are merged key by key, and a change of the form is no conflict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

from lsp_server.records.front_entries import Entry, UnreadableError, read_entries

_STEP = 2  # columns, where brackets become lines


def in_one_style(base: str | None, one: str, other: str) -> tuple[str | None, str, str]:
    """The YAML of a base and two sides, saying the same; a text that cannot be rewritten is as it was."""
    try:
        keys = _flow_keys(one, other)
        old, first, second = (None if text is None else _without_brackets(text, keys)
                              for text in (base, one, other))  # fmt: skip
        first, second = first or "", second or ""
        before, mine, theirs = _step(old or ""), _step(first), _step(second)
        if not mine or not theirs or mine == theirs:
            return old, first, second
        step = theirs if before == mine else mine if before == theirs else max(mine, theirs)
        return old and _indented(old, step), _indented(first, step), _indented(second, step)
    except UnreadableError:
        return base, one, other


def _flow_keys(one: str, other: str) -> set[str]:
    """Keys whose mappings both sides have and that differ, one of them in brackets."""
    if "{" not in one + other:
        return set()
    first, second = ({entry.key: entry for entry in read_entries(text).entries} for text in (one, other))
    return {
        key
        for key in first.keys() & second.keys()
        if first[key].value != second[key].value
        and all(isinstance(side[key].value, dict) for side in (first, second))
        and any(_has_brackets(side[key].node) for side in (first, second))
    }


def _has_brackets(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and bool(node.flow_style)


def _without_brackets(text: str, keys: set[str]) -> str:
    found = [] if not keys else [entry for entry in read_entries(text).entries if entry.key in keys]
    for entry in reversed(found):
        lines = _as_lines(text, entry)
        if lines is not None:
            text = text[: entry.start] + lines + text[entry.start + len(entry.text) :]
    return text


def _as_lines(text: str, entry: Entry) -> str | None:
    """A mapping in brackets as lines; None where it is no such, or has what would be lost."""
    node = entry.node
    if not isinstance(node, yaml.MappingNode) or not node.flow_style or "#" in entry.text or not node.value:
        return None
    head = text[entry.start : node.start_mark.index].rstrip()
    pairs = [[text[one.start_mark.index : one.end_mark.index] for one in pair] for pair in node.value]
    if any("\n" in said for pair in pairs for said in pair):
        return None
    lines = "".join(f"{' ' * _STEP}{key}: {value}".rstrip() + "\n" for key, value in pairs)
    return _if_the_same(f"{head}\n{lines}", entry.text)


def _step(text: str) -> int:
    """By how many columns the first mapping that is in another is indented; 0 where there is none."""
    return next((node.start_mark.column for node in _inner(read_entries(text).entries)), 0)


def _inner(entries: Sequence[Entry]) -> Iterator[yaml.MappingNode]:
    for entry in entries:
        if isinstance(entry.node, yaml.MappingNode) and not entry.node.flow_style and entry.node.value:
            yield entry.node


def _indented(text: str, step: int) -> str:
    """The YAML with its mappings indented by ``step`` columns each."""
    shifts = [0] * (text.count("\n") + 1)
    for entry in read_entries(text).entries:
        _shift(text, shifts, entry.node, (entry.start + len(entry.text), step, step))
    lines = [_moved(line, shift) for line, shift in zip(text.split("\n"), shifts, strict=True)]
    return _if_the_same("\n".join(lines), text) or text


def _shift(text: str, shifts: list[int], node: yaml.Node, to: tuple[int, int, int]) -> None:
    """Note for each line of a block mapping how far it moves. ``to``: where the mapping ends in the text, the
    column of its keys, and how much further those below them are."""
    end, column, step = to
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        return
    first = text.count("\n", 0, node.start_mark.index)
    last = text.count("\n", 0, end)
    shifts[first:last] = [column - node.start_mark.column] * (last - first)
    ends = [key.start_mark.index - key.start_mark.column for key, _ in node.value[1:]]
    for (_, value), stop in zip(node.value, [*ends, end], strict=True):
        _shift(text, shifts, value, (stop, column + step, step))


def _moved(line: str, shift: int) -> str:
    if not line.strip() or not shift:
        return line
    deep = len(line) - len(line.lstrip(" "))
    return " " * max(0, deep + shift) + line[deep:]


def _if_the_same(text: str, before: str) -> str | None:
    """A text, if it says what the one before said."""
    try:
        said, there = (
            [(one.key, one.value) for one in read_entries(part).entries] for part in (text, before)
        )
    except UnreadableError:
        return None
    return text if said == there else None
