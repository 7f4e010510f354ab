"""The editor never waits for git: slow work does not delay what is quick, and can be cancelled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from client import EVERYTHING, Client, at

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.anchors import whole

CANCELLED = -32800
AUTH = "src/auth.py"
# Loaded only once the client has its answer: each of them costs more than the answer may.
HEAVY = (
    "git",
    "yaml",
    "jinja2",
    "sqlite3",
    "lsp_server.store",
    "lsp_server.index",
    "lsp_server.memory.facade",
)


def slow_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git whose blame waits until a file is there, or the test is over; all else is as quick as ever. Gives
    that file."""
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    gate = folder / "go"
    folder.mkdir()
    script = folder / "git"
    script.write_text(
        '#!/bin/sh\ncase " $* " in *" blame "*)\n'
        f'while [ -e "$0" ] && [ ! -e "{gate}" ]; do sleep 0.05; done;; esac\n'
        f'exec "{real}" "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return gate


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: Memory) -> Path:
    """Blame is slow from here on. Only the history tells that a decision is on line 7, whose text says too
    little; that a learning is on lines 5 and 6 can be told by their text."""
    memory.record(Kind.DECISION, "Use JWT", at=[CodeRange(AUTH, 7, 7)])
    memory.record(Kind.LEARNING, "Emails differ by case", at=[CodeRange(AUTH, 5, 6)])
    return slow_git(tmp_path / "slow", monkeypatch)


