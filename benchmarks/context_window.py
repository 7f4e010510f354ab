"""What an agent asks for before each step, among 100,000 typed memories.

    python benchmarks/context_window.py [ROUNDS] [MEMORIES]

``get_context_window(owner)`` alone, and with similar memories; of one of 50 owners, and where all memories
are one owner's, which is the worst case of both the index and the search. Their words are as unequal as words
are: some are in nearly all, many in a few. Before each call of the second figure something was remembered, so
that it pays for following the journal, too. Also what writing costs, one by one, and the first look, which
makes the index. Milliseconds, medians, the slowest of twenty in brackets, one run.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from _measuring import WORDS, processor_seconds, timed

from lsp_server.memory.events.event_memory import EventMemory

ALONE, WITH_SIMILAR = 20.0, 80.0  # ms
TYPES = ("conversation", "response", "metric", "error", "api_call")


def main(rounds: int, count: int) -> None:
    """Fill, look, look again."""
    for owners in (50, 1):
        with tempfile.TemporaryDirectory(prefix="git-memory-bench-") as folder:
            events = EventMemory(f"dir:{Path(folder) / 'events'}")
            print(f"{count:,} memories of {owners} owner{'s' * (owners > 1)}")
            measure(events, rounds, count, owners)
            events.close()


def measure(events: EventMemory, rounds: int, count: int, owners: int) -> None:
    """All figures of one memory."""
    chance = random.Random(1)  # the same memories every time
    many = memories(chance, owners)
    began = processor_seconds()
    for _ in range(1_000):
        events.create_memory(**next(many))
    told("remember one (processor)", (processor_seconds() - began) / 1_000 * 1_000)
    began = processor_seconds()
    for _ in range(0, count - 1_000, 100):
        events.create_memories([next(many) for _ in range(100)])
    told("remember one of 100 at once (processor)", (processor_seconds() - began) / (count - 1_000) * 1_000)
    told("the first look makes the index, a memory", timed(lambda: events.search_memories("x")) / count)

    def owner() -> str:
        return f"user_{chance.randrange(owners)}"

    def after_one_more() -> float:
        events.create_memory(**next(many))
        return timed(lambda: events.get_context_window(owner()))

    within("get_context_window", ALONE, rounds, lambda: events.get_context_window(owner(), 50, False))
    within("with similar ones", WITH_SIMILAR, rounds, lambda: events.get_context_window(owner()))
    asked = iter(range(rounds))
    within("search_memories, three words", WITH_SIMILAR, rounds, lambda: search(events, next(asked)))
    times = sorted(after_one_more() for _ in range(rounds))
    show("with similar ones, after one more was remembered", WITH_SIMILAR, times)


def search(events: EventMemory, number: int) -> object:
    """A question whose words are in nearly all memories, in some, and in few."""
    return events.search_memories(f"{WORDS[0]} {WORDS[number % 20]} request {number}")


def memories(chance: random.Random, owners: int) -> Iterator[dict[str, Any]]:
    """Memories without end, of some 300 characters each."""
    words = [*WORDS, *("".join(chance.choices("abcdefghiklmnoprstu", k=7)) for _ in range(5_000))]
    last = len(words) - 1
    while True:
        said = [words[min(last, int(chance.paretovariate(0.7)) - 1)] for _ in range(30)]
        yield {
            "title": f"{said[0]} {said[1]} of request {chance.randrange(10_000)}",
            "content": " ".join(said),
            "memory_type": chance.choice(TYPES),
            "owner": f"user_{chance.randrange(owners)}",
            "tags": ("http", said[2]),
            "metadata": {"endpoint": f"/api/{said[3]}", "duration_ms": chance.randrange(500)},
        }


def within(what: str, limit: float, rounds: int, call: Callable[[], object]) -> None:
    """The median of some calls, and whether it is short enough."""
    show(what, limit, sorted(timed(call) for _ in range(rounds)))


def show(what: str, limit: float, times: list[float]) -> None:
    """One line."""
    median = statistics.median(times)
    verdict = "ok" if median <= limit else "TOO SLOW"
    slow = times[len(times) * 19 // 20]
    print(f"  {what:<52} {median:8.2f} ms ({slow:7.2f})  (at most {limit:.0f})  {verdict}", flush=True)


def told(what: str, milliseconds: float) -> None:
    """A figure that has no limit here."""
    print(f"  {what:<52} {milliseconds:8.3f} ms", flush=True)


if __name__ == "__main__":
    start = time.perf_counter()
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 40,
        int(sys.argv[2]) if len(sys.argv) > 2 else 100_000,
    )
    print(f"{time.perf_counter() - start:.0f} s in all")
