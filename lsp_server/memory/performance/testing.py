"""Whether durations have changed: a test that neighbouring requests, bursts and the time of the day do not
deceive. Why it is so, and what it does on data like a program's, is written in ADR-0036.

The only module that knows SciPy.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import fmean, median, stdev
from typing import NamedTuple

from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory.performance.cells import DAY, FINEST, Cells, Layout, layout
from lsp_server.memory.performance.results import Comparison
from lsp_server.memory.performance.table import Table, batches, middle, table, without_trouble
from lsp_server.store.keyvalue.clocks import utc
from lsp_server.store.moments import microseconds

LEAST_SHIFT = math.log(1.15)
"""The least change that counts, of a logarithm: 15 % slower, 13 % faster."""

LEVEL = 0.001
"""Of the endpoints told to have changed, the share that has not, at most and on average. So small because
trends are asked for again and again."""

WINDOW_LEVEL = 0.01
"""How rarely whole windows that do not differ may look so, one endpoint at a time."""

NEW = ((1, 0), (1, 1), (2, 1), (3, 1))
"""Windows that are taken for what is new, and windows behind them that are left out, because what is new may
have begun there."""

FEWEST = 3
"""Windows before, at least."""

_LEAST = 20  # durations, before and after
_SURE = 0.5  # the share of the least change that every part of what is new must show
_ALIKE = 0.5  # the least of three quarters' changes, of the largest
_WEEK = 7  # days
_INSTANT = 1e-3  # seconds: a window has its end, not its beginning
_SIZES = (1, 2, 3, 4)  # of batches, in cells of the finest table
_PART = 6  # the largest batch is at most so small a part of a window
_NOTHING = 1e-6  # the least error: times of a clock that are all alike
_REPEATED = 5  # times that each value is there, on average, where the clock is coarse
_STEPS = 3  # of a clock that show its step
_TICKS = 1.5  # of a coarse clock: a change of less cannot be told


class Judged(NamedTuple):
    """What the tests found of one endpoint. ``shift`` and its interval are logarithms, ``typical`` is that
    of the median before; ``fine`` is p by batches within windows, ``whole`` by whole windows; ``lasts`` is
    whether it shows in every part of what is new; ``tick`` is a coarse clock's step in ms."""

    shift: float
    low: float
    high: float
    fine: float
    whole: float
    typical: float
    lasts: bool
    tick: float
    counts: tuple[int, int]
    since: float

    @property
    def counts_as_change(self) -> bool:
        """Whether it is a change that counts, chance aside."""
        before = math.exp(self.typical)
        moved = abs(before * math.expm1(self.shift))
        return abs(self.shift) >= LEAST_SHIFT and moved >= _TICKS * self.tick and self.lasts


def need_scipy() -> None:
    """Raises ``RefusedError`` where SciPy is missing."""
    try:
        import scipy.special  # noqa: F401 (only whether it is there)
    except ModuleNotFoundError:
        raise RefusedError(
            'to tell trends from chance SciPy is missing: pip install "git-memory-lsp[learning]"'
        ) from None


def judged(cells: Cells, layout: Layout, recent: int = 1, left_out: int = 0) -> Judged | str:
    """The newest ``recent`` windows against those before, but for the ``left_out`` in between; or why that
    cannot be told."""
    n_after, n_before = cells.count(0, recent), cells.count(recent + left_out, layout.windows)
    if min(n_after, n_before) < _LEAST:
        return f"{_LEAST} durations are needed before and after; there are {n_before} and {n_after}"
    if layout.windows - recent - left_out < FEWEST:
        return f"{FEWEST} stretches of time before are needed, each as long as what is new"
    found = table(cells, layout, recent, left_out)
    if found is None:
        return "the durations are too few, or were measured at other times of the day"
    whole = [[middle(value for value in row if value is not None) for row in rows] for rows in found[:2]]
    p_whole, low, high = _difference(whole[1], whole[0])
    p_fine = max(_fine(found), default=p_whole)
    shift = fmean(whole[0]) - fmean(whole[1])
    return Judged(
        shift=shift,
        low=low,
        high=high,
        fine=p_fine,
        whole=p_whole,
        typical=found.typical[1],
        lasts=_is_everywhere(found, shift) and _is_alike(found),
        tick=_tick(cells),
        counts=(n_before, n_after),
        since=_since(found, layout),
    )


def _fine(found: Table) -> Iterator[float]:
    """p of each length of batches that is shorter than a window: the largest is to be believed, because
    batches shorter than what hangs together look more certain than they are."""
    rows = without_trouble(found)
    for size in _SIZES:
        if size > 1 and size * found.step * _PART > FINEST:
            return
        before, after = batches(rows.before, size), batches(rows.after, size)
        if len(before) >= 2 * len(found.before) and len(after) >= 2 * len(found.after):
            yield _difference(before, after)[0]


def _difference(before: Sequence[float], after: Sequence[float]) -> tuple[float, float, float]:
    """p of no difference in means, two-sided, and the interval of 95 % of the difference.

    The spread before is taken for that after, too, where it is larger, or the only one that is known.
    """
    from scipy.special import stdtr, stdtrit

    spread, free = stdev(before), len(before) - 1
    other = max(spread, stdev(after)) if len(after) > 2 else spread
    error = max(_NOTHING, math.sqrt(spread**2 / len(before) + other**2 / len(after)))
    shift = fmean(after) - fmean(before)
    reach = float(stdtrit(free, 0.975)) * error
    return 2 * float(stdtr(free, -abs(shift) / error)), shift - reach, shift + reach


