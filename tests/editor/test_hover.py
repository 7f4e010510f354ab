"""A hover on a line that has memory, and on a label in any text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from client import Client

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind, Record

AUTH = "src/auth.py"


@pytest.fixture
def decision(memory: Memory) -> Record:
    """Anchored to the two lines of ``login`` that find the user."""
    return memory.record(
        Kind.DECISION,
        "Compare emails in lower case",
        fields={"decision": "We lower them before we look."},
        at=[CodeRange(AUTH, 5, 6)],
    )


def markdown(hover: Any) -> str:
    assert hover["contents"]["kind"] == "markdown"
    return str(hover["contents"]["value"])


def edit(client: Client, uri: str, line: int, text: str, version: int = 2) -> None:
    place = {"line": line, "character": 0}
    change = {"range": {"start": place, "end": place}, "text": text}
    document = {"uri": uri, "version": version}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})


def test_a_line_shows_what_was_decided_about_it(editor: Client, repo: Any, decision: Record) -> None:
    uri = editor.open(repo.root / AUTH)
    hover = editor.shown(uri, 4, 10)
    assert "**ADR-0001**" in markdown(hover)
    assert "Compare emails in lower case" in markdown(hover)
    assert "We lower them before we look." in markdown(hover)
    assert hover["range"] == {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 30}}


def test_a_line_without_memory_shows_nothing(editor: Client, repo: Any, decision: Record) -> None:
    uri = editor.open(repo.root / AUTH)
    assert editor.shown(uri, 4)
    assert editor.hover(uri, 0) is None
    assert editor.hover(uri, 6) is None
    assert editor.hover(uri, 5000) is None


def test_memory_stays_on_its_line_while_the_text_above_is_edited(
    editor: Client, repo: Any, decision: Record
) -> None:
    uri = editor.open(repo.root / AUTH)
    assert editor.shown(uri, 4)
    edit(editor, uri, 0, "# one\n# two\n")
    assert editor.hover(uri, 4) is None
    assert "ADR-0001" in markdown(editor.shown(uri, 6))
    assert "ADR-0001" in markdown(editor.shown(uri, 7))
    assert editor.hover(uri, 8) is None


def test_memory_stays_on_its_line_after_commits_above_it(editor: Client, repo: Any, decision: Record) -> None:
    text = (repo.root / AUTH).read_text()
    repo.write(AUTH, "# a licence\n\n" + text)
    repo.commit("Add the licence")
    uri = editor.open(repo.root / AUTH)
    assert "ADR-0001" in markdown(editor.shown(uri, 6))
    assert editor.hover(uri, 4) is None


@pytest.mark.parametrize("odd", ["\x0c", "\x0b", "\x1c", "\x85", "\u2028", "\u2029", "😋"])
def test_characters_that_end_no_line_do_not_move_memory(
    client: Client, repo: Any, memory: Memory, odd: str
) -> None:
    repo.write("odd.txt", f"one{odd}\n{odd}two\nthree{odd}three\nfour\n")
    repo.commit("Odd")
    memory.record(Kind.LEARNING, "Three is odd", at=[CodeRange("odd.txt", 3, 3)])
    client.initialize(repo.root)
    uri = client.open(repo.root / "odd.txt")
    edit(client, uri, 1, f"new{odd}\r\nnew\r")
    assert client.shown(uri, 4)
    found = [line for line in range(7) if client.hover(uri, line)]
    assert found == [4]


@pytest.mark.parametrize("label", ["ADR-1", "ADR-0001", "adr-1"])
@pytest.mark.parametrize("name", ["notes.txt", "src/new.rs", "Makefile"])
def test_a_label_in_any_text_shows_its_record(
    editor: Client, repo: Any, decision: Record, label: str, name: str
) -> None:
    uri = editor.open(repo.root / name, f"\n  see {label}, please\n")
    hover = editor.shown(uri, 1, 6)
    assert "Compare emails in lower case" in markdown(hover)
    end = 6 + len(label)
    assert hover["range"] == {"start": {"line": 1, "character": 6}, "end": {"line": 1, "character": end}}
    assert editor.hover(uri, 1, end) == hover
    assert editor.hover(uri, 1, end + 2) is None
    assert editor.hover(uri, 1, 2) is None


def test_labels_without_numbers_and_ids_show_their_record(editor: Client, repo: Any, memory: Memory) -> None:
    learning = memory.record(Kind.LEARNING, "Emails differ by case")
    bug = memory.record(Kind.BUG, "Nobody can sign in")
    text = f"{learning.label} {bug.label} memory:{bug.id[:8]} memory:{bug.id}"
    uri = editor.open(repo.root / "notes.txt", text)
    titles = [markdown(editor.shown(uri, 0, text.index(part))) for part in text.split()]
    assert ["Emails differ by case" in title for title in titles] == [True, False, False, False]
    assert ["Nobody can sign in" in title for title in titles] == [False, True, True, True]


def test_a_label_of_nothing_shows_nothing(editor: Client, repo: Any, decision: Record) -> None:
    uri = editor.open(repo.root / "notes.txt", "ADR-99 BUG-1 memory:ffffffff RADR-1")
    assert [editor.hover(uri, 0, column) for column in (0, 8, 15, 30)] == [None] * 4


@pytest.mark.parametrize(("encoding", "before"), [("utf-8", 8), ("utf-16", 5), ("utf-32", 4)])
def test_positions_are_in_the_negotiated_encoding(
    client: Client, repo: Any, decision: Record, encoding: str, before: int
) -> None:
    capabilities = {"general": {"positionEncodings": [encoding]}}
    answer = client.initialize(repo.root, capabilities=capabilities)
    assert answer["capabilities"]["positionEncoding"] == encoding
    uri = client.open(repo.root / "notes.txt", "é😋 (ADR-1)")
    span = client.shown(uri, 0, before + 1)["range"]
    assert span == {"start": {"line": 0, "character": before}, "end": {"line": 0, "character": before + 5}}


def test_an_untitled_text_knows_the_workspaces_labels(editor: Client, decision: Record) -> None:
    item = {"uri": "untitled:Untitled-1", "languageId": "markdown", "version": 1, "text": "ADR-1"}
    editor.notify("textDocument/didOpen", {"textDocument": item})
    assert "Compare emails" in markdown(editor.shown("untitled:Untitled-1", 0, 1))


def test_what_others_record_is_seen_without_opening_the_file_again(
    editor: Client, repo: Any, memory: Memory
) -> None:
    uri = editor.open(repo.root / AUTH)
    assert editor.hover(uri, 8) is None
    memory.record(Kind.LEARNING, "Sessions end", at=[CodeRange(AUTH, 12, 12)])
    hover = editor.until(lambda: editor.hover(uri, 11), "the new learning on its line")
    assert "Sessions end" in markdown(hover)


def test_an_editor_that_reads_no_markdown_gets_text(client: Client, repo: Any, decision: Record) -> None:
    client.initialize(repo.root, capabilities={"textDocument": {"hover": {"contentFormat": ["plaintext"]}}})
    uri = client.open(repo.root / AUTH)
    assert client.shown(uri, 4)["contents"]["kind"] == "plaintext"


def test_each_repository_of_a_workspace_speaks_for_its_own_files(client: Client, new_repo: Any) -> None:
    roots = []
    for name in ("one", "two"):
        repo = new_repo(name)
        repo.write("a.txt", "first\nsecond\n")
        repo.commit()
        with Memory.open(repo.root) as memory:
            memory.initialise()
            memory.record(Kind.DECISION, f"Decided in {name}", at=[CodeRange("a.txt", 1, 1)])
        roots.append(repo.root)
    client.initialize(*roots)
    uris = [client.open(root / "a.txt") for root in roots]
    assert ["Decided in one" in markdown(client.shown(uri, 0)) for uri in uris] == [True, False]
    assert ["Decided in two" in markdown(client.shown(uri, 0)) for uri in uris] == [False, True]


def test_a_file_outside_the_workspace_speaks_for_its_own_repository(
    client: Client, repo: Any, decision: Record, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    client.initialize(elsewhere)
    uri = client.open(repo.root / AUTH)
    assert "ADR-0001" in markdown(client.shown(uri, 4))


def test_files_in_no_repository_and_repositories_without_memory_are_quiet(
    client: Client, new_repo: Any, tmp_path: Path
) -> None:
    bare_of_memory = new_repo("young")
    client.initialize(tmp_path)
    for path in (tmp_path / "loose.txt", bare_of_memory.write("a.txt", "ADR-1")):
        assert client.hover(client.open(path, "ADR-1"), 0, 1) is None
    assert client.notifications == []
    assert client.log.read_text() == ""


def test_the_link_of_a_hover_leads_to_a_file(editor: Client, repo: Any, decision: Record) -> None:
    uri = editor.open(repo.root / AUTH)
    value = markdown(editor.shown(uri, 4))
    path = value.partition("](file://")[2].partition(")")[0]
    assert "Compare emails in lower case" in Path(path).read_text()
