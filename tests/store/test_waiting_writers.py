"""Whoever waits for the write lock sleeps, in the order of coming, with patience, and hears Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lsp_server.store.turns import Line, let_go

PROJECT = Path(__file__).parents[2]

# Holds the lock from its first line on until it is told to go on.
HOLDER = """
import fcntl, sys
file = open(sys.argv[1], "r+")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.readline()
"""

WAITER = """
import resource, signal, sys, time
from pathlib import Path
from lsp_server.store.write_lock import WriteLock

lock = WriteLock(Path(sys.argv[1]), Path(sys.argv[1]), shared=False)
def used():
    found = resource.getrusage(resource.RUSAGE_SELF)
    return found.ru_utime + found.ru_stime
signal.signal(signal.SIGINT, signal.default_int_handler)
before = used()
print("waiting", flush=True)
try:
    with lock.hold() as note:
        print("held" if note.is_kept else "not held", used() - before, flush=True)
except KeyboardInterrupt:
    print("interrupted", used() - before, flush=True)
"""


def start(program: str, place: Path) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(place)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    started.stdout.readline()
    return started


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    path = tmp_path / "lock"
    path.touch()
    return path


def test_a_waiting_process_costs_next_to_nothing(tmp_path: Path, lock_file: Path) -> None:
    holder = start(HOLDER, lock_file)
    waiters = [start(WAITER, tmp_path) for _ in range(4)]
    time.sleep(2)
    holder.communicate("\n", timeout=30)
    for waiter in waiters:
        out, _ = waiter.communicate(timeout=30)
        state, seconds = out.split()
        assert state == "held"
        assert float(seconds) < 0.02  # a look every two milliseconds took more than that in one second


def test_a_waiting_process_hears_an_interrupt(tmp_path: Path, lock_file: Path) -> None:
    holder = start(HOLDER, lock_file)
    waiter = start(WAITER, tmp_path)
    time.sleep(0.3)
    waiter.send_signal(signal.SIGINT)
    out, _ = waiter.communicate(timeout=5)
    assert out.startswith("interrupted")
    holder.communicate("\n", timeout=30)


def test_patience_ends_and_the_lock_that_comes_later_is_let_go(lock_file: Path) -> None:
    holder = start(HOLDER, lock_file)
    line = Line()

    def lock(seconds: float) -> int | None:
        return line.lock(lambda: os.open(lock_file, os.O_RDWR), time.monotonic() + seconds)

    threads = threading.active_count()
    for _ in range(3):
        assert lock(0.05) is None
    assert threading.active_count() == threads + 1  # one waits on, for whoever comes next
    holder.communicate("\n", timeout=30)
    while threading.active_count() > threads:
        time.sleep(0.01)
    descriptor = lock(5)
    assert descriptor is not None
    let_go(descriptor)


def test_threads_come_to_their_turn_in_the_order_of_coming() -> None:
    line = Line()
    assert line.enter(time.monotonic() + 5)
    order: list[int] = []

    def wait(number: int) -> None:
        assert line.enter(time.monotonic() + 10)
        order.append(number)
        line.leave()

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(line._queue) <= number:
            time.sleep(0.001)
    assert line.enter(time.monotonic() + 0.05) is False
    line.leave()
    for thread in threads:
        thread.join(timeout=10)
    assert order == list(range(8))
    assert line.enter(time.monotonic())


def test_a_forked_process_does_not_wait_for_threads_that_it_does_not_have(
    tmp_path: Path, lock_file: Path
) -> None:
    program = """
import os, sys, threading, time
from pathlib import Path
from lsp_server.store.write_lock import WriteLock

lock = WriteLock(Path(sys.argv[1]), Path(sys.argv[1]), shared=False)
print("ready", flush=True)
held = threading.Event()
def hold():
    with lock.hold():
        held.set()
        time.sleep(0.3)
thread = threading.Thread(target=hold)
thread.start()
held.wait()
child = os.fork()
began = time.monotonic()
with lock.hold() as note:
    print(note.is_kept, time.monotonic() - began < 5, flush=True)
if child:
    thread.join()
    os.waitpid(child, 0)
os._exit(0)
"""
    out, _ = start(program, tmp_path).communicate(timeout=30)
    assert out.splitlines() == ["True True", "True True"]
