"""The checklist tells what is saved, and asks for nothing that the work does not ask for."""

from __future__ import annotations

import pytest
from support import Repo

from lsp_server import Ending, Memory
from lsp_server.memory import Kind
from lsp_server.memory.working.results import Point, State

NAMES = [
    "summary",
    "log",
    "decisions",
    "learnings",
    "bugs",
    "checkpoint",
    "session",
    "artifacts",
    "metrics",
    "next",
]


@pytest.fixture
def described(memory: Memory) -> Memory:
    """A memory of a project that says what it is, with a session under way."""
    for name, text in (("name", "Shop"), ("status", "in progress"), ("description", "Seeds")):
        memory.set(f"project/{name}", text)
    memory.start_session("Sign in")
    return memory


def point(memory: Memory, name: str) -> Point:
    return next(one for one in memory.checklist().points if one.name == name)


def test_there_are_ten_points_and_nothing_is_due_where_nothing_was_done(described: Memory) -> None:
    found = described.checklist()
    assert [one.name for one in found.points] == NAMES
    assert found.due == []
    assert {one.state for one in found.points} == {State.NOTHING}


def test_a_project_that_nobody_has_described_is_due(memory: Memory) -> None:
    summary = point(memory, "summary")
    assert (summary.state, summary.command) == (State.DUE, "git memory set project/description TEXT")
    memory.set("project/name", "Shop")
    assert "no status and no description" in point(memory, "summary").due
    memory.set("project/status", "new")
    memory.set("project/description", "Seeds")
    assert point(memory, "summary").state is State.DONE


def test_work_asks_for_a_log_entry_a_checkpoint_a_summary_and_what_comes_next(
    repo: Repo, described: Memory
) -> None:
    repo.commit("Add the login endpoint")
    due = {one.name: one.due for one in described.checklist().due}
    assert set(due) == {"log", "checkpoint", "session", "next"}
    assert due["log"] == "1 commit, and no entry tells of it"
    described.append_log("Login")
    described.checkpoint("Half way", fields={"todo": ["Refresh"]})
    assert [one.name for one in described.checklist().due] == ["session"]
    repo.commit("One more")
    described.end_session(Ending("Done"))
    assert {one.name for one in described.checklist().due} == {"checkpoint"}


def test_a_fixed_bug_asks_what_it_taught(described: Memory) -> None:
    described.record(Kind.BUG, "Case")
    described.close_bug("BUG-1")
    assert "BUG-1 fixed" in point(described, "learnings").due
    assert point(described, "bugs").state is State.DONE
    described.record(Kind.LEARNING, "Case matters")
    assert point(described, "learnings").state is State.DONE


def test_a_bug_that_was_closed_with_its_learning_asks_for_nothing(described: Memory) -> None:
    described.record(Kind.BUG, "Case")
    described.close_bug("BUG-1", learning_title="Case matters")
    assert point(described, "learnings").state is State.DONE


def test_a_commit_that_fixes_something_asks_for_its_bug(repo: Repo, described: Memory) -> None:
    repo.commit("Prefix all routes")
    assert point(described, "bugs").state is State.NOTHING
    described.record(Kind.BUG, "An old one")
    described.discard_session()
    described.end_session("Reported")
    described.start_session()
    repo.commit("Fix the login of capitals")
    bugs = point(described, "bugs")
    assert "'Fix the login of capitals' is committed" in bugs.due
    assert bugs.command == "git memory close BUG-1 --fix TEXT"
    described.close_bug("BUG-1")
    assert point(described, "bugs").state is State.DONE


def test_a_bug_in_progress_and_a_decision_of_this_session_are_to_be_settled(described: Memory) -> None:
    described.record(Kind.DECISION, "Use JWT")
    described.record(Kind.BUG, "Case")
    described.mark("BUG-1", "in-progress")
    decisions, bugs = point(described, "decisions"), point(described, "bugs")
    assert (decisions.done, decisions.due) == (("ADR-0001 Use JWT",), "ADR-0001 still to be decided")
    assert decisions.command == "git memory mark ADR-0001 accepted"
    assert bugs.due == "BUG-1 in progress"
    described.mark("ADR-1", "accepted")
    assert point(described, "decisions").state is State.DONE


