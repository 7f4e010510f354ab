"""``git memory decide``, ``learn``, ``bug`` and ``checkpoint``."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def test_a_decision_keeps_everything_it_is_told(repo: Repo, assert_record: Callable[[Any], None]) -> None:
    record = repo.json(
        *("decide", "Use JWT for authentication", "--status", "accepted"),
        *("--decider", "Ada", "--decider", "Grace", "--context", "Two services share users."),
        *("--option", "Session cookies", "--options", "JWT", "--decision", "JWT, fifteen minutes."),
        *("--rationale", "No shared state.", "--good", "Scales out", "--bad", "Revocation is hard"),
        *("--implementation", "Use the library.", "--tag", "auth,api", "--tag", "auth"),
        *("--at", "src/auth.py:3-5", "--at", "src/auth.py:9"),
    )
    assert_record(record)
    assert (record["label"], record["kind"], record["status"]) == ("ADR-0001", "decision", "accepted")
    assert record["tags"] == ["auth", "api"]
    assert [(a["path"], a["start"], a["end"]) for a in record["anchors"]] == [
        ("src/auth.py", 3, 5),
        ("src/auth.py", 9, 9),
    ]
    assert record["anchors"][0]["text"] == ["line 3", "line 4", "line 5"]
    assert record["fields"] == {
        "deciders": ["Ada", "Grace"],
        "context": "Two services share users.",
        "options": ["Session cookies", "JWT"],
        "decision": "JWT, fifteen minutes.",
        "rationale": "No shared state.",
        "good": ["Scales out"],
        "bad": ["Revocation is hard"],
        "implementation": "Use the library.",
    }
    text = repo.file("ADR-1")
    assert text.startswith("---\nid: ")
    assert "\n# Use JWT for authentication\n" in text


def test_a_learning_and_a_bug_keep_their_fields(repo: Repo, assert_record: Callable[[Any], None]) -> None:
    learning = repo.json(
        *("learn", "Emails differ by case", "--what-happened", "A person could not log in."),
        *("--root-cause", "Bytes are compared.", "--solution", "Lower case.", "--lesson", "Normalise."),
        *("--applied-to", "login", "--applied-to", "sign-up"),
    )
    assert_record(learning)
    assert learning["label"] == f"LEARN-{learning['id'][:8]}"
    assert learning["fields"]["applied_to"] == ["login", "sign-up"]
    bug = repo.json(
        *("bug", "Login fails", "--severity", "high", "--step", "Sign up", "--step", "Log in"),
        *("--expected", "The inbox", "--actual", "Error 500", "--tests", "test_login"),
    )
    assert_record(bug)
    assert (bug["label"], bug["status"], bug["fields"]["severity"]) == ("BUG-1", "open", "high")
    assert bug["fields"]["steps"] == ["Sign up", "Log in"]


@pytest.mark.parametrize("command", ["decide", "learn", "bug", "checkpoint"])
def test_the_answer_begins_with_the_label_and_the_id(repo: Repo, command: str) -> None:
    line = repo.do(command, "A title", "--at", "src/auth.py:2").splitlines()
    label, record_id, title = line[0].split(" ", 2)
    assert repo.json("show", label)["id"] == record_id
    assert title == "A title"
    assert line[1] == "  at src/auth.py:2"


def test_a_checkpoint_notes_where_the_work_stands_by_itself(
    repo: Repo, assert_record: Callable[[Any], None]
) -> None:
    first = repo.json(
        "checkpoint", "Begun", "--phase", "design", "--metric", "tests=3", "--metric", "cover=0.5"
    )
    assert_record(first)
    assert first["fields"]["metrics"] == {"tests": 3, "cover": 0.5}
    here = {"commit": repo.git("rev-parse", "HEAD"), "branch": "main", "dirty": False, "formerly": []}
    assert first["code"] == here
    (repo.path / "src" / "auth.py").write_text("changed\n")
    out = repo.do("checkpoint", "--todo", "Rate limit")
    assert f"code {repo.git('rev-parse', 'HEAD')[:10]} on main, with uncommitted changes" in out
    assert "1 file modified, +1 −20" in out
    assert "    src/auth.py +1 −20" in out
    assert f" after {first['label']} Begun\n" in out


def test_a_metric_is_a_name_and_a_value(repo: Repo) -> None:
    for text in ("tests", "=3", "tests="):
        assert "NAME=VALUE" in repo.fails("checkpoint", "--metric", text, code=2)


@pytest.mark.parametrize(
    ("command", "field"),
    [("decide", "context"), ("learn", "what_happened"), ("bug", "description"), ("checkpoint", "notes")],
)
def test_text_that_is_piped_in_becomes_the_free_text(repo: Repo, command: str, field: str) -> None:
    record = repo.json(command, "A title", stdin="First.\n\nSecond: ünïcode.\n")
    assert record["fields"][field] == "First.\n\nSecond: ünïcode."


def test_without_a_title_the_first_line_of_the_text_is_it(repo: Repo) -> None:
    record = repo.json("learn", stdin="# Emails differ by case\n\nA person could not log in.\n")
    assert record["title"] == "Emails differ by case"
    assert record["fields"]["what_happened"] == "A person could not log in."
    assert "missing argument 'TITLE'" in repo.fails("learn", code=2)


def test_text_can_come_from_a_file(repo: Repo) -> None:
    (repo.path / "notes.md").write_text("From a file.\n")
    assert repo.json("learn", "T", "-F", "notes.md")["fields"]["what_happened"] == "From a file."
    assert repo.json("learn", "T", "-F", "-", stdin="Piped.")["fields"]["what_happened"] == "Piped."
    assert "cannot read 'none.md'" in repo.fails("learn", "T", "-F", "none.md", code=2)
    assert "given too" in repo.fails("learn", "T", "-F", "notes.md", "--what-happened", "x", code=2)


def test_text_that_is_not_utf_8_is_refused(repo: Repo) -> None:
    assert "not UTF-8" in repo.fails("learn", "T", stdin=b"\xff\xfe", code=2)
    assert "not UTF-8" in repo.fails("learn", b"caf\xe9", code=2)


def test_a_pipe_that_says_nothing_is_not_waited_for(repo: Repo) -> None:
    read, write = os.pipe()  # never closed, as some programs leave it
    try:
        begun = time.monotonic()
        done = subprocess.run(
            ["git-memory", "learn", "T"],
            cwd=repo.path,
            env=repo.environment,
            stdin=read,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert time.monotonic() - begun < 20
    finally:
        os.close(read)
        os.close(write)
    assert done.stdout.startswith("LEARN-")
    assert "was not read" in done.stderr


def test_the_list_that_a_shell_loop_reads_is_not_taken(repo: Repo) -> None:
    (repo.path / "titles").write_text("One\nTwo\nThree\n")
    loop = 'while read -r title; do git memory learn "$title"; done < titles'
    subprocess.run(["bash", "-c", loop], cwd=repo.path, env=repo.environment, check=True, capture_output=True)
    records = repo.json("list")
    assert sorted(record["title"] for record in records) == ["One", "Three", "Two"]
    assert [record["fields"] for record in records] == [{}, {}, {}]


def test_a_file_on_standard_input_is_read(repo: Repo) -> None:
    (repo.path / "notes").write_text("What happened.\n")
    subprocess.run(
        ["bash", "-c", "git memory learn T < notes"],
        cwd=repo.path,
        env=repo.environment,
        check=True,
        capture_output=True,
    )
    assert repo.json("list")[0]["fields"] == {"what_happened": "What happened."}


def test_a_decision_can_be_written_in_nygards_form(repo: Repo) -> None:
    label = repo.label("decide", "Use JWT", "--template", "nygard", "--context", "Two services.")
    assert "\n## Status\n\nProposed\n" in repo.file(label)
    assert repo.json("show", label)["status"] == "proposed"


def test_what_looks_like_a_secret_is_refused_redacted_or_let_through(repo: Repo) -> None:
    secret = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"
    line = repo.fails("learn", "T", "--lesson", f"The token was {secret}")
    assert secret not in line
    redacted = repo.label("learn", "Redacted", "--lesson", f"The token was {secret}", "--redact")
    assert secret not in repo.file(redacted)


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("src/auth.py:", "PATH:LINE"),
        ("src/auth.py:x", "PATH:LINE"),
        ("src/auth.py:-3", "PATH:LINE"),
        ("src/auth.py:0", "counted from 1"),
        ("src/auth.py:5-3", "before the first"),
        ("src/auth.py:1-", "PATH:LINE"),
        ("src/auth.py:١", "PATH:LINE"),
        ("src/auth.py:99999999999", "PATH:LINE"),
        ("src/auth.py:21", "20 lines"),
        ("../elsewhere.py:1", "outside"),
        ("/etc/passwd:1", "outside"),
        (".git/config:1", "outside"),
        ("src/none.py:1", "src/none.py"),
        ("src:1", "src"),
        ("src/none.py", "does not exist"),
        ("src/auth.py/", "not a folder"),
        ("none/", "does not exist"),
        (".git/", "outside"),
        ("..", "outside"),
        ("src/auth.py::", "names no symbol"),
        ("src/auth.py::login", "has no symbols"),
    ],
)
def test_a_place_that_makes_no_sense_is_a_usage_error(repo: Repo, place: str, what: str) -> None:
    tip = repo.git("rev-parse", "memory")
    assert what in repo.fails("learn", "T", "--at", place, code=2)
    assert repo.git("rev-parse", "memory") == tip


def test_a_place_may_have_colons_and_counts_from_where_one_is(repo: Repo) -> None:
    (repo.path / "src" / "a:b.py").write_text("one\ntwo\n")
    record = repo.json("learn", "T", "--at", "a:b.py:2", "--at", "../src/auth.py:1", cwd=repo.path / "src")
    assert [(a["path"], a["start"]) for a in record["anchors"]] == [("src/a:b.py", 2), ("src/auth.py", 1)]