def test_nothing_heavy_is_loaded_before_initialize_is_answered() -> None:
    code = (
        "import sys\nfrom lsp_server.editor.server import build\nbuild()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_waits_for_a_history_does_not_hold_up_the_rest(gate: Path, client: Client, repo: Any) -> None:
    client.initialize(repo.root)
    uri = client.open(repo.root / AUTH)
    labels = client.open(repo.root / "notes.txt", "ADR-1\n")
    waiting = [client.begin("textDocument/definition", at(uri, 6)) for _ in range(20)]
    assert client.shown(labels, 0, 2)
    begun = time.monotonic()
    assert client.hover(labels, 0, 2)
    took = time.monotonic() - begun
    unanswered = [one for one in waiting if one not in {m.get("id") for m in client.raw}]
    assert took < 1.0 or not unanswered  # a machine so slow that they gave up meanwhile proves nothing
    gate.touch()
    for one in waiting:
        client.response(one)
    assert client.shown(uri, 6)


def test_a_hover_answers_from_what_is_known_and_knows_more_when_the_history_is_read(
    gate: Path, client: Client, repo: Any
) -> None:
    client.initialize(repo.root)
    uri = client.open(repo.root / AUTH)
    assert "Emails differ by case" in client.hover(uri, 4)["contents"]["value"]
    assert client.hover(uri, 6) is None
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    change = {"range": place, "text": "#\n"}
    document = {"uri": uri, "version": 2}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    assert "Emails differ by case" in client.hover(uri, 5)["contents"]["value"]
    assert not gate.exists()  # so blame was not what they waited for
    gate.touch()
    assert "Use JWT" in client.shown(uri, 7)["contents"]["value"]
    assert "Emails differ by case" in client.hover(uri, 5)["contents"]["value"]


def test_a_record_about_a_whole_file_is_known_before_its_history(
    gate: Path, client: Client, repo: Any, memory: Memory
) -> None:
    memory.record(Kind.BUG, "Split this file", at=[whole("README.md")])
    client.initialize(repo.root)
    uri = client.open(repo.root / "README.md")
    assert "Split this file" in client.hover(uri, 0)["contents"]["value"]
    gate.touch()
    [place] = client.request("textDocument/definition", at(uri, 0))  # this one waits for all
    assert "BUG-1" in place["uri"]
    assert "Split this file" in client.hover(uri, 0)["contents"]["value"]


def test_a_waiting_request_can_be_cancelled(gate: Path, client: Client, repo: Any) -> None:
    client.initialize(repo.root)
    uri = client.open(repo.root / AUTH)
    asked = client.begin("textDocument/definition", at(uri, 6))
    client.notify("$/cancelRequest", {"id": asked})
    assert client.response(asked)["error"]["code"] == CANCELLED
    gate.touch()
    assert client.shown(uri, 6)
    assert sum(message.get("id") == asked for message in client.raw) == 1
    assert "Traceback" not in client.log.read_text()


def test_a_file_that_is_opened_again_is_known_without_its_history(
    gate: Path, client: Client, repo: Any
) -> None:
    client.initialize(repo.root)
    gate.touch()
    uri = client.open(repo.root / AUTH)
    assert client.shown(uri, 6)
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    gate.unlink()
    client.open(repo.root / AUTH)
    assert "Use JWT" in client.hover(uri, 6)["contents"]["value"]


def test_a_slow_blame_does_not_keep_the_server_from_ending(gate: Path, client: Client, repo: Any) -> None:
    client.initialize(repo.root)
    client.open(repo.root / AUTH)
    client.request("shutdown")
    client.notify("exit")
    assert client.ended(10) == 0


def test_slow_work_is_shown_where_the_editor_can_show_it(gate: Path, client: Client, repo: Any) -> None:
    client.initialize(repo.root)
    uri = client.open(repo.root / AUTH)
    begun = client.notified("$/progress", lambda p: p["value"]["kind"] == "begin")
    assert "Git Memory" in begun["value"]["title"]
    gate.touch()
    ended = client.notified("$/progress", lambda p: p["value"]["kind"] == "end")
    assert ended["token"] == begun["token"]
    assert client.shown(uri, 4)


def test_a_file_that_is_closed_meanwhile_is_not_waited_for_for_ever(
    gate: Path, client: Client, repo: Any
) -> None:
    client.initialize(repo.root)
    uri = client.open(repo.root / AUTH)
    begun = client.notified("$/progress", lambda p: p["value"]["kind"] == "begin")
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    ended = client.notified("$/progress", lambda p: p["value"]["kind"] == "end")
    assert ended["token"] == begun["token"]


def test_a_command_and_another_repository_do_not_wait_for_two_slow_histories(
    gate: Path, client: Client, repo: Any, new_repo: Any
) -> None:
    other = new_repo("other")
    with Memory.open(other.root) as memory:
        memory.initialise()
        memory.record(Kind.DECISION, "Use JWT elsewhere")
    client.initialize(repo.root)
    for name in (AUTH, "README.md"):
        client.hover(client.open(repo.root / name), 0)
    assert client.execute("gitMemory.mark", ref="ADR-1", status="accepted")["status"] == "accepted"
    uri = client.open(other.root / "a.txt", "ADR-1\n")
    assert "Use JWT elsewhere" in client.hover(uri, 0, 1)["contents"]["value"]
    assert not gate.exists()


def test_an_editor_that_shows_no_progress_is_not_asked_to(gate: Path, client: Client, repo: Any) -> None:
    client.initialize(repo.root, capabilities={**EVERYTHING, "window": {}})
    uri = client.open(repo.root / AUTH)
    assert client.request("textDocument/definition", at(uri, 6)) is None
    gate.touch()
    assert client.shown(uri, 6)
    assert client.requests == []


def test_an_editor_that_never_answers_does_not_hold_up_the_others(
    client: Client, repo: Any, memory: Memory
) -> None:
    client.initialize(repo.root)
    client.answers.clear()
    asked = client.begin(
        "workspace/executeCommand",
        {"command": "gitMemory.record", "arguments": [{"kind": "bug", "uri": repo.root.as_uri()}]},
    )
    client.wait(lambda: client.requests, "window/showDocument")
    assert client.execute("gitMemory.list") == []
    client.send({"jsonrpc": "2.0", "id": client.requests[0]["id"], "result": {"success": True}})
    assert client.response(asked)["result"]["shown"] is True


def test_a_feature_that_fails_answers_null_and_leaves_the_others(client: Client, repo: Any) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
    # The branch names a commit that is not there, as after a crash of the machine.
    (repo.root / ".git/refs/heads/memory").write_text("1" * 40 + "\n")
    client.initialize(repo.root)
    uri = client.open(repo.root / AUTH, "ADR-1\n")
    assert client.hover(uri, 0, 1) is None
    assert client.request("textDocument/definition", at(uri, 0, 1)) is None
    assert "Record a bug here" in client.actions(uri, 0)
    assert client.execute("gitMemory.list") is None
    assert client.message("Git Memory: ")
    assert client.request("shutdown") is None
