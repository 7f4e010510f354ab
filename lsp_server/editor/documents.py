"""The open documents, as the client sees them.

Our own text model, because two line counts must both be right: the protocol ends lines at LF, CRLF and
CR, git at LF alone. A document is immutable: a handler that holds one is not disturbed by typing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types

from lsp_server.editor import own_files, positions, uris
from lsp_server.editor.positions import Encoding

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def split_lines(text: str) -> list[str]:
    """The protocol's lines with their ends; the last one has none and may be empty."""
    lines = _LINE.findall(text)
    if not lines or lines[-1].endswith(("\n", "\r")):
        lines.append("")
    return lines


class Edit(NamedTuple):
    """Lines replaced by others: from ``start`` (0-based) on, ``removed`` old ones by ``added`` new ones."""

    start: int
    removed: int
    added: int


@dataclass(frozen=True)
class Document:
    """One version of one open document. ``edits`` made it from the version before it, each on what the one
    before it left; None where the text was given as a whole."""

    uri: str
    path: Path | None
    version: int | None
    lines: Sequence[str]
    encoding: Encoding
    edits: tuple[Edit, ...] | None = None
    without_cr: bool = False
    """No CR alone ends a line, so the protocol's lines are git's. False: perhaps not."""

    @cached_property
    def text(self) -> str:
        return "".join(self.lines)

    @cached_property
    def git_text(self) -> str:
        """The text as it can be written to a file: JSON can carry halves of surrogate pairs, UTF-8 cannot."""
        return self.text.encode("utf-8", "replace").decode("utf-8")

    @cached_property
    def git_lines(self) -> tuple[str, ...]:
        """git's lines without their ends, as ``FileMemory.lines`` has them."""
        lines = self.git_text.removeprefix("\ufeff").split("\n")
        if not lines[-1]:
            lines.pop()
        return tuple(line.removesuffix("\r") for line in lines)

    @cached_property
    def _git_line_numbers(self) -> Sequence[int] | None:
        """For each of the protocol's lines the number of git's; None where the two agree."""
        if self.without_cr or not any(line.endswith("\r") for line in self.lines):
            return None
        starts = accumulate((1 if line.endswith("\n") else 0 for line in self.lines[:-1]), initial=1)
        return list(starts)

    def git_line(self, line: int) -> int:
        """The 1-based number that git counts for a 0-based line of the client."""
        line = max(0, min(line, len(self.lines) - 1))
        numbers = self._git_line_numbers
        return line + 1 if numbers is None else numbers[line]

    def client_line(self, git_line: int) -> int:
        """The client's first 0-based line of a 1-based line of git's."""
        numbers = self._git_line_numbers
        if numbers is None:
            return max(0, min(git_line - 1, len(self.lines) - 1))
        return next((at for at, number in enumerate(numbers) if number >= git_line), len(self.lines) - 1)

    def content(self, line: int) -> str:
        """A line without its end, empty where there is none."""
        return self.lines[line].rstrip("\r\n") if 0 <= line < len(self.lines) else ""

    def column(self, position: types.Position) -> int:
        """The code points before a position on its line."""
        return positions.to_column(self.content(position.line), position.character, self.encoding)

    def span(self, line: int, start: int = 0, end: int | None = None) -> types.Range:
        """Code points ``start`` to ``end`` (the line's end when None) of a line, for the client."""
        content = self.content(line)
        end = len(content) if end is None else end
        return types.Range(
            start=types.Position(line, positions.to_units(content, start, self.encoding)),
            end=types.Position(line, positions.to_units(content, end, self.encoding)),
        )

    @property
    def is_own(self) -> bool:
        """Whether it is one of ours, and none of the code."""
        return own_files.is_own(self.uri, self.path)

    def selected(self, selection: types.Range) -> range:
        """The client's lines that a selection takes: one that ends at column 0 does not take that line."""
        last = len(self.lines) - 1
        start, end = sorted((selection.start, selection.end), key=lambda at: (at.line, at.character))
        stop = end.line - 1 if end.character == 0 and end.line > start.line else end.line
        return range(min(start.line, last), min(stop, last) + 1)

    def changed(
        self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int | None
    ) -> Document:
        """The next version. Changes apply one after the other, each on what the one before it left."""
        lines, without_cr = self.lines, self.without_cr
        edits: list[Edit] | None = []
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                lines, edit = self._replaced(lines, change.range, change.text)
                fresh = lines[edit.start : edit.start + edit.added]
                without_cr = without_cr and not any(line.endswith("\r") for line in fresh)
                if edits is not None:
                    edits.append(edit)
            else:
                lines, without_cr, edits = split_lines(change.text), False, None
        made_by = None if edits is None else tuple(edits)
        return Document(self.uri, self.path, version, lines, self.encoding, made_by, without_cr)

    def _replaced(self, lines: Sequence[str], where: types.Range, text: str) -> tuple[Sequence[str], Edit]:
        (first, start), (last, end) = sorted((self._place(lines, where.start), self._place(lines, where.end)))
        middle = lines[first][:start] + text + lines[last][end:]
        begin = first
        # A CR before and an LF after what changed may become one line end, or stop being one.
        if first > 0:
            first -= 1
            middle = lines[first] + middle
        if last + 1 < len(lines):
            last += 1
            middle += lines[last]
        fresh = split_lines(middle)
        if last + 1 < len(lines):
            fresh.pop()  # the empty line after an end belongs to the text only
        # Before the start of a line nothing stays of it: an equal line that is put in is another one.
        is_above = start == 0 and bool(lines[begin].rstrip("\r\n"))
        edit = _edit(lines[first : last + 1], fresh, first, begin - first + (not is_above))
        return [*lines[:first], *fresh, *lines[last + 1 :]], edit

    def _place(self, lines: Sequence[str], position: types.Position) -> tuple[int, int]:
        if position.line >= len(lines):
            return len(lines) - 1, len(lines[-1])
        content = lines[position.line].rstrip("\r\n")
        return position.line, positions.to_column(content, position.character, self.encoding)


