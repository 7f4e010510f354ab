"""Reading a Markdown body: its title, and the text under each heading.

Enough of Markdown to be right about headings: fenced code, HTML comments and setext underlines are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lsp_server.records.fences import fence_after

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t](.*))?\Z")
_COMMENT_OPENS = re.compile(r" {0,3}<!--")  # further in, it is indented code or goes on with a text
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*\Z")
_MARKS = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?\Z")  # of a conflict
_BULLET = re.compile(r"[ \t]{0,3}(?:[*+-]|\d{1,9}[.)])[ \t]+(.*)\Z")
_MAY_MEAN = frozenset(" #`~<=-")  # what a line begins with that is more than text
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


class Heading(NamedTuple):
    """``start`` and ``end`` are the 0-based lines of the heading itself, ``end`` exclusive."""

    level: int
    text: str
    start: int
    end: int


def headings(lines: list[str]) -> Iterator[Heading]:
    """Every heading of a body given as lines."""
    fence = ""
    comment = conflict = False
    opaque = -1  # the last line that was of a comment or a fence: an underline below it underlines nothing
    for number, raw in enumerate(lines):
        line = raw.rstrip("\r")
        if comment:
            opaque = number
            comment = "-->" not in line
            continue
        if line[:1] not in _MAY_MEAN:  # most lines of a text
            continue
        if (after := fence_after(line, fence)) is not None:
            opaque, fence = number, after
            continue
        if fence:
            continue
        if line[:1] in "<>=|" and _MARKS.match(line) and (conflict or line[:1] in "<>"):
            # A conflict's marks underline nothing and are no text to be underlined.
            conflict, opaque = line[0] != ">", number
            continue
        if _COMMENT_OPENS.match(line):
            opaque = number
            comment = "-->" not in line
            continue
        if found := _HEADING.match(line):
            yield Heading(len(found[1]), _words(found[2] or ""), number, number + 1)
        elif (
            number
            and opaque != number - 1
            and (found := _SETEXT.match(line))
            and lines[number - 1].strip()
            and not _BULLET.match(lines[number - 1])
            and not _HEADING.match(lines[number - 1])
        ):
            yield Heading(1 if found[1][0] == "=" else 2, lines[number - 1].strip(), number - 1, number + 1)


def _words(text: str) -> str:
    """What a heading says: without blanks around it, and without the # that may close it."""
    text = text.strip(" \t")
    kept = text.rstrip("#")
    return (kept if kept != text and kept.endswith((" ", "\t")) else text).strip()


def title_of(body: str) -> str | None:
    """The text of the first level-one heading; None when there is none or it says nothing."""
    title = next((h.text for h in headings(body.split("\n")) if h.level == 1 and h.text), None)
    # A title that ends in # is written with a backslash, or the # would close the heading.
    return None if title is None else re.sub(r"\\(#+)\Z", r"\1", title)


def sections(body: str) -> dict[str, str]:
    """The text under each heading below the title, by the heading's words in lower case.

    A deeper heading is a section of its own and ends the one above. Comments are left out; the first of two
    headings that are the same counts.
    """
    lines = body.split("\n")
    found = list(headings(lines))
    result: dict[str, str] = {}
    for place, here in enumerate(found):
        end = found[place + 1].start if place + 1 < len(found) else len(lines)
        text = "\n".join(line.rstrip("\r") for line in lines[here.end : end])
        text = _COMMENT.sub("", text).strip("\n").rstrip()
        key = here.text.casefold().rstrip(":")
        if not result.get(key):
            result[key] = text
    return result


def items(text: str) -> tuple[str, ...]:
    """The items of a bullet or numbered list; continuation lines belong to their item. Text without any
    bullet is one item. Between the marks of a conflict stand the items of both sides."""
    found: list[str] = []
    lines = text.splitlines()
    if "<<<<<<<" in text:
        lines = [line for line in lines if not _MARKS.match(line)]
    for line in lines:
        bullet = _BULLET.match(line)
        if bullet:
            found.append(bullet[1].strip())
        elif line.strip() and found:
            found[-1] += "\n" + line.strip()
        elif line.strip():
            found.append(line.strip())
    return tuple(found)
