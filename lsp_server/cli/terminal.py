"""Where text goes to be read by a person: colour, width, and nothing that could drive the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
    ``TERM`` turn the styles off."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str]) -> None:
        self.stream = stream
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
        shown = [[(visible_line(text), style) for text, style in row] for row in rows]
        # Each cell is measured once: a list may have ten thousand rows.
        measures = [
            [len(text) if text.isascii() else display_width(text) for text, _ in row[:-1]] for row in shown
        ]
        columns = max(map(len, measures))
        widths = [max((row[i] for row in measures if i < len(row)), default=0) for i in range(columns)]
        if whole:
            for row, measured in zip(shown, measures, strict=True):
                cells = zip(row, measured, widths, strict=False)
                front = [(text + " " * (width - own + 2), style) for (text, style), own, width in cells]
                self.flow(*front, row[-1], indent=sum(display_width(text) for text, _ in front))
            return
        lines = []
        colour, edge = self.has_colour, self.width
        for row, measured in zip(shown, measures, strict=True):
            line, used = "", 0
            for (text, style), own, width in zip(row, measured, widths, strict=False):
                if width:
                    line += (self.style(text, style) if colour else text) + " " * (width - own + 2)
                    used += width + 2
            text, style = row[-1]
            if edge is not None:
                text = fit(text, max(edge - used, 12))
            lines.append((line + (self.style(text, style) if colour else text)).rstrip())
        self.line("\n".join(lines))
