"""A living Markdown document as a tree: sections, fields, bullets and what is below them, each in its place.

Nothing is read here that ``records.merging.units`` does not cut: this puts its units into each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from lsp_server.records.fences import fence_after
from lsp_server.records.living.documents import slug
from lsp_server.records.merging.units import HEADING, ITEM, LISTED, PROSE, TITLE, Unit, cut
from lsp_server.records.sections import headings

_BULLET = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[*+-]|\d{1,9}[.)])(?P<space>[ \t]+|\Z)")
_FIELD = re.compile(
    r"(?P<bold>\*\*|__)(?P<name>[^*:\n]{1,80}?)(?:(?P<inner>[ \t]*:)(?P=bold)|(?P=bold)(?P<outer>[ \t]*:))"
    r"(?P<space>[ \t]*)(?P<value>.*)\Z"
)
_PLACEHOLDER = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>")


class Node(NamedTuple):
    """A heading, field, bullet, paragraph … with what is below it.

    ``start`` to ``end`` is its own text and ``stop`` where its parts end, in characters; ``gap`` is what
    stands between it and what follows, of the kind ``follows``. ``level`` is a heading's, 0 for all else.
    ``name`` is the heading or the field's name, empty for all else; ``value`` what a field or a bullet says,
    its further lines without their indent; ``head`` of a field all up to its value.
    """

    kind: str
    start: int
    end: int
    stop: int
    gap: str
    follows: str
    level: int
    name: str
    head: str
    value: str
    parts: tuple[Node, ...] = ()

    @property
    def is_field(self) -> bool:
        return bool(self.name) and not self.level

    @property
    def slug(self) -> str:
        return slug(self.name)

    @property
    def words(self) -> str:
        """All that a bullet says, also where it begins as a field does: ``**API:** down``."""
        return _BULLET.sub("", self.head, count=1) + self.value if self.name else self.value

    def says(self) -> tuple[str, ...]:
        """What a field says, value and bullets below it; what only holds a place is nothing."""
        said = [self.value, *(part.words for part in self.parts)]
        return tuple(one for one in said if one and not is_placeholder(one))


class _Piece(NamedTuple):
    """A unit with its place, before it is put into a tree."""

    kind: str
    start: int
    end: int
    gap: str
    follows: str


def is_placeholder(value: str) -> bool:
    """Whether a value only says what should stand there: ``(What comes next)``, ``[No active project]``."""
    return bool(_PLACEHOLDER.fullmatch(value.strip()))


@lru_cache(maxsize=2)  # a change asks for the text before it and for the one after it, several times
def tree(text: str) -> tuple[Node, ...]:
    """The parts of a text at its top: the title, paragraphs, and sections with all that is below them."""
    return tree_of(text, cut(text))


def tree_of(text: str, units: Sequence[Unit]) -> tuple[Node, ...]:
    """As ``tree``, of a text that is cut already."""
    flat: list[Node] = []
    at = len(units[0].gap)
    for unit in units[1:]:
        piece = _Piece(unit.kind, at, at + len(unit.text), unit.gap, unit.follows)
        at = piece.end + len(unit.gap)
        if piece.kind in (HEADING, TITLE):
            head = next(headings(unit.text.split("\n")))
            level, words = (0, "") if piece.kind == TITLE else (head.level, head.text)
            flat.append(Node(*piece[:3], piece.end, *piece[3:], level, words, "", head.text))
        else:
            flat += _leaves(text, piece)
    return _nested(_with_bullets_of_fields(flat))


def _nested(flat: Sequence[Node]) -> tuple[Node, ...]:
    """Sections put into each other by their levels."""
    top: list[Node] = []
    open_: list[tuple[Node, list[Node]]] = []

    def close(level: int) -> None:
        while open_ and open_[-1][0].level >= level:
            node, parts = open_.pop()
            stop = parts[-1].stop if parts else node.stop
            (open_[-1][1] if open_ else top).append(node._replace(parts=tuple(parts), stop=stop))

    for node in flat:
        if node.level:
            close(node.level)
            open_.append((node, []))
        else:
            (open_[-1][1] if open_ else top).append(node)
    close(0)
    return tuple(top)


def _with_bullets_of_fields(flat: Sequence[Node]) -> list[Node]:
    """Bullets right below ``**Name:**`` without a value belong to it, as those that are indented do."""
    result: list[Node] = []
    for node in flat:
        above = result[-1] if result else None
        if (
            above is not None
            and above.is_field
            and above.kind == PROSE
            and not above.value
            and node.kind in LISTED
            and not node.is_field
            and _gap_of(above).count("\n") == 1
        ):
            result[-1] = above._replace(parts=(*above.parts, node), stop=node.stop)
        else:
            result.append(node)
    return result


def _gap_of(node: Node) -> str:
    while node.parts:
        node = node.parts[-1]
    return node.gap


def _leaves(text: str, piece: _Piece) -> list[Node]:
    if piece.kind in LISTED:
        return [_item(text, piece)]
    if piece.kind == PROSE:
        return _prose(text, piece)
    return [Node(*piece[:3], piece.end, *piece[3:], 0, "", "", text[piece.start : piece.end])]


def _item(text: str, piece: _Piece) -> Node:
    """A bullet; those indented below it are its parts."""
    said = text[piece.start : piece.end]
    starts = _nested_starts(said)
    ends = [*starts[1:], len(said)] if starts else []
    own_end = _trimmed(said, starts[0]) if starts else len(said)
    parts = []
    for start, end in zip(starts, ends, strict=True):
        stop = _trimmed(said, end)
        last = end == len(said)
        gap = piece.gap if last else said[stop:end]
        follows = piece.follows if last else ITEM
        parts.append(_item(text, _Piece(ITEM, piece.start + start, piece.start + stop, gap, follows)))
    gap, follows = (said[own_end : starts[0]], ITEM) if starts else (piece.gap, piece.follows)
    return _leaf(text, _Piece(piece.kind, piece.start, piece.start + own_end, gap, follows), tuple(parts))


def _trimmed(text: str, end: int) -> int:
    return len(text[:end].rstrip("\r\n"))


def _nested_starts(said: str) -> list[int]:
    """Where the lines with bullets begin that are right below an item. In code there are none."""
    if "\n" not in said:
        return []
    first, *rest = said.split("\n")
    own = _indent(first)
    at, depth = len(first) + 1, -1
    starts = []
    has_code = "```" in said or "~~~" in said
    fence = _fence_below(first, "") if has_code else ""
    for line in rest:
        inside = bool(fence)
        fence = _fence_below(line, fence) if has_code else ""
        found = None if inside else _BULLET.match(line)
        if found is not None:
            deep = _indent(line)
            if deep > own and (depth < 0 or deep <= depth):
                starts.append(at)
                depth = deep
        at += len(line) + 1
    return starts


def _fence_below(line: str, fence: str) -> str:
    """The fence that is open below a line of an item, however deep it stands."""
    found = None if fence else _BULLET.match(line)
    after = fence_after((line[found.end() :] if found else line).strip(), fence)
    return fence if after is None else after


def _indent(line: str) -> int:
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip(" "))


def _prose(text: str, piece: _Piece) -> list[Node]:
    """A paragraph; each line of it that is a field begins a part of its own."""
    said = text[piece.start : piece.end]
    if "**" not in said and "__" not in said:
        return [Node(*piece[:3], piece.end, *piece[3:], 0, "", "", said)]
    starts, at = [0], 0
    for line in said.split("\n"):
        if at and field_of(line.rstrip("\r")):
            starts.append(at)
        at += len(line) + 1
    result = []
    for start, end in zip(starts, [*starts[1:], len(said)], strict=True):
        last = end == len(said)
        stop = end if last else _trimmed(said, end)
        gap, follows = (piece.gap, piece.follows) if last else (said[stop:end], PROSE)
        result.append(_leaf(text, _Piece(PROSE, piece.start + start, piece.start + stop, gap, follows), ()))
    return result


def field_of(line: str) -> re.Match[str] | None:
    """``**Name:** value`` or ``**Name**: value``, with or without a bullet before it."""
    bullet = _BULLET.match(line)
    return _FIELD.match(line, bullet.end() if bullet else len(line) - len(line.lstrip(" ")))


def _leaf(text: str, piece: _Piece, parts: tuple[Node, ...]) -> Node:
    said = text[piece.start : piece.end]
    first, newline, rest = said.partition("\n")
    first = first.rstrip("\r")
    further = [line.strip() for line in rest.split("\n")] if newline else []
    bullet = _BULLET.match(first) if piece.kind in LISTED else None
    stop = parts[-1].stop if parts else piece.end
    if (found := field_of(first)) and (bullet or piece.kind == PROSE):
        name, head, value = found["name"].strip(), first[: found.start("value")], found["value"].strip()
    else:
        name, head = "", bullet[0] if bullet else ""
        value = first[len(head) :].strip()
    value = "\n".join([value, *further]).strip()
    return Node(
        piece.kind, piece.start, piece.end, stop, piece.gap, piece.follows, 0, name, head, value, parts
    )


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """Every section, in order, with those below it."""
    for node in nodes:
        if node.level:
            yield node
            yield from walk(node.parts)
