"""A working session in an editor: its start and the checklist as documents to read, its end as a draft."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from client import EVERYTHING, Client, at
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind


def path_of(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


@pytest.fixture
def modern(client: Client, repo: Repo, memory: Memory) -> Client:
    """An editor that shows documents without files, as VS Code's client does."""
    capabilities = copy.deepcopy(EVERYTHING)
    capabilities["workspace"]["textDocumentContent"] = {"dynamicRegistration": True}
    for name in ("documentLink", "codeLens"):
        capabilities["textDocument"][name] = {"dynamicRegistration": True}
    client.answers["client/registerCapability"] = lambda _: None
    client.answers["workspace/textDocumentContent/refresh"] = lambda _: None
    client.initialize(repo.root, capabilities=capabilities)
    client.wait(lambda: requested(client, "client/registerCapability"), "the registrations")
    return client


def requested(client: Client, method: str) -> list[Any]:
    return [one["params"] for one in client.requests if one["method"] == method]


def content(client: Client, uri: str) -> str:
    return str(client.request("workspace/textDocumentContent", {"uri": uri})["text"])


def test_a_session_starts_with_a_read_only_document_of_what_to_know(
    editor: Client, memory: Memory, repo: Repo
) -> None:
    before = repo.fingerprint()
    memory.record(Kind.BUG, "Login fails")
    memory.set("context/current-focus", "Signing in")
    version = memory.version()
    started = editor.execute("gitMemory.sessionStart", goal="Mend the login", agent="a person")
    assert (started["session"]["goal"], started["went_on"], started["shown"]) == (
        "Mend the login",
        False,
        True,
    )
    path = path_of(started["uri"])
    assert path.parent.parent.name == "drafts"
    assert path.name == "session-start.md"
    assert not path.stat().st_mode & 0o222
    text = path.read_text()
    assert "Login fails" in text
    assert "Signing in" in text
    running = memory.running_session()
    assert running is not None
    assert running.goal == "Mend the login"
    assert (memory.version(), repo.fingerprint()) == (version, before)
    assert editor.execute("gitMemory.sessionStart")["went_on"] is True


def test_what_the_document_names_leads_there(editor: Client, memory: Memory) -> None:
    memory.record(Kind.BUG, "Login fails")
    memory.set("context/current-focus", "Signing in")
    uri = editor.open(path_of(editor.execute("gitMemory.sessionStart")["uri"]))
    lines = path_of(uri).read_text().split("\n")

    def led_to(words: str) -> str:
        line = next(number for number, text in enumerate(lines) if words in text)
        (found,) = editor.request("textDocument/definition", at(uri, line, lines[line].index(words)))
        return path_of(found["uri"]).name

    assert led_to("BUG-1").startswith("BUG-1")
    assert led_to("project-context.md") == "project-context.md"
    assert "Login fails" in editor.shown(uri, *place(lines, "BUG-1"))["contents"]["value"]
    links = editor.request("textDocument/documentLink", {"textDocument": {"uri": uri}})
    targets = {path_of(editor.request("documentLink/resolve", link)["target"]).name[:8] for link in links}
    assert {"BUG-1-lo", "project-"} <= targets


def place(lines: list[str], words: str) -> tuple[int, int]:
    line = next(number for number, text in enumerate(lines) if words in text)
    return line, lines[line].index(words)


def test_what_is_typed_in_a_document_to_read_goes_nowhere(editor: Client, memory: Memory) -> None:
    version = memory.version()
    path = path_of(editor.execute("gitMemory.sessionStart")["uri"])
    uri = editor.open(path)
    path.chmod(0o600)
    editor.save(uri, "# Mine\n")
    assert editor.message("only shows")
    assert memory.version() == version
    editor.execute("gitMemory.sessionStart")
    assert "# Mine" not in path.read_text()


def test_an_editor_that_can_is_shown_it_without_a_file(modern: Client, memory: Memory, repo: Repo) -> None:
    memory.record(Kind.BUG, "Login fails")
    (registered,) = [
        one
        for one in requested(modern, "client/registerCapability")[0]["registrations"]
        if one["method"] == "workspace/textDocumentContent"
    ]
    assert registered["registerOptions"]["schemes"] == ["git-memory"]
    started = modern.execute("gitMemory.sessionStart")
    assert started["uri"] == f"git-memory://{quote(str(repo.root))}/session-start.md"
    assert requested(modern, "window/showDocument")[-1]["uri"] == started["uri"]
    text = content(modern, started["uri"])
    assert "Login fails" in text
    item = {"uri": started["uri"], "languageId": "markdown", "version": 1, "text": text}
    modern.notify("textDocument/didOpen", {"textDocument": item})
    where = place(text.split("\n"), "BUG-1")
    (found,) = modern.request("textDocument/definition", at(started["uri"], *where))
    assert path_of(found["uri"]).name.startswith("BUG-1")
    assert "Login fails" in modern.shown(started["uri"], *where)["contents"]["value"]
    memory.record(Kind.BUG, "Logout fails")
    modern.execute("gitMemory.sessionStart")
    assert requested(modern, "workspace/textDocumentContent/refresh") == [{"uri": started["uri"]}]
    assert "Logout fails" in content(modern, started["uri"])


