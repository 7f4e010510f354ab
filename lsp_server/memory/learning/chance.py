"""Whether figures differ by more than chance, with what Python has: counts by day, shares of two groups."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan, cos, exp, lgamma, pi, sin, sqrt
from statistics import fmean, variance

_POISSON = 0.25  # the variance of a Poisson count's root, whatever its mean


def another_rate(before: Sequence[int], now: int) -> float:
    """p of a day's count being one like those of the days before: two-sided.

    Counts are compared by their roots, which makes their spread alike whatever their mean. The days' own
    spread is what counts, as events come in bursts and on some weekdays more than on others; but it is never
    taken for less than that of events which come by chance alone.
    """
    roots = [sqrt(count + 0.375) for count in before]
    spread = max(variance(roots), _POISSON)
    value = (sqrt(now + 0.375) - fmean(roots)) / sqrt(spread * (1 + 1 / len(roots)))
    return student(abs(value), len(roots) - 1)


def student(t: float, free: int) -> float:
    """p of a value of Student's t at least so far from 0 on either side; ``free`` degrees of freedom."""
    angle = atan(t / sqrt(free))
    term = total = 0.0
    if free % 2:
        if free > 1:
            term = total = cos(angle)
            for number in range(3, free - 1, 2):
                term *= cos(angle) ** 2 * (number - 1) / number
                total += term
        return max(0.0, 1 - 2 / pi * (angle + sin(angle) * total))
    term = total = 1.0
    for number in range(2, free - 1, 2):
        term *= cos(angle) ** 2 * (number - 1) / number
        total += term
    return max(0.0, 1 - sin(angle) * total)


def larger_share(successes: int, n: int, other_successes: int, other_n: int) -> float:
    """p of a share at least so large if it were the other group's: Fisher's exact test, one-sided."""
    whole, good = n + other_n, successes + other_successes
    total = 0.0
    for hits in range(successes, min(n, good) + 1):
        if good - hits > other_n:
            continue
        total += exp(_choose(n, hits) + _choose(other_n, good - hits) - _choose(whole, good))
    return min(1.0, total)


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
