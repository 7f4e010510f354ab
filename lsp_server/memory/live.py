"""What is known about a file while somebody types in it: each edit shifts it, nothing is looked up anew."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_server.code.line_map import LineMap, map_lines
from lsp_server.memory.live_moves import Moves

if TYPE_CHECKING:
    from lsp_server.memory.results import FileMemory, Placed


class LiveMemory:
    """A ``FileMemory`` on a text that is being typed in.

    For each line of the text it knows which line of the ``FileMemory`` it is, if any; an edit replaces a
    stretch of that list. So a keystroke costs the same however many records the file has. Not thread-safe.
    """

    def __init__(self, base: FileMemory, text: Sequence[str]) -> None:
        """``text`` are the lines as they are now, without their ends."""
        self.base = base
        self._origins = [0] * len(text)  # 1-based lines of `base`; 0 for one that is new
        self._known: tuple[list[int], list[int]] | None = None  # those that are not new, and where they are
        self._moves = Moves(base)
        self._moved: set[int] = set()  # lines of `base` that were found elsewhere, out of their order
        if tuple(text[: len(base.lines)]) == base.lines:
            self._origins[: len(base.lines)] = range(1, len(base.lines) + 1)
        else:
            self._take(map_lines(base.lines, text), 0, 0)
            self._moved |= self._moves.follow(self._origins, text.__getitem__)

    def edited(self, edits: Sequence[tuple[int, int, int]], text: Callable[[int], str]) -> None:
        """Follow edits, each made on what the one before it left: (the first line, 0-based, how many lines
        went, how many came). ``text`` gives a line (0-based) as it is after the last edit. A line that is
        typed anew as it was is that line again, and so is a place's whole text that was cut and pasted."""
        self._known = None
        for start, removed, added in edits:
            self._origins[start : start + removed] = [0] * added
        if len(edits) == 1:
            start, _, added = edits[0]
            self._restore(start, start + added, text)
        elif edits:
            self._restore_all(text)
        if any(removed != added for _, removed, added in edits):  # nothing is cut or pasted within a line
            self._moved |= self._moves.follow(self._origins, text)

    def at(self, line: int) -> tuple[str, ...]:
        """The ids of the records on a line (1-based), in the order they were recorded."""
        origin = self._origins[line - 1] if 0 < line <= len(self._origins) else 0
        ids = self.base.on(origin) if origin else ()
        return ids if line > 1 else (*ids, *self.base.whole)

    def line_of(self, line: int) -> int:
        """Where a line of ``base`` (1-based) is now, or where it was: below the last line above it that is
        still there. 1 at the top."""
        if self._known is None:
            there = sorted((origin, at) for at, origin in enumerate(self._origins, start=1) if origin)
            self._known = [origin for origin, _ in there], [at for _, at in there]
        origins, places = self._known
        index = bisect_right(origins, line) - 1
        if index >= 0 and origins[index] == line:
            return places[index]
        return max(1, min(places[index] + 1 if index >= 0 else 1, len(self._origins)))

    def _restore_all(self, text: Callable[[int], str]) -> None:
        at = 0
        while at < len(self._origins):
            if self._origins[at]:
                at += 1
            else:
                at = self._restore(at, at, text) + 1

    def _restore(self, start: int, end: int, text: Callable[[int], str]) -> int:
        """Tell what of a stretch of new lines, with those above and below it, is old; where it ends."""
        origins = self._origins
        while start and not origins[start - 1]:
            start -= 1
        while end < len(origins) and not origins[end]:
            end += 1
        above = origins[start - 1] if start else 0
        below = origins[end] if end < len(origins) else len(self.base.lines) + 1
        if start < end and below - above > 1:
            was = self.base.lines[above : below - 1]
            self._take(map_lines(was, [text(line) for line in range(start, end)]), above, start)
            if self._moved:
                self._settle_copies(start, end, is_in_place=self._moved.isdisjoint((above, below)))
        return end

    def _settle_copies(self, start: int, end: int, *, is_in_place: bool) -> None:
        """Code that had moved and was put back would have two places: the one between the lines that it stood
        between holds, if these have not moved themselves."""
        origins = self._origins
        back = set(origins[start:end]) - {0}
        double = back.intersection((*origins[:start], *origins[end:]))
        for at, origin in enumerate(origins) if double else ():
            if origin in double and (start <= at < end) is not is_in_place:
                origins[at] = 0
        if is_in_place:
            self._moved -= back
        else:
            self._moved |= back

    def _take(self, mapping: LineMap, above: int, start: int) -> None:
        for block in mapping.blocks:
            old, new = above + block.old, start + block.new - 1
            self._origins[new : new + block.length] = range(old, old + block.length)


def moved(memory: FileMemory, lines: Sequence[str]) -> FileMemory:
    """The same records on an edited text: lines that are still there keep theirs, and those that were moved
    together and stand in one place only."""
    if tuple(lines) == memory.lines:
        return memory
    mapping = map_lines(memory.lines, lines)
    starts = [block.old for block in mapping.blocks]
    origins = [0] * len(lines)
    for block in mapping.blocks:
        origins[block.new - 1 : block.new - 1 + block.length] = range(block.old, block.old + block.length)
    has_moves = bool(Moves(memory).follow(origins, lines.__getitem__))
    placed = [
        piece
        for item in memory.placed
        for piece in _pieces(item, mapping, starts) or (_moved_pieces(item, origins) if has_moves else ())
    ]
    gone = [replace(item, line=_near(item.line, mapping, starts, len(lines))) for item in memory.gone]
    return replace(memory, lines=tuple(lines), placed=tuple(placed), gone=tuple(gone))


def _pieces(item: Placed, mapping: LineMap, starts: Sequence[int]) -> list[Placed]:
    """What is left of a place: block by block, not line by line."""
    found: list[tuple[int, int]] = []
    first = max(0, bisect_right(starts, item.start) - 1)
    for block in mapping.blocks[first:]:
        if block.old > item.end:
            break
        start, end = max(item.start, block.old), min(item.end, block.old + block.length - 1)
        if start <= end:
            shift = block.new - block.old
            if found and found[-1][1] == start + shift - 1:
                found[-1] = (found[-1][0], end + shift)
            else:
                found.append((start + shift, end + shift))
    return [replace(item, start=start, end=end) for start, end in found]


def _moved_pieces(item: Placed, origins: Sequence[int]) -> list[Placed]:
    """What was put in elsewhere of a place that was cut out: all of it, or what another one took along."""
    found: list[Placed] = []
    for at, origin in enumerate(origins, start=1):
        if not item.start <= origin <= item.end:
            continue
        if found and found[-1].end == at - 1:
            found[-1] = replace(found[-1], end=at)
        else:
            found.append(replace(item, start=at, end=at))
    return found


def _near(line: int, mapping: LineMap, starts: Sequence[int], count: int) -> int:
    """Where a line is, or where it was: below what stood above it."""
    at = bisect_right(starts, line) - 1
    if at < 0:
        return 1
    block = mapping.blocks[at]
    return max(1, min(block.new + min(line - block.old, block.length), count))
