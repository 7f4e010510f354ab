"""Durations like a program's, made by chance: skewed, alike in neighbours, in bursts, by the time of day."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from random import Random
from typing import NamedTuple

from lsp_server.memory.performance.cells import DAY, Cells, Layout, layout

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
HOUR = 3600.0


class Program(NamedTuple):
    """What an endpoint is like. Shares are of a logarithm: 0.3 is some 30 %.

    ``spread``: of single durations; ``alike``: the correlation of neighbouring requests; ``drift``: what
    comes and goes within ``hours``; ``day``: by the time of the day; ``days``: from day to day; ``bursts``:
    requests come fifty at a time; ``tick``: of a coarse clock, in ms; ``slow``: the share of requests that
    are ten times as slow; ``weekend``: on two days of seven.
    """

    an_hour: float = 15
    ms: float = 100.0
    spread: float = 0.6
    alike: float = 0.5
    drift: float = 0.05
    hours: float = 3.0
    day: float = 0.0
    days: float = 0.0
    bursts: bool = False
    tick: float = 0.0
    slow: float = 0.0
    weekend: float = 0.0


class Change(NamedTuple):
    """What happens in the last ``hours``: all takes longer by ``by``, of a logarithm, or another share of
    requests is slow."""

    hours: float = 24.0
    by: float = 0.0
    slow: float | None = None


def series(
    seed: int, program: Program, change: Change | None = None, *, days: float = 8
) -> list[tuple[float, float]]:
    """Moments in seconds from the start, and ms."""
    chance = Random(seed)
    changed = days * DAY - (change.hours * HOUR if change else 0)
    fresh, keep = math.sqrt(1 - program.alike**2), math.exp(-0.25 / program.hours)
    each_day = [chance.gauss(0, 1) * program.days for _ in range(math.ceil(days) + 1)]
    noise, drift, quarter = chance.gauss(0, 1), chance.gauss(0, 1), 0
    found = []
    for moment in _moments(chance, program, days * DAY):
        noise = program.alike * noise + fresh * chance.gauss(0, 1)
        while quarter < moment // 900:
            quarter += 1
            drift = keep * drift + math.sqrt(1 - keep**2) * chance.gauss(0, 1)
        number = int(moment // DAY)
        level = program.spread * noise + program.drift * drift + each_day[number]
        level += program.day * math.sin(2 * math.pi * moment / DAY)
        level += program.weekend * (number % 7 > 4)
        new = change is not None and moment >= changed
        share = change.slow if new and change.slow is not None else program.slow
        level += math.log(10) * (chance.random() < share) if share else 0
        level += change.by if new else 0
        ms = program.ms * math.exp(level)
        found.append((moment, round(ms / program.tick) * program.tick if program.tick else ms))
    return found


def _moments(chance: Random, program: Program, end: float) -> list[float]:
    found, moment = [], 0.0
    size = 50 if program.bursts else 1
    while (moment := moment + chance.expovariate(program.an_hour / size / HOUR)) < end:
        found += [min(end - 1e-3, moment + chance.expovariate(1 / 20)) for _ in range(size - 1)] + [moment]
    return sorted(found)


def placed(
    durations: list[tuple[float, float]], end: float, hours: float = 24, baseline: float = 168
) -> tuple[Cells, Layout]:
    """Durations as ``trends`` looks at them at a moment."""
    places = layout(end, hours * HOUR, baseline * HOUR)
    cells = Cells(places.windows)
    for moment, ms in durations:
        if moment < end and (at := places.place(moment)) >= 0:
            cells.add(at, ms)
    return cells, places


def dated(durations: list[tuple[float, float]]) -> list[tuple[datetime, float]]:
    """With dates, as ``compared`` takes them."""
    return [(START + timedelta(seconds=moment), ms) for moment, ms in durations]
