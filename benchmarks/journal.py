"""The journal of events beside ``os.write`` of the same events, and 10,000 events a second.

    python benchmarks/journal.py [--minute] [ROUNDS]

The floor makes a line of an event with ``json.dumps`` and writes it to an open file with ``os.write``: no
rotation, no budget, no date, nothing refused. One by one, and 100 in one write; both by the clock and by
processor time, in turns, medians, one run. Then one process keeps 10,000 events a second for five seconds
(``--minute``: for a minute) under the default budget, and all of them are read back.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsp_server.store.journal.journal import Journal

LIMIT = 1.5
EVENTS = 1_000  # in one measurement
GROUP = 100
A_SECOND = 10_000
FLAT = 2.0  # MiB that the process may grow by while it writes


def main(rounds: int, seconds: int) -> None:
    """The cost of one, and the rate."""
    with tempfile.TemporaryDirectory(prefix="git-memory-bench-") as folder:
        events = [event(number) for number in range(EVENTS)]
        groups = [events[start : start + GROUP] for start in range(0, EVENTS, GROUP)]
        with Journal(Path(folder) / "ours") as journal, (Path(folder) / "plain").open("ab", 0) as file:
            descriptor = file.fileno()

            def write(some: list[dict[str, Any]]) -> None:
                os.write(descriptor, "".join([json.dumps(each) + "\n" for each in some]).encode())

            compare(
                "one event",
                lambda: [journal.append(each) for each in events],
                lambda: [os.write(descriptor, (json.dumps(each) + "\n").encode()) for each in events],
                rounds,
            )
            compare(
                f"one event of {GROUP} in one write",
                lambda: [journal.append_many(each) for each in groups],
                lambda: [write(each) for each in groups],
                rounds,
            )
        keep_up(Path(folder) / "steady", seconds)


def event(number: int) -> dict[str, Any]:
    """One as programs record them, some 250 bytes of JSON."""
    return {
        "id": f"{number:032x}",
        "type": "api_call",
        "at": "2026-11-21T10:00:00.123456+00:00",
        "owner": f"user_{number % 500}",
        "title": f"GET /users/{number}",
        "content": "answered in time",
        "tags": ["api", "users"],
        "metadata": {"ms": number % 90 + 0.25, "status": 200, "cached": False},
    }


def compare(what: str, ours: Callable[[], object], floor: Callable[[], object], rounds: int) -> None:
    """Microseconds of one event, by the clock and by the processor."""
    ours(), floor()
    pairs = [(timed(ours), timed(floor)) for _ in range(rounds)]
    for index, name in enumerate(("by the clock", "by the processor")):
        one, other = (statistics.median(pair[who][index] for pair in pairs) / EVENTS for who in (0, 1))
        ratio = one / other
        print(
            f"{what + ', ' + name:<52} {one * 1e6:6.2f} µs / {other * 1e6:6.2f} µs = {ratio:4.2f}  "
            f"(at most {LIMIT:.2f})  {'ok' if ratio <= LIMIT else 'TOO SLOW'}",
            flush=True,
        )


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    clock, used = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - clock, time.process_time() - used


def keep_up(place: Path, seconds: int) -> None:
    """So many events a second, one by one, on time; memory before and after; all of them read back."""
    used = time.process_time()
    with Journal(place) as journal:
        for number in range(A_SECOND // 10):
            journal.append(event(number))
        before, number, start, latest = resident(), A_SECOND // 10, time.perf_counter(), 0.0
        for tick in range(1, seconds * 100 + 1):
            for _ in range(A_SECOND // 100):
                journal.append(event(number))
                number += 1
            ahead = start + tick / 100 - time.perf_counter()
            latest = max(latest, -ahead)
            time.sleep(max(0.0, ahead))
        took = time.perf_counter() - start
        after, used = resident(), time.process_time() - used
        flushed = time.perf_counter()
        journal.flush()
        flushed = time.perf_counter() - flushed
        found = sum(kept.event["id"] == f"{index:032x}" for index, kept in enumerate(journal.read()))
        size = sum(segment.size for segment in journal.segments())
    written = number - A_SECOND // 10
    print(
        f"{written:,} in {took:.2f} s: {written / took:,.0f} a second, {used / took:.0%} of a processor, "
        f"at most {latest * 1000:.0f} ms late, {size / 2**20:.0f} MiB, flush {flushed * 1000:.0f} ms"
    )
    verdict = "ok" if after - before <= FLAT else "GROWS"
    print(f"resident {before:.1f} MiB at the beginning, {after:.1f} MiB at the end  {verdict}")
    print(f"{found:,} of {number:,} read back  {'ok' if found == number else 'LOST'}")
    if took > seconds * 1.05:
        print("TOO SLOW")


def resident() -> float:
    """MiB of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    rest = [word for word in sys.argv[1:] if word != "--minute"]
    main(int(rest[0]) if rest else 41, 60 if "--minute" in sys.argv else 5)
