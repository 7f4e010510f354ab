"""How often something turned out well, and how sure that is.

A success counts one, a failure nothing, and a mixed outcome one half. The interval is Wilson's: it stays
within 0 and 1, and is honest about three decisions as about three hundred. Halves do not make it too narrow:
values between 0 and 1 spread at most as far as zeros and ones with the same mean.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lsp_server.records.outcomes import FAILURE, MIXED, SUCCESS

WORTH = {SUCCESS: 1.0, MIXED: 0.5, FAILURE: 0.0}
LEVEL = 0.95
_Z = 1.959963984540054  # NormalDist().inv_cdf(0.975): importing that takes as long as asking the index


def wilson(successes: float, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's confidence interval for a share of ``successes`` in ``n`` (at least 1), without continuity
    correction."""
    if n < 1 or not 0 <= successes <= n or not 0 < level < 1:
        raise ValueError(f"there is no interval of {level} for {successes} in {n}")
    z = _Z if level == LEVEL else _normal(level)
    share, square = successes / n, z * z
    middle = share + square / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    whole = 1 + square / n
    low = 0.0 if successes == 0 else (middle - spread) / whole
    high = 1.0 if successes == n else (middle + spread) / whole
    return max(0.0, low), min(1.0, high)


def _normal(level: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf((1 + level) / 2)


def worth(results: Sequence[str]) -> float:
    """What outcomes come to: a success is one, a mixed one a half."""
    return sum(WORTH[result] for result in results)


def brier(said: Sequence[tuple[float, str]]) -> float:
    """The mean squared distance between each confidence and what came of it: 0 is perfect, 0.25 is what
    "50 %" about everything gets."""
    return sum((confidence - WORTH[result]) ** 2 for confidence, result in said) / len(said)
