"""Durations laid out in time: windows of equal length at the same times of the day, each cut into cells.

What is kept of a cell is bounded, however many durations fall into it: a sample, each as likely as another.
"""

from __future__ import annotations

import math
from array import array
from random import Random
from typing import NamedTuple

DAY = 24 * 3600.0
FINEST = 24
"""Cells of a window: of a day, its hours."""

MOST = 64
"""Durations kept of a cell."""

_SEASONS = 3  # days before; with fewer the time of the day is not known


class Layout(NamedTuple):
    """Where windows lie. Window 0 ends at ``end`` (seconds since 1970), each further one ``period`` seconds
    earlier; each lasts ``length`` seconds. There are ``windows``."""

    end: float
    length: float
    period: float
    windows: int

    @property
    def begin(self) -> float:
        """Before this nothing is looked at."""
        return self.end - (self.windows - 1) * self.period - self.length

    def place(self, moment: float) -> int:
        """The number of a moment's cell, counted back from the end; -1 where it is in none."""
        window, within = divmod(self.end - moment, self.period)
        if not 0 <= window < self.windows or within >= self.length:
            return -1
        return int(window) * FINEST + int(within * FINEST / self.length)

    def moment(self, place: int) -> float:
        """When a cell begins."""
        window, cell = divmod(place, FINEST)
        return self.end - window * self.period - (cell + 1) * self.length / FINEST


def layout(end: float, length: float, baseline: float, recent: int = 1) -> Layout:
    """The windows of ``length`` seconds: ``recent`` up to ``end``, and those in the ``baseline`` seconds
    before, at the same times of the day where there are three days of them."""
    period = length
    if baseline >= _SEASONS * DAY:
        period = math.ceil(length / DAY) * DAY
    return Layout(end, length, period, recent + int((baseline + 1e-3) // period))


class Cells:
    """The durations of one endpoint in the cells of a layout."""

    def __init__(self, windows: int) -> None:
        self.samples: dict[int, array[float]] = {}
        self.stood_for = [0] * (windows * FINEST)
        self._added = [0] * (windows * FINEST)
        self._random = Random(windows)  # the same durations give the same answer

    def add(self, place: int, ms: float, count: int = 1) -> None:
        """Take in a duration that stands for ``count`` of them. Each weighs the same: those that stand for
        many were taken at equal distances of time, and a burst must not weigh more than the hours around."""
        self.stood_for[place] += count
        self._added[place] += 1
        kept = self.samples.get(place)
        if kept is None:
            self.samples[place] = array("d", (ms,))
        elif len(kept) < MOST:
            kept.append(ms)
        elif (at := int(self._random.random() * self._added[place])) < MOST:
            kept[at] = ms

    def count(self, first: int, last: int) -> int:
        """How many there are in windows."""
        return sum(self.stood_for[first * FINEST : last * FINEST])

    def between(self, first: int, last: int) -> list[float]:
        """The durations kept of neighbouring places, sorted."""
        return sorted(ms for at in range(first, last) for ms in self.samples.get(at, ()))
