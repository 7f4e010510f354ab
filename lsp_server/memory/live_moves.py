"""Code that is cut out here and put in there, while somebody types, takes its notes along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lsp_server.records.telling import telling_line

if TYPE_CHECKING:
    from lsp_server.memory.results import FileMemory


class Moves:
    """The places of a ``FileMemory`` whose text stands in its file once, and is long enough to be told by."""

    def __init__(self, base: FileMemory) -> None:
        self._base = base
        self._places: list[tuple[int, int]] | None = None

    def follow(self, origins: list[int], text: Callable[[int], str]) -> bool:
        """Find the places of which every line is gone again among the lines that are new.

        ``origins`` tells for each line of the text which line of the ``FileMemory`` it is (1-based), 0 for a
        new one; what is found is noted there. ``text`` gives a line (0-based). Whether anything was found.
        A text that stands there twice is not guessed at.
        """
        if not self._base.placed or all(origins):
            return False
        if self._places is None:
            self._places = self._telling()
        left = set(origins)
        lost = [(start, end) for start, end in self._places if left.isdisjoint(range(start, end + 1))]
        if not lost:
            return False
        new = {at: text(at) for at, origin in enumerate(origins) if not origin}
        found = False
        for start, end in lost:
            wanted = self._base.lines[start - 1 : end]
            places = [at for at in new if _stands_at(at, wanted, new)]
            if len(places) == 1:
                origins[places[0] : places[0] + len(wanted)] = range(start, end + 1)
                found = True
        return found

    def _telling(self) -> list[tuple[int, int]]:
        lines = self._base.lines
        places = dict.fromkeys((place.start, place.end) for place in self._base.placed)
        return [place for place in places if _is_telling(lines[place[0] - 1 : place[1]], lines)]


def _stands_at(at: int, wanted: Sequence[str], new: dict[int, str]) -> bool:
    return all(new.get(at + offset) == line for offset, line in enumerate(wanted))


def _is_telling(text: Sequence[str], lines: Sequence[str]) -> bool:
    line = telling_line(text)
    if line is None:
        return False
    before = text.index(line)
    places = [at - before for at, other in enumerate(lines) if other == line]
    return sum(tuple(lines[at : at + len(text)]) == tuple(text) for at in places if at >= 0) == 1
