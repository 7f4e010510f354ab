"""A record whose lines are gone is anchored anew, or its anchor is retired, with what every editor has."""

from __future__ import annotations

from typing import Any

import pytest
from client import EVERYTHING, Client, at, lines

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.anchors import whole

AUTH = "src/auth.py"
FOUND = "    user = find(email.lower())\n"
INVALID_PARAMS = -32602


@pytest.fixture
def lost(repo: Any, memory: Memory) -> Memory:
    """The line that a decision was anchored to was rewritten; a learning stands on line 8."""
    memory.record(Kind.DECISION, "Lower emails", at=[CodeRange(AUTH, 5, 5)])
    memory.record(Kind.LEARNING, "Passwords", at=[CodeRange(AUTH, 8, 8)])
    repo.write(AUTH, "# new\n" + (repo.root / AUTH).read_text().replace(FOUND, "    user = look_up(email)\n"))
    repo.commit("Rewrite")
    return memory


def opened(editor: Client, repo: Any) -> str:
    uri = editor.open(repo.root / AUTH)
    editor.notified("textDocument/publishDiagnostics", lambda p: p["uri"] == uri and p["diagnostics"])
    return uri


def anchors(memory: Memory, ref: str) -> list[str]:
    return [str(anchor) for anchor in memory.get(ref).anchors]


def test_a_lost_record_is_anchored_to_the_line_of_the_notice(lost: Memory, editor: Client, repo: Any) -> None:
    uri = opened(editor, repo)
    before = repo.fingerprint()
    editor.run(editor.actions(uri, 5, triggerKind=2)["Re-anchor ADR-0001 here"])
    assert editor.message("nchored ADR-0001") == "Anchored ADR-0001 “Lower emails” to src/auth.py:6"
    assert anchors(lost, "ADR-1") == [f"{AUTH}:6"]
    assert "Lower emails" in editor.until(
        lambda: (
            (h := editor.hover(uri, 5)) and "gone" not in h["contents"]["value"] and h["contents"]["value"]
        ),
        "a hover without the notice",
    )
    shown = editor.notified("textDocument/publishDiagnostics", lambda p: p["uri"] == uri)
    assert shown["diagnostics"] == []
    assert repo.fingerprint() == before


def test_a_lost_record_is_anchored_to_lines_elsewhere_that_a_person_selects(
    lost: Memory, editor: Client, repo: Any
) -> None:
    uri = opened(editor, repo)
    assert "Re-anchor ADR-0001 here" not in editor.actions(uri, 10, 11, triggerKind=2)
    editor.run(editor.actions(uri, 10, 11)["Re-anchor ADR-0001 here"])
    assert anchors(lost, "ADR-1") == [f"{AUTH}:11-12"]


def test_a_lost_anchor_is_retired_and_the_record_stays(lost: Memory, editor: Client, repo: Any) -> None:
    uri = opened(editor, repo)
    editor.run(editor.actions(uri, 5)["Retire the anchor of ADR-0001"])
    assert "not anchored at src/auth.py:5 any more" in editor.message("ADR-0001 “Lower emails”")
    assert anchors(lost, "ADR-1") == []
    shown = editor.notified("textDocument/publishDiagnostics", lambda p: p["uri"] == uri)
    assert shown["diagnostics"] == []


def test_a_record_whose_lines_are_gone_can_be_opened_where_they_stood(
    lost: Memory, editor: Client, repo: Any
) -> None:
    uri = opened(editor, repo)
    [place] = editor.request("textDocument/definition", at(uri, 5))
    assert "ADR-0001" in place["uri"]
    assert editor.run(editor.actions(uri, 5, triggerKind=2)["Open ADR-0001"])["id"] == lost.get("ADR-1").id


def test_the_fixes_of_a_notice_are_tied_to_it(lost: Memory, editor: Client, repo: Any) -> None:
    uri = editor.open(repo.root / AUTH)
    shown = editor.notified(
        "textDocument/publishDiagnostics", lambda p: p["uri"] == uri and p["diagnostics"]
    )["diagnostics"]
    fixes = editor.actions(uri, 5, only=["quickfix"], diagnostics=shown)
    assert list(fixes) == ["Re-anchor ADR-0001 here", "Retire the anchor of ADR-0001"]
    assert [one["diagnostics"][0]["message"] for one in fixes.values()] == [shown[0]["message"]] * 2
    assert [one["kind"] for one in fixes.values()] == ["quickfix"] * 2


