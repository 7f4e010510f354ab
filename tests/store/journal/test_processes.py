"""One journal, many processes and threads: killed, forked, interrupted."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lsp_server.store.journal.journal import Journal

LONG = bool(os.environ.get("GIT_MEMORY_STRESS"))
ROUNDS = 40 if LONG else 4
WRITERS = 6

# Tells each event on standard output once it is acknowledged; goes on until it is killed.
WRITER = """
import os, sys
from lsp_server.store.journal.journal import Journal
place, name, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
journal = Journal(place, segment_size=50_000)
number = 0
while True:
    group = [{"writer": name, "n": number + index, "text": "x" * (number % 700)} for index in range(many)]
    journal.append_many(group) if many > 1 else journal.append(group[0])
    number += many
    os.write(1, b"%d\\n" % number)
"""


def by_writer(journal: Journal) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for kept in journal.read():
        found.setdefault(kept.event["writer"], []).append(kept.event["n"])
    return found


def test_every_acknowledged_event_of_killed_writers_is_there_once_and_in_order(tmp_path: Path) -> None:
    chance = random.Random(6)
    acknowledged: dict[str, int] = {}
    for turn in range(ROUNDS):
        writers = {
            f"{turn}-{index}": subprocess.Popen(
                [sys.executable, "-c", WRITER, tmp_path, f"{turn}-{index}", str((1, 1, 7)[index % 3])],
                stdout=subprocess.PIPE,
            )
            for index in range(WRITERS)
        }
        told = {name: writer.stdout for name, writer in writers.items()}
        texts: dict[str, bytes] = {}

        def listen(name: str) -> None:
            texts[name] = told[name].read()  # type: ignore[union-attr]  # noqa: B023  joined in this turn

        listeners = [threading.Thread(target=listen, args=(name,)) for name in writers]
        for listener in listeners:
            listener.start()
        time.sleep(0.5 + chance.random() * 0.3)
        for writer in writers.values():
            time.sleep(chance.random() * 0.02)
            writer.kill()
        for listener in listeners:
            listener.join()
        for name, writer in writers.items():
            writer.wait()
            told[name].close()  # type: ignore[union-attr]  # it was made with a pipe
            *whole, _ = texts[name].split(b"\n")
            acknowledged[name] = int(whole[-1]) if whole else 0
    journal = Journal(tmp_path)
    found = by_writer(journal)
    assert sum(acknowledged.values()) > 100 * ROUNDS
    for name, count in acknowledged.items():
        numbers = found.get(name, [])
        assert numbers == list(range(len(numbers)))
        assert len(numbers) >= count
    # Whoever goes on with what they left breaks nothing.
    with journal:
        for number in range(2000):
            journal.append({"writer": "last", "n": number, "text": "x" * 90})
    assert journal.broken == 0
    again = by_writer(Journal(tmp_path))
    assert again.pop("last") == list(range(2000))
    assert again == found


def test_a_forked_process_has_a_segment_of_its_own(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first = journal.append({"writer": "parent", "n": 0})
    context = multiprocessing.get_context("fork")

    def child(name: int) -> None:
        for number in range(200):
            journal.append({"writer": name, "n": number})
        journal.flush()

    children = [context.Process(target=child, args=(number,)) for number in range(4)]
    for process in children:
        process.start()
    for number in range(1, 200):
        assert journal.append({"writer": "parent", "n": number}).segment == first.segment
    for process in children:
        process.join()
        assert process.exitcode == 0
    found = by_writer(journal)
    assert found == {name: list(range(200)) for name in ("parent", 0, 1, 2, 3)}
    other = [kept for kept in journal.read() if kept.event["writer"] != "parent"]
    assert first.segment not in {kept.position.segment for kept in other}


def test_a_child_does_not_keep_its_parents_segment(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        name = journal.append({"n": 0}).segment
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(writing)
            os.read(reading, 1)  # until the parent is done
            os._exit(0)
        os.close(reading)
    try:
        assert Journal(tmp_path).append({"n": 1}).segment == name
    finally:
        os.close(writing)
        os.waitpid(child, 0)


def test_a_process_forked_while_threads_append_can_append(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_size=20_000)
    over = threading.Event()

    def write(name: str) -> None:
        number = 0
        while not over.is_set():
            journal.append({"writer": name, "n": number})
            number += 1

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    children = []
    for name in range(20):
        child = os.fork()
        if not child:
            signal.alarm(20)  # rather than wait for a lock that nobody holds
            try:
                journal.append({"writer": name, "n": 0})
                journal.append({"writer": name, "n": 1})
            finally:
                os._exit(0)
        children.append(child)
    over.set()
    for thread in threads:
        thread.join()
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 20
    found = by_writer(journal)
    assert [found[name] for name in range(20)] == [[0, 1]] * 20
    for name in ("one", "two"):
        assert found[name] == list(range(len(found[name])))


def test_threads_share_a_journal_and_each_knows_where_its_events_are(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_size=30_000)
    positions: dict[tuple[int, int], Any] = {}

    def write(name: int) -> None:
        for number in range(300):
            positions[name, number] = journal.append({"writer": name, "n": number})
            if number % 50 == 0:
                journal.flush()
        group = [{"writer": name, "n": number} for number in range(300, 400)]
        for number, position in enumerate(journal.append_many(group), 300):
            positions[name, number] = position

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {(kept.event["writer"], kept.event["n"]): kept.position for kept in journal.read()}
    assert found == positions
    assert len(found) == 6 * 400


def test_a_signal_handler_may_append_in_the_midst_of_appending(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_size=50_000)
    handled: dict[int, Any] = {}
    own: list[Any] = []
    signals = itertools.count()

    def handle(number: int, frame: FrameType | None) -> None:
        turn = next(signals)  # the handler may be interrupted by the next signal
        handled[turn] = journal.append({"writer": "handler", "n": turn})

    before = signal.signal(signal.SIGALRM, handle)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
        until = time.monotonic() + 0.5
        while time.monotonic() < until or len(handled) < 20:
            own.append(journal.append({"writer": "main", "n": len(own)}))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    found = {kept.position: kept.event for kept in journal.read()}
    assert [found[position]["n"] for position in own] == list(range(len(own)))
    assert {turn: found[position]["n"] for turn, position in handled.items()} == {n: n for n in handled}
    assert len(found) == len(own) + len(handled)


class InterruptedByTest(BaseException):
    """As Ctrl-C."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it comes anywhere
def test_a_call_that_is_interrupted_leaves_the_journal_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_size=50_000)

    def handle(number: int, frame: FrameType | None) -> None:
        raise InterruptedByTest

    before = signal.signal(signal.SIGALRM, handle)
    acknowledged: dict[int, Any] = {}
    number = interrupted = 0
    try:
        while interrupted < 100:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.001)
                for _ in range(5000):  # and not for ever, where the signal came in a `__del__`
                    number += 1
                    position = journal.append({"n": number, "text": "x" * 200})
                    acknowledged[number] = position
            except InterruptedByTest:
                interrupted += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    found = {kept.event["n"]: kept.position for kept in journal.read()}
    assert {number: found[number] for number in acknowledged} == acknowledged
    assert journal.broken == 0


@pytest.mark.parametrize("module", ["sqlite3", "git", "lsp_server.records", "subprocess"])
def test_a_program_that_appends_loads_nothing_heavy(tmp_path: Path, module: str) -> None:
    script = (
        "import sys; from lsp_server.store.journal.journal import Journal\n"
        "Journal(sys.argv[1]).append({'n': 1}); print(sys.argv[2] in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path, module], check=True, stdout=subprocess.PIPE, text=True
    )
    assert done.stdout == "False\n"
