"""What is known about a file, brought to another text of it as a whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_server.code.line_map import LineMap, map_lines
from lsp_server.memory.live_moves import Moves

if TYPE_CHECKING:
    from lsp_server.memory.results import FileMemory, Placed


def moved(memory: FileMemory, lines: Sequence[str]) -> FileMemory:
    """The same records on an edited text: lines that are still there keep theirs, and those that were moved
    together and stand in one place only."""
    if tuple(lines) == memory.lines:
        return memory
    mapping = map_lines(memory.lines, lines)
    starts = [block.old for block in mapping.blocks]
    pieces = [_pieces(item, mapping, starts) for item in memory.placed]
    if not all(pieces):
        origins = [0] * len(lines)
        for block in mapping.blocks:
            origins[block.new - 1 : block.new - 1 + block.length] = range(block.old, block.old + block.length)
        if Moves(memory).follow(origins, lines.__getitem__):
            pieces = [
                found or _moved_pieces(item, origins)
                for item, found in zip(memory.placed, pieces, strict=True)
            ]
    placed = [piece for found in pieces for piece in found]
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
