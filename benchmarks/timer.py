"""What measuring costs: a timer beside recording the same event, a busy program, and trends over many.

    python benchmarks/timer.py [--million] [ROUNDS]

The floor is ``EventMemory.create_memory`` of the event that a duration becomes. Processor time of all
threads, in turns, medians, one run. Then a program measures 10,000 requests a second for three seconds, and
trends are asked for over 100,000 durations (``--million``: a million) of 20 endpoints.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from lsp_server import EventMemory, Journal, PerformanceMemory
from lsp_server.memory.events.model import TypedMemory, made

LIMIT = 1.0  # of the floor: a timer costs its caller no more than recording the event would
MANY = 2_000
A_SECOND = 10_000
SECONDS = 3
BLOCKED = 5.0  # ms: the longest that 99 of 100 requests may be held up, 0.1 % of a busy second
ENDPOINTS = 20


def main(rounds: int, many: int) -> None:
    """The cost of one, of ten thousand a second, and of the question."""
    with tempfile.TemporaryDirectory(prefix="git-memory-bench-") as folder:
        one_timer(Path(folder) / "one", rounds)
        busy(Path(folder) / "busy")
        question(Path(folder) / "many", many)


def processor() -> float:
    """Seconds that all threads of this process have worked."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def one_timer(folder: Path, rounds: int) -> None:
    """Timers, by what they cost with everything that is written of them."""
    with (
        EventMemory(f"dir:{folder}") as events,
        PerformanceMemory(events, kept_per_minute=None) as every,
        PerformanceMemory(events) as some,
    ):

        def timers(memory: PerformanceMemory) -> None:
            for _ in range(MANY):
                with memory.timer("GET /users/{id}", kind="request"):
                    pass
            memory.flush()

        def floor() -> None:
            for number in range(MANY):
                events.create_memory(
                    "GET /users/{id}",
                    memory_type="metric",
                    metadata={"ms": number / 7, "endpoint": "GET /users/{id}", "kind": "request"},
                )

        costs = {"every": [], "some": [], "floor": []}
        for _ in range(rounds):
            costs["floor"].append(cost(floor))
            costs["every"].append(cost(lambda: timers(every)))
            costs["some"].append(cost(lambda: timers(some)))
    base, each, few = (statistics.median(costs[name]) for name in ("floor", "every", "some"))
    print(f"recording an event          {base:6.1f} µs")
    print(f"a timer, all kept           {each:6.1f} µs  {each / base:.2f} ×")
    print(f"a timer in a busy program   {few:6.1f} µs  {few / base:.2f} ×  limit {LIMIT} ×")
    if few > LIMIT * base:
        sys.exit("a timer in a busy program costs more than recording an event")


def cost(work: Callable[[], None]) -> float:
    """Microseconds of processor time for one."""
    before = processor()
    work()
    return (processor() - before) / MANY * 1e6


def busy(folder: Path) -> None:
    """Ten thousand requests a second: how long one is held up, and what it takes of a processor."""
    with PerformanceMemory(f"dir:{folder}") as memory:
        held: list[float] = []
        before, began = processor(), time.perf_counter()
        for number in range(A_SECOND * SECONDS):
            while (now := time.perf_counter()) < began + number / A_SECOND:
                time.sleep(0.0005)
            with memory.timer("GET /users/{id}", kind="request"):
                pass
            held.append(time.perf_counter() - now)
        used = processor() - before
        memory.flush()
        kept = memory.events.counts().get("metric", 0)
        (stats,) = memory.endpoints()
    held.sort()
    p50, p99 = held[len(held) // 2] * 1e6, held[int(0.99 * len(held))] * 1e6
    print(
        f"10,000 requests a second for {SECONDS} s: one is held up {p50:.1f} µs (p50), {p99:.0f} µs (p99); "
        f"{used / SECONDS:.0%} of a processor, waiting included; {kept:,} kept, that stand for {stats.n:,}"
    )
    if p99 > BLOCKED * 1000 or stats.n != A_SECOND * SECONDS:
        sys.exit("a busy program is held up, or not all were counted")


def question(folder: Path, many: int) -> None:
    """Trends over many durations, the index up to date."""
    end = datetime.now(timezone.utc)
    step = timedelta(days=8) / many
    chance = random.Random(1)
    journal = Journal(folder, budget=1 << 31)
    with EventMemory(journal=journal) as events, PerformanceMemory(events) as memory:
        page: list[TypedMemory] = []
        for number in range(many):
            endpoint = f"GET /{number % ENDPOINTS}"
            ms = round(100 * chance.lognormvariate(0, 0.5) * (1.5 if number > many * 7 / 8 else 1.0), 4)
            page.append(
                made(
                    endpoint,
                    memory_type="metric",
                    metadata={"ms": ms, "endpoint": endpoint, "kind": "request", "outcome": "success"},
                    created=end - timedelta(days=8) + number * step,
                )
            )
            if len(page) == 1000:
                events.keep(page)
                page.clear()
        before = processor()
        events.counts()
        indexed = processor() - before
        memory.trends(now=end)  # what it needs is imported
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        before = processor()
        found = memory.trends(now=end)
        used = processor() - before
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
        before = processor()
        memory.endpoints(24 * 8, now=end)
        stats = processor() - before
    print(
        f"trends over {many:,} durations: {used:.1f} s of processor time, {len(found)} of {ENDPOINTS} found, "
        f"{grown:.0f} MiB more; endpoints {stats:.1f} s; the index takes them in in {indexed:.0f} s, once"
    )
    if len(found) != ENDPOINTS:
        sys.exit("not all trends were found")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--million"]
    main(int(words[0]) if words else 7, 1_000_000 if "--million" in sys.argv else 100_000)
