"""``git memory session start`` and ``end``, and ``git memory checklist``, from a person's hand."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from terminals import run_on_a_terminal

from tests.cli.conftest import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Repo

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def note(repo: Repo) -> Path:
    return repo.path / ".git" / "git-memory-session"


def filled(repo: Repo) -> None:
    repo.do("bug", "Login fails for capitals", "--severity", "high")
    repo.do("decide", "Use JWT for authentication", "--status", "accepted")
    repo.do("learn", "Emails differ by case", "--lesson", "Lower them before they are compared, everywhere.")
    repo.do(
        "note", "patterns/anti-patterns", "Sleeping in tests until what they wait for has perhaps happened"
    )
    repo.do("set", "project/name", "Shop")
    repo.do("set", "project/status", "in progress")


def test_a_session_starts_with_what_there_is_to_know(repo: Repo) -> None:
    filled(repo)
    answer = repo.run("session", "start", "Sign in")
    assert answer.code == 0
    for told in ("Goal   Sign in", "Shop  in progress", "BUG-1  high: Login fails", "ADR-0001  Use JWT"):
        assert told in answer.out
    assert answer.err == "session begun: Sign in\n"
    again = repo.run("session", "start")
    assert "goes on" in again.err
    assert "session end" in again.err


def test_print_only_notes_nothing_and_a_goal_with_it_is_refused(repo: Repo) -> None:
    assert repo.run("session", "start", "--print-only").err == ""
    assert not note(repo).exists()
    assert "leave out GOAL" in repo.fails("session", "start", "Sign in", "--print-only", code=2)
    assert "two budgets" in repo.fails("session", "start", "--tokens", "100", "--characters", "500", code=2)
    assert "two answers" in repo.fails("session", "start", "--json", "--markdown", code=2)
    assert not note(repo).exists()


def test_where_the_session_cannot_be_noted_what_there_is_to_know_is_told(repo: Repo) -> None:
    filled(repo)
    note(repo).mkdir()
    told = repo.run("session", "start", "Sign in", "--markdown")
    assert told.code == 1
    assert told.out.startswith("### What to know now")
    assert "the session cannot be noted" in told.err


def test_without_a_memory_it_says_what_to_do(fresh: Repo) -> None:
    for command in (["session", "start"], ["session", "end", "Done"], ["checklist"]):
        assert "git memory init" in fresh.fails(*command)


def test_what_did_not_fit_is_not_said_to_be_unknown(repo: Repo) -> None:
    for name in ("metrics/lines-of-code", "metrics/lines-of-tests", "metrics/lines-of-documentation"):
        repo.do("set", f"project/{name}", "1000000", "--new")
    repo.do("session", "end", "Long " * 60)
    answer = repo.run("session", "start", "--print-only", "--tokens", "60")
    assert "nothing is known" not in answer.out
    assert answer.out.startswith("left out: ")


def test_an_agent_is_given_markdown_within_its_budget(repo: Repo) -> None:
    filled(repo)
    whole = repo.do("session", "start", "--agent", "bot", "--markdown")
    assert whole.startswith("### What to know now\n\n**This session**\n")
    assert "- **BUG-1** high: Login fails for capitals" in whole
    for most in (200, 300, 600):
        assert len(repo.do("session", "start", "--markdown", "--characters", str(most))) <= most
    small = repo.json("session", "start", "--tokens", "100")
    assert small["tokens"] <= 100
    assert small["left_out"]
    assert small["went_on"] is True
    assert small["session"]["agent"] == "bot"


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_on_a_terminal_every_line_fits(repo: Repo, columns: int) -> None:
    filled(repo)
    environment = {**repo.environment, "COLUMNS": str(columns)}
    for command in (
        ["session", "start", "Sign in"],
        ["session", "start"],
        ["checklist"],
        ["session", "end", "x " * 90],
    ):
        code, shown = run_on_a_terminal([PROGRAM, *command], repo.path, environment)
        assert code == 0
        plain = COLOURS.sub("", shown).replace("\r", "").splitlines()
        # An id and a path are copied whole.
        assert [
            line for line in plain if len(line) > columns and "SESSION-" not in line and "/" not in line
        ] == []


def test_an_end_says_what_was_written_and_where(repo: Repo) -> None:
    repo.run("session", "start", "Sign in")
    out = repo.do(
        "session", "end", "Signing in works", "--accomplished", "Login", "--next", "Refresh",
        "--focus", "Tokens",
        "--blocker", "No server", "--pattern", "testing: One fixture", "--challenge", "Clocks",
        "--decision", "An hour", "--metric", "coverage=88",
    )  # fmt: skip
    assert re.match(r"SESSION-[0-9a-f]{8} [0-9a-f-]{36} Signing in works\n", out)
    assert "  done Login\n  next Refresh\n" in out
    assert not note(repo).exists()
    files = re.search(r"^  in   (.*)$", out, re.MULTILINE)
    assert files is not None
    changed = repo.git("show", "--name-only", "--format=", "memory").splitlines()
    assert sorted(files[1].split(", ")) == sorted(changed)
    assert repo.git("log", "-1", "--format=%s", "memory").endswith('"Sign in"')
    start = repo.do("session", "start", "--print-only")
    for told in ("Last session   Signing in works", "Next planned   Refresh", "No server", "coverage 88"):
        assert told in start


def test_an_end_without_a_word_tells_what_was_done(repo: Repo) -> None:
    repo.run("session", "start")
    repo.commit("Add the login endpoint", login="x = 1\n")
    answer = repo.json("session", "end")
    assert answer["record"]["fields"]["summary"] == "Add the login endpoint"
    assert answer["record"]["fields"]["achievements"] == ["Add the login endpoint"]
    said = repo.fails("session", "end", code=2)
    assert "no session is under way here" in said
    repo.run("session", "start")
    assert "--discard" in repo.fails("session", "end", code=2)


def test_a_session_is_ended_without_a_trace(repo: Repo) -> None:
    repo.run("session", "start", "Sign in")
    version = repo.git("rev-parse", "memory")
    assert repo.json("session", "end", "--discard") == {"discarded": True}
    assert not note(repo).exists()
    assert repo.run("session", "end", "--discard").code == 1
    assert repo.git("rev-parse", "memory") == version


def test_what_is_said_may_come_from_standard_input(repo: Repo) -> None:
    said = "Rates are limited\n\n## Accomplished\n- A bucket for each address\n\n## Next\n- Measure\n"
    record = repo.json("session", "end", "-", stdin=said)["record"]
    assert record["fields"]["achievements"] == ["A bucket for each address"]
    assert record["fields"]["next_session"] == {"goal": "Measure"}
    given = json.dumps({"summary": "From JSON", "accomplished": ["One"]})
    assert repo.json("session", "end", "-", stdin=given)["record"]["fields"]["summary"] == "From JSON"
    assert "there is no field" in repo.fails("session", "end", "-", stdin='{"sumary": 1}', code=2)
    assert "leave out the options" in repo.fails("session", "end", "-", "--next", "x", stdin="x", code=2)


def test_at_a_terminal_an_editor_asks(repo: Repo) -> None:
    repo.run("session", "start", "Sign in")
    repo.commit("Add the login endpoint", login="x = 1\n")
    editor = repo.editor(
        'cp "$1" ../shown; sed -i "1s/.*/It works now/; s/^## Next steps$/&\\n- Sign out/" "$1"'
    )
    environment = {**repo.environment, "EDITOR": editor}
    code, shown = run_on_a_terminal([PROGRAM, "session", "end"], repo.path, environment)
    assert code == 0, shown
    form = (repo.path.parent / "shown").read_text()
    assert form.startswith("Sign in\n")
    assert "- Add the login endpoint" in form
    assert "It works now" in shown
    assert "next \x1b[0mSign out" in shown
    assert [path.name for path in (repo.path / ".git").glob("git-memory-session*")] == []
    code, shown = run_on_a_terminal([PROGRAM, "session", "end"], repo.path, {**environment, "EDITOR": "true"})
    assert code == 1
    assert "left as it was" in shown
    assert [path.name for path in (repo.path / ".git").glob("git-memory-session*")] == []


def test_what_was_written_in_the_editor_is_kept_where_it_cannot_be_saved(repo: Repo) -> None:
    editor = repo.editor('printf "It works\\n\\n## Weather\\n- fine\\n" > "$1"')
    environment = {**repo.environment, "EDITOR": editor}
    code, shown = run_on_a_terminal([PROGRAM, "session", "end"], repo.path, environment)
    kept = repo.path / ".git" / "git-memory-session-end.md"
    assert code == 2
    assert str(kept) in shown.replace("\r\n", "")
    assert "Weather" in kept.read_text()
    better = repo.editor('sed -i "s/Weather/Next/" "$1"', "better")
    code, shown = run_on_a_terminal([PROGRAM, "session", "end"], repo.path, {**environment, "EDITOR": better})
    assert code == 0, shown
    assert not kept.exists()


def test_the_checklist_tells_what_is_due_and_how_to_do_it(repo: Repo) -> None:
    filled(repo)
    repo.do("set", "project/description", "Seeds")
    repo.run("session", "start", "Sign in")
    assert repo.run("checklist", "--exit-code").code == 0
    repo.commit("Fix the login", login="x = 1\n")
    answer = repo.run("checklist")
    assert answer.code == 0
    assert "○ Checkpoint       due: 1 commit and no checkpoint\n" in answer.out
    assert "git memory close BUG-1 --fix TEXT" in answer.out
    assert repo.run("checklist", "--exit-code").code == 1
    document = repo.json("checklist")
    assert len(document["points"]) == 10
    assert document["due"] == len([one for one in document["points"] if one["state"] == "due"])
    assert document["session"]["goal"] == "Sign in"


def test_the_help_of_the_group_names_all_its_commands(repo: Repo) -> None:
    shown = repo.do("session", "--help")
    for name in ("start", "end", "list", "show"):
        assert re.search(rf"^  {name} ", shown, re.MULTILINE)
    assert "no such command" in repo.fails("session", "strat", code=2).lower()


def test_commands_that_are_not_called_are_not_imported(repo: Repo) -> None:
    code = (
        "import sys, os; from lsp_server.cli.run import run;"
        "run(['session', 'start', '--print-only'], os.environ);"
        "print([name for name in sys.modules if name.startswith(('jinja2', 'lsp_server.cli.session_end',"
        " 'lsp_server.cli.sessions', 'lsp_server.records.merging.record', 'lsp_server.memory.comparing'))])"
    )
    python = PROGRAM.parent / "python"
    done = subprocess.run(
        [python, "-c", code], cwd=repo.path, env=repo.environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
