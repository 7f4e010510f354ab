"""Marks inside a line: what a reader sees of it, and what it refers to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_IMAGE = re.compile(r"!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_LINK = re.compile(
    r"(?<!\\)\[((?:[^\[\]\\]|\\.|\[[^\]]*\])*)\](?:\(\s*<?([^()\s>]*(?:\([^()]*\)[^()\s>]*)*)[^)]*\)|\[([^\]]*)\])?"
)
_RST_LINK = re.compile(r"(?::\w+:)?`([^`<]*?)\s*<([^`<>]+)>`_{0,2}|:\w+:`([^`<>]+)`|`([^`]+)`_{1,2}")
_ADOC_LINK = re.compile(r"(?:link|xref):([^\s\[]+)\[([^\]]*)\]|<<([^,>]+)(?:,([^>]*))?>>")
_STRUCK = re.compile(r"~~.*?~~|<(del|s|strike)>.*?</\1>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^<>\s]+)>")
_STRONG = re.compile(r"(\*\*\*|\*\*|\*|~~)(?=\S)(.+?)(?<=\S)\1")
_UNDERLINED = re.compile(r"(?<!\w)(__|_)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_DEFINITION = re.compile(r"^ {0,3}\[([^\]]+)\]:\s*<?([^\s>]+)", re.MULTILINE)
_RST_DEFINITION = re.compile(r"^\s*\.\. _`?([^:`]+?)`?: *(\S+) *$", re.MULTILINE)


class Reference(NamedTuple):
    """A link in a line: its words, where it leads ("" when its definition is missing), its place."""

    words: str
    target: str
    start: int
    end: int


def plain(text: str) -> str:
    """The line as a reader sees it: no links, emphasis or tags; code keeps its back quotes."""
    if not any(mark in text for mark in "[*_~<\\`&"):
        return text.strip()
    text = _IMAGE.sub(r"\1", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _RST_LINK.sub(lambda m: m[1] or m[3] or m[4] or m[2], text)
    text = _LINK.sub(lambda m: m[1] if m[2] is not None or m[3] is not None else m[0], text)
    pieces = re.split(r"(`[^`]*`)", text)
    for i in range(0, len(pieces), 2):
        piece = _TAG.sub("", pieces[i])
        for _ in range(2):
            piece = _UNDERLINED.sub(r"\2", _STRONG.sub(r"\2", piece))
        pieces[i] = _ESCAPE.sub(r"\1", piece)
        if "&" in piece:
            import html

            pieces[i] = html.unescape(pieces[i])
    text = "".join(pieces)
    if text.count("**") == 1:  # emphasis around code: **the `x` y**
        text = text.replace("**", "")
    return text.strip()


def blank_struck(text: str) -> str:
    """The line with what is struck through blanked, at the same length."""
    if "~~" not in text and "<" not in text:
        return text
    return _STRUCK.sub(lambda m: " " * len(m[0]), text)


def definitions(text: str) -> dict[str, str]:
    """The link definitions of a whole file, by their names in lower case."""
    found = {}
    if "]:" in text:
        found = {m[1].lower(): m[2] for m in _DEFINITION.finditer(text)}
    if ".. _" in text:
        found.update((m[1].lower(), m[2]) for m in _RST_DEFINITION.finditer(text))
    return found


def references(line: str, known: Mapping[str, str]) -> list[Reference]:
    """The links of a line, Markdown's, reStructuredText's and AsciiDoc's, in order."""
    found = []
    if "[" in line:
        for m in _LINK.finditer(line):
            target = m[2] if m[2] is not None else known.get((m[3] or m[1]).lower(), "")
            found.append(Reference(m[1], target, m.start(), m.end()))
    if "`" in line:
        for m in _RST_LINK.finditer(line):
            words = m[1] or m[3] or m[4] or ""
            target = m[2] or m[3] or known.get((m[4] or "").lower(), "")
            found.append(Reference(words, target, m.start(), m.end()))
    if "[" in line or "<<" in line:
        found += [
            Reference(m[2] or m[4] or "", m[1] or m[3], m.start(), m.end()) for m in _ADOC_LINK.finditer(line)
        ]
    return sorted(found, key=lambda reference: reference.start)
