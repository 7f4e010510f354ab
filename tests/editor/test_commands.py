"""``workspace/executeCommand``: what an editor, or its extension, asks for by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from client import Client

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

INVALID_PARAMS = -32602
AUTH = "src/auth.py"


def test_every_command_that_is_announced_is_documented(client: Client, tmp_path: Path) -> None:
    announced = client.initialize(tmp_path)["capabilities"]["executeCommandProvider"]["commands"]
    page = (Path(__file__).parents[2] / "docs/lsp.md").read_text()
    assert [name for name in announced if f"| `{name}` | `{{" not in page] == []


def test_records_are_listed_as_the_command_line_lists_them(editor: Client, memory: Memory) -> None:
    from lsp_server.records.plain import record_json

    memory.record(
        Kind.DECISION,
        "Use JWT",
        fields={"decision": "JWT", "deciders": ["Ann"]},
        tags=["auth"],
        at=[CodeRange(AUTH, 5, 6)],
    )
    memory.supersede("ADR-1", "Use PASETO")
    memory.record(Kind.LEARNING, "Emails differ by case")
    listed = editor.execute("gitMemory.list")
    by_id = {record.id: json.loads(json.dumps(record_json(record))) for record in memory.list()}
    assert {record["id"]: record for record in listed} == by_id
    assert [record["title"] for record in editor.execute("gitMemory.list", kind="learning")] == [
        "Emails differ by case"
    ]
    assert len(editor.execute("gitMemory.list", limit=1)) == 1
    assert [r["label"] for r in editor.execute("gitMemory.list", tag="auth")] == ["ADR-0001"]
    assert editor.execute("gitMemory.list", status="rejected") == []


def test_a_search_finds_words(editor: Client, memory: Memory) -> None:
    memory.record(Kind.LEARNING, "Emails differ by case")
    memory.record(Kind.BUG, "Nobody can sign in")
    (hit,) = editor.execute("gitMemory.search", words="emails")
    assert hit["record"]["title"] == "Emails differ by case"
    assert set(hit) == {"record", "snippet", "score"}
    assert editor.execute("gitMemory.search", words="emails", kind="bug") == []


def test_a_status_is_given_by_label_or_id(editor: Client, memory: Memory) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    assert editor.execute("gitMemory.mark", ref="adr-1", status="accepted")["status"] == "accepted"
    assert editor.execute("gitMemory.mark", ref=record.id[:8], status="deprecated")["status"] == "deprecated"


def test_superseding_opens_a_draft_whose_save_links_both(editor: Client, memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    opened = editor.execute("gitMemory.supersede", ref="ADR-1")
    assert (opened["kind"], opened["isNew"], opened["shown"]) == ("decision", True, True)
    assert memory.get("ADR-1").status == "proposed"
    path = Path(opened["uri"].removeprefix("file://"))
    uri = editor.open(path)
    editor.save(uri, path.read_text().replace("\n# \n", "\n# Use PASETO\n"))
    editor.message("Recorded ADR-0002 “Use PASETO”")
    new, old = memory.get("ADR-2"), memory.get("ADR-1")
    assert (new.id, old.status) == (opened["id"], "superseded")
    assert [link.target for link in new.links] == [old.id]
    assert [link.target for link in old.links] == [new.id]
    assert editor.execute("gitMemory.supersede", ref="ADR-1") is None
    assert editor.message("superseded already")


def test_a_checkpoint_takes_a_message(editor: Client, memory: Memory, repo: Any) -> None:
    made = editor.execute("gitMemory.checkpoint", message="Half way", uri=repo.root.as_uri())
    assert (made["kind"], made["title"]) == ("checkpoint", "Half way")
    assert made["code"]["commit"] == repo.git("rev-parse", "HEAD")


def test_a_draft_can_be_given_its_title(editor: Client, repo: Any) -> None:
    uri = (repo.root / AUTH).as_uri()
    opened = editor.execute("gitMemory.record", kind="learning", uri=uri, title="Emails differ")
    assert "# Emails differ" in Path(opened["uri"].removeprefix("file://")).read_text()


def test_starting_a_memory_twice_is_harmless(client: Client, repo: Any) -> None:
    client.initialize(repo.root)
    assert client.execute("gitMemory.initialise")["created"] is True
    assert client.execute("gitMemory.initialise", uri=repo.root.as_uri())["created"] is False


@pytest.mark.parametrize(
    ("command", "argument", "said"),
    [
        ("gitMemory.open", {"ref": "ADR-99"}, "ADR-99"),
        ("gitMemory.mark", {"ref": "ADR-1", "status": "nonsense"}, "nonsense"),
        ("gitMemory.list", {"uri": "file:///"}, "not in a git repository"),
        ("gitMemory.record", {"kind": "bug", "uri": "file:///proc/version"}, "not in a git repository"),
    ],
)
def test_what_cannot_be_done_is_said_once_and_answered_with_null(
    editor: Client, memory: Memory, command: str, argument: dict[str, Any], said: str
) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    assert editor.execute(command, **argument) is None
    shown = [n["params"] for n in editor.notifications if n["method"] == "window/showMessage"]
    assert [message["type"] for message in shown] == [1]
    assert said in shown[0]["message"]
    assert "\n" not in shown[0]["message"]


@pytest.mark.parametrize(
    "params",
    [
        {"command": "gitMemory.record"},
        {"command": "gitMemory.record", "arguments": None},
        {"command": "gitMemory.record", "arguments": ["text"]},
        {"command": "gitMemory.record", "arguments": [{}, {}]},
        {"command": "gitMemory.record", "arguments": [{"kind": "poem", "uri": "file:///x"}]},
        {"command": "gitMemory.record", "arguments": [{"kind": "bug", "uri": 5}]},
        {"command": "gitMemory.record", "arguments": [{"kind": "bug", "uri": "file:///x", "range": [1, 2]}]},
        {"command": "gitMemory.record", "arguments": [{"kind": "checkpoint", "uri": "file:///x"}]},
        {"command": "gitMemory.search", "arguments": [{"words": ""}]},
        {"command": "gitMemory.list", "arguments": [{"limit": -1}]},
        {"command": "gitMemory.list", "arguments": [{"limit": 2**70}]},
        {"command": "gitMemory.propose", "arguments": [{"name": "\ud800"}]},
        {"command": "gitMemory.record", "arguments": [1]},
        {"command": "gitMemory.retire", "arguments": [{"ref": "ADR-1", "anchor": {"path": "\ud800"}}]},
        {"command": "gitMemory.nothing", "arguments": []},
        {"command": "rm", "arguments": [{"jsonrpc": "2.0", "method": "exit"}]},
    ],
)
def test_malformed_arguments_are_answered_with_invalid_params(
    editor: Client, memory: Memory, params: dict[str, Any]
) -> None:
    error = editor.response(editor.begin("workspace/executeCommand", params))["error"]
    assert error["code"] == INVALID_PARAMS
    assert params["command"] in error["message"]
    assert "\n" not in error["message"]
    assert editor.execute("gitMemory.list") == []
    logged = editor.log.read_text()
    assert error["message"] in logged
    assert "Traceback" not in logged
    assert "ERROR" not in logged


def test_what_no_file_can_be_called_is_no_file_and_the_workspaces_memory_is_meant(editor: Client) -> None:
    uri = "file:///" + "a" * 5000
    assert editor.execute("gitMemory.record", kind="bug", uri=uri)["isNew"]
    assert "Traceback" not in editor.log.read_text()


def test_a_range_that_the_file_does_not_have_is_refused(editor: Client, repo: Any, memory: Memory) -> None:
    uri = (repo.root / AUTH).as_uri()  # not open, so the server does not know its lines
    place = {"start": {"line": 500, "character": 0}, "end": {"line": 500, "character": 0}}
    assert editor.execute("gitMemory.record", kind="bug", uri=uri, range=place) is None
    assert editor.message("line")
