"""Where text goes to be read by a person: colour, width, and nothing that could drive the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import TextIO

# What a record's text must not do to a terminal: control characters (escape sequences begin with one),
# the marks that reorder or hide text, and halves of characters that cannot be written at all.
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_HIDDEN = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f"  # tags: letters that nobody sees
)
# Compiled when they are needed: most texts are printable throughout, and every command would pay.
_UNSAFE = f"[{_CONTROL}{_HIDDEN}]"
_UNSAFE_IN_LINE = f"[\t\n{_CONTROL}{_HIDDEN}]"

Span = tuple[str, str]
"""A text and the styles it is shown in: names of ``STYLES`` with blanks between, or none."""

STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}
STATUS_STYLES = {
    "accepted": "green",
    "fixed": "green",
    "proposed": "yellow",
    "open": "yellow",
    "in-progress": "yellow",
}


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name that is not UTF-8, as Python reads it
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    """Several lines of text with everything that could drive or deceive a terminal shown as an escape."""
    return text if text.isprintable() else re.sub(_UNSAFE, _escape, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """The same on one line: line breaks and tabs are shown as escapes too."""
    return text if text.isprintable() else re.sub(_UNSAFE_IN_LINE, _escape, text)


def display_width(text: str) -> int:
    """How many columns a terminal gives to a text."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(c) or c in "\u200c\u200d\ufe0f" else 2 if east_asian_width(c) in "WF" else 1
        for c in text
    )


def fit(text: str, width: int) -> str:
    """The text, cut with ``…`` so that it takes at most ``width`` columns."""
    if display_width(text) <= width:
        return text
    kept = ""
    left = max(width, 1) - 1
    for character in text:
        left -= display_width(character)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + "…"


def broken(text: str, width: int, indent: int) -> list[tuple[int, int]]:
    """Where a line breaks between its words to take at most ``width`` columns, as the offsets (from, to) of
    its pieces. All but the first begin at column ``indent``. A word that is longer keeps a line of its own:
    a path or a command is copied whole."""
    pieces, start, used, edge = [], 0, 0, 0
    for word in re.finditer("[^ ]+", text):
        own = display_width(word[0])
        gap = word.start() - edge
        # A break at the indent wins nothing: the word would begin there again.
        if used + gap + own > width and used + gap > indent and edge > start:
            pieces.append((start, edge))
            start, used, gap = word.start(), indent, 0
        used += gap + own
        edge = word.end()
    return [*pieces, (start, edge)]


class Terminal:
    """One output stream. Styles and widths count only where it is a terminal; ``NO_COLOR`` and a dumb
    ``TERM`` turn the styles off. What was written to ``after`` before comes first, also where both are one
    pipe."""

    def __init__(
        self, stream: TextIO, environment: Mapping[str, str], *, after: TextIO | None = None
    ) -> None:
        self.stream = stream
        self._after = after
        self.is_terminal = stream.isatty()
        self.has_colour = (
            self.is_terminal and not environment.get("NO_COLOR") and environment.get("TERM", "dumb") != "dumb"
        )
        self._columns = environment.get("COLUMNS", "")

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None when nothing need be cut because it is not one."""
        if not self.is_terminal:
            return None
        if self._columns.isdigit() and int(self._columns) > 0:
            return int(self._columns)
        import os

        try:
            return os.get_terminal_size(self.stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def style(self, text: str, *styles: str) -> str:
        """``text`` in the named styles; plain where styles do not count."""
        if not self.has_colour or not text or not any(styles):
            return text
        return f"\x1b[{';'.join(STYLES[s] for s in styles if s)}m{text}\x1b[0m"

    def status(self, status: str | None) -> str:
        """The style that a status is shown in."""
        return STATUS_STYLES.get(status or "", "dim")

    def line(self, text: str = "") -> None:
        """Write one line. The caller has made texts from records ``visible``."""
        if self._after is not None:
            with suppress(OSError, ValueError):  # whoever writes there is told
                self._after.flush()
        self.stream.write(text + "\n")

    def flow(self, *spans: Span, indent: int = 0) -> None:
        """Write texts in their styles, one behind the other, as one line. At a terminal's edge it goes on
        below, at column ``indent``; where nothing need be cut it stays one line."""
        shown = [(visible_line(text), style) for text, style in spans]
        text = "".join([text for text, _ in shown]).rstrip(" ")
        edge = self.width
        if edge is not None:
            indent = min(indent, edge // 2)
        for start, end in [(0, len(text))] if edge is None else broken(text, edge, indent):
            line, at = " " * indent if start else "", 0
            for piece, style in shown:
                line += self.style(piece[max(start - at, 0) : max(end - at, 0)], *style.split())
                at += len(piece)
            self.line(line)

    def table(self, rows: Sequence[Sequence[Span]], *, whole: bool = False) -> None:
        """Write rows of (text, style) cells in columns. At a terminal's edge the last cell is cut, or goes on
        below itself where it is to be read ``whole``."""
        if not rows:
            return
        # Column by column, in few calls: a list may have ten thousand rows.
        columns = [_Column(spans) for spans in zip_longest(*[row[:-1] for row in rows], fillvalue=_NO_CELL)]
        if whole:
            for number, row in enumerate(rows):
                front = [column.span(number) for column in columns if column.has(number)]
                self.flow(*front, row[-1], indent=sum(display_width(text) for text, _ in front))
            return
        lasts = _shown([row[-1][0] for row in rows])
        cells: list[Sequence[str]] = []
        used = [0] * len(rows)
        for column in columns:
            if column.width:
                cells += self._styled(column.texts, column.spans), column.gaps
                if self.width is not None:
                    used = [n + column.has(at) * (column.width + 2) for at, n in enumerate(used)]
        if (edge := self.width) is not None:
            lasts = [fit(text, max(edge - n, 12)) for text, n in zip(lasts, used, strict=True)]
        cells.append(self._styled(lasts, [row[-1] for row in rows]))
        self.line("\n".join([line.rstrip() for line in map("".join, zip(*cells, strict=True))]))

    def _styled(self, texts: list[str], spans: Sequence[Span]) -> list[str]:
        """The texts in the styles of these spans."""
        if not self.has_colour:
            return texts
        return [self.style(text, style) for text, (_, style) in zip(texts, spans, strict=True)]


_NO_CELL: Span = ("", "")
"""Where a row has fewer cells than another: known by being this very tuple."""


class _Column:
    """The cells of one column of a table, as they are shown, and the blanks behind each."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = spans
        self.texts = _shown([text for text, _ in spans])
        is_plain = "".join(self.texts).isascii()
        measures = list(map(len if is_plain else display_width, self.texts))
        self.width = max(measures)
        blanks = [" " * (self.width + 2 - own) for own in range(self.width + 1)]
        self.gaps = [
            "" if span is _NO_CELL else blanks[own] for span, own in zip(spans, measures, strict=True)
        ]

    def has(self, row: int) -> bool:
        return self.spans[row] is not _NO_CELL

    def span(self, row: int) -> Span:
        """A cell with its blanks, as one text."""
        return self.texts[row] + self.gaps[row], self.spans[row][1]


def _shown(texts: list[str]) -> list[str]:
    """Each as ``visible_line`` shows it."""
    return texts if "".join(texts).isprintable() else list(map(visible_line, texts))
