"""Cutting an ADR file into lines and headings, whatever its markup: Markdown, reStructuredText, AsciiDoc.

Offsets are in the whole file's text, line numbers 0-based in the file, so that one line can be changed in
place. Code, comments and front matter are no text: a reader finds no title or status in them.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from lsp_server.records.adr.inline import definitions, plain
from lsp_server.records.adr.vocabulary import section_of

# What stands further to the right says nothing of the title or the status, and patterns are slow there.
LONGEST_LINE = 2000
MARKDOWN, RST, ASCIIDOC = "Markdown", "reStructuredText", "AsciiDoc"

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|(?=[^\W\d_]|\*\*|\d+[.)][ \t]))(.*?)(?:[ \t]+#+)?[ \t]*\Z")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*\Z")
_HTML_HEADING = re.compile(r"\s*<h([1-6])[^>]*>(.*?)</h\1>\s*\Z", re.IGNORECASE)
_BOLD_LINE = re.compile(r"(?:\*\*|__)([^*_]+?)(?:\*\*|__)?:?(?:\*\*|__)?:?[ \t]*\Z")
_ADOC_HEADING = re.compile(r"(={1,6})[ \t]+(\S.*?)[ \t]*\Z")
_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{2,}[ \t]*\Z")
_NOT_A_HEADING = re.compile(r"\s*(?:[-*+>|#]|\d+[.)]\s|\Z)|[^:]{1,30}:\s+\S|:[^:]+:|\s{4}")
_FENCE = re.compile(r"[ \t]*(?:(?:[-*+>]|\d+[.)])[ \t]+)*(`{3,}|~{3,})([^`]*)\Z")
_RST_COMMENT = re.compile(r"\.\.(?:[ \t]+(?!_|\[|\||[\w:+.-]+::)|\Z)")
_RST_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:_|\[|\||[\w:+.-]+::)")
_ADOC_BLOCK = re.compile(r"(/{4,}|-{4,}|\.{4,})\Z")
_RST_SIGN = re.compile(
    r"^\.\.[ \t]+\S|^:[A-Za-z][\w -]*:(?: |$)|`_{1,2}\b|``|^[*#~^\"+=-]{4,}$", re.MULTILINE
)
_ATX_SIGN = re.compile(r"^#{1,6} \S", re.MULTILINE)
_ADOC_SIGN = re.compile(r"\A\ufeff?(?:(?::[\w-]+:.*|//.*|\[.*\]|ifdef.*|)\r?\n)*= \S")


class Line(NamedTuple):
    """One line, ``start`` its place in the file's text. ``text`` is what a reader sees of its first
    ``LONGEST_LINE`` characters, code and comments left blank; ``raw`` is it as it stands, empty where it is
    all comment."""

    number: int
    start: int
    text: str
    raw: str


class Heading(NamedTuple):
    """A heading: its words as a reader sees them, as they stand in ``line``, and its body's first line."""

    level: int
    words: str
    raw: str
    line: int
    body: int


def markup_of(name: str, text: str) -> str:
    """The markup, from the extension; where that says Markdown or nothing, from the text as well."""
    extension = name.rpartition(".")[2].lower()
    if extension in ("rst", "rest"):
        return RST
    if extension in ("adoc", "asciidoc", "asc"):
        return ASCIIDOC
    if _ATX_SIGN.search(text):
        return MARKDOWN
    if _ADOC_SIGN.match(text):
        return ASCIIDOC
    return RST if _RST_SIGN.search(text) and "](" not in text and "```" not in text else MARKDOWN


