"""Which endpoints have changed: each tested, then all judged together."""

from __future__ import annotations

import math
from collections.abc import Mapping

from lsp_server.memory.performance.cells import Cells, Layout, layout
from lsp_server.memory.performance.results import Trend
from lsp_server.memory.performance.testing import (
    LEVEL,
    NEW,
    WINDOW_LEVEL,
    Judged,
    adjusted,
    judged,
    need_scipy,
)
from lsp_server.store.moments import moment_at

_HOUR = 3600.0


def trend_layout(end: float, hours: float, baseline_hours: float) -> Layout:
    """The windows to look at; ``end`` in seconds since 1970."""
    return layout(end, hours * _HOUR, baseline_hours * _HOUR)


def found_trends(found: Mapping[tuple[str, str], Cells], layout: Layout) -> list[Trend]:
    """The endpoints that have changed, the surest first."""
    need_scipy()
    tested = []
    for (endpoint, kind), cells in sorted(found.items()):
        answers = [judged(cells, layout, recent, left_out) for recent, left_out in NEW]
        if told := [answer for answer in answers if isinstance(answer, Judged)]:
            sure = [one for one in told if one.counts_as_change and one.whole <= WINDOW_LEVEL]
            best = min(sure, key=lambda one: one.fine, default=None)
            p = 1.0 if best is None else min(1.0, best.fine * len(told))
            tested.append((endpoint, kind, best, p))
    level = adjusted([p for *_, p in tested])
    trends = [
        _trend(endpoint, kind, best, p)
        for (endpoint, kind, best, _), p in zip(tested, level, strict=True)
        if best is not None and p <= LEVEL
    ]
    return sorted(trends, key=lambda one: (one.p, -abs(one.shift)))


def _trend(endpoint: str, kind: str, found: Judged, p: float) -> Trend:
    before = math.exp(found.typical)
    shift = math.expm1(found.shift)
    return Trend(
        endpoint=endpoint,
        kind=kind,
        direction="slower" if shift > 0 else "faster",
        before=before,
        after=before * (1 + shift),
        shift_ms=before * shift,
        shift=shift,
        low=math.expm1(found.low),
        high=math.expm1(found.high),
        p=p,
        n_before=found.counts[0],
        n_after=found.counts[1],
        since=moment_at(round(found.since * 1e6)),
    )
