"""``git memory session list``, ``show``, ``stats``, ``resume``, ``delete``; sessions as records; folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lsp_server import Memory, Session

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

ID = "a1b2c3d4-5678-40ab-8def-1234567890ab"
CALL = {"id": "c", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
SAID = (
    {"role": "user", "content": "How much is \x1b[31m1 + 1?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "content": "2", "tool_call_id": "c", "name": "add"},
    {"role": "assistant", "content": "Two.\nOf course."},
)


@pytest.fixture
def talked(repo: Repo) -> Repo:
    with Memory.open(repo.path, environment=repo.environment) as memory:
        memory.save_session(
            Session(
                ID,
                "2025-01-31T14:30:00+00:00",
                goal="Add two numbers",
                agent="Ada",
                name="session_20250131_1430",
                tags=("arithmetic",),
                summary="Adding works\n\nSubtracting next\n",
                achievements=("It adds",),
                activities=({"time": "14:30", "activity": "Adding", "duration_minutes": 10},),
                next_session={"goal": "Subtract"},
                system_messages=({"role": "system", "content": "You can count."},),
                messages=SAID,
                extra={
                    "duration_minutes": 240,
                    "reviewed": True,
                    "scores": [1, {"speed": 2.5}],
                    "room": None,
                },
            )
        )
    return repo


def test_sessions_are_listed_those_first_that_were_saved_last(talked: Repo) -> None:
    line = talked.do("session", "list").strip()
    assert line.startswith("SESSION-a1b2c3d4  ")
    assert line.endswith("4 messages  Add two numbers  Ada")
    (one,) = talked.json("session", "list")
    assert (one["id"], one["messages"], one["ended_at"]) == (ID, 4, None)
    assert [record["label"] for record in talked.json("list", "sessions")] == ["SESSION-a1b2c3d4"]


@pytest.mark.parametrize("ref", ["latest", "a1b2c3", "session-a1b2c3d4", "session_20250131_1430"])
def test_one_is_shown_by_any_of_its_names(talked: Repo, ref: str) -> None:
    shown = talked.do("session", "show", ref)
    head = ["SESSION-a1b2c3d4 Add two numbers", "session · 2025-01-31 14:30 · #arithmetic"]
    assert shown.splitlines()[:2] == head
    for told in (
        "agent             Ada",
        "summary           Adding works\n\n                  Subtracting next\n",
        "duration minutes  240",
        "reviewed          yes",
        "  - It adds",
        "  - 14:30 Adding (10 min)",
        "  - goal: Subtract",
        "4 messages; ",
    ):
        assert told in shown
    assert "How much" not in shown


def test_what_was_said_is_shown_and_drives_no_terminal(talked: Repo) -> None:
    shown = talked.do("session", "show", "--messages")
    assert "system\n  You can count." in shown
    assert "user\n  How much is \\x1b[31m1 + 1?" in shown
    assert 'assistant\n  calls add({"a": 1})' in shown
    assert "tool add\n  2" in shown
    assert "assistant\n  Two.\n  Of course." in shown
    assert "How much" not in talked.do("session", "show", "--last", "2")
    document = talked.json("session", "show", "--messages")
    assert document["messages"] == list(SAID)
    assert "messages" not in talked.json("session", "show")


def test_its_figures(talked: Repo) -> None:
    figures = talked.json("session", "stats")
    assert (figures["messages"], figures["roles"], figures["tools"]) == (
        4,
        {"user": 1, "assistant": 2, "tool": 1},
        {"add": 1},
    )
    assert "tool calls       1\n  add            1" in talked.do("session", "stats")


def test_resuming_makes_it_the_one_under_way_until_it_is_ended(talked: Repo) -> None:
    answer = talked.run("session", "resume", "a1b2c3d4")
    assert answer.code == 0
    assert "Two." in answer.out
    assert answer.err.strip().endswith("SESSION-a1b2c3d4 goes on; `git memory session end` ends it")
    talked.do("session", "end", "Adding works", "--next", "Subtract")
    shown = talked.json("session", "show", "a1b2c3d4", "--messages")
    assert shown["messages"] == list(SAID)
    assert shown["summary"] == "Adding works\n\nSubtracting next\n", "it says that already"
    talked.do("session", "end", "Subtracting, too", "--session", "a1b2c3d4")
    shown = talked.json("session", "show", "a1b2c3d4")
    assert shown["summary"] == "Adding works\n\nSubtracting next\n\nSubtracting, too\n"
    context = talked.run("documents", "context").out
    assert "**Last session**: Adding works Subtracting next Subtracting, too\n" in context
    assert shown["ended_at"]
    talked.do("session", "resume", "a1b2c3d4")
    assert talked.json("session", "show")["ended_at"] is None


def test_another_session_under_way_is_not_given_up_by_chance(talked: Repo) -> None:
    talked.do("session", "start", "Something else")
    assert "another session is under way here" in talked.fails("session", "resume", "a1b2c3d4")
    talked.do("session", "resume", "a1b2c3d4", "--instead")


def test_deleting_keeps_its_history(talked: Repo) -> None:
    assert "deleted SESSION-a1b2c3d4" in talked.do("session", "delete", "a1b2c3d4")
    assert "there is no session" in talked.run("session", "list").err
    assert talked.run("session", "list", "--json").json == []
    assert "deleted" in talked.do("history", ID)


def test_a_session_is_a_record_as_every_other(talked: Repo) -> None:
    shown = talked.do("show", "SESSION-a1b2c3d4")
    assert "4 messages; `git memory session show SESSION-a1b2c3d4 --messages` shows them" in shown
    assert talked.json("search", "of course")[0]["id"] == ID
    editor = talked.editor("sed -i 's/Two\\./2./' \"$1\"")
    talked.do("edit", "SESSION-a1b2c3d4", env={"EDITOR": editor})
    assert "2.\nOf course." in talked.json("session", "show", "--messages")["messages"][3]["content"]
    assert "Messages changed" in talked.do("history", "SESSION-a1b2c3d4")
    assert "SESSION-a1b2c3d4 Add two numbers: Messages changed" in talked.do("diff")
    assert "is a learning, not a session" in talked.fails(
        "session", "show", talked.label("learn", "T"), code=2
    )


def test_an_edit_that_breaks_what_was_said_is_refused_with_its_line(talked: Repo) -> None:
    editor = talked.editor('printf \'  - "never closed\\n\' >> "$1"')
    answer = talked.run("edit", "SESSION-a1b2c3d4", env={"EDITOR": editor})
    assert answer.code != 0
    assert "cannot be read any more: line " in answer.err
    assert talked.json("session", "show", "--messages")["messages"] == list(SAID)


def test_a_folder_goes_out_and_comes_in_again(talked: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    assert "1 session written to" in talked.do("export", "sessions", folder)
    assert talked.json("export", "sessions", folder) == {
        "written": [],
        "unchanged": ["2025-01-31_a1b2c3d4"],
        "kept": [],
    }
    before = talked.file("SESSION-a1b2c3d4")
    talked.do("session", "delete", "a1b2c3d4")
    assert talked.json("import", "sessions", folder)["imported"] == 1
    assert talked.file("SESSION-a1b2c3d4") == before
    assert "0 imported, 1 known already" in talked.do("import", "sessions", folder)
    assert "there is no session.yaml below" in talked.fails("import", "sessions", "src", code=2)
