"""What is known about a file while somebody types in it: each edit shifts it, nothing is looked up anew."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.code.line_map import map_lines
from lsp_server.memory.live_moves import Moves
from lsp_server.memory.live_returns import Returns, Undoing

if TYPE_CHECKING:
    from lsp_server.memory.results import FileMemory


class _PutIn(NamedTuple):
    """A new line: by which edit it was put in, and between which lines of the base, since it is no line that
    stood between others; and how it reads, None where nobody said."""

    edit: int
    above: int
    below: int
    text: str | None


_NOT = _PutIn(0, -1, -1, None)


class LiveMemory:
    """A ``FileMemory`` on a text that is being typed in.

    For each line of the text it knows which line of the ``FileMemory`` it is, if any; an edit replaces a
    stretch of that list. So a keystroke costs the same however many records the file has. No line of the
    ``FileMemory`` is ever two lines of the text. Not thread-safe.
    """

    def __init__(self, base: FileMemory, text: Sequence[str]) -> None:
        """``text`` are the lines as they are now, without their ends."""
        self.base = base
        # 1-based lines of `base`; 0 for one that is new, below 0 for one that reads otherwise by now
        self._origins = [0] * len(text)
        self._put_in = [_NOT] * len(text)
        self._count = 0  # of edits
        self._known: tuple[list[int], list[int]] | None = None  # those that are not new, and where they are
        self._moves = Moves(base)
        self._moved: set[int] = set()  # lines of `base` that were found elsewhere, out of their order
        self._returns = Returns(base.lines)
        self._undoing: Undoing[tuple[int, _PutIn]] = Undoing()
        if tuple(text[: len(base.lines)]) == base.lines:
            self._origins[: len(base.lines)] = range(1, len(base.lines) + 1)
        else:
            for block in map_lines(base.lines, text).blocks:
                old, new = block.old, block.new - 1
                self._origins[new : new + block.length] = range(old, old + block.length)
            self._moved |= self._moves.follow(self._origins, text.__getitem__)
        self._returns.count(self._origins)

    def edited(self, edits: Sequence[tuple[int, int, int]], text: Callable[[int], str]) -> None:
        """Follow edits, each made on what the one before it left: (the first line, 0-based, how many lines
        went, how many came). ``text`` gives a line (0-based) as it is after the last edit. A line that is
        typed anew as it was, where it was, is that line again, and so is a place's whole text that was cut
        and pasted. What could be one of several lines is none of them."""
        self._known = None
        if len(edits) == 1:
            self._follow(*edits[0], text)
        elif edits:
            for start, removed, added in edits:
                self._replace(start, removed, added)
            self._undoing.forget()
            self._restore_all(text)
        if any(removed != added for _, removed, added in edits):  # nothing is cut or pasted within a line
            self._follow_moves(text)

    def at(self, line: int) -> tuple[str, ...]:
        """The ids of the records on a line (1-based), in the order they were recorded."""
        origin = self._origins[line - 1] if 0 < line <= len(self._origins) else 0
        ids = self.base.on(origin) if origin > 0 else ()
        return ids if line > 1 else (*ids, *self.base.whole)

    def line_of(self, line: int) -> int:
        """Where a line of ``base`` (1-based) is now, or where it was: below the last line above it that is
        still there. 1 at the top."""
        if self._known is None:
            there = sorted((abs(origin), at) for at, origin in enumerate(self._origins, start=1) if origin)
            self._known = [origin for origin, _ in there], [at for _, at in there]
        origins, places = self._known
        index = bisect_right(origins, line) - 1
        if index >= 0 and origins[index] == line:
            return places[index]
        return max(1, min(places[index] + 1 if index >= 0 else 1, len(self._origins)))

    def _follow(self, start: int, removed: int, added: int, text: Callable[[int], str]) -> None:
        if removed == added == 1:
            self._replace(start, 1, 1)
            self._put_in[start] = self._put_in[start]._replace(text=text(start))
            if self._origins[start]:
                self._settle_edited(start, text(start))
                return
        else:
            came = [text(line) for line in range(start, start + added)]
            went = [
                ((origin, put_in), self.base.lines[origin - 1] if origin > 0 else put_in.text)
                for origin, put_in in zip(
                    self._origins[start : start + removed], self._put_in[start : start + removed], strict=True
                )
            ]
            self._replace(start, removed, added)
            if (was := self._undoing.took_back(start, removed, came)) is not None:
                self._put_in[start : start + added] = [put_in for _, put_in in was]
                self._give(start, [origin for origin, _ in was])
                return
            cut = self._undoing.cut_out(came) if added else None
            self._undoing.made(start, added, went)
            for at, line in enumerate(came, start):
                self._put_in[at] = self._put_in[at]._replace(text=line)
            if cut is not None and self._paste(start + cut[0], [max(0, origin) for origin, _ in cut[1]]):
                return
        self._restore(start, start + added, text)

    def _paste(self, start: int, origins: Sequence[int]) -> bool:
        """Put lines in that were cut out; False where they might be others that read the same."""
        known = [origin for origin in origins if origin]
        if not any(map(self._returns.is_telling, known)) or not all(map(self._is_free, known)):
            return False
        _, _, above, below = self._stretch(start, start + len(origins))
        self._give(start, origins)
        if above < known[0] and known[-1] < below and self._moved.isdisjoint((above, below)):
            self._moved.difference_update(known)
        else:
            self._moved.update(known)
        return True

    def _replace(self, start: int, removed: int, added: int) -> None:
        """Lines were replaced: those that came are new, but that a line typed in is still that line."""
        self._count += 1
        if removed == added == 1:
            self._origins[start] = -abs(self._origins[start])
            return
        self._returns.left(self._origins[start : start + removed])
        self._origins[start : start + removed] = [0] * added
        _, _, above, below = self._stretch(start, start + added)
        self._put_in[start : start + removed] = [_PutIn(self._count, above, below, None)] * added

    def _settle_edited(self, at: int, line: str) -> None:
        """A line that was typed in is as it was, or is not."""
        origin = abs(self._origins[at])
        self._origins[at] = origin if self.base.lines[origin - 1] == line else -origin

    def _give(self, start: int, origins: Sequence[int]) -> None:
        """Say which lines of the base the lines from ``start`` (0-based) on are; 0 for one in use already."""
        given = [origin if self._is_free(abs(origin)) else 0 for origin in origins]
        self._origins[start : start + len(given)] = given
        self._returns.took(given)

    def _is_free(self, origin: int) -> bool:
        return self._returns.is_free(origin, origin + 1)

    def _restore_all(self, text: Callable[[int], str]) -> None:
        at = 0
        while at < len(self._origins):
            if self._origins[at]:
                if self._origins[at] < 0:
                    self._settle_edited(at, text(at))
                at += 1
            else:
                at = self._restore(at, at, text) + 1
        for at, origin in enumerate(self._origins):
            if origin <= 0:
                self._put_in[at] = self._put_in[at]._replace(text=text(at))

    def _stretch(self, start: int, end: int) -> tuple[int, int, int, int]:
        """New lines with all that are new above and below: from where (0-based) to where, and between which
        lines of the base."""
        origins = self._origins
        while start and not origins[start - 1]:
            start -= 1
        while end < len(origins) and not origins[end]:
            end += 1
        above = abs(origins[start - 1]) if start else 0
        below = abs(origins[end]) if end < len(origins) else len(self.base.lines) + 1
        return start, end, above, below

    def _restore(self, start: int, end: int, text: Callable[[int], str]) -> int:
        """Tell what of a stretch of new lines, with those above and below it, is old; where it ends."""
        start, end, above, below = self._stretch(start, end)
        here = [line[1:3] == (above, below) for line in self._put_in[start:end]]
        if below == above + 1 or not any(here):
            return end
        lines = [text(line) if is_here else None for line, is_here in enumerate(here, start)]
        if self._is_back(above, below, lines):
            self._take_from_copy(above, below, start)
            return end
        found = self._returns.find(above, below, lines, self._is_new_once(text))
        for at, origin in found.items():
            self._give(start + at, (origin,))
            if self._moved.isdisjoint((above, below)):
                self._moved.discard(origin)
            else:
                self._moved.add(origin)
        for at in range(start, end) if found else ():
            if here[at - start] and not self._origins[at]:
                _, _, above, below = self._stretch(at, at + 1)
                self._put_in[at] = self._put_in[at]._replace(above=above, below=below)
        return end

    def _is_new_once(self, text: Callable[[int], str]) -> Callable[[str], bool]:
        times: Counter[str] = Counter()

        def is_new_once(line: str) -> bool:
            if not times:
                times.update(text(at) for at, origin in enumerate(self._origins) if origin <= 0)
            return times[line] == 1

        return is_new_once

    def _is_back(self, above: int, below: int, lines: Sequence[str | None]) -> bool:
        """Whether code that had moved is put back, whole, between the lines that it stood between."""
        return (
            bool(self._moved)
            and below - above - 1 == len(lines)
            and self._moved.isdisjoint((above, below))
            and not self._returns.is_free(above + 1, below)
            and all(self._is_free(n) or n in self._moved for n in range(above + 1, below))
            and self._returns.are(above + 1, lines)
        )

    def _take_from_copy(self, above: int, below: int, start: int) -> None:
        for at, origin in enumerate(self._origins):
            if above < abs(origin) < below:
                self._origins[at] = 0
        back = range(above + 1, below)
        self._origins[start : start + len(back)] = back
        self._returns.took(back)
        self._moved.difference_update(back)

    def _follow_moves(self, text: Callable[[int], str]) -> None:
        def came_together(start: int, stop: int) -> bool:
            return len({line.edit for line in self._put_in[start:stop]}) == 1

        found = self._moves.follow(self._origins, text, came_together)
        if found:
            self._moved |= found
            # What was typed over is elsewhere.
            self._origins = [0 if -origin in found else origin for origin in self._origins]
            self._returns.count(self._origins)
