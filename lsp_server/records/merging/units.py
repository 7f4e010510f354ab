"""A Markdown text as the units that are merged: paragraphs, headings, items of a list, blocks of code."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from lsp_server.records import conflict_marks
from lsp_server.records.conflict_marks import Alternative
from lsp_server.records.sections import headings

START, TITLE, HEADING, PROSE, ITEM, STEP = "start", "title", "heading", "prose", "item", "step"
CODE, COMMENT, CONFLICT = "code", "comment", "conflict"
LISTED = (ITEM, STEP)
HEADED = (TITLE, HEADING)

_ITEM = re.compile(r"([ \t]{0,3})(?:([*+-])|(\d{1,9})[.)])([ \t]+|\Z)")
_FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`]*\Z)|~{3,})")
_COMMENT = re.compile(r" {0,3}<!--")


class Unit(NamedTuple):
    """``text`` has no line end at its end; ``gap`` is what stands between it and the next unit, of the kind
    ``follows`` (none at the end). Units with one ``key`` are the same."""

    kind: str
    text: str
    gap: str = "\n\n"
    follows: str = ""
    key: Hashable = ""
    alternatives: tuple[Alternative, ...] = ()


def cut(text: str) -> list[Unit]:
    """The units of a text, nothing lost: their texts and gaps make it up. The first is empty, for the gap."""
    lines = text.split("\n")
    marked = "<<<<<<<" in text or ">>>>>>>" in text
    spans = _spans(lines, conflict_marks.find(lines) if marked else ())
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)
    units: list[tuple[str, int, int, tuple[Alternative, ...]]] = [(START, 0, 0, ())]
    for kind, start, end, alternatives in spans:
        stop = offsets[end] - 1
        if lines[end - 1].endswith("\r"):
            stop -= 1
        units.append((kind, offsets[start], stop, alternatives))
    result = []
    for place, (kind, begin, stop, alternatives) in enumerate(units):
        after = units[place + 1] if place + 1 < len(units) else None
        gap = text[stop : after[1] if after else len(text)]
        said = text[begin:stop]
        result.append(Unit(kind, said, gap, after[0] if after else "", key_of(kind, said), alternatives))
    return result


def key_of(kind: str, text: str) -> Hashable:
    """What two units of one kind are the same by."""
    if kind in (TITLE, START):
        return (kind,)  # there is one in every text
    if kind in LISTED and (mark := _ITEM.match(text)):
        return (kind, bare(text[mark.end() :]))
    return (kind, bare(text))


def bare(text: str) -> str:
    """A text without what nobody sees of it: blanks at the ends of lines, empty lines around it."""
    if "\n" not in text:
        return text.strip()
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _spans(
    lines: list[str], blocks: Sequence[conflict_marks.Block]
) -> list[tuple[str, int, int, tuple[Alternative, ...]]]:
    conflicts = {block.start: block for block in blocks}
    heads = {head.start: head for head in headings(lines)}
    stops = {*conflicts, *heads}
    spans: list[tuple[str, int, int, tuple[Alternative, ...]]] = []
    titled = False
    at = 0
    while at < len(lines):
        first = lines[at].lstrip()[:1]
        if not first:
            at += 1
            continue
        alternatives: tuple[Alternative, ...] = ()
        if at in conflicts:
            kind, end, alternatives = CONFLICT, conflicts[at].end, conflicts[at].alternatives
        elif at in heads:
            kind, end = HEADING, heads[at].end
            if heads[at].level == 1 and heads[at].text and not titled:
                kind, titled = TITLE, True
        elif first in "`~" and _FENCE.match(lines[at]) and not lines[at].startswith(("    ", "\t")):
            kind, end = CODE, _fence_end(lines, at)
        elif first == "<" and _COMMENT.match(lines[at]):
            kind, end = COMMENT, _comment_end(lines, at)
        elif found := _ITEM.match(lines[at]):
            kind, end = STEP if found[3] else ITEM, _item_end(lines, at, stops)
        else:
            kind, end = PROSE, _prose_end(lines, at, stops)
        spans.append((kind, at, end, alternatives))
        at = end
    return spans


def _fence_end(lines: list[str], start: int) -> int:
    opened = _FENCE.match(lines[start])
    fence = opened[1] if opened else ""
    for at in range(start + 1, len(lines)):
        found = _FENCE.match(lines[at])
        if found and found[1].startswith(fence) and not lines[at].strip().strip(fence[0]):
            return at + 1
    # Never closed: it goes on to the end, without the empty lines there.
    end = len(lines)
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def _comment_end(lines: list[str], start: int) -> int:
    for at in range(start, len(lines)):
        if "-->" in lines[at]:
            return at + 1
    return _prose_end(lines, start, set())


def _item_end(lines: list[str], start: int, stops: set[int]) -> int:
    found = _ITEM.match(lines[start])
    inside = min(len(found[0].expandtabs(4)), 4) if found else 2
    at = start + 1
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            after = at
            while after < len(lines) and not lines[after].strip():
                after += 1
            if after == len(lines) or after in stops or _indent(lines[after]) < inside:
                return at
            at = after
            continue
        deep = _indent(line) >= inside
        if at in stops or (not deep and (_ITEM.match(line) or _COMMENT.match(line) or _FENCE.match(line))):
            return at
        at = _fence_end(lines, at) if _FENCE.match(line) else at + 1
    return at


def _prose_end(lines: list[str], start: int, stops: set[int]) -> int:
    at = start + 1
    while at < len(lines) and lines[at].strip() and at not in stops:
        line = lines[at]
        found = _ITEM.match(line)
        if found and (found[2] or found[3] == "1") and found[4]:
            break
        if _COMMENT.match(line) or (_FENCE.match(line) and _indent(line) < 4):
            break
        at += 1
    return at


def _indent(line: str) -> int:
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip(" "))