def _edit(old: Sequence[str], new: Sequence[str], start: int, head: int) -> Edit:
    """The lines that really changed between two stretches which begin at line ``start``, of which at most
    ``head`` lines stayed before the change."""
    most = min(len(old), len(new))
    head = next((at for at in range(min(most, head)) if old[at] != new[at]), min(most, head))
    most -= head
    tail = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    return Edit(start + head, len(old) - head - tail, len(new) - head - tail)


class Documents:
    """Every open document by its URI, whatever its spelling."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}
        self._shown: dict[str, str] = {}
        self.encoding: Encoding = "utf-16"

    def open(self, item: types.TextDocumentItem) -> Document:
        lines = split_lines(item.text)
        document = Document(
            item.uri,
            uris.to_path(item.uri),
            item.version,
            lines,
            self.encoding,
            without_cr=not any(line.endswith("\r") for line in lines),
        )
        # Last in the dictionary is last opened: a command without a place means that repository.
        self._open.pop(uris.key(item.uri), None)
        self._open[uris.key(item.uri)] = document
        self._shown[uris.key(item.uri)] = document.git_text
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """None for a document that was never opened: there is no text to change."""
        name = uris.key(params.text_document.uri)
        if (document := self._open.get(name)) is None:
            return None
        self._open[name] = document.changed(params.content_changes, params.text_document.version)
        return self._open[name]

    def shown(self, uri: str) -> str | None:
        """The text with which a document was opened, or last saved: what a person's edit began from."""
        return self._shown.get(uris.key(uri))

    def saved(self, uri: str) -> None:
        """What is typed from now on begins from the text as it is."""
        if (document := self.get(uri)) is not None:
            self._shown[uris.key(uri)] = document.git_text

    def close(self, uri: str) -> Document | None:
        self._shown.pop(uris.key(uri), None)
        return self._open.pop(uris.key(uri), None)

    def get(self, uri: str) -> Document | None:
        return self._open.get(uris.key(uri))

    def own(self, uri: str) -> Document | None:
        """An open document, when it is one of ours."""
        document = self.get(uri)
        return document if document is not None and document.is_own else None

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self._open.values()))
