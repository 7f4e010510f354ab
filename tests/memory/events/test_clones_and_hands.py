"""What other clones and people's own hands do to the events of a branch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from memory.events.published import by_hand, on_branch, segments, solve, titles, titles_on_branch
from support import Repo

from lsp_server import EventMemory, Memory
from lsp_server.memory.merging.event_files import merged_segment


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        yield memory


@pytest.fixture
def events(memory: Memory) -> Iterator[EventMemory]:
    with EventMemory(memory, publish_every=None) as events:
        yield events


def test_what_one_clone_publishes_is_found_in_the_other(
    new_repo: Callable[..., Repo], repo: Repo, memory: Memory, events: EventMemory
) -> None:
    repo.git("init", "-q", "--bare", "../remote.git")
    other = new_repo("other")
    for each in (repo, other):
        each.git("remote", "add", "origin", "../remote.git")
    solve(events, "Ours", owner="worker-1")
    events.create_memory("Ours alone", memory_type="error")
    memory.sync()
    with Memory.open(other.root) as theirs, EventMemory(theirs, publish_every=None) as their_events:
        theirs.sync()
        assert [memory.title for memory in their_events.memories()] == ["Ours"]
        assert their_events.search_memories("ours", "solution", owner="worker-1")[0].title == "Ours"
        assert their_events.get_context_window("worker-1").recent[0].title == "Ours"
        solve(their_events, "Theirs")
        their_events.create_memory("Theirs alone", memory_type="error")
        solve(events, "Ours again")
        theirs.sync()
        memory.sync()
        theirs.sync()
        assert len(segments(repo)) == 2
        assert sorted(titles_on_branch(repo)) == sorted(titles_on_branch(other))
        assert titles(events) == ["Ours", "Ours alone", "Theirs", "Ours again"]
        assert titles(their_events) == ["Ours", "Theirs", "Theirs alone", "Ours again"]


def test_a_line_that_a_person_mends_is_found_as_it_reads_now(
    events: EventMemory, repo: Repo, tmp_path: Path
) -> None:
    first = solve(events, "Retry wiht backoff")
    solve(events, "Ask twice")
    events.publish()
    assert len(titles(events)) == 2
    (path,) = segments(repo)

    def mend(tree: Repo) -> None:
        file = tree.root / path
        file.write_text(file.read_text().replace("wiht", "with"))

    by_hand(repo, tmp_path / "by-hand", mend)
    assert titles(events) == ["Retry with backoff", "Ask twice"]
    assert [memory.id for memory in events.search_memories('"with backoff"')] == [first]
    assert events.search_memories("wiht") == []
    solve(events, "Three")
    events.publish()
    assert titles(events) == titles_on_branch(repo) == ["Retry with backoff", "Ask twice", "Three"]


def test_lines_that_are_no_events_are_passed_over_and_told(
    events: EventMemory, memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    solve(events, "One")
    events.publish()
    (path,) = segments(repo)

    def spoil(tree: Repo) -> None:
        file = tree.root / path
        text = file.read_bytes()
        file.write_bytes(b"<<<<<<< ours\n\n" + text.rstrip(b"\n") + b'\r\n{"title": "no id"}\n[1]\n\xff\n"a"')
        tree.write("events/lost.jsonl", "")

    by_hand(repo, tmp_path / "by-hand", spoil)
    assert titles(events) == ["One"]
    found = [finding for finding in memory.examine().findings if finding.code.startswith("event-")]
    assert [(finding.code, finding.where) for finding in found] == [
        ("event-unreadable", f"{path}:1"),
        ("event-unreadable", f"{path}:4"),
        ("event-unreadable", f"{path}:5"),
        ("event-unreadable", f"{path}:6"),
        ("event-unreadable", f"{path}:7"),
        ("event-misplaced", "events/lost.jsonl"),
    ]
    assert [finding.message.split(": ", 2)[2] for finding in found[:5]] == [
        "it is no JSON (expecting value).",
        'it has no "id".',
        "it is no JSON object.",
        "it is not UTF-8.",
        "it is no JSON object.",
    ]
    solve(events, "Two")
    assert events.publish() == 1
    assert titles(events) == ["One", "Two"]
    assert repo.git("show", f"memory:{path}").splitlines()[-2] == '"a"'


def test_a_time_that_has_no_day_in_utc_stands_in_nobodys_way(
    events: EventMemory, memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    solve(events, "One")
    events.publish()
    (path,) = segments(repo)
    whens = ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "2026-01-20T10:00:00Z"]
    lines = [
        json.dumps({"id": f"hand-{at}", "created": when, "type": "insight", "title": when}) + "\n"
        for at, when in enumerate(whens)
    ]

    def write(tree: Repo) -> None:
        tree.write(path, (tree.root / path).read_text() + "".join(lines))

    by_hand(repo, tmp_path / "by-hand", write)
    assert titles(events) == ["2026-01-20T10:00:00Z", "One"]
    found = [finding.where for finding in memory.examine().findings if finding.code == "event-unreadable"]
    assert found == [f"{path}:2", f"{path}:3"]
    one, other, dated = (line.encode() for line in lines)
    assert merged_segment(None, other + one, dated) == dated + one + other


def test_the_doctor_counts_events(events: EventMemory, memory: Memory) -> None:
    def told() -> str:
        return next(area.summary for area in memory.examine().areas if area.name == "events")

    assert told() == "none yet"
    solve(events, "One")
    events.publish()
    assert told() == "1 event"
    assert memory.examine().is_healthy


def test_the_doctor_tells_of_a_setting_that_names_no_types(memory: Memory, repo: Repo) -> None:
    repo.git("config", "memory.eventTypes", "solution, Big News")
    (finding,) = memory.examine().findings
    assert (finding.code, finding.where) == ("event-types", "memory.eventTypes")
    assert "'Big News' is no type of memory" in finding.message


def test_what_a_person_takes_out_of_the_branch_stays_where_it_was_kept(
    events: EventMemory, memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    events.create_memories({"title": f"Solution {number}", "type": "solution"} for number in range(3))
    events.publish()
    assert len(titles(events)) == 3
    (path,) = segments(repo)

    def cut(tree: Repo) -> None:
        file = tree.root / path
        file.write_text("".join(line + "\n" for line in file.read_text().splitlines()[1:]))

    by_hand(repo, tmp_path / "by-hand", cut)
    assert len(on_branch(repo)) == 2
    assert titles(events) == ["Solution 0", "Solution 1", "Solution 2"]  # the journal has it still
    assert events.publish() == 0  # and does not bring it back
    for file in (*events.directory.glob("index.sqlite3*"), *events.directory.glob("2*/*.jsonl")):
        file.unlink()
    with EventMemory(memory) as later:
        assert titles(later) == ["Solution 1", "Solution 2"]


def test_a_branch_that_goes_back_takes_its_events_with_it(
    events: EventMemory, memory: Memory, repo: Repo
) -> None:
    start = repo.git("rev-parse", "memory")
    solve(events, "One")
    events.publish()
    assert titles(events) == ["One"]
    events.close()
    for file in events.directory.glob("2*/*.jsonl"):
        file.unlink()
    with EventMemory(memory) as later:
        assert titles(later) == ["One"]
        repo.git("update-ref", "refs/heads/memory", start)
        assert titles(later) == []


def test_somebodys_code_of_that_name_holds_no_events(repo: Repo) -> None:
    repo.write("events/2026/11/a.jsonl", '{"id": "a1", "type": "solution", "title": "Not ours"}\n')
    repo.commit("Code")
    repo.git("branch", "memory")
    with EventMemory(repo.root, publish_every=None) as events:
        solve(events, "One")
        assert titles(events) == ["One"]
        assert events.publish_quietly() == 0
    assert repo.git("rev-parse", "memory") == repo.git("rev-parse", "HEAD")


def test_a_comparison_tells_what_came_and_what_went(
    events: EventMemory, memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    start = repo.git("rev-parse", "memory")
    solve(events, "Retry")
    events.create_memory("Ship\tby rail", memory_type="decision")
    events.publish()
    middle = repo.git("rev-parse", "memory")
    events.create_memories({"title": f"Insight {number}", "type": "insight"} for number in range(4))
    events.publish()
    many = repo.git("rev-parse", "memory")
    (path,) = segments(repo)

    def cut(tree: Repo) -> None:
        lines = (tree.root / path).read_text().splitlines()
        tree.write(path, "\n".join([lines[0].replace("Retry", "Wait"), *lines[2:]]) + "\n")

    by_hand(repo, tmp_path / "by-hand", cut)
    end = repo.git("rev-parse", "memory")

    def told(old: str, new: str) -> str:
        (file,) = memory.compare(f"{old}..{new}")[0].files
        assert file.path == path
        return file.remark

    assert told(start, middle) == '2 events: solution "Retry", decision "Ship by rail"'
    assert told(middle, many) == "4 events: 4 insights"
    assert told(many, end) == "1 edited, 1 gone"


def test_the_export_as_a_directory_says_that_events_have_no_place_there(
    events: EventMemory, memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    solve(events, "One")
    events.publish()
    done = memory.export_directory(tmp_path / "out")
    assert segments(repo)[0] in str(done)
    assert not list((tmp_path / "out").rglob("*.jsonl"))
