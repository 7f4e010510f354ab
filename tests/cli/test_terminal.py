"""What reaches a terminal, a pipe, or nobody at all."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from terminals import run_on_a_terminal

from lsp_server.cli.terminal import Terminal, display_width, fit, visible, visible_line

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

EVIL = "\x1b]0;owned\x07\x1b[2Jred \u202eevil\u2066 \x9b31m\r"


def _on_a_terminal(repo: Repo, *arguments: str, **environment: str) -> str:
    """What a person sees of a command on a terminal."""
    everything = {**repo.environment, **environment}
    command = ["git-memory", *arguments]
    _, seen = run_on_a_terminal(command, repo.path, everything, streams=["stdout", "stderr"])
    return seen.replace("\r\n", "\n")


def test_nothing_in_a_record_can_drive_the_terminal(repo: Repo) -> None:
    repo.do("decide", "Harmless", "--context", "Words", "--tag", "t")
    path = repo.json("show", "ADR-1")["path"]
    worktree = repo.path.parent / "memory"
    repo.git("worktree", "add", "-q", worktree, "memory")
    hostile = (worktree / path).read_text().replace("Harmless", EVIL).replace("Words", EVIL)
    hostile = hostile.replace("tags: [t]", 'tags: ["t\\e[5m"]')
    (worktree / path).write_text(hostile)
    repo.git("-C", worktree, "commit", "-q", "-a", "-m", f"Subject {EVIL}")
    for command in (
        ["list"],
        ["show", "ADR-1"],
        ["show", "ADR-1", "--raw"],
        ["search", "evil"],
        ["log", "-p"],
    ):
        for seen in (_on_a_terminal(repo, *command, NO_COLOR="1"), repo.do(*command, "--json")):
            assert "evil" in seen
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", seen), command
    assert "\\x1b" in _on_a_terminal(repo, "show", "ADR-1", NO_COLOR="1")


def test_colour_is_for_terminals_that_want_it(repo: Repo) -> None:
    repo.do("decide", "Use JWT", "--status", "accepted")
    assert "\x1b[1mADR-0001\x1b[0m" in _on_a_terminal(repo, "list")
    assert "\x1b[32maccepted\x1b[0m" in _on_a_terminal(repo, "list")
    assert "\x1b" not in _on_a_terminal(repo, "list", NO_COLOR="1")
    assert "\x1b" not in _on_a_terminal(repo, "list", TERM="dumb")
    assert "\x1b" not in repo.do("list")
    assert "\x1b[1;31merror:\x1b[0m" in _on_a_terminal(repo, "show", "ADR-9")


def test_a_title_is_cut_at_a_terminals_edge_and_nowhere_else(repo: Repo) -> None:
    title = "A very long title " * 10
    repo.do("decide", title.strip())
    (line,) = _on_a_terminal(repo, "list", COLUMNS="60", NO_COLOR="1").splitlines()
    assert len(line) <= 60
    assert line.endswith("…")
    assert title.strip() in repo.do("list")


LONG = "Use signed session tokens instead of opaque random identifiers that are kept in a database"
DEEP = "src/authentication/session_handling.py"


@pytest.fixture
def long(repo: Repo) -> Repo:
    """A memory, and code with an anchor that is gone, whose texts are all longer than a line."""
    repo.git("config", "user.name", "Augusta Ada King-Noel, Countess of Lovelace")
    (repo.path / DEEP).parent.mkdir(parents=True)
    (repo.path / DEEP).write_text("def check_the_digest(token):\n    return token\n")
    repo.commit(f"Add what checks sessions. {LONG}")
    repo.do("decide", LONG, "--status", "accepted", "--at", f"{DEEP}::check_the_digest")
    repo.do("checkpoint", f"Done: {LONG}", "--todo", f"Still: {LONG}", "--snapshot")
    (repo.path / DEEP).write_text("pass\n")
    repo.commit(f"Take it out. {LONG}")
    return repo


COMMANDS_WITH_LONG_LINES = (
    ["show", "ADR-1"],
    ["show", "ADR-1@{now}"],
    ["show", "HEAD"],
    ["anchor", "ADR-1"],
    ["doctor"],
    ["log"],
    ["history", "ADR-1"],
    ["why", DEEP],
    ["resume"],
    ["diff"],
    ["restore"],
    ["hooks", "install"],
    ["hooks", "status"],
    ["hooks", "remove"],
    ["notes"],
    ["mark", "ADR-1", "deprecated"],
    ["checkpoint", LONG, "--snapshot"],
    ["checkpoint", "prune", "--keep", "0", "--days", "0"],
)


def test_nothing_is_longer_than_a_terminal_is_wide(long: Repo) -> None:
    label = next(one["label"] for one in long.json("list") if one["kind"] == "checkpoint")
    for command in (["restore", label], *COMMANDS_WITH_LONG_LINES):
        seen = _on_a_terminal(long, *command, COLUMNS="80", NO_COLOR="1").rpartition("\x1b[K")[2]
        lines = [line for line in seen.splitlines() if display_width(line) > 80]
        # A word that is longer (a path) stays whole, to be copied.
        assert [line for line in lines if len(line.split()) > 1] == [], command


def test_where_nobody_looks_a_thing_is_a_line(long: Repo) -> None:
    (subject,) = long.do("log", "-n", "1").splitlines()
    assert "checkpoint: record CHECK" in subject
    stale = f"  was at {DEEP}:1 (check_the_digest); there is no check_the_digest any more since "
    assert any(line.startswith(stale) for line in long.do("anchor", "ADR-1").splitlines())
    assert long.do("show", "ADR-1").splitlines()[0] == f"ADR-0001 {LONG}"
    about = "prepare-commit-msg  installed  names the checkpoint that a commit was prepared with\n"
    assert about in long.do("hooks", "install")


def test_a_line_goes_on_below_itself_between_words() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    out = Terminal(screen, {"COLUMNS": "16", "TERM": "xterm"})
    out.flow(("was at  ", "dim"), ("a/very/long/path.py; gone", "bold red"), (" for good", ""), indent=8)
    assert screen.getvalue().splitlines() == [
        "\x1b[2mwas at  \x1b[0m\x1b[1;31ma/very/long/path.py;\x1b[0m",
        "        \x1b[1;31mgone\x1b[0m for",
        "        good",
    ]


def test_json_is_ascii_so_that_nothing_can_be_upset_by_it(repo: Repo) -> None:
    out = repo.do("learn", "Emoji 💥 and ünïcode", "--json")
    assert out.isascii()
    assert repo.json("list")[0]["title"].startswith("Emoji 💥")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_no_encoding_makes_it_fail(repo: Repo, encoding: str) -> None:
    repo.do("decide", "Emoji 💥 and ünïcode")
    out = repo.run("list", env={"PYTHONIOENCODING": encoding, "LC_ALL": "C"}, stdin=None)
    assert out.code == 0


def test_output_that_nobody_reads_ends_it_quietly(repo: Repo) -> None:
    for number in range(3):
        repo.do("learn", f"T{number}", "--lesson", "long " * 20_000)
    done = subprocess.run(
        ["bash", "-c", "git-memory log --patch | head -c 10; echo ${PIPESTATUS[0]}"],
        cwd=repo.path,
        env=repo.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert done.stdout.endswith("141\n")


def test_in_one_pipe_a_remark_stands_behind_the_answer_that_it_is_about(repo: Repo) -> None:
    for endpoint in ("GET /a", "GET /b"):
        repo.do("event", "metric", endpoint, "--meta", "ms=12")
    environment = {key: value for key, value in repo.environment.items() if key != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["git-memory", "performance", "-n", "1"],
        cwd=repo.path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["n", "1", "and"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")  # noqa: PTH110
def test_a_full_disk_is_said_in_one_line(repo: Repo) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            ["git-memory", "log"],
            cwd=repo.path,
            env=repo.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_closed_streams_do_not_matter(repo: Repo) -> None:
    command = "git-memory learn T <&- >&- 2>&-"
    done = subprocess.run(["bash", "-c", command], cwd=repo.path, env=repo.environment, check=False)
    assert done.returncode == 0
    assert "T" in repo.do("list")


def test_an_interruption_is_one_line_and_exit_code_130(repo: Repo) -> None:
    os.mkfifo(repo.path / "fifo")
    process = subprocess.Popen(
        ["git-memory", "learn", "T", "-F", "fifo"],
        cwd=repo.path,
        env=repo.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    with (repo.path / "fifo").open("w"):  # opens when the process has begun to read
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert process.communicate()[1] == "interrupted\n"


def test_a_defect_of_ours_is_one_line_and_tells_how_to_see_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], repo: Repo
) -> None:
    from lsp_server.cli.run import run
    from lsp_server.memory.facade import Memory

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr(Memory, "headlines", broken)
    monkeypatch.chdir(repo.path)
    assert run(["list"], repo.environment) == 1
    err = capsys.readouterr().err
    assert err == "internal error: ZeroDivisionError: oh no (set GIT_MEMORY_DEBUG=1 to see the traceback)\n"
    run(["list"], repo.environment | {"GIT_MEMORY_DEBUG": "1"})
    assert "Traceback" in capsys.readouterr().err


def test_what_could_deceive_is_shown_as_an_escape() -> None:
    assert visible_line("tag\U000e0061") == "tag\\U000e0061"
    assert visible_line("a\x1b[0m\nb\tc\u202e") == "a\\x1b[0m\\x0ab\\x09c\\u202e"
    assert visible("a\r\nb\tc\rd\ud800") == "a\nb\tc\\x0dd\\ud800"
    assert visible("👩‍👩‍👧 ünï") == "👩‍👩‍👧 ünï"


def test_widths_are_those_of_a_terminal() -> None:
    assert display_width("abc") == 3
    assert display_width("日本") == 4
    assert display_width("e\u0301") == 1
    assert fit("日本語", 5) == "日本…"
    assert fit("abc", 3) == "abc"
    assert fit("abcd", 3) == "ab…"


def test_columns_of_a_table_hold_whatever_width_a_text_has_and_rows_of_another_length() -> None:
    out = io.StringIO()
    Terminal(out, {}).table(
        [
            [("日本", "bold"), ("", ""), ("a\tb", "dim"), ("the end ", "")],
            [("two", ""), ("", ""), ("\x1b[2J", ""), ("", "")],
            [("shorter", ""), ("last", "")],
        ]
    )
    assert out.getvalue() == "日本     a\\x09b   the end\ntwo      \\x1b[2J\nshorter  last\n"
    out = io.StringIO()
    Terminal(out, {}).table([[("only", "bold")]])
    assert out.getvalue() == "only\n"
    Terminal(out, {}).table([])
    assert out.getvalue() == "only\n"
