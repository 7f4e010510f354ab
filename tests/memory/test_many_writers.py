"""Threads, processes and linked worktrees write to one clone at once: nothing is lost, no number twice."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind

PROJECT = Path(__file__).parents[2]
WRITES = 4

WRITER = """
import sys
from lsp_server import Memory
from lsp_server.memory import Kind

with Memory.open(sys.argv[1]) as memory:
    for number in range(int(sys.argv[3])):
        print(memory.record(Kind.DECISION, f"{sys.argv[2]} {number}").label, flush=True)
    with memory.batch(sys.argv[2]) as batch:
        for number in range(int(sys.argv[3])):
            memory.record(Kind.DECISION, f"{sys.argv[2]} in a batch {number}")
    print(*(record.label for record in batch.records), sep="\\n")
"""


def test_every_acknowledged_write_is_there_under_its_own_number(repo: Repo) -> None:
    places = [repo.root]
    with Memory.open(repo.root) as memory:
        memory.initialise()
        for name in ("one", "two"):
            places.append(repo.root.parent / name)
            repo.git("worktree", "add", "-q", "--detach", str(places[-1]))
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(place), f"process {number}", str(WRITES)],
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
                stdout=subprocess.PIPE,
                text=True,
            )
            for number, place in enumerate(places)
        ]

        def write(thread: int) -> list[str]:
            single = [memory.record(Kind.DECISION, f"thread {thread} {n}").label for n in range(WRITES)]
            with memory.batch(f"thread {thread}") as batch:
                for number in range(WRITES):
                    memory.record(Kind.DECISION, f"thread {thread} in a batch {number}")
            return [*single, *(record.label for record in batch.records)]

        with ThreadPoolExecutor(4) as threads:
            labels = [label for found in threads.map(write, range(4)) for label in found]
        for process in processes:
            out, _ = process.communicate(timeout=60)
            assert process.returncode == 0
            labels += out.split()
        assert sorted(labels) == sorted(record.label for record in memory.list())
        assert len(labels) == len(set(labels)) == 7 * 2 * WRITES
        assert not memory.broken_files()
    commits = int(repo.git("rev-list", "--count", "memory"))
    assert commits == 1 + 7 * (WRITES + 1)
