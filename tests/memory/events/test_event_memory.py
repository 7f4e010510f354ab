"""Typed memories: what is kept is found again, by whoever asks, whatever happened in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from support import Repo

from lsp_server import EventMemory, Journal, Memory, NoRepositoryError, TypedMemory, UsageError

START = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"


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
def place(tmp_path: Path) -> str:
    return f"dir:{tmp_path / 'events'}"


@pytest.fixture
def events(place: str, clock: Hands) -> Iterator[EventMemory]:
    with EventMemory(place, clock=clock) as events:
        yield events


def titles(memories: list[TypedMemory]) -> list[str]:
    return [memory.title for memory in memories]


def lines(events: EventMemory) -> list[str]:
    return [line for path in events.directory.glob("*/*.jsonl") for line in path.read_text().splitlines()]


# What is kept


def test_what_is_remembered_is_read_as_it_was_given(events: EventMemory) -> None:
    made = events.create_memory(
        "Timeout in  checkout\n",
        "No answer in 30 s",
        memory_type="error",
        owner="worker-1",
        tags=["http", "http", "bank"],
        metadata={"ms": 30_000, "day": date(2026, 11, 21), "path": ("a", "b"), "$date": "own"},
    )
    assert made.title == "Timeout in checkout"
    assert made.tags == ("http", "bank")
    assert made.created == START
    assert made.metadata == {"ms": 30_000, "day": date(2026, 11, 21), "path": ["a", "b"], "$date": "own"}
    assert events.search_memories("timeout") == [made]
    assert events.get_recent_memories() == [made]
    assert events.get_context_window("worker-1").recent == [made]


def test_the_names_that_programs_know_mean_the_same(events: EventMemory) -> None:
    made = events.create_memory(
        title="Error: KeyError",
        content="'id'",
        user_id="system",
        memory_type="system_error",
        meta_data={"error_type": "KeyError"},
    )
    assert (made.memory_type, made.owner, made.user_id) == ("error", "system", "system")
    assert made.meta_data == made.metadata == {"error_type": "KeyError"}
    for name in ("system_error", "error"):
        assert events.search_memories(query="KeyError", memory_type=name, limit=10) == [made]
        assert events.get_recent_memories(memory_type=name, hours=24) == [made]
    assert events.get_context_window(user_id="system", window_size=50, include_similar=True).recent == [made]


def test_any_other_type_will_do(events: EventMemory) -> None:
    made = events.create_memory("Order 42", memory_type="order.placed")
    assert events.get_recent_memories("order.placed") == [made]
    assert events.get_recent_memories("order") == []
    assert "order.placed" not in events.types()
    assert all(about.endswith(".") for about in events.types().values())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"title": ""}, "needs a title"),
        ({"title": " \n"}, "needs a title"),
        ({"title": 7}, "title must be text, not a number"),
        ({"title": "\ud800"}, "title is no valid text"),
        ({"title": "x", "content": None}, "content must be text, not null"),
        ({"title": "x", "content": "x" * 1_000_001}, "more than 1,000,000 characters"),
        ({"title": "x", "owner": "\ud800"}, "owner is no valid text"),
        ({"title": "x", "memory_type": "Error!"}, "no type of memory"),
        ({"title": "x", "memory_type": "../x"}, "no type of memory"),
        ({"title": "x", "tags": [1]}, "a tag must be text"),
        ({"title": "x", "tags": 5}, "tags must be a list"),
        ({"title": "x", "metadata": [1]}, "metadata must be an object"),
        ({"title": "x", "metadata": {"a": {1, 2}}}, r"metadata\['a'\] is a set"),
        ({"title": "x", "metadata": {"a": float("nan")}}, r"metadata\['a'\] is nan"),
        ({"title": "x", "metadata": {1: 2}}, "metadata has the key 1"),
        ({"title": "x", "owner": "a", "user_id": "b"}, "the same: give one"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words_and_nothing_is_written(
    events: EventMemory, given: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        events.create_memory(**given)  # type: ignore[arg-type]  # what is wrong is the point
    assert lines(events) == []


def test_of_many_all_are_kept_or_none(events: EventMemory) -> None:
    with pytest.raises(UsageError, match="memory 2: a memory has no 'titel'"):
        events.create_memories([{"title": "a"}, {"titel": "b"}])
    assert lines(events) == []
    made = events.create_memories({"title": f"n {n}", "type": "metric"} for n in range(300))
    assert len(lines(events)) == 300
    assert events.get_recent_memories("metric", limit=300) == list(reversed(made))
    assert events.create_memories([]) == []


def test_metadata_that_contains_itself_is_refused(events: EventMemory) -> None:
    endless: dict[str, object] = {}
    endless["a"] = endless
    with pytest.raises(UsageError, match="contains itself"):
        events.create_memory("x", metadata=endless)  # type: ignore[arg-type]  # as above


# Secrets


def test_secrets_never_reach_the_journal(events: EventMemory) -> None:
    made = events.create_memory(
        f"Login with {TOKEN}",
        f"curl -H 'Authorization: token {TOKEN}'",
        tags=["ok", TOKEN],
        metadata={"password": "correct-horse-7", "nested": [{"token": TOKEN}], "ms": 3},
    )
    assert "[redacted: " in made.title
    assert made.metadata["ms"] == 3
    assert made.metadata["password"] == "[redacted: assigned-secret]"
    events.create_memories([{"title": "many"}] * 20 + [{"title": "x", "content": TOKEN}])
    events.search_memories("login")
    for path in events.directory.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes()
            assert b"correct-horse" not in path.read_bytes()
    assert events.get_recent_memories(limit=1)[0].content.startswith("[redacted: ")


def test_what_people_let_through_in_the_repository_stays(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        from lsp_server.memory import secrets

        (found,) = secrets.check(TOKEN)
        memory.allow_secret(found.fingerprint)
        with EventMemory(memory) as events:
            assert events.create_memory("x", TOKEN).content == TOKEN
    with EventMemory(repo.root) as events:
        assert events.create_memory("x", TOKEN).content == TOKEN


# Finding


def test_search_finds_the_likeliest_first_and_only_what_is_asked_for(events: EventMemory) -> None:
    events.create_memory("Cache warmed", "the checkout has its prices", owner="a")
    events.create_memory("Timeout in checkout", memory_type="error", owner="b")
    events.create_memory("Nothing of it", metadata={"endpoint": "/checkout"}, owner="a", memory_type="metric")
    assert titles(events.search_memories("checkout timeout")) == [
        "Timeout in checkout",
        "Cache warmed",
        "Nothing of it",
    ]
    assert titles(events.search_memories("checkout", owner="a")) == ["Cache warmed", "Nothing of it"]
    assert titles(events.search_memories("checkout", "error")) == ["Timeout in checkout"]
    assert titles(events.search_memories("checkout", "metric", owner="b")) == []
    assert titles(events.search_memories("checkout", limit=1)) == ["Timeout in checkout"]
    assert titles(events.search_memories('"has its prices" timeout')) == ["Cache warmed"]
    assert titles(events.search_memories("warm")) == ["Cache warmed"]  # its beginning
    assert events.search_memories("") == events.search_memories("   ?! ") == []
    assert events.search_memories("checkout", limit=0) == []


def test_owners_that_are_much_alike_are_kept_apart(events: EventMemory) -> None:
    owners = ["", "a", "A", "ä", "a b", "a\x00b", "x" * 50_000, "x" * 50_001, "xowner", "'", "running", "run"]
    for owner in owners:
        events.create_memory("Timeout", owner=owner)
    for owner in owners:
        assert [one.owner for one in events.search_memories("timeout", owner=owner, limit=50)] == [owner]
        assert [one.owner for one in events.get_context_window(owner).recent] == [owner]
    assert len(events.search_memories("timeout", limit=50)) == len(owners)


@pytest.mark.parametrize(
    "query", ['"', "a AND (", "title:x", "* NEAR(", "'; DROP TABLE events", "\x00", "-x"]
)
def test_nothing_in_a_query_is_an_operator(events: EventMemory, query: str) -> None:
    events.create_memory("Timeout")
    assert titles(events.search_memories(query)) == []


def test_a_rare_word_finds_an_old_event_among_thousands_that_share_the_others(events: EventMemory) -> None:
    events.create_memory("Deadlock in request users", memory_type="error")
    events.create_memories({"title": f"request users {n}"} for n in range(5_000))
    assert titles(events.search_memories("request deadlock users"))[0] == "Deadlock in request users"
    assert len(events.search_memories("request users", limit=10)) == 10


def test_recent_ones_come_newest_first_within_the_hours(events: EventMemory, clock: Hands) -> None:
    for hour in range(4):
        events.create_memory(f"hour {hour}", owner="ab"[hour % 2], memory_type=["event", "metric"][hour > 2])
        clock.forward(hours=1)
    assert titles(events.get_recent_memories(hours=2)) == ["hour 3", "hour 2"]
    assert titles(events.get_recent_memories("metric")) == ["hour 3"]
    assert titles(events.get_recent_memories(owner="a", limit=1)) == ["hour 2"]
    assert titles(events.get_recent_memories(hours=1e300)) == titles(events.get_recent_memories(hours=None))
    clock.forward(days=2)
    assert events.get_recent_memories() == []
    assert len(events.get_recent_memories(hours=None)) == 4


@pytest.mark.parametrize("hours", [-1, float("nan"), "24", True])
def test_hours_that_are_none_are_refused(events: EventMemory, hours: float) -> None:
    with pytest.raises(UsageError, match="hours is"):
        events.get_recent_memories(hours=hours)


def test_a_context_window_has_the_recent_ones_in_order_and_older_ones_like_them(
    events: EventMemory, clock: Hands
) -> None:
    events.create_memory("Refund for order 7", "The bank refused the refund", owner="ada")
    events.create_memory("Refund for order 9", "The bank refused the refund", owner="bob")
    for n in range(20):
        events.create_memory(f"Weather {n}", owner="ada")
        clock.forward(seconds=1)
    events.create_memory("Refund again", "refused by the bank", owner="ada")
    window = events.get_context_window("ada", window_size=3)
    assert titles(window.recent) == ["Weather 18", "Weather 19", "Refund again"]
    assert titles(window.similar)[0] == "Refund for order 7"
    assert "Refund for order 9" not in titles(window.similar)  # somebody else's
    assert not {one.id for one in window.recent} & {one.id for one in window.similar}
    assert events.get_context_window("ada", 3, include_similar=False).similar == []
    asked = events.get_context_window("ada", 3, query="weather 4").similar
    assert titles(asked)[0] == "Weather 4"
    assert len(asked) <= 10
    assert events.get_context_window("nobody") == ([], [])
    assert events.get_context_window("ada", 0).recent == []
    with pytest.raises(UsageError, match="window_size is -1"):
        events.get_context_window("ada", -1)


# Where, and who


def test_in_a_repository_events_stay_beside_the_branch_and_touch_nothing(repo: Repo) -> None:
    before = repo.fingerprint()
    with EventMemory(repo.root / "src") as events:
        made = events.create_memory("Deployed")
        assert events.directory == repo.root / ".git" / "git-memory" / "events"
    with Memory.open(repo.root) as memory, EventMemory(memory) as events:
        assert events.get_recent_memories() == [made]
    assert repo.fingerprint() == before


def test_without_a_repository_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoRepositoryError):
        EventMemory(tmp_path)
    with pytest.raises(UsageError, match="dir:PATH"):
        EventMemory("dir:")


def test_a_journal_of_the_programs_own_is_used_and_stays_open(tmp_path: Path) -> None:
    with Journal(tmp_path / "own") as journal:
        with EventMemory(journal=journal) as events:
            events.create_memory("Deployed")
            assert titles(events.search_memories("deployed")) == ["Deployed"]
        journal.append({"another": "program's"})
        with EventMemory(journal=journal) as events:
            assert titles(events.get_recent_memories()) == ["Deployed"]


def test_a_reader_sees_at_once_what_another_has_written(place: str) -> None:
    with EventMemory(place) as one, EventMemory(place) as other:
        for n in range(5):
            (one, other)[n % 2].create_memory(f"n {n}")
            assert len(one.get_recent_memories()) == len(other.get_recent_memories()) == n + 1


def test_threads_and_processes_together_lose_nothing_and_see_each_event_once(place: str) -> None:
    program = (
        "import sys; from lsp_server import EventMemory\n"
        "with EventMemory(sys.argv[1]) as events:\n"
        "    for n in range(200):\n"
        "        events.create_memory(f'{sys.argv[2]} {n}', owner=sys.argv[2])\n"
        "        if n % 50 == 0: events.search_memories('p1')\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, place, f"p{n}"]) for n in range(3)]
    with EventMemory(place) as events:

        def work(name: str) -> None:
            for n in range(200):
                events.create_memory(f"{name} {n}", owner=name)
                if n % 50 == 0:
                    events.get_recent_memories(limit=5)

        threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(3)]
        for thread in threads:
            thread.start()
        for one in (*threads,):
            one.join()
        assert [one.wait(60) for one in running] == [0, 0, 0]
        found = events.get_recent_memories(hours=None)
        assert len(found) == len({one.id for one in found}) == 1_200
        assert {len(events.get_recent_memories(owner=f"{who}{n}")) for who in "pt" for n in range(3)} == {200}


def test_what_was_acknowledged_is_there_after_a_kill(place: str) -> None:
    program = (
        "import sys; from lsp_server import EventMemory\n"
        "events = EventMemory(sys.argv[1])\n"
        "n = 0\n"
        "while True:\n"
        "    events.create_memory(f'n {n}'); print(n, flush=True); n += 1\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, place], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        while int(running.stdout.readline()) < 100:
            pass
        running.send_signal(signal.SIGKILL)
        acknowledged = 100 + len(running.stdout.read().splitlines())
    with EventMemory(place) as events:
        found = {memory.title for memory in events.get_recent_memories()}
        assert {f"n {n}" for n in range(acknowledged)} <= found


def test_a_forked_process_has_an_index_of_its_own(events: EventMemory) -> None:
    events.create_memory("before")
    assert len(events.get_recent_memories()) == 1
    child = os.fork()
    if child == 0:
        try:
            events.create_memory("in the child")
            os._exit(0 if len(events.get_recent_memories()) == 2 else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert titles(events.get_recent_memories()) == ["in the child", "before"]


# The index is disposable


def _delete(path: Path) -> None:
    for one in path.parent.glob("index.sqlite3*"):
        one.unlink()


def _break(path: Path) -> None:
    _delete(path)
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)


@pytest.mark.parametrize("harm", [_delete, _break], ids=["deleted", "damaged"])
@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "open"])
def test_losing_the_index_loses_nothing(
    events: EventMemory, place: str, harm: Callable[[Path], None], is_open: bool
) -> None:
    events.create_memories({"title": f"n {n}"} for n in range(50))
    assert len(events.search_memories("n", limit=100)) == 50
    if not is_open:
        events.close()
    harm(events.directory / "index.sqlite3")
    events.create_memory("n one more")
    assert len(events.search_memories("n", limit=100)) == 51
    with EventMemory(place) as others:
        assert len(others.search_memories("n", limit=100)) == 51


def test_an_index_that_is_deleted_between_two_looks_never_answers_too_little(events: EventMemory) -> None:
    events.create_memory("One")
    database = events._opened()._database
    database.write(lambda _: None)
    for file in events.directory.glob("index.sqlite3*"):
        file.unlink()
    database.read(lambda _: None)  # in another file now than what was opened for writing
    events.create_memory("Two")
    for _ in range(2):
        assert [memory.title for memory in events.memories()] == ["One", "Two"]


def test_a_place_that_cannot_be_written_is_read_all_the_same(events: EventMemory) -> None:
    events.create_memory("Deployed")
    events.directory.chmod(0o555)
    try:
        if os.access(events.directory, os.W_OK):
            pytest.skip("this user may write everywhere")
        assert titles(events.search_memories("deployed")) == ["Deployed"]
    finally:
        events.directory.chmod(0o755)


def test_what_the_journal_gave_up_is_not_found_any_more(tmp_path: Path) -> None:
    with (
        Journal(tmp_path / "small", budget=40_000, segment_size=10_000) as journal,
        EventMemory(journal=journal) as events,
    ):
        events.create_memory("The very first one")
        for batch in range(5):
            events.create_memories({"title": f"n {batch} {n}", "content": "x" * 60} for n in range(100))
            assert events.search_memories("n", limit=1)
        kept = [json.loads(line) for line in lines(events)]
        assert 0 < len(kept) < 400
        assert events.search_memories("very first") == []
        assert len(events.get_recent_memories()) == len(kept)
        assert len(events.search_memories("n", limit=1_000)) == len(kept)


def test_lines_that_are_no_memories_are_passed_over(events: EventMemory) -> None:
    events.create_memory("Deployed")
    (path,) = events.directory.glob("*/*.jsonl")
    with path.open("a") as file:
        file.write('broken\n[]\n{"title": 1}\n{"id": "x", "type": "event", "title": "no time"}\n')
        file.write('{"id":"x","type":"event","title":"t","created":"2026-11-21T10:00:00+00:00","tags":[1]}\n')
    events.create_memory("After it")
    assert titles(events.get_recent_memories()) == ["After it", "Deployed"]


def test_a_clock_that_goes_back_keeps_the_order(events: EventMemory, clock: Hands) -> None:
    events.create_memory("first")
    clock.forward(hours=-5)
    events.create_memory("second")
    assert titles(events.get_recent_memories()) == ["second", "first"]


def test_nothing_half_written_is_read(events: EventMemory) -> None:
    events.create_memory("whole")
    events.close()
    (path,) = events.directory.glob("*/*.jsonl")
    with path.open("a") as file:
        file.write('{"id": "x", "type": "ev')
    assert titles(events.get_recent_memories()) == ["whole"]
    events.create_memory("next")
    assert titles(events.get_recent_memories()) == ["next", "whole"]
