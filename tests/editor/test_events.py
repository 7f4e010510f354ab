"""Events, errors and what helped, decisions that are due and the day's learnings, in an editor."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from client import EVERYTHING, Client
from support import Repo

from lsp_server import DecisionMemory, ErrorMemory, EventMemory, Kind, Memory


def path_of(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


def fail(events: EventMemory, times: int = 2) -> None:
    """Some errors of one kind, as a program has them."""
    errors = ErrorMemory(events, owner="worker-1")
    for number in range(times):
        with errors.watching("charging", order=number, suppress=True):
            raise ConnectionError(f"No answer from bank {number}")
    events.flush()


def test_events_are_shown_newest_first_and_found_by_words(editor: Client, memory: Memory) -> None:
    with EventMemory(memory, publish_every=None) as events:
        events.create_memory("Order 41", memory_type="order.placed", owner="shop")
        events.create_memory("`git memory session end`", "<img src=x>", metadata={"total": 9.5})
    told = editor.execute("gitMemory.events")
    assert [one["type"] for one in told["events"]] == ["event", "order.placed"]
    path = path_of(told["uri"])
    text = path.read_text()
    assert "2 events in the last 24 hours." in text
    assert "**order.placed** shop: Order 41\n" in text
    assert "**event**: `` `git memory session end` ``\n" in text
    (found,) = editor.execute("gitMemory.events", words="order", show=False)["events"]
    assert found["title"] == "Order 41"
    assert editor.execute("gitMemory.events", type="order.placed", limit=5, show=False)["events"] == [found]
    assert editor.execute("gitMemory.events", type="NO") is None
    assert editor.message("is no type of memory")

    uri = editor.open(path)
    line = text.split("\n").index(next(one for one in text.split("\n") if "session end" in one))
    assert list(editor.actions(uri, line)) == [f"Show event {told['events'][0]['id'][:8]}"]
    (link, _) = editor.request("textDocument/documentLink", {"textDocument": {"uri": uri}})
    shown = path_of(editor.request("documentLink/resolve", link)["target"])
    assert shown.name == f"event-{told['events'][0]['id'][:8]}.md"
    whole = editor.execute("gitMemory.event", id=told["events"][0]["id"])
    assert path_of(whole["uri"]) == shown
    assert "<img src=x>" in shown.read_text()
    assert '"total": 9.5' in shown.read_text()
    assert editor.execute("gitMemory.event", id="ffffffff") is None
    assert editor.message("there is no event")


def test_a_solution_of_an_error_is_written_in_a_draft_and_shown_with_it(
    editor: Client, memory: Memory, repo: Repo
) -> None:
    pytest.importorskip("drain3")
    before = repo.fingerprint()
    with EventMemory(memory, publish_every=None) as events:
        fail(events)
    told = editor.execute("gitMemory.errors")
    (group,) = told["groups"]
    assert (group["count"], group["open"], group["owners"]) == (2, True, ["worker-1"])
    page = path_of(told["uri"])
    lines = page.read_text().split("\n")
    assert lines[2] == "Errors of 1 kind in the last 24 hours, all open."
    at = next(number for number, line in enumerate(lines) if line.startswith("## "))
    assert lines[at] == f"## `{group['id']}` `ConnectionError: No answer from bank <num>`"
    uri = editor.open(page)
    actions = editor.actions(uri, at)
    assert list(actions) == ["Record a solution"]
    draft = editor.run(actions["Record a solution"])["uri"]
    text = path_of(draft).read_text()
    assert "ConnectionError: No answer from bank" in text
    editor.open(path_of(draft))
    editor.save(draft)
    assert editor.message("no solution is recorded")
    editor.save(draft, text + "Ten are enough.\n")
    assert editor.message("has no title")
    editor.save(draft, text.replace("# \n", "# Give the pool ten connections\n") + "Ten are enough.\n")
    assert editor.message("Recorded the solution “Give the pool ten connections”")
    with EventMemory(memory, publish_every=None) as events, ErrorMemory(events) as errors:
        (known,) = errors.groups()
    assert [(one.title, one.content) for one in known.solutions] == [
        ("Give the pool ten connections", "Ten are enough.")
    ]
    assert not known.open
    editor.save(draft)
    assert editor.message("othing was changed")
    (one,) = editor.execute("gitMemory.errors", group=group["id"][:6])["groups"]
    assert one["id"] == group["id"]
    assert "- helped: Give the pool ten connections\n  Ten are enough.\n" in page.read_text()
    newest = editor.open(path_of(editor.execute("gitMemory.event", id=group["example"]["id"])["uri"]))
    assert list(editor.actions(newest, 2)) == ["Record a solution"]
    said = editor.execute("gitMemory.solve", error="OSError: full", title="Make room")
    assert said["metadata"]["solves"] == {"type": "OSError", "message": "full"}
    assert repo.fingerprint() == before


def test_a_bug_that_was_found_in_errors_can_be_solved_on_its_line(
    editor: Client, memory: Memory, repo: Repo
) -> None:
    from lsp_server import LearningLoop

    now = datetime.now(timezone.utc)
    times = iter([now - timedelta(minutes=5 * number) for number in range(12, 0, -1)])
    with EventMemory(memory, publish_every=None, clock=lambda: next(times, now)) as events:
        for _ in range(8):
            events.create_memory(
                "KeyError: 'email'",
                memory_type="error",
                metadata={
                    "error": {
                        "type": "KeyError",
                        "message": "'email'",
                        "where": "src/auth.py:5 in login",
                        "path": "src/auth.py",
                        "line": 5,
                        "function": "login",
                    }
                },
            )
    with EventMemory(memory, publish_every=None) as events:
        LearningLoop(memory, events).run()
    (bug,) = memory.list(Kind.BUG)
    uri = editor.open(repo.root / "src/auth.py")
    title = f"Record a solution for {bug.label}"
    action = editor.until(lambda: editor.actions(uri, 4).get(title), "the action")
    assert title not in editor.actions(uri, 4, triggerKind=2)
    draft = editor.run(action)["uri"]
    assert "KeyError: 'email'" in path_of(draft).read_text()


def test_what_is_due_is_shown_and_its_outcome_is_noted_from_the_page(editor: Client, memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"outcome_due": "2026-01-01"})
    with DecisionMemory(memory) as programs:
        programs.decide("Retry with backoff", due=datetime(2026, 1, 1, tzinfo=timezone.utc))
    told = editor.execute("gitMemory.decisionsDue")
    assert [one["label"] for one in told["decisions"]] == ["ADR-0001"]
    assert [one["title"] for one in told["made"]] == ["Retry with backoff"]
    path = path_of(told["uri"])
    lines = path.read_text().split("\n")
    assert "- [ ] **ADR-0001** Use JWT, due since 2026-01-01" in lines
    uri = editor.open(path)
    actions = editor.actions(uri, 0, len(lines) - 1)
    made = told["made"][0]["id"][:8]
    assert {"ADR-0001 turned out well", f"{made} did not turn out well", "Open ADR-0001"} <= set(actions)
    editor.run(actions["ADR-0001 turned out well"])
    assert editor.message("is noted as success")
    editor.run(actions[f"{made} did not turn out well"])
    assert editor.message("“Retry with backoff” is noted as failure")
    assert memory.find("ADR-1").fields["outcome"] == "success"
    after = editor.execute("gitMemory.decisionsDue")
    assert (after["decisions"], after["made"]) == ([], [])
    assert "No outcome is due." in path.read_text()
    assert editor.execute("gitMemory.outcome", ref="ADR-1", result="good") is None
    assert "good" in editor.message("Git Memory: ")
    assert editor.execute("gitMemory.outcome", ref="ADR-99", result="mixed") is None
    assert editor.message("ADR-99")


def test_an_editor_that_can_is_shown_pages_without_files_that_follow_the_memory(
    client: Client, memory: Memory, repo: Repo
) -> None:
    capabilities: dict[str, Any] = {**EVERYTHING, "workspace": {**EVERYTHING["workspace"]}}
    capabilities["workspace"]["textDocumentContent"] = {"dynamicRegistration": True}
    client.answers["client/registerCapability"] = lambda _: None
    client.answers["workspace/textDocumentContent/refresh"] = lambda _: None
    client.initialize(repo.root, capabilities=capabilities)
    base = f"git-memory://{quote(str(repo.root))}/"
    memory.values().store("a:1", 1)
    page = client.execute("gitMemory.values", prefix="a:")
    assert page["uri"] == base + "values.md"
    text = client.request("workspace/textDocumentContent", {"uri": page["uri"]})["text"]
    item = {"uri": page["uri"], "languageId": "markdown", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": item})
    client.execute("gitMemory.setValue", key="a:2", value=2)
    client.execute("gitMemory.setValue", key="b", value=3)

    def followed() -> bool:
        now = client.request("workspace/textDocumentContent", {"uri": page["uri"]})["text"]
        return "`a:2`" in now and "`b`" not in now

    client.until(followed, "the page to follow")
    with EventMemory(memory, publish_every=None) as events:
        kept = events.create_memory("Order 41")
    # A tab from an earlier life of the server has its text again.
    for name, words in (
        ("events.md", "Order 41"),
        (f"event-{kept.id[:8]}.md", "# Order 41"),
        ("event-ffffffff.md", "there is no event"),
        ("decisions-due.md", "No outcome is due."),
        ("learnings.md", "# What was learned on"),
    ):
        assert words in client.request("workspace/textDocumentContent", {"uri": base + name})["text"]
    learned = client.execute("gitMemory.learnings", day="2026-01-01")
    assert "# What was learned on 2026-01-01" in learned["report"]
    assert client.error(
        "workspace/executeCommand", {"command": "gitMemory.learnings", "arguments": [{"day": "soon"}]}
    )
