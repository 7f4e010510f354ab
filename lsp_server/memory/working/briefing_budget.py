"""What of a briefing fits: most useful first, and no part pushes the others out.

In rounds: in each, every part in the order of its rank gets its next line, where that fits with all that is
said about what does not. So with little room each part has its first line before any has a second, and
with room for all, all is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lsp_server.errors import UsageError
from lsp_server.memory.working import briefing_text as text
from lsp_server.memory.working.briefing_results import (
    Briefing,
    BriefingLine,
    BriefingPart,
    LeftOut,
    RunningSession,
)
from lsp_server.memory.working.token_estimate import tokens

CHARACTERS, TOKENS = "characters", "tokens"
DEFAULT = 4000
LEAST = {CHARACTERS: 200, TOKENS: 60}
_LINE = 280  # characters of one line, less where the budget is small
_LINES_PER_BUDGET = 12


class Full(NamedTuple):
    """A part with all that there is to say: ``whole`` is how many lines it would have."""

    name: str
    title: str
    source: str
    lines: Sequence[BriefingLine]
    hint: str
    whole: int


class Budget(NamedTuple):
    """How much room there is, and how it is measured."""

    most: int
    unit: str

    @property
    def line(self) -> int:
        """The characters that one line may have."""
        characters = self.most if self.unit == CHARACTERS else self.most * 3
        return max(60, min(_LINE, characters // _LINES_PER_BUDGET))

    def cost(self, line: str) -> int:
        """What one line takes, with its end."""
        return len(line) + 1 if self.unit == CHARACTERS else tokens(line) + 1

    @property
    def larger(self) -> str:
        return Briefing((), (), 0, 0, self.most, self.unit, "").larger


def budget(characters: int | None, tokens: int | None) -> Budget:
    """Raises ``UsageError`` for two at once, and for one that holds nothing."""
    if characters is not None and tokens is not None:
        raise UsageError("a budget is in characters or in tokens: give one of them")
    unit = CHARACTERS if tokens is None else TOKENS
    most = (DEFAULT if characters is None else characters) if tokens is None else tokens
    if most < LEAST[unit]:
        raise UsageError(f"a briefing takes at least {LEAST[unit]} {unit}")
    return Budget(most, unit)


def fitted(
    full: Sequence[Full], room: Budget, *, version: str, session: RunningSession | None = None
) -> Briefing:
    """The briefing that fits; ``full`` is in the order of usefulness."""
    full = [_shortened(part, room.line) for part in full if part.lines]
    sizes = _Sizes(full, room, room.larger)
    shown = [0] * len(full)
    open_parts = list(range(len(full)))
    while open_parts:
        for at in list(open_parts):
            if shown[at] == len(full[at].lines):
                open_parts.remove(at)
                continue
            shown[at] += 1
            if sizes.whole(shown, named=False) > room.most:
                shown[at] -= 1
                open_parts.remove(at)
    named = sizes.whole(shown, named=True) <= room.most
    parts, left = _told(full, shown)
    return Briefing(
        parts=parts,
        left_out=left,
        characters=_Sizes(full, Budget(room.most, CHARACTERS), room.larger).whole(shown, named=named),
        tokens=_Sizes(full, Budget(room.most, TOKENS), room.larger).whole(shown, named=named),
        most=room.most,
        unit=room.unit,
        version=version,
        session=session,
        names_left_out=named,
    )


def _told(full: Sequence[Full], shown: Sequence[int]) -> tuple[list[BriefingPart], list[LeftOut]]:
    parts, left = [], []
    for rank, (part, count) in enumerate(zip(full, shown, strict=True), 1):
        if not count:
            left.append(LeftOut(part.name, part.title, part.whole, part.hint))
            continue
        more = part.whole - count
        parts.append(
            BriefingPart(part.name, part.title, rank, part.source, part.lines[:count], more, part.hint)
        )
    return parts, left


def _shortened(part: Full, most: int) -> Full:
    lines = [
        line._replace(lead=text.one_line(line.lead, 60), text=text.one_line(line.text, most))
        for line in part.lines
    ]
    return part._replace(lines=lines)


class _Sizes:
    """What the whole takes, with so many lines of each part: as the template lays it out."""

    def __init__(self, full: Sequence[Full], measure: Budget, larger: str) -> None:
        self._full = full
        self._cost = measure.cost
        self._larger = larger
        self._title = self._cost(f"### {text.TITLE}")
        self._heads = [
            self._cost(text.heading(part.title, part.source)) + 2 * self._cost("") for part in full
        ]
        self._lines = [[self._cost(f"- {text.line_markdown(line)}") for line in part.lines] for part in full]

    def whole(self, shown: Sequence[int], *, named: bool) -> int:
        size = self._title
        left = []
        for part, head, lines, count in zip(self._full, self._heads, self._lines, shown, strict=True):
            if not count:
                left.append(part.title)
                continue
            size += head + sum(lines[:count])
            if part.whole > count:
                size += self._cost("- " + text.more_line(part.whole - count, part.hint))
        if left:
            size += self._cost("") + self._cost(text.left_out_line(left, self._larger, named=named))
        return size
