"""What recording an error costs, beside remembering the same text as an event.

    python benchmarks/error_recording.py [ROUNDS]

A function fails ten calls deep. The floor formats the traceback with the standard library and keeps it as an
event; ours tells where it happened, puts it into its group, looks for solutions and keeps it. Processor time,
in turns, medians, one run.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from typing import Any

from lsp_server import ErrorMemory, EventMemory

ERRORS = 200  # in one measurement
LIMIT = 1.3


def fail(deep: int, number: int) -> None:
    if deep:
        fail(deep - 1, number)
    raise ConnectionError(f"No answer from bank in {number} s")


def measured(keep: Callable[[BaseException, int], Any]) -> float:
    """Microseconds of processor time for one."""
    caught: list[BaseException] = []
    for number in range(ERRORS):
        try:
            fail(10, number)
        except ConnectionError as error:
            caught.append(error)
    before = time.process_time()
    for number, error in enumerate(caught):
        keep(error, number)
    return (time.process_time() - before) / ERRORS * 1e6


def main(rounds: int) -> None:
    """Both, in turns."""
    folder = tempfile.TemporaryDirectory(prefix="git-memory-bench-")
    with folder as place, EventMemory(f"dir:{place}") as events, ErrorMemory(events) as errors:
        errors.refresh()
        errors.solution("ConnectionError: No answer from bank in 3 s", "Wait")

        def plain(error: BaseException, number: int) -> None:
            text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            title = f"ConnectionError: {error}"
            events.create_memory(title, text, memory_type="error", metadata={"order": number})

        def ours(error: BaseException, number: int) -> None:
            assert errors.record(error, context={"order": number}).solutions

        pairs = [(measured(plain), measured(ours)) for _ in range(rounds)]
    floor, cost = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(ours / plain for plain, ours in pairs)
    print(f"error as an event {floor:.0f} µs, recorded {cost:.0f} µs: {ratio:.2f} × (limit {LIMIT})")
    sys.exit(ratio > LIMIT)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
