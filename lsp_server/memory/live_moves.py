"""Code that is cut out here and put in there, while somebody types, takes its notes along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from lsp_server.records.telling import telling_line

if TYPE_CHECKING:
    from lsp_server.memory.results import FileMemory


class Moves:
    """The places of a ``FileMemory``, looked for by their text once all of their lines are gone."""

    def __init__(self, base: FileMemory) -> None:
        self._base = base
        self._telling: dict[tuple[int, int], int | None] = {}

    def follow(
        self,
        origins: list[int],
        text: Callable[[int], str],
        came_together: Callable[[int, int], bool] = lambda _start, _stop: True,
    ) -> set[int]:
        """Find the places of which every line is gone again among the lines that are new.

        ``origins`` tells for each line of the text which line of the ``FileMemory`` it is (1-based), 0 for a
        new one, below 0 for one that reads otherwise by now; what is found is noted there. ``text`` gives a
        line (0-based), ``came_together`` tells of lines (from, up to) whether one edit put them in. The lines
        found are answered. A text that is too short to be told by, or stands in one of the two twice, is not
        guessed at, and neither are lines above the first that stands only once: code that was there may
        begin as this one did.
        """
        found: set[int] = set()
        if not self._base.placed or min(origins, default=1) > 0:
            return found
        left = set(origins)
        lost = [one for one in self._places if left.isdisjoint(range(one[0], one[1] + 1))]
        if not lost:
            return found
        new: dict[str, list[int]] = {}
        for at, origin in enumerate(origins):
            if origin <= 0:
                new.setdefault(text(at), []).append(at)
        # The longest first: of places that overlap, it is the one that tells where the others are.
        for place in sorted(lost, key=lambda one: one[0] - one[1]):
            before = self._telling_line(place)
            if before is None or not found.isdisjoint(range(place[0], place[1] + 1)):
                continue
            wanted = self._base.lines[place[0] - 1 : place[1]]
            starts = [at - before for at in new.get(wanted[before], ()) if at >= before]
            starts = [at for at in starts if _stand_at(at, wanted, origins, text)]
            if len(starts) == 1 and came_together(starts[0], starts[0] + len(wanted)):
                above = next((n for n, line in enumerate(wanted) if len(self._at[line]) == 1), len(wanted))
                origins[starts[0] + above : starts[0] + len(wanted)] = range(place[0] + above, place[1] + 1)
                found.update(range(place[0] + above, place[1] + 1))
        return found

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return list(dict.fromkeys((place.start, place.end) for place in self._base.placed))

    @cached_property
    def _at(self) -> dict[str, list[int]]:
        """Where each line stands in the base, 0-based."""
        at: dict[str, list[int]] = {}
        for number, line in enumerate(self._base.lines):
            at.setdefault(line, []).append(number)
        return at

    def _telling_line(self, place: tuple[int, int]) -> int | None:
        """Which line of a place tells its text from other code; None where that stands in the base twice, or
        has no such line."""
        if place not in self._telling:
            lines = self._base.lines
            wanted = lines[place[0] - 1 : place[1]]
            line = telling_line(wanted)
            before = wanted.index(line) if line is not None else None
            if before is not None:
                starts = [at - before for at in self._at[wanted[before]]]
                if sum(lines[at : at + len(wanted)] == wanted for at in starts if at >= 0) != 1:
                    before = None
            self._telling[place] = before
        return self._telling[place]


def _stand_at(at: int, wanted: Sequence[str], origins: Sequence[int], text: Callable[[int], str]) -> bool:
    if at + len(wanted) > len(origins):
        return False
    return all(origins[at + n] <= 0 and text(at + n) == line for n, line in enumerate(wanted))
