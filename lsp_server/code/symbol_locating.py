"""Where a symbol is today: by its name, or where that is not there any more, by its lines. Pure.

The lines of an anchor are followed first, as any anchor's are (``locating``). They tell which of several
symbols of one name is meant, and what a symbol is called now that was renamed. Functions are often written
after one pattern: when one took another's place, half of the lines may have stayed and tell nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_server.code.model import Certainty, Located
from lsp_server.code.symbols import NoSymbolsError, Outline, Symbol, outline
from lsp_server.code.telling_lines import TELLING_ALONE, tells, word_characters
from lsp_server.records.anchors import Anchor, CodeRange
from lsp_server.records.telling import telling_line

if TYPE_CHECKING:
    from lsp_server.code.file_today import FileToday

MOST_LINES = 60
"""Of a symbol that an anchor keeps, from its beginning: they only have to tell it from others."""


Texts = Callable[[], "Sequence[Sequence[str]] | None"]
"""Asks for the lines of an anchor's file as they were when it was made; None where nobody can tell."""


def locate_symbol(
    anchor: Anchor, today: FileToday, lines: Located, *, is_its_file: bool, then: Texts
) -> Located:
    """Where the symbol of an anchor is in a file, in which its lines were found at ``lines``.

    The symbol of its name; among several, the one that has most of its lines. In a file that the anchor
    was not made on (``is_its_file``) only where lines of it are. Otherwise the symbol that its lines are
    most of now, if one of them tells it from others, which ``then`` is asked for: it was renamed, and
    ``Located.symbol`` says so. Otherwise ``STALE``, or ``UNKNOWN`` where that cannot be told. Where nobody
    can tell a file's symbols, the lines are the answer.
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
        return _at(only, today, lines)
    # What only declares it may have been left behind by what was renamed.
    around = _around(there, left, lines)
    found: Symbol | None = _having_most(named, left)
    is_unknown = lines.certainty is Certainty.UNKNOWN
    if found is None and around is not None:
        texts = then()
        is_unknown |= texts is None
        if texts is not None and _is_renamed(anchor, around, today, lines, texts):
            found = around
    found = found or only
    if found is not None:
        return _at(found, today, lines)
    if there.is_broken and left and (lines.survived == lines.total or _tells(left, today, then() or ())):
        return lines  # somebody is typing: the name may be back with the next key
    return Located((), Certainty.UNKNOWN if is_unknown else Certainty.STALE, 0, lines.total)


def in_other_file(
    anchor: Anchor, today: FileToday, *, is_whole: bool
) -> tuple[Located, Sequence[int]] | None:
    """The symbol of an anchor's name that has the whole text the anchor keeps, and the line of its name; None
    where there is none, or several. Without ``is_whole`` the line that tells most of that text is enough."""
    try:
        named = outline(today.path, today.lines).named(anchor.symbol)
    except NoSymbolsError:
        return None
    length, telling = len(anchor.text), telling_line(anchor.text)
    found = [
        one
        for one in named
        if (min(one.end - one.start + 1, MOST_LINES) == length and today.has_at(one.start, anchor.text))
        or (not is_whole and telling in today.lines[one.start - 1 : one.end])
    ]
    if len(found) != 1:
        return None
    return _at(found[0], today, Located((), Certainty.STALE, 0, length)), [found[0].line]


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


def _around(there: Outline, left: Sequence[int], lines: Located) -> Symbol | None:
    """The smallest symbol that has all of the lines that are left, where those are at least half of what
    the anchor kept and half of what the symbol has."""
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


def _is_renamed(
    anchor: Anchor, now: Symbol, today: FileToday, lines: Located, texts: Sequence[Sequence[str]]
) -> bool:
    """Whether the symbol that an anchor's lines are in now is the anchor's under another name, and not one
    that stood beside it or came in its place."""
    if any(now.name in _names(anchor.range.path, text) for text in texts):
        return False
    left = [line for piece in lines.ranges for line in range(piece.start, piece.end + 1)]
    if _tells(left, today, texts):
        return True
    if lines.survived == lines.total:  # with the line of its name: what is around it was renamed
        return _own_name(now.name) == _own_name(anchor.symbol)
    only_name_changed = lines.survived == lines.total - 1
    return only_name_changed and word_characters(_once(left, today, texts)) >= TELLING_ALONE


def _tells(left: Sequence[int], today: FileToday, texts: Sequence[Sequence[str]]) -> bool:
    """Whether one of the lines alone tells a symbol from others."""
    return any(tells(line) for line in _once(left, today, texts))


def _once(left: Sequence[int], today: FileToday, texts: Sequence[Sequence[str]]) -> list[str]:
    """Those of today's lines that stand in the file once, now and then."""
    found = [today.lines[number - 1] for number in left]
    return [line for line in found if all(text.count(line) <= 1 for text in (today.lines, *texts))]


def _names(path: str, text: Sequence[str]) -> Sequence[str]:
    try:
        return outline(path, text).names
    except NoSymbolsError:
        return ()


def _own_name(name: str) -> str:
    return name.rpartition(".")[2]


def _count(symbol: Symbol, lines: Sequence[int]) -> int:
    return sum(symbol.start <= line <= symbol.end for line in lines)
