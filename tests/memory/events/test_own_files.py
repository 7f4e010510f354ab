"""What publishing reads and writes on the branch, however much stands there and whoever writes meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from memory.events.published import START, Hands, by_hand, on_branch, segments, solve, titles_on_branch
from support import Repo

from lsp_server import EventMemory, Memory
from lsp_server.memory import secrets
from lsp_server.memory.events import own_files
from lsp_server.memory.events.own_files import added
from lsp_server.store.base import Entry, File, Snapshot, Version
from lsp_server.store.journal.handing_over import Note, noted, taking


class Watched:
    """A version that notes which of its files are read."""

    def __init__(self, version: Snapshot) -> None:
        self._there = version
        self.were_read: list[str] = []

    @property
    def version(self) -> Version:
        return self._there.version

    def read(self, path: str) -> bytes | None:
        self.were_read.append(path)
        return self._there.read(path)

    def list(self, directory: str) -> Sequence[Entry]:
        return self._there.list(directory)

    def files(self, directory: str = "") -> Iterator[File]:
        return self._there.files(directory)


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_files, "LARGEST", 1_000)


@pytest.fixture
def events(memory: Memory) -> Iterator[EventMemory]:
    with EventMemory(memory, clock=Hands(), publish_every=None) as found:
        yield found


def test_publishing_ends_while_others_go_on_writing(repo: Repo, memory: Memory) -> None:
    stopped = threading.Event()
    with (
        EventMemory(memory, publish_every=None) as publisher,
        EventMemory(repo.root, publish_every=None) as writer,
    ):
        solve(writer, "The first")

        def write() -> None:
            number = 0
            while not stopped.wait(0.001):
                number += 1
                solve(writer, f"Number {number}")

        before = int(repo.git("rev-list", "--count", "memory"))
        busy = threading.Thread(target=write)
        busy.start()
        try:
            published = [threading.Thread(target=publisher.publish) for _ in range(2)]
            for one in published:
                one.start()
            for one in published:
                one.join(20)
            assert not any(one.is_alive() for one in published)
        finally:
            stopped.set()
            busy.join()
        assert int(repo.git("rev-list", "--count", "memory")) - before <= 2
    assert titles_on_branch(repo)[0] == "The first"


@pytest.mark.usefixtures("small_files")
def test_full_files_are_not_read_again_for_each_commit(
    repo: Repo, memory: Memory, events: EventMemory
) -> None:
    for round_ in range(3):
        for number in range(12):
            solve(events, f"Number {round_}.{number}", content="x" * 100)
        assert events.publish() == 12
    assert len(segments(repo)) > 6

    waiting = events.create_memory("One more", memory_type="solution")
    tip = Watched(memory._core.mainline.snapshot())
    with taking(events.directory / "chosen"):
        settled = noted(events.directory / "chosen").settled
    found = added(tip, events.writer, [waiting], settled)
    assert found.new == [waiting]
    assert tip.were_read == [max(segments(repo), key=_number)]

    tip = Watched(memory._core.mainline.snapshot())
    added(tip, events.writer, [waiting], {})
    assert set(tip.were_read) == set(segments(repo))


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("what", ["the note is lost", "the branch went back", "the note is older"])
def test_what_is_known_of_full_files_never_makes_two_of_one(
    repo: Repo, memory: Memory, what: str, events: EventMemory
) -> None:
    note = events.directory / "chosen" / "taken.json"

    def keep(name: str) -> None:
        for number in range(12):
            solve(events, f"{name} {number}", content="x" * 100)

    with EventMemory(memory, publish=["solution"]) as writing:  # keeps its file from being let go
        first = solve(writing, "Stays in its file")
        keep("A")
        events.publish()
        old_note, old_tip = note.read_bytes(), repo.git("rev-parse", "memory").strip()
        keep("B")
        solve(writing, "Stays, too")
        events.publish()
        if what == "the note is lost":
            note.unlink()
        elif what == "the note is older":
            note.write_bytes(old_note)
        else:
            repo.git("update-ref", "refs/heads/memory", old_tip)
            note.write_bytes(old_note)
        keep("C")
        events.publish()
    found = [event["id"] for event in on_branch(repo) if event["type"] == "solution"]
    assert len(found) == len(set(found))
    assert first in found
    there = set(titles_on_branch(repo))
    assert {"Stays in its file", "Stays, too", *(f"C {number}" for number in range(12))} <= there


def test_a_note_that_is_no_note_says_nothing(tmp_path: Path) -> None:
    for said in (b"", b"[]", b'{"a": "b", "settled": []}', b'{"settled": {"a": 1}}', b"\xff"):
        (tmp_path / "taken.json").write_bytes(said)
        with taking(tmp_path):
            assert noted(tmp_path) == Note({}, {})


def test_a_summary_is_looked_for_in_all_files(repo: Repo, memory: Memory, tmp_path: Path) -> None:
    clock = Hands()
    with EventMemory(memory, clock=clock, publish_every=None) as events:
        solve(events, "On a day")
        clock.now = START + timedelta(days=1)
        events.publish()
        (summary,) = events.memories("summary")
        events._chosen.append(own_files.event_of(summary))  # as another who saw no index would
        solve(events, "On the next")
        assert events.publish() == 1
    assert [event["type"] for event in on_branch(repo)].count("summary") == 1


@pytest.mark.usefixtures("small_files")
def test_a_folder_in_the_place_of_a_file_is_passed_by(
    repo: Repo, events: EventMemory, tmp_path: Path
) -> None:
    first, second = (f"events/2026/11/{events.writer}{number}.jsonl" for number in ("", "-2"))

    def put(tree: Repo) -> None:
        for path in (first, second):
            tree.write(f"{path}/a", "somebody's")

    by_hand(repo, tmp_path / "by-hand", put)
    solve(events, "One")
    assert events.publish() == 1
    solve(events, "Two", content="x" * 1_000)
    assert events.publish() == 1
    names = [f"{first}/a", f"{second}/a", first.replace(".", "-3."), first.replace(".", "-4.")]
    assert segments(repo) == sorted(names)
    assert {memory.title for memory in events.memories()} == {"One", "Two"}


def test_what_a_proposal_lets_through_stays_a_secret_on_the_memory_itself(repo: Repo, memory: Memory) -> None:
    token = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"
    memory.propose("later")
    (found,) = secrets.check(token)
    memory.allow_secret(found.fingerprint)
    with EventMemory(memory, publish_every=None) as events:
        assert solve(events, f"Use {token}")
        assert events.publish() == 1
        assert titles_on_branch(repo) == ["Use [redacted: github-pat]"]


def _number(path: str) -> int:
    return int(path.rpartition("-")[2].partition(".")[0]) if "-" in path else 1
