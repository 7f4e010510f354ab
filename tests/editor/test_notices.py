"""Notices about code: a lost anchor where its lines stood, a label that does not hold. Quiet, and live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from client import EVERYTHING, Client

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

AUTH = "src/auth.py"
INFORMATION, HINT = 3, 4
FOUND = "    user = find(email.lower())\n"


def notices(client: Client, uri: str, *, some: bool = True) -> list[dict[str, Any]]:
    """The next notices of a document that are some, or none."""
    shown = client.notified(
        "textDocument/publishDiagnostics", lambda p: p["uri"] == uri and bool(p["diagnostics"]) == some
    )
    return list(shown["diagnostics"])


def told(found: list[dict[str, Any]]) -> list[tuple[int, str, int, str]]:
    return [(one["range"]["start"]["line"], one["code"], one["severity"], one["message"]) for one in found]


def put(client: Client, uri: str, line: int, text: str, version: int = 2) -> None:
    place = {"line": line, "character": 0}
    change = {"range": {"start": place, "end": place}, "text": text}
    document = {"uri": uri, "version": version}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})


def published(client: Client) -> list[dict[str, Any]]:
    return [n for n in client.notifications if n["method"] == "textDocument/publishDiagnostics"]


@pytest.fixture
def lost(repo: Any, memory: Memory) -> str:
    """The one line that a decision was anchored to was rewritten; gives the commit that did it."""
    memory.record(Kind.DECISION, "Lower emails", at=[CodeRange(AUTH, 5, 5)])
    repo.write(AUTH, "# new\n" + (repo.root / AUTH).read_text().replace(FOUND, "    user = look_up(email)\n"))
    return str(repo.commit("Rewrite"))


@pytest.fixture
def old(memory: Memory) -> Memory:
    """ADR-1 superseded by ADR-2, ADR-3 rejected, ADR-4 accepted."""
    memory.record(Kind.DECISION, "Sessions", status="accepted")
    memory.supersede("ADR-1", "Tokens")
    memory.record(Kind.DECISION, "Cookies", status="rejected")
    memory.record(Kind.DECISION, "Lower emails", status="accepted")
    return memory


def test_a_lost_anchor_is_told_where_its_lines_stood(lost: str, editor: Client, repo: Any) -> None:
    uri = editor.open(repo.root / AUTH)
    [(line, code, severity, message)] = told(notices(editor, uri))
    assert (line, code, severity) == (5, "stale-anchor", INFORMATION)
    assert message == (
        f"ADR-0001 “Lower emails”: its lines are gone from here since {lost[:8]} (before: src/auth.py:5)"
    )
    hover = editor.shown(uri, 5)["contents"]["value"]
    assert "**ADR-0001**" in hover
    assert "Its lines are gone from here: re-anchor ADR-0001 or retire the anchor" in hover
    assert editor.hover(uri, 4) is None


def test_nobody_is_asked_to_anchor_anew_what_does_not_hold_any_more(
    memory: Memory, editor: Client, repo: Any
) -> None:
    at: dict[str, Any] = {"at": [CodeRange(AUTH, 5, 5)]}
    memory.record(Kind.DECISION, "Superseded", status="accepted", **at)
    memory.supersede("ADR-1", "The successor")
    memory.record(Kind.DECISION, "Rejected", status="rejected", **at)
    memory.record(Kind.DECISION, "Deprecated", status="deprecated", **at)
    memory.record(Kind.BUG, "Fixed", **at)
    memory.close_bug("BUG-1")
    repo.write(AUTH, (repo.root / AUTH).read_text().replace(FOUND, "    user = look_up(email)\n"))
    repo.commit("Rewrite")
    memory.record(Kind.DECISION, "Lower emails", at=[CodeRange(AUTH, 6, 6)])
    repo.write(AUTH, (repo.root / AUTH).read_text().replace("    if user is None", "    if not user"))
    repo.commit("Rewrite again")
    uri = editor.open(repo.root / AUTH)
    [(_, code, _, message)] = told(notices(editor, uri))
    assert (code, message[:23]) == ("stale-anchor", "ADR-0005 “Lower emails”")
    hover = editor.shown(uri, 4)["contents"]["value"]
    assert "*Its lines are gone from here.*" in hover
    assert "re-anchor" not in hover


def test_the_place_of_a_lost_anchor_moves_with_the_typing(lost: str, editor: Client, repo: Any) -> None:
    uri = editor.open(repo.root / AUTH)
    assert notices(editor, uri)[0]["range"]["start"]["line"] == 5
    put(editor, uri, 0, "#\n#\n")
    assert notices(editor, uri)[0]["range"]["start"]["line"] == 7
    assert editor.shown(uri, 7)
    assert editor.hover(uri, 5) is None


def test_cited_decisions_that_do_not_hold_are_told_while_typing(
    old: Memory, editor: Client, repo: Any
) -> None:
    uri = editor.open(repo.root / AUTH)
    put(editor, uri, 0, "# see ADR-1, ADR-3 and ADR-4\n")
    first, second = notices(editor, uri)
    assert told([first, second]) == [
        (0, "superseded", INFORMATION, "ADR-0001 “Sessions” was superseded by ADR-0002 “Tokens”"),
        (0, "rejected", INFORMATION, "ADR-0003 “Cookies” was rejected"),
    ]
    assert (first["range"]["start"]["character"], first["range"]["end"]["character"]) == (6, 11)
    assert first["source"] == "Git Memory"
    change = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}, "text": ""}
    document = {"uri": uri, "version": 3}
    editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    assert notices(editor, uri, some=False) == []


def test_a_decision_that_is_superseded_meanwhile_is_told_in_the_files_that_are_open(
    old: Memory, editor: Client, repo: Any
) -> None:
    uri = editor.open(repo.write("src/notes.py", "# as ADR-4 says\n"))
    assert editor.shown(uri, 0, 6)
    old.supersede("ADR-4", "Fold emails")
    assert told(notices(editor, uri))[0][3] == (
        "ADR-0004 “Lower emails” was superseded by ADR-0005 “Fold emails”"
    )


def test_notices_go_with_the_memory(old: Memory, editor: Client, repo: Any) -> None:
    uri = editor.open(repo.write("src/notes.py", "# as ADR-1 says\n"))
    assert notices(editor, uri)
    repo.git("update-ref", "-d", "refs/heads/memory")
    assert notices(editor, uri, some=False) == []


def test_a_line_that_names_the_successor_too_is_left_alone(old: Memory, editor: Client, repo: Any) -> None:
    uri = editor.open(repo.write("a.py", "# ADR-2 superseded ADR-1\n# ADR-1\n"))
    assert [line for line, *_ in told(notices(editor, uri))] == [1]


def test_labels_that_do_not_exist_are_a_hint_and_only_where_they_are_ours(
    old: Memory, editor: Client, repo: Any
) -> None:
    quiet = (
        "UTF-8 ISO-8859-1 SHA-256 RADR-9\n"
        "https://example.org/BUG-77 docs/ADR-77.md [ADR-77](https://example.org)\n"
        "BUG-77 LEARN-deadbeef memory:1024\n"  # this memory has no bugs and no learnings
        "label = 'ADR-77'\n"
    )
    uri = editor.open(repo.write("a.py", quiet + "# see ADR-77\n"))
    assert told(notices(editor, uri)) == [
        (
            4,
            "unknown-label",
            HINT,
            "there is no ADR-0077 in this memory; it may be in one that was not synced yet",
        )
    ]


def test_other_peoples_code_is_left_alone(old: Memory, editor: Client, repo: Any) -> None:
    foreign = editor.open(repo.write("node_modules/x/a.js", "// ADR-1\n"))
    own = editor.open(repo.write("a.js", "// ADR-1\n"))
    assert notices(editor, own)
    assert [n for n in published(editor) if n["params"]["uri"] == foreign] == []


def test_a_repository_without_memory_has_no_notices(client: Client, repo: Any) -> None:
    client.initialize(repo.root)
    uri = client.open(repo.write("a.py", "# ADR-1\n"))
    put(client, uri, 0, "# ADR-2\n")
    assert client.actions(uri, 0)
    client.request("shutdown")
    assert published(client) == []


def test_notices_go_with_the_document(lost: str, editor: Client, repo: Any) -> None:
    uri = editor.open(repo.root / AUTH)
    assert notices(editor, uri)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert notices(editor, uri, some=False) == []


def test_notices_can_be_switched_off_and_on(old: Memory, client: Client, repo: Any) -> None:
    client.request(
        "initialize",
        {
            "processId": None,
            "rootUri": None,
            "capabilities": EVERYTHING,
            "workspaceFolders": [{"uri": repo.root.as_uri(), "name": "r"}],
            "initializationOptions": {"diagnostics": False},
        },
    )
    client.notify("initialized", {})
    uri = client.open(repo.write("a.py", "# ADR-1\n"))
    assert client.shown(uri, 0, 3)
    put(client, uri, 0, "# ADR-3\n")
    assert published(client) == []

    def switch(on: object) -> None:
        client.notify("workspace/didChangeConfiguration", {"settings": {"gitMemory": {"diagnostics": on}}})

    switch("nonsense")
    switch(True)
    assert [one[1] for one in told(notices(client, uri))] == ["rejected", "superseded"]
    switch(False)
    assert notices(client, uri, some=False) == []
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert client.request("shutdown") is None


def test_a_records_own_file_has_no_notices_about_code(old: Memory, editor: Client, repo: Any) -> None:
    view = old.view("ADR-2")
    uri = editor.open(view.path)
    put(editor, uri, view.path.read_text().count("\n"), "In the place of ADR-1.\n")
    assert editor.actions(uri, 0)
    editor.request("shutdown")
    assert [n for n in published(editor) if n["params"]["diagnostics"]] == []


def test_a_big_file_does_not_hold_up_a_hover(old: Memory, editor: Client, repo: Any) -> None:
    text = "".join(f"x-{number} = {number}  # ADR-3\n" for number in range(20_000))
    uri = editor.open(Path(repo.write("big.py", text)))
    assert editor.shown(uri, 0, len("x-0 = 0  # A"))
    assert len(notices(editor, uri)) == 100