class Layout:
    """A file's lines from its body's first on, and its headings."""

    def __init__(self, text: str, markup: str, body: int) -> None:
        """``body`` is the offset where the front matter ends."""
        self.text = text
        self.markup = markup
        self.first = text.count("\n", 0, body)
        lines = []
        start = body
        newline = "\n" if "\n" in text or "\r" not in text else "\r"
        rest = text[body:]
        if rest.startswith("\ufeff"):
            rest = " " + rest[1:]
        for number, raw in enumerate(rest.split(newline), start=self.first):
            shown = raw.removesuffix("\r")
            lines.append(Line(number, start, shown[:LONGEST_LINE], shown))
            start += len(raw) + 1
        blank = {RST: _blank_rst, ASCIIDOC: _blank_asciidoc}.get(markup, _blank_markdown)
        blank(lines)
        self.lines = lines

    @cached_property
    def definitions(self) -> dict[str, str]:
        """The file's link definitions by name."""
        return definitions(self.text)

    @cached_property
    def headings(self) -> list[Heading]:
        """All headings in order; a section's name alone on a line in bold has level 9."""
        find = {RST: self._rst_headings, ASCIIDOC: self._asciidoc_headings}.get(self.markup)
        return find() if find else self._markdown_headings()

    def body_of(self, index: int) -> list[Line]:
        """The lines below a heading, up to the next heading of any level."""
        end = (
            self.headings[index + 1].line if index + 1 < len(self.headings) else self.first + len(self.lines)
        )
        return self.between(self.headings[index].body, end)

    def between(self, first: int, end: int) -> list[Line]:
        """The lines from one number of the file up to another."""
        return self.lines[first - self.first : max(end - self.first, 0)]

    def _markdown_headings(self) -> list[Heading]:
        found = []
        before = ""
        for line in self.lines:
            text = line.text
            if text and text[0] in "# " and (match := _ATX.match(text)):
                found.append(_heading(len(match[1]), match[2], line.number, line.number + 1))
                text = ""
            elif before and text and text.lstrip()[:1] in ("=", "-") and (match := _SETEXT.match(text)):
                if not _NOT_A_HEADING.match(before):
                    level = 1 if match[1][0] == "=" else 2
                    found.append(_heading(level, before, line.number - 1, line.number + 1))
                text = ""
            elif text[:1] == "<" and (match := _HTML_HEADING.match(text)):
                found.append(_heading(int(match[1]), match[2], line.number, line.number + 1))
                text = ""
            elif text[:2] in ("**", "__") and (match := _BOLD_LINE.match(text)) and section_of(match[1]):
                found.append(_heading(9, match[1], line.number, line.number + 1))
            before = text if text.strip() else ""
        return found

    def _asciidoc_headings(self) -> list[Heading]:
        return [
            _heading(len(match[1]), match[2], line.number, line.number + 1)
            for line in self.lines
            if line.text[:1] == "=" and (match := _ADOC_HEADING.match(line.text))
        ]

    def _rst_headings(self) -> list[Heading]:
        found: list[Heading] = []
        levels: list[str] = []
        lines = self.lines
        for index in range(1, len(lines)):
            match = _ADORNMENT.match(lines[index].text)
            title = lines[index - 1].text
            if match is None or not title.strip() or len(title.strip()) > len(match[0].strip()) + 2:
                continue
            over = index > 1 and lines[index - 2].text.strip() == match[0].strip()
            if _ADORNMENT.match(title) or (not over and title[0].isspace()):
                continue
            style = match[1] + ("^" if over else "")
            if style not in levels:
                levels.append(style)
            number = lines[index - 1].number
            found.append(_heading(levels.index(style) + 1, title, number, number + 2))
        return found


def _heading(level: int, raw: str, line: int, body: int) -> Heading:
    return Heading(level, plain(raw), raw, line, body)


def _blank_markdown(lines: list[Line]) -> None:
    fence = ""
    comment = False
    for index, line in enumerate(lines):
        text = line.text
        if fence:
            match = _FENCE.match(text) if fence[0] in text else None
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
            lines[index] = line._replace(text="")
            continue
        if not comment and ("```" in text or "~~~" in text) and (match := _FENCE.match(text)):
            fence = match[1]
            lines[index] = line._replace(text="")
            continue
        if comment or "<!--" in text:
            shown, comment = _without_comment(text, comment)
            lines[index] = line._replace(text=shown, raw=shown.strip() and line.raw)


def _without_comment(text: str, inside: bool) -> tuple[str, bool]:
    """The line with what is in comments blanked, and whether one is still open at its end."""
    shown = []
    at = 0
    while at < len(text):
        mark = text.find("-->" if inside else "<!--", at)
        end = len(text) if mark < 0 else mark + 3 if inside else mark
        shown.append(" " * (end - at) if inside else text[at:end])
        at = end
        if mark >= 0:
            inside = not inside
    return "".join(shown), inside


def _blank_rst(lines: list[Line]) -> None:
    """Blank explicit blocks: the line that begins a comment or directive, and what is indented below it."""
    inside = comment = False
    for index, line in enumerate(lines):
        text = line.text
        if text.strip() and not (inside and text[0].isspace()):
            comment = bool(_RST_COMMENT.match(text))
            inside = comment or bool(_RST_DIRECTIVE.match(text))
        if inside:
            lines[index] = line._replace(text="", raw="" if comment else line.raw)


def _blank_asciidoc(lines: list[Line]) -> None:
    fence = ""
    for index, line in enumerate(lines):
        text = line.text.rstrip()
        if fence:
            lines[index] = line._replace(text="", raw="" if fence[0] == "/" else line.raw)
            if text == fence:
                fence = ""
        elif _ADOC_BLOCK.match(text):
            fence = text
            lines[index] = line._replace(text="")
        elif text.startswith("//"):
            lines[index] = line._replace(text="", raw="")