def _is_everywhere(found: Table, shift: float) -> bool:
    """Whether each quarter of the durations has moved, and in each half of each new window."""
    parts = list(found.quarters)
    for row in found.after:
        half = (len(row) + 1) // 2
        halves = ([value for value in part if value is not None] for part in (row[:half], row[half:]))
        parts.extend(median(there) for there in halves if there)
    return all(math.copysign(part, part * shift) >= _SURE * LEAST_SHIFT for part in parts)


def _is_alike(found: Table) -> bool:
    """Whether all durations have moved alike, by a factor, by so many ms, or by some of each. Where a
    quarter of them moved and another did not, there are other requests than before, not slower ones."""
    added = [
        math.exp(usual) * math.expm1(by) for usual, by in zip(found.typical, found.quarters, strict=True)
    ]
    return any(min(map(abs, by)) >= _ALIKE * max(map(abs, by)) for by in (found.quarters, added))


def _tick(cells: Cells) -> float:
    """The step of a coarse clock, in ms; 0 where the durations do not look like one's."""
    values = [ms for sample in cells.samples.values() for ms in sample]
    distinct = sorted(set(values))
    if len(distinct) < _STEPS:
        return 1.0 if all(ms.is_integer() for ms in distinct) else 0.0
    if len(distinct) * _REPEATED > len(values):
        return 0.0
    return median(after - before for before, after in itertools.pairwise(distinct))


def _since(found: Table, layout: Layout) -> float:
    """Where the line is best cut in two, in the new windows and those right behind; in seconds since 1970."""
    series = [
        (layout.moment(window * FINEST + column * found.step + found.step - 1), value)
        for window, row in enumerate(found.after + found.between)
        for column, value in zip(found.places, row, strict=True)
        if value is not None
    ]
    rest = [value for row in found.before for value in row if value is not None]
    best, since, new = -1.0, layout.begin, 0.0
    for count, (moment, value) in enumerate(series, 1):
        new += value
        old = rest + [one for _, one in series[count:]]
        gain = (new / count - fmean(old)) ** 2 * count * len(old) / (count + len(old))
        if gain > best:
            best, since = gain, moment
    return since


def adjusted(values: Sequence[float]) -> list[float]:
    """p of many tests, so that a bound on them bounds the share of wrong ones among those below it, also
    where endpoints are slow together (Benjamini and Hochberg)."""
    count, least = len(values), 1.0
    found = list(values)
    for rank, at in enumerate(sorted(range(count), key=values.__getitem__, reverse=True)):
        least = found[at] = min(least, values[at] * count / (count - rank))
    return found


def compared(before: Sequence[tuple[datetime, float]], after: Sequence[tuple[datetime, float]]) -> Comparison:
    """Whether durations (moments with milliseconds) differ before and after something: a release, a remedy.

    All of ``after`` is later than all of ``before``; at most seven days of each are looked at. With three
    days or more before, the same times of the day are compared. With less, only the time just before, in
    stretches as long as ``after``, of which three are needed.

    Needs SciPy. Raises ``RefusedError`` without it, ``UsageError`` where the two overlap.
    """
    need_scipy()
    counts = len(before), len(after)
    if not before or not after:
        return _untold(f"nothing was measured {'before' if after else 'after'}", counts)
    old, new = (sorted((_seconds(moment), ms) for moment, ms in given) for given in (before, after))
    begin, split, end = old[0][0], new[0][0] - _INSTANT, new[-1][0]
    if old[-1][0] > new[0][0]:
        raise UsageError("what was measured after must be later than all that was measured before")
    recent, length = 1, end - split
    if length > DAY and split - begin >= FEWEST * DAY:
        recent, length = min(_WEEK, int(length // DAY)), DAY
        end = split + recent * DAY
    place = layout(end, length, min(split - begin, _WEEK * DAY), recent)
    cells = Cells(place.windows)
    for moment, ms in itertools.chain(old, new):
        if (at := place.place(moment)) >= 0:
            cells.add(at, ms)
    found = judged(cells, place, recent)
    if isinstance(found, str):
        return _untold(found, counts)
    shift, usual = math.expm1(found.shift), math.exp(found.typical)
    changed = found.counts_as_change and found.fine <= LEVEL and found.whole <= WINDOW_LEVEL
    return Comparison(
        enough=True,
        direction=("slower" if shift > 0 else "faster") if changed else "",
        before=usual,
        after=usual * (1 + shift),
        shift=shift,
        low=math.expm1(found.low),
        high=math.expm1(found.high),
        p=max(found.fine, found.whole),
        n_before=found.counts[0],
        n_after=found.counts[1],
        why="",
    )


def _seconds(moment: datetime) -> float:
    return microseconds(utc(moment)) / 1e6


def _untold(why: str, counts: tuple[int, int]) -> Comparison:
    return Comparison(False, "", 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, *counts, why)
