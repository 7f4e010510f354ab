"""Cells of durations as a table: windows against times of the day, each value less what is usual then."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import NamedTuple

from lsp_server.memory.performance.cells import DAY, FINEST, Cells, Layout

Quarters = tuple[float, float, float]
Row = list["float | None"]

_STEPS = (1, 2, 3, 4, 6, 8, 12, 24)  # cells that are taken together where there is little
_FULL = 5  # durations that make a cell
_LEFT = 0.8  # the share of all durations that must be in full cells
_FAR = 5.0  # median distances from the middle: some three standard deviations
_TINY = 1e-3  # ms; what is shorter counts as that


class Table(NamedTuple):
    """Windows, the newest first, each with the same times of the day, the latest first. A value is the
    logarithm of the typical duration less what is usual at that time; None: too few durations.

    ``between`` are the windows behind the new ones, as many as were left out, and one at least.
    ``quarters`` are by how much each quarter of the durations has moved, ``typical`` is the logarithm of each
    before. ``places`` are the cells' numbers in the layout, for each row.
    """

    after: list[Row]
    before: list[Row]
    between: list[Row]
    quarters: Quarters
    typical: Quarters
    places: list[int]
    step: int


def table(cells: Cells, layout: Layout, recent: int, left_out: int = 0) -> Table | None:
    """The newest ``recent`` windows and those before, but for the ``left_out`` in between; None where there
    is too little to compare."""
    for step in _STEPS:
        found = _quarters(cells, layout.windows, step)
        if found is not None and (made := _compared(found, recent, left_out, step, layout.period % DAY == 0)):
            return made
    return None


def batches(rows: Sequence[Row], size: int) -> list[float]:
    """Neighbouring values taken together, by ``size``: their medians, where half of them are there."""
    found = []
    for row in rows:
        for at in range(0, len(row), size):
            there = [value for value in row[at : at + size] if value is not None]
            if 2 * len(there) >= min(size, len(row) - at):
                found.append(median(there))
    return found


def middle(values: Iterable[float]) -> float:
    """The mean without the smallest and the largest fifth: hours of trouble move it little."""
    ordered = sorted(values)
    cut = len(ordered) // 5
    return fmean(ordered[cut : len(ordered) - cut])


def without_trouble(found: Table) -> Table:
    """The same, but that no value is further from its window's middle than chance would have it: an hour of
    trouble must not make everything look uncertain."""
    middles = [[median(value for value in row if value is not None) for row in rows] for rows in found[:2]]
    off = [
        abs(value - middle)
        for row, middle in zip(found.before, middles[1], strict=True)
        for value in row
        if value is not None
    ]
    reach = _FAR * median(off)
    after, before = (
        [
            [None if value is None else middle + max(-reach, min(reach, value - middle)) for value in row]
            for row, middle in zip(rows, own, strict=True)
        ]
        for rows, own in zip((found.after, found.before), middles, strict=True)
    )
    return found._replace(after=after, before=before)


def _quarters(cells: Cells, windows: int, step: int) -> list[list[Quarters | None]] | None:
    """Each window's cells; None where most durations are in cells that are not full."""
    rows: list[list[Quarters | None]] = []
    kept = left = 0
    for window in range(windows):
        row: list[Quarters | None] = []
        for at in range(window * FINEST, (window + 1) * FINEST, step):
            values = cells.between(at, at + step)
            kept += len(values)
            full = len(values) >= _FULL
            left += len(values) if full else 0
            row.append(_logarithms(values) if full else None)
        rows.append(row)
    return rows if kept and left >= _LEFT * kept else None


def _logarithms(values: list[float]) -> Quarters:
    low, middle, high = (math.log(max(_TINY, quantile(values, share))) for share in (0.25, 0.5, 0.75))
    return low, middle, high


def quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest, as most programs have it."""
    at = share * (len(ordered) - 1)
    below = int(at)
    part = at - below
    return ordered[below] if not part else ordered[below] * (1 - part) + ordered[below + 1] * part


def _compared(
    rows: list[list[Quarters | None]], recent: int, left_out: int, step: int, seasons: bool
) -> Table | None:
    after, before = rows[:recent], rows[recent + left_out :]
    between = rows[recent : recent + max(1, left_out)]
    columns = [
        at
        for at in range(len(rows[0]))
        if 2 * sum(row[at] is not None for row in before) >= len(before)
        and sum(row[at] is not None for row in before) >= 3
        and any(row[at] is not None for row in after)
    ]
    if not columns:
        return None

    def is_there(row: list[Quarters | None]) -> bool:
        return 2 * sum(row[at] is not None for at in columns) >= len(columns)

    before = [row for row in before if is_there(row)]
    if not all(map(is_there, after)) or len(before) < 3:
        return None
    moved = []
    for quarter in range(3):
        usual = _usual(before, columns, quarter, seasons)
        moved.append(
            (
                _less(after, columns, quarter, usual),
                _left_out(before, columns, quarter, usual, seasons),
                _less(between, columns, quarter, usual),
            )
        )
    shifts = [median(value for row in new for value in row if value is not None) for new, *_ in moved]
    former = [cell for row in before for at in columns if (cell := row[at]) is not None]
    low, half, high = (median(cell[quarter] for cell in former) for quarter in range(3))
    new, old, in_between = (
        [_mean(parts) for parts in zip(*quarters, strict=True)] for quarters in zip(*moved, strict=True)
    )
    return Table(new, old, in_between, (shifts[0], shifts[1], shifts[2]), (low, half, high), columns, step)


def _usual(
    rows: list[list[Quarters | None]], columns: list[int], quarter: int, seasons: bool, but: int = -1
) -> list[float]:
    """What is usual at each time of the day, or, where that is not known, at any time."""
    there = [
        [cell[quarter] for n, row in enumerate(rows) if n != but and (cell := row[at])] for at in columns
    ]
    if seasons:
        return [median(values) if values else 0.0 for values in there]
    return [median(value for values in there for value in values)] * len(columns)


def _less(
    rows: list[list[Quarters | None]], columns: list[int], quarter: int, usual: list[float]
) -> list[Row]:
    return [
        [cell[quarter] - less if (cell := row[at]) else None for at, less in zip(columns, usual, strict=True)]
        for row in rows
    ]


def _left_out(
    rows: list[list[Quarters | None]], columns: list[int], quarter: int, usual: list[float], seasons: bool
) -> list[Row]:
    """Each window less what is usual in the others, as the new ones are: so they can be compared."""
    if not seasons:
        return _less(rows, columns, quarter, usual)
    return [
        _less([row], columns, quarter, _usual(rows, columns, quarter, seasons, but=number))[0]
        for number, row in enumerate(rows)
    ]


def _mean(parts: Sequence[Row]) -> Row:
    return [
        None if low is None else fmean((low, middle or 0.0, high or 0.0))
        for low, middle, high in zip(*parts, strict=True)
    ]
