"""Eight processes that write to one clone at once, against one alone; and what their waiting costs: their
processor time against that of eight who write at once, each to a repository of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from _measuring import report, repository

from lsp_server import Memory

PROCESSES = 8
WRITES = 100

WRITER = """
import resource, sys, time

def used():
    found = resource.getrusage(resource.RUSAGE_SELF)
    return found.ru_utime + found.ru_stime

from lsp_server import Memory
from lsp_server.memory import Kind

with Memory.open(sys.argv[1]) as memory:
    memory.list(limit=1)
    print("ready", flush=True)
    sys.stdin.readline()
    longest, before = 0, used()
    for number in range(int(sys.argv[3])):
        began = time.perf_counter()
        memory.record(Kind.BUG, f"{sys.argv[2]} {number}", fields={"description": "Something broke."})
        longest = max(longest, time.perf_counter() - began)
    print(used() - before, longest)
"""


def main() -> None:
    """The time of one write, alone and among eight; every write must be there."""
    with repository(100) as root, ExitStack() as others:
        alone = run([root], PROCESSES * WRITES // 2)
        apart = run([others.enter_context(repository(100)) for _ in range(PROCESSES)], WRITES)
        together = run([root] * PROCESSES, WRITES)
        with Memory.open(root) as memory:
            numbers = {record.number for record in memory.list() if record.number is not None}
        assert len(numbers) == PROCESSES * WRITES * 3 // 2
    report(f"a write among {PROCESSES} processes, as alone", together.each, alone.each, 1 / 0.6)
    report("processor time of a write among them, as of eight apart", together.cpu, apart.cpu, 1.5)
    print(f"  the longest wait of one write: {together.longest:.0f} ms of {together.whole:.0f} ms")


class Run:
    """``each``: ms a write, by the clock; ``cpu``: ms of processor a write, without git's;
    ``longest``: the slowest write in ms; ``whole``: all of it."""

    def __init__(self, seconds: float, writes: int, cpu: float, longest: float) -> None:
        self.whole = seconds * 1000
        self.each = self.whole / writes
        self.cpu = cpu * 1000 / writes
        self.longest = longest * 1000


def run(roots: Sequence[Path], writes: int) -> Run:
    """A process for each of these repositories, with that many writes."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(root), f"writer {os.urandom(2).hex()}", str(writes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for root in roots
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate()[0].split() for process in started]
    seconds = time.perf_counter() - began
    cpu, longest = sum(float(one[0]) for one in told), max(float(one[1]) for one in told)
    return Run(seconds, len(roots) * writes, cpu, longest)


if __name__ == "__main__":
    main()