def test_a_decision_that_was_open_before_is_not_this_sessions_business(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    memory.start_session()
    assert point(memory, "decisions").state is State.NOTHING


def test_what_is_not_committed_asks_for_a_checkpoint(repo: Repo, described: Memory) -> None:
    repo.write("src/auth.py", "changed\n")
    assert point(described, "checkpoint").due == "1 path not committed, and no checkpoint"
    described.checkpoint("Half way")
    assert point(described, "checkpoint").state is State.DONE


def test_a_picture_in_the_work_tree_is_to_be_saved(repo: Repo, described: Memory) -> None:
    repo.write("login.png", b"\x89PNG\r\n\x1a\n")
    artifacts = point(described, "artifacts")
    assert artifacts.command == "git memory artifact add login.png"
    described.add_artifact(repo.root / "login.png")
    artifacts = point(described, "artifacts")
    assert artifacts.state is State.DONE
    assert artifacts.done[0].endswith("login.png")
    described.remove_artifact(artifacts.done[0])
    assert point(described, "artifacts").command == "git memory artifact add login.png"


def test_metrics_are_due_where_some_are_kept_and_the_code_went_on(repo: Repo, memory: Memory) -> None:
    memory.set("project/metrics/coverage", "80", new=True)
    memory.start_session()
    assert point(memory, "metrics").state is State.NOTHING
    repo.commit("More code")
    assert point(memory, "metrics").command == "git memory set project/metrics/coverage VALUE"
    memory.set("project/metrics/coverage", "81")
    assert point(memory, "metrics").done == ("coverage 81",)


def test_without_a_session_all_counts_that_was_done_since_the_last_one_ended(
    repo: Repo, memory: Memory
) -> None:
    memory.record(Kind.LEARNING, "Long ago")
    assert point(memory, "learnings").done[0].endswith("Long ago")
    ended = memory.end_session("First")
    assert memory.checklist().over
    memory.record(Kind.DECISION, "After", status="accepted")
    found = memory.checklist()
    assert (found.over, found.running, found.after) == (False, None, ended.record.label)
    assert point(memory, "learnings").state is State.NOTHING
    assert point(memory, "decisions").done == ("ADR-0001 After",)
    assert point(memory, "session").command == "git memory session end SUMMARY"


def test_it_looks_and_writes_nothing(repo: Repo, described: Memory) -> None:
    before, version = repo.fingerprint(), described.version()
    described.checklist()
    assert (repo.fingerprint(), described.version()) == (before, version)


def test_the_version_a_session_began_at_may_be_gone(repo: Repo, described: Memory) -> None:
    note = repo.root / ".git" / "git-memory-session"
    note.write_text(note.read_text().replace(described.running_session().memory or "", "0" * 40))  # type: ignore[union-attr]  # one is under way
    described.record(Kind.LEARNING, "One")
    assert [one.name for one in described.checklist().points] == NAMES


def test_commands_that_are_told_can_be_given_as_they_are(repo: Repo, memory: Memory) -> None:
    memory.set("project/metrics/lines of code", "5", new=True)
    memory.start_session()
    repo.commit("Work")
    repo.write("a picture.png", b"png")
    points = {point.name: point for point in memory.checklist().points}
    assert points["metrics"].command == "git memory set 'project/metrics/lines of code' VALUE"
    assert points["artifacts"].command == "git memory artifact add 'a picture.png'"


def test_a_project_that_cannot_be_read_is_due_to_be_mended(repo: Repo, memory: Memory) -> None:
    memory.set("project/name", "Shop")
    repo.git("worktree", "add", "-q", "../by-hand", "memory")
    by_hand = repo.root.parent / "by-hand"
    (by_hand / "project.yaml").write_text("name: [\n")
    repo.git("-C", str(by_hand), "commit", "-qam", "By hand")
    repo.git("worktree", "remove", "--force", "../by-hand")
    summary = memory.checklist().points[0]
    assert summary.due.startswith("project.yaml cannot be read: ")
    assert summary.command == "git memory doctor"
