"""Whether people are as right as they are sure."""

from __future__ import annotations

from collections.abc import Sequence

from lsp_server.memory.deciding.rates import WORTH, brier, wilson, worth
from lsp_server.memory.deciding.results import Calibrated, Calibration

_RANGES = 10  # tenths


def calibration(judged: Sequence[tuple[float, str]]) -> Calibration:
    """Of (confidence, result) of each decision that has both."""
    if not judged:
        return Calibration(0, None, None, None, ())
    rate = worth([result for _, result in judged]) / len(judged)
    ranges: dict[int, list[tuple[float, str]]] = {}
    for confidence, result in judged:
        # 0.7 is a little less than seven tenths, as numbers are kept: it belongs to 0.7..0.8 all the same.
        ranges.setdefault(min(_RANGES - 1, int(confidence * _RANGES + 1e-9)), []).append((confidence, result))
    return Calibration(
        len(judged),
        brier(judged),
        sum((rate - WORTH[result]) ** 2 for _, result in judged) / len(judged),
        rate,
        [_range(number, ranges[number]) for number in sorted(ranges)],
    )


def _range(number: int, judged: Sequence[tuple[float, str]]) -> Calibrated:
    n = len(judged)
    successes = worth([result for _, result in judged])
    said = sum(confidence for confidence, _ in judged) / n
    low, high = number / _RANGES, (number + 1) / _RANGES
    return Calibrated(low, high, n, said, successes / n, wilson(successes, n))