def test_the_fix_of_bug_1_is_not_tied_to_the_notice_of_bug_10(
    memory: Memory, editor: Client, repo: Any
) -> None:
    with memory.batch("Ten bugs"):
        for number in range(1, 11):
            memory.record(Kind.BUG, f"Bug {number}", at=[CodeRange(AUTH, 5, 5)] if number in (1, 10) else [])
    repo.write(AUTH, (repo.root / AUTH).read_text().replace(FOUND, "    user = look_up(email)\n"))
    repo.commit("Rewrite")
    uri = editor.open(repo.root / AUTH)
    shown = editor.notified(
        "textDocument/publishDiagnostics", lambda p: p["uri"] == uri and len(p["diagnostics"]) == 2
    )["diagnostics"]
    fix = editor.actions(uri, 4, only=["quickfix"], diagnostics=shown)["Retire the anchor of BUG-1"]
    assert [one["message"].split()[0] for one in fix["diagnostics"]] == ["BUG-1"]


def test_records_that_stand_where_a_person_asks_can_be_moved_too(
    lost: Memory, editor: Client, repo: Any
) -> None:
    uri = opened(editor, repo)
    label = lost.list(Kind.LEARNING)[0].label
    assert not [title for title in editor.actions(uri, 8, triggerKind=2) if "anchor" in title]
    menu = editor.actions(uri, 7, 9)
    assert list(menu)[-2:] == [f"Re-anchor {label} here", f"Retire the anchor of {label}"]
    editor.run(menu[f"Re-anchor {label} here"])
    assert anchors(lost, label) == [f"{AUTH}:8-10"]
    editor.until(lambda: editor.hover(uri, 7), "the new place")
    editor.run(editor.actions(uri, 8)[f"Retire the anchor of {label}"])
    assert anchors(lost, label) == []


def test_the_commands_do_it_alone(lost: Memory, editor: Client, repo: Any) -> None:
    uri = (repo.root / AUTH).as_uri()
    made = editor.execute("gitMemory.reanchor", ref="ADR-1", uri=uri, range=lines(1, 2))
    assert [(one["start"], one["end"]) for one in made["anchors"]] == [(2, 3)]
    made = editor.execute("gitMemory.retire", ref="ADR-1", uri=repo.root.as_uri())
    assert made["anchors"] == []
    assert editor.execute("gitMemory.retire", ref="ADR-1") is None
    assert "ADR-0001 is not anchored to any code" in editor.message("Git Memory: ")
    made = editor.execute("gitMemory.reanchor", ref="ADR-1", uri=uri, range=lines(1, 1))
    assert [(one["start"], one["end"]) for one in made["anchors"]] == [(2, 2)]


def test_where_a_record_is_about_the_whole_file_that_is_what_is_retired(
    lost: Memory, editor: Client, repo: Any
) -> None:
    lost.reanchor("ADR-1", [whole("README.md")])
    assert anchors(lost, "ADR-1") == [f"{AUTH}:5", "README.md"]  # the first of them is stale
    uri = editor.open(repo.root / "README.md")
    assert editor.shown(uri, 0)
    editor.run(editor.actions(uri, 0)["Retire the anchor of ADR-0001"])
    assert anchors(lost, "ADR-1") == [f"{AUTH}:5"]


def test_which_of_several_places_is_meant_is_never_guessed(lost: Memory, editor: Client, repo: Any) -> None:
    lost.record(Kind.BUG, "Two places", at=[CodeRange(AUTH, 1, 1), CodeRange(AUTH, 3, 3)])
    uri = (repo.root / AUTH).as_uri()
    assert editor.execute("gitMemory.reanchor", ref="BUG-1", uri=uri, range=lines(10, 10)) is None
    assert "BUG-1 is anchored at src/auth.py:1, src/auth.py:3" in editor.message("Git Memory: ")
    first = {"path": AUTH, "start": 1, "end": 1, "symbol": None}
    editor.execute("gitMemory.reanchor", ref="BUG-1", uri=uri, range=lines(10, 10), anchor=first)
    assert anchors(lost, "BUG-1") == [f"{AUTH}:11", f"{AUTH}:3"]
    editor.execute("gitMemory.retire", ref="BUG-1", uri=uri, range=lines(2, 2))
    assert anchors(lost, "BUG-1") == [f"{AUTH}:11"]
    assert editor.execute("gitMemory.retire", ref="BUG-1", uri=uri, anchor=first) is None
    assert "not anchored at src/auth.py any more" in editor.message("Git Memory: ")


