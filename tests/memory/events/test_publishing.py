"""What people want in their history goes to the branch: once, in one commit, in a segment of its own."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from memory.events.published import (
    Hands,
    on_branch,
    segments,
    solve,
    titles,
    titles_on_branch,
)
from support import Repo

from lsp_server import EventMemory, Journal, Memory, NotInitialisedError, RefusedError, UsageError
from lsp_server.memory import Kind
from lsp_server.memory.working.results import Ending
from lsp_server.store.journal.handing_over import taking

TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        yield memory


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def events(memory: Memory, clock: Hands) -> Iterator[EventMemory]:
    with EventMemory(memory, clock=clock, publish_every=None) as events:
        yield events


def test_what_is_chosen_is_one_commit_that_reads_well(events: EventMemory, repo: Repo) -> None:
    before = repo.git("rev-list", "--count", "memory")
    events.create_memory("Timeout", memory_type="error")
    solve(events, "Retry with backoff", content="Wait 1 s,\nthen 2 s", owner="worker-1", tags=["bank"])
    due = datetime(2026, 12, 1, tzinfo=timezone.utc)
    events.create_memory("Ship by rail", memory_type="business_decision", metadata={"due": due, "cost": 2})
    solve(events, "Ask twice")
    assert events.publish() == 3
    assert int(repo.git("rev-list", "--count", "memory")) == int(before) + 1
    assert repo.git("log", "-1", "--format=%B", "memory").splitlines() == [
        "events: 2 solutions, 1 decision",
        "",
        "- solution: Retry with backoff",
        "- decision: Ship by rail",
        "- solution: Ask twice",
    ]
    (path,) = segments(repo)
    assert path.startswith("events/2026/11/")
    first, second, _ = repo.git("show", f"memory:{path}").splitlines()
    assert first.startswith(
        '{"created": "2026-11-21T10:00:00+00:00", "type": "solution", "title": "Retry with backoff", '
        '"owner": "worker-1", "content": "Wait 1 s,\\nthen 2 s", "tags": ["bank"], "id": "'
    )
    assert '"metadata": {"due": {"$datetime": "2026-12-01T00:00:00+00:00"}, "cost": 2}' in second


def test_publishing_again_does_nothing_until_something_waits(events: EventMemory, repo: Repo) -> None:
    assert events.publish() == 0
    solve(events, "One")
    assert events.publish() == 1
    tip = repo.git("rev-parse", "memory")
    assert events.publish() == 0
    assert repo.git("rev-parse", "memory") == tip
    solve(events, "Two")
    assert events.publish() == 1
    assert titles_on_branch(repo) == ["One", "Two"]
    assert len(segments(repo)) == 1


def test_a_memory_that_stands_in_several_places_is_found_once(events: EventMemory) -> None:
    solve(events, "One")
    assert titles(events) == ["One"]
    events.publish()
    solve(events, "Two")
    assert titles(events) == ["One", "Two"]
    assert [memory.title for memory in events.search_memories("one two", "solution")] == ["Two", "One"]
    assert events.counts() == {"solution": 2}
    assert len(events.get_context_window("", 50).recent) == 2


def test_the_index_can_be_deleted(events: EventMemory, memory: Memory) -> None:
    solve(events, "One")
    events.publish()
    solve(events, "Two")
    assert titles(events) == ["One", "Two"]
    for file in events.directory.glob("index.sqlite3*"):
        file.unlink()
    with EventMemory(memory) as again:
        assert titles(again) == ["One", "Two"]


def test_what_the_journal_gave_up_is_found_on_the_branch(events: EventMemory, memory: Memory) -> None:
    solve(events, "One")
    events.create_memory("Noise", memory_type="metric")
    events.publish()
    assert titles(events) == ["One", "Noise"]
    events.close()
    for folder in events.directory.glob("2*"):
        shutil.rmtree(folder)
    with EventMemory(memory) as later:
        assert titles(later) == ["One"]
        assert later.search_memories("one")[0].title == "One"


def test_what_waits_is_kept_when_the_stream_rotates_away(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events", budget=64 * 1024)
    with journal, EventMemory(journal=journal) as events:
        solve(events, "Retry")
        for number in range(200):
            events.create_memory(f"Noise {number}", "x" * 1000, memory_type="metric")
        assert journal.dropped().events > 0
        assert [memory.title for memory in events.memories("solution")] == ["Retry"]
        assert events.counts()["metric"] < 200


def test_without_a_repository_everything_stays(tmp_path: Path) -> None:
    place = f"dir:{tmp_path / 'events'}"
    with EventMemory(place) as events:
        solve(events, "One")
        assert events.publish() == 0
        assert not events.published_types
        assert titles(events) == ["One"]
    with EventMemory(place) as events:
        assert titles(events) == ["One"]


def test_without_a_memory_branch_they_wait_for_it(repo: Repo) -> None:
    with EventMemory(repo.root) as events:
        solve(events, "One")
        with pytest.raises(NotInitialisedError):
            events.publish()
        assert events.publish_quietly() == 0
        assert titles(events) == ["One"]
        with Memory.open(repo.root) as memory:
            memory.initialise()
        assert events.publish() == 1
        assert titles_on_branch(repo) == ["One"]


def test_whoever_is_killed_after_the_commit_publishes_nothing_twice(
    events: EventMemory, memory: Memory, clock: Hands, repo: Repo, tmp_path: Path
) -> None:
    solve(events, "One")
    events.publish()
    solve(events, "Two")
    events.close()
    waiting = events.directory / "chosen"
    shutil.copytree(waiting, tmp_path / "as-it-was")
    with EventMemory(memory, clock=clock) as publisher:
        assert publisher.publish() == 1
    tip = repo.git("rev-parse", "memory")
    # The commit was made; what notes that it was made is as if it never had been.
    shutil.rmtree(waiting)
    shutil.copytree(tmp_path / "as-it-was", waiting)
    with EventMemory(memory, clock=clock) as again:
        assert again.publish() == 0
        assert repo.git("rev-parse", "memory") == tip
        solve(again, "Three")
        assert again.publish() == 1
        assert titles(again) == titles_on_branch(repo) == ["One", "Two", "Three"]


def test_what_was_published_takes_no_more_room_here(events: EventMemory) -> None:
    for number in range(5):
        solve(events, f"Solution {number}")
    events.publish()
    assert list(events.directory.glob("chosen/*/*.jsonl")) == []


def test_many_that_publish_at_once_bring_each_once(memory: Memory, repo: Repo) -> None:
    def work(name: int) -> None:
        with EventMemory(memory, publish_every=None) as mine:
            for number in range(5):
                solve(mine, f"{name}.{number}")
                mine.publish()

    threads = [threading.Thread(target=work, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(titles_on_branch(repo)) == sorted(
        f"{name}.{number}" for name in range(3) for number in range(5)
    )
    assert len(segments(repo)) == 1


def test_in_passing_nobody_waits_for_another_who_publishes(events: EventMemory, repo: Repo) -> None:
    solve(events, "One")
    with taking(events.directory / "chosen") as is_ours:
        assert is_ours
        assert events.publish_quietly() == 0
        waiter = threading.Thread(target=events.publish)
        waiter.start()
        assert titles_on_branch(repo) == []
    waiter.join()
    assert titles_on_branch(repo) == ["One"]


def test_each_month_has_a_segment_and_a_full_one_is_followed_by_another(
    events: EventMemory, clock: Hands, repo: Repo
) -> None:
    for number in range(2):
        solve(events, f"November {number}", content="word " * 30_000)
        events.publish()
    clock.forward(days=20)
    solve(events, "December")
    events.publish()
    names = segments(repo)
    writer = names[0].split("/")[-1][:8]
    assert names == [
        f"events/2026/11/{writer}-2.jsonl",
        f"events/2026/11/{writer}.jsonl",
        f"events/2026/12/{writer}.jsonl",
    ]
    assert titles(events) == ["November 0", "November 1", "December"]


def test_many_that_waited_long_are_split_into_segments_of_one_commit(events: EventMemory, repo: Repo) -> None:
    events.create_memories(
        {"title": f"Solution {number}", "type": "solution", "content": "word " * 600} for number in range(100)
    )
    before = int(repo.git("rev-list", "--count", "memory"))
    assert events.publish() == 100
    assert int(repo.git("rev-list", "--count", "memory")) == before + 1
    assert len(segments(repo)) == 2
    assert "- and 80 more" in repo.git("log", "-1", "--format=%B", "memory")
    assert events.counts() == {"solution": 100}


@pytest.mark.parametrize(
    ("said", "published"),
    [
        (None, ["A decision", "A solution"]),
        ("solution, order.refunded", ["A refund", "A solution"]),
        ("error_solution", ["A solution"]),
        ("none", []),
        ("", []),
    ],
)
def test_which_types_are_chosen_is_configured(repo: Repo, said: str | None, published: list[str]) -> None:
    if said is not None:
        repo.git("config", "memory.eventTypes", said)
    with Memory.open(repo.root) as memory:
        memory.initialise()
        with EventMemory(memory, publish_every=None) as events:
            events.create_memory("A refund", memory_type="order.refunded")
            events.create_memory("A decision", memory_type="decision")
            solve(events, "A solution")
            assert events.publish() == len(published)
    assert sorted(titles_on_branch(repo)) == published


def test_a_program_says_more_than_the_configuration(memory: Memory, repo: Repo) -> None:
    repo.git("config", "memory.eventTypes", "none")
    with EventMemory(memory, publish=["response"], publish_every=None) as events:
        events.create_memory("Said", memory_type="ai_response")
        solve(events, "A solution")
        assert events.publish() == 1
    assert titles_on_branch(repo) == ["Said"]
    assert repo.git("log", "-1", "--format=%s", "memory") == "events: 1 response"


def test_what_is_no_type_is_told_by_the_name_of_the_setting(repo: Repo) -> None:
    repo.git("config", "memory.eventTypes", "solution, Big News")
    with pytest.raises(UsageError, match=r"memory\.eventTypes: 'Big News' is no type of memory"):
        EventMemory(repo.root)


def test_a_secret_that_waits_does_not_get_there(events: EventMemory, repo: Repo) -> None:
    solve(events, "Mend the token")
    events.close()
    (file,) = events.directory.glob("chosen/*/*.jsonl")
    file.write_text(file.read_text().replace("the token", TOKEN))  # by a program that did not look
    assert events.publish() == 1
    (event,) = on_branch(repo)
    assert TOKEN not in str(event)
    assert event["title"].startswith("Mend [redacted:")
    assert TOKEN not in repo.git("log", "-1", "--format=%B", "memory")


def test_what_waits_and_is_no_event_is_passed_over(events: EventMemory, repo: Repo) -> None:
    solve(events, "One")
    events.close()
    (file,) = events.directory.glob("chosen/*/*.jsonl")
    file.write_text('no event\n{"title": "half"}\n' + file.read_text() + '{"id": "half a li')
    assert events.publish() == 1
    assert titles_on_branch(repo) == ["One"]
    solve(events, "Two")
    assert events.publish() == 1


def test_events_go_to_the_memory_itself_also_from_a_proposal(memory: Memory, repo: Repo) -> None:
    memory.propose("later")
    with EventMemory(memory, publish_every=None) as events:
        solve(events, "One")
        assert events.publish() == 1
        assert titles(events) == ["One"]
    assert titles_on_branch(repo) == ["One"]


def test_a_program_that_goes_on_publishes_from_time_to_time(memory: Memory, repo: Repo) -> None:
    with EventMemory(memory, publish_every=0.02) as events:
        events.create_memory("Noise", memory_type="metric")
        assert not [thread for thread in threading.enumerate() if thread.name == "publish-events"]
        solve(events, "One")
        assert _soon(lambda: titles_on_branch(repo) == ["One"])
        solve(events, "Two")
        assert _soon(lambda: titles_on_branch(repo) == ["One", "Two"])
    assert _soon(lambda: not [t for t in threading.enumerate() if t.name == "publish-events"])


def test_a_forked_process_publishes_what_it_remembers(memory: Memory, repo: Repo) -> None:
    with EventMemory(memory, publish_every=None) as events:
        solve(events, "Parent's")
        assert events.publish() == 1
        if (child := os.fork()) == 0:
            code = 1
            try:
                solve(events, "Child's")
                code = 0 if events.publish() == 1 and len(titles(events)) == 2 else 2
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        assert titles(events) == titles_on_branch(repo) == ["Parent's", "Child's"]


def test_a_process_that_is_forked_while_others_are_at_work_waits_for_none_of_them(
    memory: Memory, repo: Repo
) -> None:
    with EventMemory(memory, publish_every=3600) as events:
        solve(events, "One")
        assert events._publisher is not None
        assert events._repository is not None
        with events._lock, events._publishing, events._publisher._lock, events._repository._lock:
            child = os.fork()
            if child == 0:
                try:
                    signal.alarm(20)
                    solve(events, "Two")
                    os._exit(0 if events.publish() == 2 and titles(events) == ["One", "Two"] else 1)
                finally:
                    os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
    assert titles_on_branch(repo) == ["One", "Two"]


def test_a_branch_that_is_checked_out_is_left_alone_and_told(
    events: EventMemory, repo: Repo, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "by-hand"), "memory")
    solve(events, "One")
    with pytest.raises(RefusedError, match="checked out"):
        events.publish()
    assert events.publish_quietly() == 0
    repo.git("worktree", "remove", str(tmp_path / "by-hand"))
    assert events.publish() == 1


def test_in_a_batch_events_go_their_own_way(events: EventMemory, memory: Memory, repo: Repo) -> None:
    with memory.batch("Three learnings"):
        memory.record(Kind.LEARNING, "One", fields={"lesson": "First."})
        solve(events, "Retry")
        assert events.publish() == 1
        memory.record(Kind.LEARNING, "Two", fields={"lesson": "Second."})
    assert titles_on_branch(repo) == ["Retry"]
    assert [record.title for record in memory.list()] == ["Two", "One"]


def test_events_at_the_calendars_ends_have_a_month(memory: Memory, clock: Hands, repo: Repo) -> None:
    for year in (1, 9999):
        clock.now = datetime(year, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
        with EventMemory(memory, clock=clock, publish=["solution"], publish_every=None) as events:
            solve(events, f"In {year}")
            assert events.publish() == 1
    assert [path[:14] for path in segments(repo)] == ["events/0001/12", "events/9999/12"]
    assert titles(events) == ["In 1", "In 9999"]


def test_a_sync_and_the_end_of_a_session_publish(events: EventMemory, memory: Memory, repo: Repo) -> None:
    repo.git("init", "-q", "--bare", "../remote.git")
    repo.git("remote", "add", "origin", "../remote.git")
    solve(events, "Before the sync")
    memory.sync()
    assert repo.git("rev-parse", "memory") == repo.git("rev-parse", "refs/remotes/origin/memory")
    assert titles_on_branch(repo) == ["Before the sync"]
    memory.start_session("Mend")
    solve(events, "In the session")
    memory.record(Kind.LEARNING, "Try twice", fields={"lesson": "Once is not enough."})
    events.publish()
    ended = memory.end_session().record
    assert [one["activity"].partition(":")[0] for one in ended.fields["activities"]] == ["learning"]
    solve(events, "At the end")
    memory.end_session(Ending(next_steps=("Go on",)), session=ended.id)
    assert titles_on_branch(repo) == ["Before the sync", "In the session", "At the end"]


def _soon(is_so: object) -> bool:
    """Whether it comes to be so, within a time that is enough on a busy machine."""
    assert callable(is_so)
    end = time.monotonic() + 20
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
