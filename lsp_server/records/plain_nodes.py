"""A front matter as we write it ourselves as YAML nodes, composed without YAML: its composer in Python took
most of the time of merging two edits. Kept apart from reading, which needs no nodes and no YAML."""

from __future__ import annotations

import re

import yaml

from lsp_server.records.plain_front_matter import INNER, ITEM, LINE, WORD_ITEM, read_plain


def compose(front: str) -> yaml.MappingNode | None:
    """What ``yaml.compose`` makes of a plain front matter, less tags and line numbers; None for any other. A
    test compares the two."""
    if not read_plain(front):
        return None
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    place, end = 0, len(front)
    while place < end:
        line = LINE.match(front, place)
        if line is None:
            return None
        key = _scalar(front, line.start(1), line.end(1), 0)
        column = line.end(1) - place + 2
        place = line.end()
        value: yaml.Node
        if line[2] is not None:
            value = _scalar(front, line.start(2), line.end(2), column)
        elif line[3] is not None:
            value = _words(front, line.start(3), line.end(3), column)
        else:
            value, place = _block(front, place)
        pairs.append((key, value))
    return yaml.MappingNode("", pairs, _mark(0, 0), _mark(end, 0), flow_style=False)


def _mark(index: int, column: int) -> yaml.Mark:
    return yaml.Mark("", index, 0, column, None, 0)


def _scalar(front: str, start: int, end: int, column: int) -> yaml.ScalarNode:
    return yaml.ScalarNode("", front[start:end], _mark(start, column), _mark(end, column + end - start))


def _words(front: str, start: int, end: int, column: int) -> yaml.SequenceNode:
    """A list on one line; ``start`` is behind its bracket."""
    words: list[yaml.Node] = []
    at = start
    for word in front[start:end].split(", "):
        words.append(_scalar(front, at, at + len(word), column + 1 + at - start))
        at += len(word) + 2
    marks = _mark(start - 1, column), _mark(end + 1, column + 2 + end - start)
    return yaml.SequenceNode("", words, *marks, flow_style=True)


def _block(front: str, place: int) -> tuple[yaml.Node, int]:
    """The lines below a key, and where they end. A block ends where what follows it begins."""
    start = place
    inner: list[tuple[yaml.Node, yaml.Node]] = []
    while line := INNER.match(front, place):
        inner.append(_pair(line, 2))
        place = line.end()
    if inner:
        return yaml.MappingNode("", inner, _mark(start + 2, 2), _mark(place, 0), flow_style=False), place
    items: list[yaml.Node] = []
    while line := WORD_ITEM.match(front, place):
        items.append(_scalar(front, line.start(1), line.end(1), 4))
        place = line.end()
    found = []
    while line := ITEM.match(front, place):
        found.append(line)
        place = line.end()
    for at, line in enumerate(found):
        pair = _pair(line, 4)
        last = at + 1 == len(found)
        stop = _mark(place, 0) if last else _mark(line.end() + 2, 2)
        items.append(yaml.MappingNode("", [pair], _mark(line.start(1), 4), stop, flow_style=False))
    return yaml.SequenceNode("", items, _mark(start + 2, 2), _mark(place, 0), flow_style=False), place


def _pair(line: re.Match[str], column: int) -> tuple[yaml.Node, yaml.Node]:
    (key, key_end), (value, end) = line.span(1), line.span(2)
    front = line.string
    return _scalar(front, key, key_end, column), _scalar(front, value, end, column + value - key)
