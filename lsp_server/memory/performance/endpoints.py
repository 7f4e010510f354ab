"""How endpoints do: percentiles, and how often they fail."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from lsp_server.memory.deciding.rates import wilson
from lsp_server.memory.performance.reading import Tally
from lsp_server.memory.performance.results import EndpointStats


def statistics(found: Mapping[tuple[str, str], Tally]) -> list[EndpointStats]:
    """Each endpoint; those on which most time was spent first."""
    all_of_them = [_statistics(endpoint, kind, tally) for (endpoint, kind), tally in found.items()]
    return sorted(all_of_them, key=lambda one: (-one.total, one.endpoint, one.kind))


def _statistics(endpoint: str, kind: str, tally: Tally) -> EndpointStats:
    pairs = sorted(zip(tally.ms, tally.counts, strict=True))
    ends = list(accumulate(count for _, count in pairs))
    n = ends[-1]
    p50, p95, p99 = (percentile(pairs, ends, share) for share in (0.5, 0.95, 0.99))
    low, high = wilson(tally.failures, n)
    return EndpointStats(
        endpoint, kind, n, p50, p95, p99, tally.total, tally.failures, tally.failures / n, (low, high)
    )


def percentile(pairs: list[tuple[float, int]], ends: list[int], share: float) -> float:
    """Between the two nearest, as most programs have it; each value is there as often as its count says."""
    from bisect import bisect_right

    at = share * (ends[-1] - 1)
    below = int(at)
    low = pairs[bisect_right(ends, below)][0]
    if below == at:
        return low
    high = pairs[bisect_right(ends, below + 1)][0]
    return low + (high - low) * (at - below)