def test_a_tab_from_an_earlier_life_of_the_server_has_its_text_again_and_starts_nothing(
    modern: Client, memory: Memory, repo: Repo
) -> None:
    memory.record(Kind.BUG, "Login fails")
    uri = f"git-memory://{quote(str(repo.root))}/"
    assert "Login fails" in content(modern, uri + "session-start.md")
    assert "Checklist" in content(modern, uri + "checklist.md")
    assert content(modern, uri + "nothing.md") == ""
    assert content(modern, "git-memory:///nowhere/at/all/checklist.md") == ""
    assert memory.running_session() is None


def test_the_checklist_is_shown_and_told_and_each_due_line_can_be_done(
    editor: Client, memory: Memory, repo: Repo
) -> None:
    editor.execute("gitMemory.sessionStart")
    memory.record(Kind.DECISION, "Use JWT")
    told = editor.execute("gitMemory.checklist")
    points = {point["name"]: point for point in told["points"]}
    assert points["decisions"]["state"] == "due"
    assert told["due"] == sum(point["state"] == "due" for point in told["points"])
    path = path_of(told["uri"])
    lines = path.read_text().split("\n")
    assert lines[0] == "# Checklist"
    uri = editor.open(path)
    line = place(lines, points["decisions"]["due"])[0]
    assert lines[line].startswith("- [ ] **Decisions**")
    actions = editor.actions(uri, line)
    assert "Accept ADR-0001" in actions
    editor.run(actions["Accept ADR-0001"])
    assert memory.find("ADR-1").status == "accepted"
    everything = editor.actions(uri, 0, len(lines) - 1)
    assert "End the session" in everything
    assert "Record a decision here" not in everything
    assert {
        one["state"] for one in editor.execute("gitMemory.checklist")["points"] if one["name"] == "decisions"
    } == {"done"}


def test_saving_the_draft_of_its_end_ends_the_session(editor: Client, memory: Memory, repo: Repo) -> None:
    before = repo.fingerprint()
    editor.execute("gitMemory.sessionStart", goal="Mend the login")
    memory.record(Kind.LEARNING, "Emails differ by case")
    context = path_of(editor.execute("gitMemory.document", name="context")["uri"])
    editor.open(context)
    opened = editor.execute("gitMemory.sessionEnd")
    path = path_of(opened["uri"])
    assert opened["shown"] is True
    text = path.read_text()
    assert text.startswith("Mend the login\n")
    assert "Emails differ by case" in text
    version = memory.version()
    uri = editor.open(path)
    editor.save(uri)
    assert editor.message("the session goes on")
    assert memory.version() == version
    editor.save(uri, text.replace("## Next steps\n", "## Next steps\n- Refresh the token\n"))
    assert editor.message("has ended")
    assert memory.running_session() is None
    assert memory.document("context").values("next-planned") == ("Refresh the token",)
    editor.until(
        lambda: context.read_text() == memory.document("context").text, "the open document to follow"
    )
    (session,) = memory.list(Kind.SESSION)
    assert session.title == "Mend the login"
    assert repo.fingerprint() == before


def test_without_a_session_there_is_none_to_end(editor: Client, memory: Memory) -> None:
    assert editor.execute("gitMemory.sessionEnd") is None
    assert "no session is under way" in editor.message("Git Memory: ")


def test_a_heading_that_the_end_does_not_know_is_named_and_the_draft_stays(
    editor: Client, memory: Memory
) -> None:
    editor.execute("gitMemory.sessionStart", goal="Mend the login")
    path = path_of(editor.execute("gitMemory.sessionEnd")["uri"])
    uri = editor.open(path)
    text = path.read_text() + "\n## Mood\n- fine\n"
    editor.save(uri, text)
    assert "Mood" in editor.message("Git Memory: ")
    assert path.read_text() == text
    assert memory.running_session() is not None


def test_an_open_checklist_follows_the_memory_and_has_its_actions_as_lenses(
    modern: Client, memory: Memory, repo: Repo
) -> None:
    modern.execute("gitMemory.sessionStart")
    memory.record(Kind.DECISION, "Use JWT")
    uri = modern.execute("gitMemory.checklist")["uri"]
    item = {"uri": uri, "languageId": "markdown", "version": 1, "text": content(modern, uri)}
    modern.notify("textDocument/didOpen", {"textDocument": item})
    lenses = modern.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    (accept,) = [one["command"] for one in lenses if one["command"]["title"] == "Accept ADR-0001"]
    modern.run({"command": accept})
    modern.wait(lambda: requested(modern, "workspace/textDocumentContent/refresh"), "a refresh")
    assert "- [x] **Decisions**" in content(modern, uri)
    source = modern.open(repo.root / "src/auth.py")
    assert modern.request("textDocument/codeLens", {"textDocument": {"uri": source}}) is None
