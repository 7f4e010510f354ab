"""The daily report, and one watcher at a time."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import date
from typing import TYPE_CHECKING

import pytest
from memory.learning.streams import at, at_work, failures, kept, solution

from lsp_server import GitMemoryError, LearningLoop, NotInitialisedError, RefusedError, UsageError
from lsp_server.memory.learning.model import Learned

if TYPE_CHECKING:
    from memory.learning.conftest import Place
    from support import Repo


def test_the_report_of_a_day_that_is_over_goes_to_the_branch_once(place: Place) -> None:
    kept(place.events, at_work(at(0), 4), failures(at(2, 8), 6), [solution(at(2, 9))])
    place.loop.run(at(2, 10))
    assert place.repo.git("ls-tree", "-r", "--name-only", "memory", "events") == ""
    path = place.loop.run(at(3, 0, 5)).report
    assert path is not None
    assert path.startswith("events/2026/11/2026-11-04-")
    assert path.endswith("-learnings.md")
    text = place.repo.git("show", f"memory:{path}")
    assert "# What was learned on 2026-11-04\n\n103 events, 1 new.\n" in text
    assert "- **BUG-1** TimeoutError in charge: no answer from ING in … s (open, 6 times" in text
    assert "in `src/pay.py:6 in charge`; known to help: `Ask a second time`" in text
    assert "order.placed 96" in text
    tip = place.memory.version()
    assert place.loop.run(at(3, 0, 10)).report is None
    assert place.memory.version() == tip


def test_reports_can_be_kept_off_the_branch(place: Place) -> None:
    place.repo.git("config", "memory.noDailyReports", "true")
    kept(place.events, failures(at(2, 8), 6))
    place.loop.run(at(2, 10))
    before = place.commits()
    assert place.loop.run(at(3, 0, 5)).report is None
    assert place.commits() == before


def test_a_clock_that_was_ahead_ends_no_reports(place: Place) -> None:
    kept(place.events, at_work(at(0), 4), failures(at(2, 8), 6))
    place.loop.run(at(900))
    place.loop.run(at(2, 10))
    assert place.loop.run(at(3, 0, 5)).report is not None


def test_a_branch_that_cannot_be_written_is_told_once_and_leaves_no_drafts(place: Place) -> None:
    kept(place.events, failures(at(2, 8), 6))
    place.repo.git("checkout", "-q", "memory")
    told = []
    for moment in (at(2, 10), at(2, 11)):
        with pytest.raises(GitMemoryError, match="is checked out in") as refused:
            place.loop.run(moment)
        assert refused.value.text is None
        told.append(str(refused.value))
    assert told[0] == told[1]
    assert "your text" not in told[0]
    place.repo.git("checkout", "-q", "main")
    assert [*place.repo.root.rglob("no-answer-from*.md"), *place.repo.root.rglob("timeouterror*.md")] == []
    assert len(place.loop.run(at(2, 12)).written) == 1


def test_a_day_on_which_nothing_was_learned_has_none(place: Place) -> None:
    kept(place.events, at_work(at(0), 4))
    before = place.commits()
    assert place.loop.run(at(3, 0, 5)).report is None
    assert place.commits() == before
    assert place.loop.report(date(2026, 11, 3)).splitlines()[:3] == [
        *("# What was learned on 2026-11-03", "", "96 events."),
    ]


def test_a_watcher_looks_again_and_says_each_trouble_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    looks, told, troubles = 0, [], []
    run = place.loop.run

    def looking() -> Learned:
        nonlocal looks
        looks += 1
        if looks in (1, 2, 4):
            raise NotInitialisedError("there is no memory")
        if looks == 5:
            stop.set()
        return run(at(2, 10))

    monkeypatch.setattr(place.loop, "run", looking)
    place.loop.watch(stop, every=0.001, tell=told.append, trouble=troubles.append)
    assert looks == 5
    assert len(told) == 2
    assert troubles == ["there is no memory"] * 2  # it was gone in between


def _holds(root: str, has: multiprocessing.synchronize.Event, end: multiprocessing.synchronize.Event) -> None:
    from lsp_server import Memory
    from lsp_server.memory.learning.watching import turn

    with Memory.open(root) as memory, turn(memory._core):
        has.set()
        end.wait(20)


def test_one_process_watches_a_clone(place: Place) -> None:
    fork = multiprocessing.get_context("fork")
    has, end = fork.Event(), fork.Event()
    other = fork.Process(target=_holds, args=(str(place.repo.root), has, end))
    other.start()
    try:
        assert has.wait(20)
        with pytest.raises(RefusedError, match="watches the events of this clone already"):
            place.loop.watch(threading.Event(), every=0.001)
    finally:
        end.set()
        other.join()
    stop = threading.Event()
    stop.set()
    place.loop.watch(stop)  # whoever had the turn is gone


@pytest.mark.parametrize("hours", [0, -1, 169, True, "24"])
def test_hours_must_be_a_number_within_a_week(place: Place, hours: object) -> None:
    with pytest.raises(UsageError, match="hours is"):
        LearningLoop(place.memory, place.events, hours=hours)  # type: ignore[arg-type]  # that is the point


def test_without_a_memory_it_says_so(repo: Repo) -> None:
    from lsp_server import EventMemory, Memory

    with (
        Memory.open(repo.root) as memory,
        EventMemory(memory) as events,
        pytest.raises(NotInitialisedError),
    ):
        LearningLoop(memory, events).run()


def test_two_runs_at_once_write_a_finding_once(place: Place) -> None:
    kept(place.events, failures(at(2, 8), 6))
    loops = [LearningLoop(place.memory, place.events) for _ in range(3)]
    threads = [threading.Thread(target=loop.run, args=(at(2, 10),)) for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.label for record in place.memory.list()] == ["BUG-1"]
