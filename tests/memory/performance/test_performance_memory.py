"""How long things take is recorded by endpoint, without holding anybody up, and told again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from time import monotonic, sleep

import pytest

from lsp_server import EventMemory, PerformanceMemory, RefusedError, UsageError
from lsp_server.memory.performance.recorder import BURST, ENDPOINTS, OTHER, Recorder, write_what_comes

START = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how: float) -> None:
        self.now += timedelta(**how)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def events(tmp_path: Path, clock: Hands) -> Iterator[EventMemory]:
    with EventMemory(f"dir:{tmp_path}/events", clock=clock) as memory:
        yield memory


@pytest.fixture
def performance(events: EventMemory) -> Iterator[PerformanceMemory]:
    with PerformanceMemory(events, owner="shop") as memory:
        yield memory


def test_a_duration_is_an_event_like_others(performance: PerformanceMemory, events: EventMemory) -> None:
    performance.record("GET /users/{id}", 12.34567, kind="request", status=503, outcome="failure")
    performance.flush()
    (kept,) = events.memories("metric")
    assert (kept.title, kept.owner, kept.created) == ("GET /users/{id}", "shop", START)
    assert kept.metadata == {
        "ms": 12.3457,
        "endpoint": "GET /users/{id}",
        "kind": "request",
        "outcome": "failure",
        "status": 503,
    }


def test_endpoints_are_told_with_percentiles_and_how_often_they_fail(performance: PerformanceMemory) -> None:
    chance = random.Random(1)
    durations = [chance.lognormvariate(4, 1) for _ in range(200)]
    for number, ms in enumerate(durations):
        performance.record("GET /a", ms, outcome="success" if number % 20 else "failure")
    performance.record("GET /b", 1e9)
    slowest, found = performance.endpoints()
    assert slowest.endpoint == "GET /b"
    cuts = statistics.quantiles(durations, n=100, method="inclusive")
    assert found[:3] == ("GET /a", "call", 200)
    assert (found.p50, found.p95, found.p99) == pytest.approx((cuts[49], cuts[94], cuts[98]), abs=1e-3)
    assert found.total == pytest.approx(sum(durations), abs=0.1)
    assert (found.failures, found.failure_rate) == (10, 0.05)
    assert found.interval == pytest.approx((0.02738, 0.08958), abs=1e-5)  # as SciPy has it


def test_only_the_hours_asked_for_count(performance: PerformanceMemory, clock: Hands) -> None:
    performance.record("GET /a", 1)
    clock.forward(hours=3)
    performance.record("GET /a", 3)
    assert [one.n for one in performance.endpoints(2)] == [1]
    assert [one.n for one in performance.endpoints(4)] == [2]
    assert [one.p50 for one in performance.endpoints(2, now=START + timedelta(hours=1))] == [1]


def test_a_timer_measures_a_block_a_function_and_a_coroutine(performance: PerformanceMemory) -> None:
    @performance.timer("plain")
    def plain(number: int, *, more: int = 0) -> int:
        """Adds."""
        return number + more

    @performance.timer("coroutine")
    async def coroutine() -> str:
        await asyncio.sleep(0.02)
        return "done"

    async def both() -> list[str]:
        async with performance, performance.timer("block", kind="node") as inner:
            answers = await asyncio.gather(coroutine(), coroutine())
        assert inner.ms is not None
        assert inner.ms >= 20
        return answers

    assert plain(1, more=2) == 3
    assert (plain.__name__, plain.__doc__) == ("plain", "Adds.")
    assert asyncio.run(both()) == ["done", "done"]
    with performance.timer("block") as timer:
        assert timer.ms is None
    assert timer.ms is not None
    found = {(one.endpoint, one.kind): one for one in performance.endpoints()}
    assert {key: one.n for key, one in found.items()} == {
        ("plain", "call"): 1,
        ("coroutine", "call"): 2,
        ("block", "node"): 1,
        ("block", "call"): 1,
    }
    assert found["coroutine", "call"].p50 >= 20


def test_an_exception_goes_on_and_is_a_failure_and_what_is_cut_short_is_not_recorded(
    performance: PerformanceMemory,
) -> None:
    for error in (ValueError, KeyboardInterrupt, asyncio.CancelledError):
        with pytest.raises(error), performance.timer("charge"):
            raise error
    (found,) = performance.endpoints()
    assert (found.n, found.failures) == (1, 1)


def test_queries_of_one_form_are_one_endpoint(performance: PerformanceMemory) -> None:
    for number in range(3):
        with performance.query(f"SELECT * FROM users WHERE id = {number} AND token = 'secret-{number}'"):
            pass
    (found,) = performance.endpoints()
    assert found[:3] == ("SELECT * FROM users WHERE id = ? AND token = ?", "query", 3)


def test_an_optimisation_is_offered_where_its_endpoint_comes_up_again(
    performance: PerformanceMemory, events: EventMemory
) -> None:
    assert performance.optimisations("GET /basket") == []
    first = performance.optimisation("GET /basket", "Load the items in one query", "joinedload(Basket.items)")
    second = performance.optimisation("GET /basket", "Keep prices for a minute")
    performance.optimisation("GET /users", "Not this one")
    assert (first.memory_type, first.metadata) == ("optimisation", {"endpoint": "GET /basket"})
    with performance.timer("GET /basket") as timer:
        assert timer.optimisations == [second, first]

    async def in_a_request() -> list[str]:
        async with performance.timer("GET /basket") as timer:
            return [memory.title for memory in timer.optimisations]

    assert asyncio.run(in_a_request()) == ["Keep prices for a minute", "Load the items in one query"]
    with PerformanceMemory(events) as other:  # another part of the program, or another process
        assert other.optimisations("GET /basket") == [second, first]


def test_a_busy_endpoint_is_kept_in_part_and_counted_whole(
    performance: PerformanceMemory, events: EventMemory, clock: Hands
) -> None:
    chance = random.Random(1)
    total = 0.0
    for number in range(20_000):
        clock.forward(milliseconds=50)
        slow = 10.0 if number % 10 == 0 else 1.0
        ms = slow * chance.uniform(90, 110)
        total += ms
        performance.record("GET /a", ms)
        if number % 1000 == 0:
            performance.record("GET /a", 5, outcome="failure")
            total += 5
            performance.record("GET /rare", 7)
    found = {one.endpoint: one for one in performance.endpoints()}
    kept = events.memories("metric")
    assert found["GET /a"].n == 20_020
    assert found["GET /a"].failures == 20
    assert found["GET /rare"].n == sum(memory.title == "GET /rare" for memory in kept) == 20
    assert BURST < len(kept) < BURST + 200
    assert found["GET /a"].p50 == pytest.approx(100, rel=0.1)
    assert found["GET /a"].total == pytest.approx(total, abs=1)


def test_all_are_kept_where_that_is_asked_for(events: EventMemory) -> None:
    with PerformanceMemory(events, kept_per_minute=None) as performance:
        for _ in range(2 * BURST):
            performance.record("GET /a", 1)
    assert len(events.memories("metric")) == 2 * BURST


def test_endpoints_without_end_are_told_together(performance: PerformanceMemory) -> None:
    for number in range(ENDPOINTS + 50):
        performance.record(f"GET /{number}", 1)
    found = {one.endpoint: one.n for one in performance.endpoints()}
    assert found[OTHER] == 50
    assert len(found) == ENDPOINTS + 1


def test_threads_measure_at_once(performance: PerformanceMemory) -> None:
    def measure() -> None:
        for _ in range(200):
            with performance.timer("GET /a"):
                pass

    threads = [threading.Thread(target=measure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.n for one in performance.endpoints()] == [800]


def test_what_is_measured_is_written_by_itself(performance: PerformanceMemory, events: EventMemory) -> None:
    performance.record("GET /a", 1)
    waited = threading.Event()
    for _ in range(200):
        if events.counts():
            break
        waited.wait(0.05)
    assert events.counts() == {"metric": 1}


def test_what_a_program_measured_last_is_there_when_it_has_ended_or_was_killed(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from lsp_server import PerformanceMemory\n"
        "memory = PerformanceMemory(sys.argv[1])\n"
        "memory.record('before the fork', 1)\n"
        "if (child := os.fork()) == 0:\n"
        "    memory.record('in the child', 2)\n"
        "    memory.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.waitpid(child, 0)\n"
        "memory.record('at the end', 3)\n"
    )
    where = f"dir:{tmp_path}/events"
    subprocess.run([sys.executable, "-c", program, where], check=True, env=dict(os.environ))
    with EventMemory(where) as events:
        titles = sorted(memory.title for memory in events.memories("metric"))
    assert titles == ["at the end", "before the fork", "in the child"]


def test_a_place_that_cannot_be_written_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("a file")
    performance = PerformanceMemory(f"dir:{tmp_path}/events")
    performance.record("GET /a", 1)
    waited = threading.Event()
    for _ in range(200):
        if performance.lost:
            break
        waited.wait(0.05)
    assert performance.lost == 1
    performance.close()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"ms": -1}, "ms is -1"),
        ({"ms": float("nan")}, "ms is nan"),
        ({"ms": "5"}, "ms is '5'"),
        ({"ms": 1e308}, r"ms is 1e\+308"),
        ({"ms": 10**400}, "0 to 1,000,000,000,000"),
        ({"endpoint": " "}, "needs a name"),
        ({"kind": "page"}, "kind is 'page'"),
        ({"outcome": "ok"}, "success or failure"),
        ({"status": "200"}, "status is '200'"),
    ],
)
def test_what_is_no_duration_is_refused(
    performance: PerformanceMemory, given: dict[str, object], why: str
) -> None:
    arguments: dict[str, object] = {"endpoint": "GET /a", "ms": 1.0} | given
    with pytest.raises(UsageError, match=why):
        performance.record(**arguments)  # type: ignore[arg-type] # what a caller may give all the same
    assert performance.endpoints() == []


def test_misuse_is_said_in_one_line(performance: PerformanceMemory) -> None:
    for hours in (0, -1, float("nan"), 1e9, "day"):
        with pytest.raises(UsageError, match="hours is"):
            performance.endpoints(hours)  # type: ignore[arg-type] # as above
    with pytest.raises(UsageError, match="put a timer inside it"):

        @performance.timer("rows")
        def rows() -> Iterator[int]:
            yield 1

    with performance.timer("GET /a") as timer, pytest.raises(UsageError, match="make one for each"), timer:
        pass
    for kept in (0, "3", float("nan")):
        with pytest.raises(UsageError, match="kept_per_minute"):
            PerformanceMemory(performance.events, kept_per_minute=kept)  # type: ignore[arg-type] # as above


def test_a_name_that_is_no_valid_text_is_kept_as_well_as_it_can_be(performance: PerformanceMemory) -> None:
    performance.record("GET /caf\udce9", 1)
    performance.record("GET\n/é" + "x" * 1000, 1)
    short, long = sorted((one.endpoint for one in performance.endpoints()), key=len)
    assert short == "GET /caf?"
    assert long.startswith("GET /é")
    assert len(long) == 500


def test_metrics_of_other_programs_are_left_alone(
    performance: PerformanceMemory, events: EventMemory
) -> None:
    for metadata in (
        {},
        {"ms": "fast"},
        {"ms": -4},
        {"ms": True},
        {"ms": 4, "count": 0},
        {"ms": 4, "kind": 7},
    ):
        events.create_memory("Disk", memory_type="metric", metadata=metadata)
    events.create_memory("GET /a", memory_type="metric", metadata={"ms": 5})
    assert [one[:4] for one in performance.endpoints()] == [("GET /a", "call", 1, 5.0)]


def test_trends_come_from_what_was_recorded(performance: PerformanceMemory, clock: Hands) -> None:
    chance = random.Random(1)
    for number in range(8 * 24 * 6):
        clock.forward(minutes=10)
        slower = 1.5 if number >= 7 * 24 * 6 else 1.0
        performance.record("GET /slower", slower * 100 * chance.lognormvariate(0, 0.3), kind="request")
        performance.record("GET /as-ever", 100 * chance.lognormvariate(0, 0.3), kind="request")
        performance.record("GET /slower", 0.1, kind="request", outcome="failure")
    (trend,) = performance.trends()
    assert (trend.endpoint, trend.kind, trend.direction) == ("GET /slower", "request", "slower")
    assert trend.shift == pytest.approx(0.5, abs=0.15)
    assert trend.since == pytest.approx(START + timedelta(days=7), abs=timedelta(hours=3))
    assert performance.trends(now=START + timedelta(days=6)) == []
    split = START + timedelta(days=7)
    durations = performance.durations("GET /slower", since=split)
    assert len(durations) == pytest.approx(144, abs=1)
    assert statistics.median(ms for _, ms in durations) == pytest.approx(150, rel=0.1)
    assert performance.durations("GET /slower", kind="query") == []


def test_without_scipy_it_is_said_what_to_install(
    performance: PerformanceMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy.special", None)  # as where it is not installed
    with pytest.raises(RefusedError, match=r'pip install "git-memory-lsp\[learning\]"'):
        performance.trends()
    assert performance.endpoints() == []


def test_a_killed_program_loses_a_moment_at_most(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from lsp_server import PerformanceMemory\n"
        "memory = PerformanceMemory(sys.argv[1])\n"
        "memory.record('GET /a', 1)\n"
        "time.sleep(1)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    where = f"dir:{tmp_path}/events"
    with subprocess.Popen([sys.executable, "-c", program, where], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    with EventMemory(where) as events:
        assert events.counts() == {"metric": 1}


def test_durations_of_an_endpoint_are_the_newest_by_the_name_that_it_is_listed_by(
    performance: PerformanceMemory, events: EventMemory, clock: Hands
) -> None:
    for ms in (1.0, 2.0, 3.0):
        events.create_memory("slow", memory_type="metric", metadata={"ms": ms, "endpoint": "GET /a"})
        clock.forward(seconds=1)
    assert [one.endpoint for one in performance.endpoints()] == ["GET /a"]
    assert [ms for _, ms in performance.durations("GET /a", limit=2)] == [2.0, 3.0]
    assert performance.durations("slow") == []


def test_whatever_goes_wrong_once_the_thread_goes_on_writing(tmp_path: Path) -> None:
    fails = threading.Event()

    def clock() -> datetime:
        if threading.current_thread().name == "durations" and not fails.is_set():
            fails.set()
            raise RuntimeError("no clock")
        return START

    with EventMemory(f"dir:{tmp_path}", clock=clock) as events, PerformanceMemory(events) as performance:
        for _ in range(BURST + 1):  # the last one stands for others, for which the thread asks the clock
            performance.record("GET /a", 1)
        assert fails.wait(10)
        performance.record("GET /b", 1)
        until = monotonic() + 10
        while events.counts() == {"metric": BURST} and monotonic() < until:
            sleep(0.05)
        assert events.memories("metric", newest_first=True, limit=1)[0].title == "GET /b"


def test_a_recorder_that_is_closed_just_as_its_thread_wakes_ends_it(events: EventMemory) -> None:
    class ClosedJustBefore(threading.Event):
        """What `close` does comes between the thread's two looks."""

        def clear(self) -> None:
            ended.set()
            self.set()
            super().clear()

    ended, wanted = threading.Event(), ClosedJustBefore()
    recorder = Recorder(events, "", None, lambda: None)
    thread = threading.Thread(
        target=write_what_comes, args=(weakref.ref(recorder), wanted, ended), daemon=True
    )
    thread.start()
    wanted.set()
    thread.join(10)
    assert not thread.is_alive()
