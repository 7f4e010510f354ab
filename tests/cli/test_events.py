"""``git memory event``: what happens is remembered from a shell."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

PROGRAM = Path(sys.executable).parent / "git-memory"
TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF" + "3hJ6"
KEYS = ["id", "type", "owner", "title", "content", "tags", "metadata", "created"]


def test_an_event_is_kept_and_found(repo: Repo) -> None:
    told = repo.do(
        *("event", "error", "Timeout in checkout", "--content", "No answer\nin 30 s", "--owner", "worker-1"),
        *("--tag", "http", "--tag", "bank", "--meta", "ms=30000", "--meta", "host=db=1"),
    )
    kept, event_id, *title = told.split()
    assert (kept, " ".join(title)) == ("error", "Timeout in checkout")
    (found,) = repo.json("event", "list")
    assert list(found) == KEYS
    assert found["id"] == event_id
    assert found["content"] == "No answer\nin 30 s"
    assert found["tags"] == ["http", "bank"]
    assert found["metadata"] == {"ms": 30000, "host": "db=1"}
    assert repo.json("event", "search", "timeout") == [found]
    assert repo.json("event", "search", "30000", "--type", "error", "--owner", "worker-1") == [found]
    assert repo.json("event", "list", "--type", "system_error") == [found]


def test_people_read_a_line_of_each_newest_first_and_the_whole_where_they_ask(repo: Repo) -> None:
    repo.do("event", "metric", "GET /users", "--meta", "sizes=[1, 2]")
    repo.do("event", "error", "Timeout", "--content", "first\nsecond", "--owner", "ada", "--tag", "a")
    rows = [line.split() for line in repo.do("event", "list").splitlines()]
    assert [row[2:] for row in rows] == [["error", "ada", "Timeout"], ["metric", "-", "GET", "/users"]]
    assert repo.do("event", "search", "timeout", "--whole").splitlines()[1:] == [
        "    first",
        "    second",
        "  tags a",
    ]
    assert repo.do("event", "list", "--type", "metric", "--whole").splitlines()[1:] == ["  sizes [1, 2]"]
    assert len(repo.do("event", "list", "-n", "1").splitlines()) == 1


def test_what_people_want_in_their_history_goes_to_the_branch(repo: Repo) -> None:
    def subjects() -> list[str]:
        return repo.git("log", "--format=%s", "memory").splitlines()

    repo.do("event", "error", "Timeout")
    answer = repo.run("event", "publish")
    assert (answer.code, answer.out, answer.err) == (0, "", "nothing waits to be published\n")
    repo.do("event", "solution", "Retry with backoff")
    repo.run(
        "event",
        "--stdin",
        stdin='{"title": "Rail", "type": "decision"}\n{"title": "Road", "type": "decision"}\n',
    )
    assert subjects()[:2] == ["events: 2 decisions", "events: 1 solution"]
    assert repo.json("event", "publish") == {"published": 0}
    repo.git("config", "memory.eventTypes", "none")
    repo.do("event", "solution", "Ask twice")
    assert len(subjects()) == len(repo.git("rev-list", "memory").splitlines()) == 3
    assert [event["title"] for event in repo.json("event", "list", "--type", "solution")] == [
        "Ask twice",
        "Retry with backoff",
    ]
    repo.git("config", "memory.eventTypes", "No Type")
    refused = repo.run("event", "list")
    assert refused.code == 2
    assert refused.err.startswith("error: git config memory.eventTypes: 'No Type' is no type of memory")


def test_with_nothing_found_it_says_so(repo: Repo) -> None:
    for arguments in (["list"], ["list", "--all"], ["search", "timeout"]):
        answer = repo.run("event", *arguments)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.startswith("nothing found")
        assert repo.run("event", *arguments, "--json").json == []


def test_no_memory_is_needed_and_nothing_is_committed(fresh: Repo) -> None:
    before = fresh.git("for-each-ref")
    fresh.do("event", "event", "Deployed")
    assert fresh.git("for-each-ref") == before
    assert fresh.git("status", "--porcelain") == ""
    assert len(fresh.json("event", "list")) == 1


def test_json_lines_are_kept_and_bad_ones_named_by_their_number(repo: Repo) -> None:
    lines = [
        '{"title": "Order 42", "type": "order.placed", "metadata": {"day": {"$date": "2026-11-21"}}}',
        "",
        "nonsense",
        '{"titel": "x"}',
        "[1]",
        '{"title": "T", "type": "Bad Type"}',
        '{"title": "\\ud800"}',
        '{"title": "last", "owner": "ada", "tags": ["a"], "content": "c"}',
    ]
    answer = repo.run("event", "--stdin", stdin="\ufeff" + "\r\n".join(lines))
    assert answer.code == 1
    assert answer.out == "kept 2, refused 5\n"
    assert [line.partition(":")[0] for line in answer.err.splitlines()] == [f"line {n}" for n in range(3, 8)]
    last, first = repo.json("event", "list")
    assert (last["title"], last["owner"], last["tags"], last["content"]) == ("last", "ada", ["a"], "c")
    assert first["metadata"] == {"day": {"$date": "2026-11-21"}}
    answer = repo.run("event", "--stdin", "--json", stdin=b'{"title": "\xff"}\n{"title": "ok"}\n')
    assert answer.code == 1
    assert answer.json == {"kept": 1, "refused": [{"line": 1, "error": "not UTF-8 text"}]}


def test_good_lines_alone_are_a_success_and_so_is_nothing(repo: Repo) -> None:
    lines = "".join(json.dumps({"title": f"n {n}", "type": "metric"}) + "\n" for n in range(3_000))
    assert repo.do("event", "--stdin", stdin=lines) == "kept 3000\n"
    assert repo.do("event", "--stdin", stdin="") == "kept 0\n"
    assert len(repo.json("event", "list", "-n", "5000")) == 3_000


def test_a_line_without_end_is_refused_and_the_next_one_kept(repo: Repo) -> None:
    endless = '{"title": "' + "x" * 3_000_000 + '"}\n{"title": "ok"}\n'
    answer = repo.run("event", "--stdin", stdin=endless)
    assert (answer.code, answer.out) == (1, "kept 1, refused 1\n")
    assert answer.err == "line 1: longer than 1 MiB\n"


def test_of_thousands_of_bad_lines_the_first_are_named(repo: Repo) -> None:
    answer = repo.run("event", "--stdin", stdin="x\n" * 2_000)
    assert answer.out == "kept 0, refused 2000\n"
    assert len(answer.err.splitlines()) == 21
    assert answer.err.endswith("and 1980 more lines\n")


def test_each_line_is_kept_as_soon_as_it_comes(repo: Repo) -> None:
    with subprocess.Popen(
        [PROGRAM, "event", "--stdin"],
        cwd=repo.path,
        env=repo.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        running.stdin.write(b'{"title": "now"}\n{"title": "half')
        running.stdin.flush()
        deadline = time.monotonic() + 30
        while repo.run("event", "list").code and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [one["title"] for one in repo.json("event", "list")] == ["now"]
        running.stdin.write(b' a line"}')
        running.stdin.close()
        assert running.wait(30) == 0
    assert [one["title"] for one in repo.json("event", "list")] == ["half a line", "now"]


def test_secrets_are_taken_out(repo: Repo) -> None:
    repo.do(
        "event", "error", "Login fails", "--content", f"token {TOKEN}", "--meta", "password=hunter2hunter"
    )
    repo.do("event", "--stdin", stdin=json.dumps({"title": TOKEN}))
    assert TOKEN not in repo.do("event", "list", "--json")
    assert "hunter2" not in repo.do("event", "list", "--whole")
    kept = repo.path / ".git" / "git-memory" / "events"
    assert [path for path in kept.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()] == []


def test_content_comes_from_a_pipe(repo: Repo) -> None:
    repo.do("event", "error", "Build fails", "--content", "-", stdin="line 1\nline 2\n")
    assert repo.json("event", "list")[0]["content"] == "line 1\nline 2"


def test_a_type_that_is_called_as_a_command_is_added_in_full(repo: Repo) -> None:
    repo.do("event", "add", "list", "A list")
    assert repo.json("event", "list", "--type", "list")[0]["title"] == "A list"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["error"], "give a TYPE and a TITLE"),
        (["Error", "x"], "'Error' is no type of memory"),
        (["error", " "], "a memory needs a title"),
        (["error", "x", "--meta", "ms"], "write KEY=VALUE"),
        (["error", "x", "--meta", "=1"], "write KEY=VALUE"),
        (["error", "x", "--stdin"], "leave everything else out"),
        (["list", "--type", "No"], "is no type of memory"),
        (["list", "--hours", "-1"], "--hours"),
        (["list", "--hours", "nan"], "hours is nan"),
        (["search"], "missing argument"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(repo: Repo, arguments: list[str], said: str) -> None:
    assert said in repo.fails(
        "event", *arguments, code=2, **({"stdin": ""} if "--stdin" in arguments else {})
    )


def test_outside_of_a_repository_it_says_so(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "nowhere").mkdir()
    answer = repo.run("event", "error", "x", cwd=tmp_path / "nowhere")
    assert (answer.code, answer.out) == (1, "")
    assert "repository" in answer.err


def test_types_are_completed(repo: Repo) -> None:
    def complete(*words: str) -> list[str]:
        answer = repo.run("event", *words, env={"_GIT_MEMORY_COMPLETE": "1"})
        return [line.split("\t")[1] for line in answer.out.splitlines()]

    assert complete("u") == complete("add", "u") == ["user_action", "ui_error"]
    assert complete("li") == ["list"]
    assert complete("list", "--type", "web") == ["webhook"]
    assert complete("error", "--own") == ["--owner"]
