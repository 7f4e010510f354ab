"""Git's conflict marks in a text: where they stand, and the texts between them.

```
<<<<<<< A Developer, 2026-11-21 (3f2a9c1d)

text one

=======

text two

>>>>>>> B Developer, 2026-11-20 (77aa001b)
```
A merge of more than two edits gives further texts, each after a ``=======`` of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lsp_server.records.fences import fence_after

OPENING, BETWEEN, CLOSING, ANCESTOR = "<<<<<<<", "=======", ">>>>>>>", "|||||||"
_AND = " | "  # between the names of the second text and of those after it


class Alternative(NamedTuple):
    """One of the texts in conflict; ``label`` says whose it is."""

    label: str
    text: str


class Block(NamedTuple):
    """The lines ``start`` to ``end`` (0-based, exclusive) of a conflict. Without alternatives it is a mark
    that stands alone: somebody removed the others."""

    start: int
    end: int
    alternatives: tuple[Alternative, ...]


def is_mark(line: str, kind: str) -> bool:
    """Whether a line (without its end) is this mark: alone, or with a name behind it."""
    return line.startswith(kind) and (len(line) == len(kind) or line[len(kind)] in " \r")


def find(lines: Sequence[str]) -> list[Block]:
    """Every conflict in a text given as lines. What stands in fenced code is an example, no conflict."""
    found: list[Block] = []
    fence, number = "", 0
    while number < len(lines):
        line = lines[number]
        end = number + 1
        if (after := fence_after(line, fence)) is not None:
            fence = after
        elif not fence and is_mark(line, OPENING):
            block = _block(lines, number, fences=True) or _block(lines, number, fences=False)
            found.append(block or Block(number, end, ()))
            end = found[-1].end
        elif not fence and is_mark(line, CLOSING):
            found.append(Block(number, end, ()))
        number = end
    return found


def _block(lines: Sequence[str], start: int, *, fences: bool) -> Block | None:
    """The conflict that opens on a line; None when it is not closed. With ``fences``, marks in fenced code
    are text: so it is in what was written here; git itself may cut a fence in two."""
    texts: list[list[str]] = [[]]
    fence, ancestor = "", False
    for number in range(start + 1, len(lines)):
        line = lines[number].rstrip("\r")
        if fences and (after := fence_after(line, fence)) is not None:
            fence = after
        if not fence:
            if is_mark(line, OPENING):
                return None
            if is_mark(line, CLOSING):
                if len(texts) < 2:
                    return None
                labels = _labels(lines[start], line, len(texts))
                pairs = zip(labels, texts, strict=True)
                found = tuple(Alternative(label, "\n".join(text).strip("\r\n")) for label, text in pairs)
                return Block(start, number + 1, found)
            if line == BETWEEN:
                texts.append([])
                ancestor = False
                continue
            if is_mark(line, ANCESTOR):
                ancestor = True
        if not ancestor:
            texts[-1].append(lines[number])
    return None


def _labels(first: str, last: str, count: int) -> list[str]:
    opening = first[len(OPENING) :].strip()
    closing = last[len(CLOSING) :].strip()
    others = closing.split(_AND)
    return [opening, *(others if len(others) == count - 1 else [closing] * (count - 1))]


def write(alternatives: Sequence[Alternative]) -> str:
    """A conflict of two texts or more, without a line end at its end. The empty lines keep Markdown from
    taking a mark for the underline of a heading."""
    labels = [" ".join(one.label.split()) for one in alternatives]
    texts = f"\n{BETWEEN}\n".join(f"\n{one.text}\n" if one.text else "" for one in alternatives)
    return f"{OPENING} {labels[0]}\n{texts}\n{CLOSING} {_AND.join(labels[1:])}"


def unite(alternatives: Iterable[Alternative]) -> list[Alternative]:
    """Each text once, in an order that does not depend on who merges."""
    by_text: dict[str, str] = {}
    for one in alternatives:
        known = by_text.get(one.text)
        by_text[one.text] = one.label if known is None else min(known, one.label)
    return [Alternative(label, text) for label, text in sorted((v, k) for k, v in by_text.items())]