@pytest.mark.parametrize(
    "wrong",
    [
        {"uri": "file:///x"},
        {"ref": "ADR-1", "uri": "file:///x"},
        {"ref": "ADR-1", "uri": "file:///x", "range": lines(0, 0), "anchor": "src/auth.py"},
        {"ref": "ADR-1", "uri": "file:///x", "range": lines(0, 0), "anchor": {"path": 1}},
        {"ref": "ADR-1", "uri": "file:///x", "range": lines(0, 0), "anchor": {"path": "a", "start": -1}},
    ],
)
def test_malformed_arguments_are_refused(editor: Client, wrong: dict[str, Any]) -> None:
    params = {"command": "gitMemory.reanchor", "arguments": [wrong]}
    assert editor.error("workspace/executeCommand", params) == INVALID_PARAMS


def test_lines_that_are_not_saved_are_not_anchored_to(lost: Memory, editor: Client, repo: Any) -> None:
    uri = opened(editor, repo)
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    document = {"uri": uri, "version": 2}
    change = {"range": place, "text": "# not saved\n"}
    editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    assert editor.run(editor.actions(uri, 0)["Re-anchor ADR-0001 here"]) is None
    assert "save the file first" in editor.message("not saved yet")
    editor.run(editor.actions(uri, 6)["Re-anchor ADR-0001 here"])
    assert anchors(lost, "ADR-1") == [f"{AUTH}:6"]


def test_an_editor_without_action_literals_gets_the_same_as_commands(
    client: Client, repo: Any, lost: Memory
) -> None:
    client.initialize(repo.root, capabilities={**EVERYTHING, "textDocument": {}})
    uri = client.open(repo.root / AUTH)
    asked = {"textDocument": {"uri": uri}, "range": lines(5, 5), "context": {"diagnostics": []}}
    titles = [one["title"] for one in client.request("textDocument/codeAction", asked)]
    assert titles[:2] == ["Re-anchor ADR-0001 here", "Retire the anchor of ADR-0001"]


def test_a_label_is_rewritten_only_in_the_text_that_was_asked_about(
    client: Client, repo: Any, memory: Memory
) -> None:
    memory.record(Kind.DECISION, "Sessions")
    memory.amend("ADR-1", memory.text("ADR-1").replace("---\nid", "---\naliases: [ADR-0007]\nid", 1))
    can = {**EVERYTHING, "workspace": {"workspaceEdit": {"documentChanges": True}}}
    client.initialize(repo.root, capabilities=can)
    uri = client.open(repo.write("a.py", "# ADR-7\n"))
    edit = client.actions(uri, 0, triggerKind=2)["Write ADR-0001 instead of ADR-7"]["edit"]
    assert edit["documentChanges"][0]["textDocument"] == {"uri": uri, "version": 1}
    assert "changes" not in edit


def test_a_renumbered_label_is_rewritten_and_a_successor_opened(
    editor: Client, repo: Any, memory: Memory
) -> None:
    memory.record(Kind.DECISION, "Sessions", status="accepted")
    memory.supersede("ADR-1", "Tokens")
    text = memory.text("ADR-2").replace("---\nid", "---\naliases: [ADR-0007]\nid", 1)
    memory.amend("ADR-2", text)
    uri = editor.open(repo.write("a.py", "# ADR-7\n# ADR-1\n"))
    fix = editor.actions(uri, 0, triggerKind=2)["Write ADR-0002 instead of ADR-7"]
    assert fix["edit"]["changes"][uri] == [
        {
            "range": {"start": {"line": 0, "character": 2}, "end": {"line": 0, "character": 7}},
            "newText": "ADR-0002",
        }
    ]
    other = editor.run(editor.actions(uri, 1, triggerKind=2)["Open ADR-0002, which holds instead of ADR-1"])
    assert other["id"] == memory.get("ADR-2").id
