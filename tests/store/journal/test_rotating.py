"""A journal within its budget: full segments are closed, the oldest ones go."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from lsp_server.store.journal.journal import Journal
from lsp_server.store.journal.room import turn

KIB = 1 << 10
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)


def fill(journal: Journal, count: int, begin: int = 0) -> None:
    for number in range(begin, begin + count):
        journal.append({"n": number, "text": "x" * 80})


def numbers(journal: Journal) -> list[Any]:
    return [kept.event["n"] for kept in journal.read()]


def size_of(directory: Path) -> int:
    with turn(directory):  # none is removed while they are counted
        return sum(segment.size for segment in Journal(directory).segments())


def test_a_full_segment_is_closed_and_another_begun(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_size=4 * KIB)
    fill(journal, 100)
    sizes = [segment.size for segment in journal.segments()]
    assert len(sizes) == 3
    assert max(sizes) <= 4 * KIB
    assert min(sizes[:-1]) > 3.9 * KIB
    assert numbers(journal) == list(range(100))


def test_many_at_once_fill_one_segment_after_the_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_size=4 * KIB)
    fill(journal, 10)
    positions = journal.append_many({"n": number, "text": "x" * 80} for number in range(10, 500))
    kept = list(journal.read())
    assert [each.position for each in kept[10:]] == positions
    assert [each.event["n"] for each in kept] == list(range(500))
    assert max(segment.size for segment in journal.segments()) <= 4 * KIB


def test_the_oldest_go_where_the_budget_is_at_its_end_and_are_counted(tmp_path: Path) -> None:
    journal = Journal(tmp_path, budget=40 * KIB, segment_size=4 * KIB)
    for number in range(3000):
        fill(journal, 1, number)
        assert number % 10 or size_of(tmp_path) <= 40 * KIB
    there = numbers(journal)
    dropped = journal.dropped()
    assert there == list(range(there[0], 3000))
    assert dropped.events == there[0]
    assert dropped.segments + len(journal.segments()) >= 3000 * 100 / 4096
    assert dropped.bytes > 200 * KIB
    assert size_of(tmp_path) > 30 * KIB


def test_a_journal_that_dropped_nothing_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    fill(journal, 10)
    assert journal.dropped() == (0, 0, 0)
    (tmp_path / "dropped.json").write_text('["somebody\'s own"]')
    assert journal.dropped() == (0, 0, 0)


def test_what_goes_first_is_what_was_written_first_whatever_the_clock_says(tmp_path: Path) -> None:
    moment = NOON
    journal = Journal(tmp_path, budget=32 * KIB, segment_size=4 * KIB, clock=lambda: moment)
    for number in range(1000):
        moment -= timedelta(hours=1)
        fill(journal, 1, number)
    there = numbers(journal)
    assert there == list(range(there[0], 1000))
    assert 0 < there[0] < 900


def test_folders_of_days_that_are_empty_go(tmp_path: Path) -> None:
    moment = NOON
    journal = Journal(tmp_path, budget=32 * KIB, segment_size=4 * KIB, clock=lambda: moment)
    for number in range(40):
        moment += timedelta(days=1)
        fill(journal, 30, number)
    days = [path.name for path in tmp_path.iterdir() if path.is_dir()]
    assert sorted(days) == sorted({segment.day for segment in journal.segments()})
    assert len(days) <= 12


def test_a_segment_that_somebody_writes_to_never_goes(tmp_path: Path) -> None:
    quiet = Journal(tmp_path, budget=32 * KIB, segment_size=4 * KIB)
    quiet.append({"n": "first"})
    busy = Journal(tmp_path, budget=32 * KIB, segment_size=4 * KIB)
    fill(busy, 2000)
    quiet.append({"n": "last"})
    there = numbers(quiet)
    assert there[:2] == ["first", "last"]
    assert size_of(tmp_path) <= 32 * KIB
    quiet.close()
    fill(busy, 2000)
    assert "first" not in numbers(busy)


def test_many_writers_keep_one_budget(tmp_path: Path) -> None:
    budget = 200 * KIB
    largest = 0
    barrier = threading.Barrier(8)

    def write(name: int) -> None:
        barrier.wait()
        with Journal(tmp_path, budget=budget, segment_size=64 * KIB) as journal:
            fill(journal, 1500, name * 10_000)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        largest = max(largest, size_of(tmp_path))
        threads[0].join(0.01)
    for thread in threads:
        thread.join()
    journal = Journal(tmp_path, budget=budget)
    there = numbers(journal)
    assert len(there) == len(set(there))
    assert len(there) + journal.dropped().events == 8 * 1500
    assert max(largest, size_of(tmp_path)) <= budget
    # Of each writer what is there is without a hole, up to its last.
    for name in range(8):
        own = [number for number in there if number // 10_000 == name]
        assert own == list(range(name * 10_000 + 1500 - len(own), name * 10_000 + 1500))


def test_a_reader_is_not_disturbed_by_what_goes_meanwhile(tmp_path: Path) -> None:
    journal = Journal(tmp_path, budget=32 * KIB, segment_size=4 * KIB)
    fill(journal, 150)
    reading = journal.read()
    seen = [next(reading).event["n"]]
    fill(journal, 1000, 150)
    seen += [kept.event["n"] for kept in reading]
    assert seen[:20] == list(range(20))  # the one that it had open
    assert seen == sorted(seen)


KILLED_BETWEEN = """
import os, sys
from pathlib import Path
from lsp_server.store.journal.journal import Journal
when = sys.argv[2]
unlink = Path.unlink
def killed(path, *args, **kwargs):
    if when == "after":
        unlink(path, *args, **kwargs)
    if path.suffix == ".jsonl":
        os.kill(os.getpid(), 9)
Path.unlink = killed
journal = Journal(sys.argv[1], budget=32768, segment_size=4096)
number = 0
while True:
    journal.append({"n": number, "text": "x" * 80})
    os.write(1, b"\\n")
    number += 1
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_went_is_counted_once_where_the_one_who_removes_is_killed(tmp_path: Path, when: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_BETWEEN, tmp_path, when], check=False, stdout=subprocess.PIPE
    )
    assert done.returncode == -9
    appended = done.stdout.count(b"\n")
    journal = Journal(tmp_path, budget=32 * KIB, segment_size=4 * KIB)
    assert (numbers(journal)[0] == 0) == (when == "before")
    assert journal.dropped().segments == 1
    fill(journal, 300, 10_000)
    assert journal.dropped().events + len(numbers(journal)) == appended + 300
