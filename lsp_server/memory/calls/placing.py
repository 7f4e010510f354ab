"""The calls about places in the code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError
from lsp_server.memory.guard import guard_for
from lsp_server.records.anchors import Anchor, CodePlace, CodeRange
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from lsp_server.code.model import Located
    from lsp_server.memory.core import Core
    from lsp_server.memory.results import FileMemory


class Placing:
    """Where records are on today's lines."""

    _core: Core

    def code_path(self, path: str | Path) -> str | None:
        """A file's path relative to the work tree with ``/``; None when it lies outside of it."""
        root = self._core.repository.work_tree
        if root is None:
            return None
        absolute = Path(path).absolute()
        # `realpath`, not `resolve`: links in a circle are no error, the path is only not followed.
        real = (Path(os.path.realpath(place)) for place in (root, absolute))
        for base, place in ((root, absolute), tuple(real)):
            if place.is_relative_to(base) and place != base:
                relative = place.relative_to(base).as_posix()
                return None if relative.split("/")[0] == ".git" else relative
        return None

    def saved_lines(
        self, path: str | Path, typed: Sequence[str], start: int, end: int
    ) -> Sequence[CodeRange]:
        """Lines ``start`` to ``end`` (1-based, the last one included) of a file as an editor shows it, where
        the file on disk has them: an edit above them that is not saved has moved them. ``typed`` are all
        lines of the editor, without their ends. Raises ``UsageError`` where they are not saved."""
        from lsp_server.memory.results import FileMemory, Placed

        place = self.code_path(path)
        if place is None:
            return ()
        try:
            text = Path(path).read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise UsageError(f"{place} cannot be read: {error.strerror}; save it first") from error
        saved = tuple(line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n"))
        shown = FileMemory(place, tuple(typed), (Placed("", start, end),), None, None)
        there = shown.moved(saved[:-1] if not saved[-1] else saved).placed
        if not there:
            raise UsageError(f"these lines of {place} are not saved yet; save the file first")
        return [CodeRange(place, piece.start, piece.end) for piece in there]

    def file_memory(self, path: str, text: str | None = None) -> FileMemory:
        """What is known about a file (its path from the work tree's top, with ``/``) whose current text,
        saved or not, is ``text`` (None: as on disk).

        Runs blame, so it can take a second; ``FileMemory.moved`` follows edits without it. Raises
        ``NotInitialisedError``, ``StoreError``.
        """
        from lsp_server.memory import placing

        return placing.file_memory(self._core, path, text)

    def first_look(self, path: str, text: str | None = None) -> FileMemory:
        """As ``file_memory``, as far as it is known without the file's history: in milliseconds, whatever
        that is like. What it does not place may be found by ``file_memory`` all the same."""
        from lsp_server.memory.first_look import first_look

        return first_look(self._core, path, text)

    def second_look(self, path: str, text: str | None = None) -> FileMemory:
        """As ``file_memory``, as far as blame alone tells it: no longer than blame takes, and in milliseconds
        where that is known. Lines that were changed or moved are found by ``file_memory`` alone."""
        from lsp_server.memory.first_look import second_look

        return second_look(self._core, path, text)

    def symbols(self, path: str) -> Sequence[str]:
        """The names of what a file on disk defines, in their order: each can be anchored to. Raises
        ``UsageError`` for a file that is not there or whose language is not known."""
        from lsp_server.memory.anchoring import symbol_names

        return symbol_names(self._core, path)

    def reanchor(
        self,
        ref: str,
        at: Sequence[CodePlace] = (),
        *,
        remove: Sequence[Anchor] = (),
        allow_secrets: Sequence[str] = (),
        redact: bool = False,
    ) -> Record:
        """Anchor a record to places in the code, and take anchors that it has off it, as one commit.

        Anchors to ``remove`` are told by their place and symbol, so those of an older reading of the record
        do. Raises ``RefusedError`` when the record has not got one of them, or is anchored to ``at`` already;
        ``UsageError`` for a place that is not there.
        """
        from lsp_server.memory import reanchoring

        guard = guard_for(self._core, allow_secrets, redact)
        return reanchoring.reanchor(self._core, ref, at, remove, guard)

    def places(self, record: Record) -> Sequence[tuple[Anchor, Located]]:
        """Where each anchor of a record is today, in the order of the record, and how sure that is; renamed
        files are found. Without ``ranges`` it is nowhere: ``certainty`` says whether its lines are gone, on
        other branches only, or not to be told. Raises ``StoreError``."""
        from lsp_server.memory import placing

        return placing.places(self._core, record)
