"""Where a symbol is today: by its name, or where that is not there any more, by its lines. Pure.

The lines of an anchor are followed first, as any anchor's are (``locating``). They tell which of several
symbols of one name is meant, and what a symbol is called now that was renamed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_server.code.model import Certainty, Located
from lsp_server.code.symbols import NoSymbolsError, Outline, Symbol, outline
from lsp_server.records.anchors import Anchor, CodeRange

if TYPE_CHECKING:
    from lsp_server.code.locating import FileToday

MOST_LINES = 60
"""Of a symbol that an anchor keeps, from its beginning: they only have to tell it from others."""


def locate_symbol(anchor: Anchor, today: FileToday, lines: Located, *, is_its_file: bool) -> Located:
    """Where the symbol of an anchor is in a file, in which its lines were found at ``lines``.

    The symbol of its name; among several, the one that has most of its lines. In a file that the anchor
    was not made on (``is_its_file``) only where lines of it are. Otherwise the symbol that its lines are
    most of now: it was renamed, and ``Located.symbol`` says so. Otherwise ``STALE``, or ``UNKNOWN`` where
    the lines are unknown. Where nobody can tell a file's symbols, the lines are the answer.
    """
    if not anchor.symbol:
        return lines
    try:
        there = outline(today.path, today.lines)
    except NoSymbolsError:
        return lines
    left = [line for piece in lines.ranges for line in range(piece.start, piece.end + 1)]
    if not left and not is_its_file:
        return lines
    named = there.named(anchor.symbol)
    only = named[0] if len(named) == 1 and is_its_file else None
    if only is not None and only.has_body:
        found: Symbol | None = only
    else:
        # What only declares it may have been left behind by what was renamed.
        found = _having_most(named, left) or _renamed(there, left, lines) or only
    if found is not None:
        return _at(found, today, lines)
    if there.is_broken and left:
        return lines  # somebody is typing: the name may be back with the next key
    certainty = Certainty.UNKNOWN if lines.certainty is Certainty.UNKNOWN else Certainty.STALE
    return Located((), certainty, 0, lines.total)


def _at(symbol: Symbol, today: FileToday, lines: Located) -> Located:
    if symbol.is_broken:
        # Where it ends cannot be told: what is surely of it is its lines, or its name.
        if lines.ranges:
            return replace(lines, symbol=symbol.name)
        return Located((CodeRange(today.path, symbol.line, symbol.line),), Certainty.NAME, 1, 1, symbol.name)
    length = symbol.end - symbol.start + 1
    where = CodeRange(today.path, symbol.start, symbol.end)
    return Located((where,), Certainty.NAME, length, length, symbol.name)


def _having_most(symbols: Sequence[Symbol], left: Sequence[int]) -> Symbol | None:
    """The one symbol that has more of the lines than each other."""
    counted = sorted(((_count(one, left), one) for one in symbols), key=lambda pair: -pair[0])
    if not counted or not counted[0][0] or (len(counted) > 1 and counted[0][0] == counted[1][0]):
        return None
    return counted[0][1]


def _renamed(there: Outline, left: Sequence[int], lines: Located) -> Symbol | None:
    """The smallest symbol that has all of the lines that are left, where those are at least half of what
    the anchor kept and half of what the symbol has: it is the same, under another name."""
    if not left or 2 * len(left) < lines.total:
        return None
    around = [
        one
        for one in there.around(left[0], left[-1])
        if 2 * len(left) >= min(one.end - one.start + 1, MOST_LINES)
    ]
    if not around:
        return None
    smallest = min(one.end - one.start for one in around)
    fitting = [one for one in around if one.end - one.start == smallest]
    return fitting[0] if len(fitting) == 1 else None


def _count(symbol: Symbol, lines: Sequence[int]) -> int:
    return sum(symbol.start <= line <= symbol.end for line in lines)
