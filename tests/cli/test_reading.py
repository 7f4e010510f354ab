"""``git memory list``, ``show``, ``search``, ``why`` and ``log``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Answer, Repo


@pytest.fixture
def told(repo: Repo, copy_of: Callable[..., None]) -> Repo:
    """A memory with one record of each kind."""
    copy_of(_one_of_each_kind, repo)
    return repo


def _one_of_each_kind(repo: Repo) -> None:
    repo.do(
        "decide",
        "Use JWT",
        "--status",
        "accepted",
        "--tag",
        "auth",
        "--at",
        "src/auth.py:3-5",
        "--good",
        "Scales",
    )
    repo.do("learn", "Emails differ by case", "--tag", "users", "--lesson", "Normalise addresses.")
    repo.do("bug", "Login fails", "--severity", "high")
    repo.do("checkpoint", "Begun")


def _titles(records: Any) -> list[str]:
    return sorted(record["title"] for record in records)


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        ([], ["Begun", "Emails differ by case", "Login fails", "Use JWT"]),
        (["decision"], ["Use JWT"]),
        (["bugs"], ["Login fails"]),
        (["adrs"], ["Use JWT"]),
        (["--status", "accepted"], ["Use JWT"]),
        (["--tag", "users"], ["Emails differ by case"]),
        (["--since", "1 hour ago", "learnings"], ["Emails differ by case"]),
        (["--until", "today", "--tag", "auth"], ["Use JWT"]),
        (["--since", "2 weeks ago", "--until", "2999-01-01", "bug"], ["Login fails"]),
    ],
)
def test_list_gives_the_records_that_are_asked_for(
    told: Repo, arguments: list[str], titles: list[str], assert_record: Callable[[Any], None]
) -> None:
    records = told.json("list", *arguments)
    for record in records:
        assert_record(record)
    assert _titles(records) == titles


def test_list_is_limited_and_newest_first(told: Repo) -> None:
    (record,) = told.json("list", "-n", "1")
    assert record == told.json("list")[0]


def test_a_list_is_a_line_for_each_record(told: Repo) -> None:
    lines = told.do("list").splitlines()
    assert len(lines) == 4
    (line,) = [line for line in lines if "ADR-0001" in line]
    assert line.split()[:2] == ["ADR-0001", "accepted"]
    assert line.endswith("Use JWT  #auth")


def _assert_nothing_found(answer: Answer) -> None:
    assert answer.code == 1
    assert answer.out in ("", "[]\n")
    assert answer.err.count("\n") == 1
    assert not answer.err.startswith("error")


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--tag", "none"],
        ["list", "--until", "yesterday"],
        ["search", "zebra"],
        ["why", "src/auth.py:20"],
    ],
)
def test_nothing_found_is_exit_code_one_and_an_empty_array(repo: Repo, arguments: list[str]) -> None:
    _assert_nothing_found(repo.run(*arguments))
    answer = repo.run(*arguments, "--json")
    _assert_nothing_found(answer)
    assert answer.json == []


def test_a_kind_or_a_date_that_is_not_understood_is_a_usage_error(repo: Repo) -> None:
    assert "choose from decision, learning" in repo.fails("list", "thoughts", code=2)
    for date in ("soon", "2026-13-01", "999999 years ago", "", "-1 days ago", "2026-01-01T99:00"):
        assert "is not understood" in repo.fails("list", "--since", date, code=2)
    assert "--limit" in repo.fails("list", "-n", "0", code=2)


def test_show_tells_all_of_a_record(told: Repo) -> None:
    out = told.do("show", "adr-1")
    record = told.json("show", "adr-1")
    head = told.git("rev-parse", "HEAD")
    assert out.splitlines()[0] == "ADR-0001 Use JWT"
    assert out.splitlines()[1].startswith("accepted · decision · ")
    for text in (
        record["id"],
        f"{head[:10]} on main",
        "src/auth.py:3-5",
        record["path"],
        "Good, because Scales",
    ):
        assert text in out
    assert out.count("Use JWT") == 1


def test_show_ends_where_the_record_ends(repo: Repo) -> None:
    label = repo.label("learn", "Nothing but a title")
    assert repo.do("show", label).splitlines()[-1].startswith("file")


def test_show_as_json_has_the_body_and_where_the_record_is_today(
    told: Repo, assert_record: Callable[[Any], None]
) -> None:
    code = told.path / "src" / "auth.py"
    code.write_text("new\n" + code.read_text())
    record = told.json("show", "ADR-1")
    assert_record(record)
    assert record["body"].lstrip().startswith("# Use JWT\n")
    assert record["today"] == [{"path": "src/auth.py", "start": 4, "end": 6, "symbol": None}]
    assert "src/auth.py:4-6, written at src/auth.py:3-5" in told.do("show", "ADR-1")


def test_show_raw_is_the_file_byte_for_byte(told: Repo) -> None:
    path = told.json("show", "ADR-1")["path"]
    assert told.do("show", "ADR-1", "--raw").strip() == told.git("show", f"memory:{path}")


def test_show_raw_gives_the_bytes_of_a_file_that_is_not_utf_8(repo: Repo) -> None:
    adr = "# 1. Use caf\xe9\r\n\r\n## Status\r\n\r\nAccepted\r\n".encode("latin-1")
    (repo.path / "adr").mkdir()
    (repo.path / "adr" / "0001-use-cafe.md").write_bytes(adr)
    repo.do("import", "adr", "adr")
    path = repo.json("show", "ADR-1")["path"]
    program = Path(sys.executable).parent / "git-memory"
    shown, stored = (
        subprocess.run(command, cwd=repo.path, env=repo.environment, check=True, capture_output=True).stdout
        for command in ([program, "show", "ADR-1", "--raw"], ["git", "show", f"memory:{path}"])
    )
    assert shown == stored
    assert shown.endswith(adr)


def test_show_names_the_record_that_had_the_label_before(told: Repo) -> None:
    former = told.json("decide", "Use sessions")
    tree = told.path.parent / "by-hand"
    told.git("worktree", "add", "-q", tree, "memory")
    file = tree / former["path"]
    file.write_text(file.read_text().replace("kind: ", "aliases: [ADR-0001]\nkind: ", 1))
    told.git("-C", tree, "commit", "-q", "-a", "-m", "Called ADR-1 elsewhere")
    told.git("worktree", "remove", tree)
    line = f"also the former label of {former['label']} Use sessions"
    assert line in told.do("show", "adr-1").splitlines()
    assert told.json("show", "ADR-1")["formerly"] == [
        {"id": former["id"], "label": former["label"], "title": "Use sessions"}
    ]
    assert told.json("show", former["label"])["formerly"] == []
    assert "also the former label" not in told.do("show", former["label"])


def test_a_record_is_found_by_label_id_and_beginning_of_its_id(told: Repo) -> None:
    record_id = told.json("show", "ADR-0001")["id"]
    for ref in ("ADR-1", "adr-0001", "ADR-00001", record_id, record_id[:8], record_id[:8].upper()):
        assert told.json("show", ref)["id"] == record_id


def test_search_finds_by_words_best_first(told: Repo, assert_record: Callable[[Any], None]) -> None:
    hits = told.json("search", "normalise", "address")
    for hit in hits:
        assert_record(hit)
    assert hits[0]["title"] == "Emails differ by case"
    assert {"snippet", "score"} <= set(hits[0])
    assert _titles(told.json("search", "--kind", "bug", "login", "jwt")) == ["Login fails"]
    assert "Emails differ by case" in told.do("search", "normalise")


@pytest.mark.parametrize("words", ["a:b", '"', "x AND", "-rf", "(*)", "NEAR/3", "💥", "a" * 5000])
def test_search_takes_any_words(told: Repo, words: str) -> None:
    assert told.run("search", "--", words).code == 1
    assert told.run("search", "--", words, "login").code == 0


def test_why_tells_what_is_known_about_a_line_and_a_file(
    told: Repo, assert_record: Callable[[Any], None]
) -> None:
    (reason,) = [r for r in told.json("why", "src/auth.py:4") if r["range"]]
    assert_record(reason)
    assert (reason["label"], reason["range"]) == ("ADR-0001", {"path": "src/auth.py", "start": 3, "end": 5})
    assert "ADR-0001" in told.do("why", "auth.py", cwd=told.path / "src")
    assert "ADR-0001" in told.do("why", "src/auth.py:1-3")
    assert "anchored elsewhere in this file" in told.do("why", "src/auth.py:7-9")


def test_why_says_what_is_wrong_with_a_place(repo: Repo) -> None:
    assert "20 lines" in repo.fails("why", "src/auth.py:21", code=2)
    assert "counted from 1" in repo.fails("why", "src/auth.py:0", code=2)
    assert "outside" in repo.fails("why", "/etc/passwd", code=2)
    assert "none.py" in repo.fails("why", "src/none.py:1", code=2)


def test_a_file_that_is_called_like_a_place_is_meant_when_it_is_there(repo: Repo) -> None:
    (repo.path / "notes:3").write_text("one\n")
    repo.do("learn", "About notes", "--at", "notes:3:1")
    assert "About notes" in repo.do("why", "notes:3")


def test_log_is_the_history_newest_first(told: Repo) -> None:
    commits = told.json("log")
    assert commits[0]["version"] == told.git("rev-parse", "memory")
    assert commits[0]["author"] == "Ada"
    assert commits[0]["trailers"]
    assert len(told.json("log", "-n", "2")) == 2
    assert told.do("log", "-n", "1").split()[0] == commits[0]["version"][:8]
    assert "+# Begun" in told.do("log", "-n", "1", "--patch")
    assert "+# Begun" in told.json("log", "-n", "1", "--patch")[0]["patch"]


def test_a_broken_file_is_named_and_does_not_take_the_rest_down(told: Repo) -> None:
    worktree = told.path.parent / "memory"
    told.git("worktree", "add", "-q", worktree, "memory")
    (worktree / "decisions" / "0007-broken.md").write_text("---\nid: [\n---\n# Broken\n")
    told.git("-C", worktree, "add", ".")
    told.git("-C", worktree, "commit", "-q", "-m", "By hand")
    answer = told.run("list", "--json")
    assert (answer.code, len(answer.json)) == (0, 4)
    assert answer.err.startswith("warning: decisions/0007-broken.md:")
