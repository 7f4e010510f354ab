"""A phase, a decision and a fixed bug are saved with one call each, and in one commit."""

from __future__ import annotations

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory import Kind
from lsp_server.records.model import Relation


def commits(repo: Repo) -> int:
    return int(repo.git("rev-list", "--count", "memory"))


def test_a_checkpoint_has_its_progress_and_its_figures(memory: Memory, repo: Repo) -> None:
    record = memory.save_checkpoint(
        "Implementation",
        {"current_task": "Login", "completed": ["Form"], "in_progress": ["Reset"], "todo": ["Limit"]},
        {"tests_added": 8, "coverage": 85.5},
        session="session_1",
        notes="Half way.",
    )
    again = memory.get(record.id)
    assert again.fields["phase"] == "Implementation"
    assert (again.fields["current_task"], again.fields["session"]) == ("Login", "session_1")
    assert [again.fields[name] for name in ("completed", "in_progress", "todo")] == [
        ("Form",),
        ("Reset",),
        ("Limit",),
    ]
    assert again.fields["metrics"] == {"tests_added": 8, "coverage": 85.5}
    assert again.code is not None
    assert again.code.commit == repo.git("rev-parse", "HEAD")
    with pytest.raises(UsageError, match="progress has no 'done'"):
        memory.save_checkpoint("x", {"done": []})


def test_a_completed_phase_is_a_checkpoint_and_an_entry_of_the_log(memory: Memory, repo: Repo) -> None:
    before = commits(repo)
    record = memory.save_phase_completion("Design", ["Tokens chosen", "Hashing chosen"])
    assert commits(repo) == before + 1
    assert (record.title, record.fields["state"]) == ("Design completed", "completed")
    assert record.fields["details"] == "* Tokens chosen\n* Hashing chosen"
    assert repo.git("log", "-1", "--format=%s", "memory") == "checkpoint: Design completed"
    log = memory._core.store.snapshot().read(f"log/{record.created:%Y/%m}.md") or b""
    assert (
        f"### {record.created:%H:%M} - Design completed\n- Tokens chosen\n- Hashing chosen\n" in log.decode()
    )


def test_a_decision_is_accepted_with_its_consequences_in_lists(memory: Memory) -> None:
    record = memory.save_decision(
        "Use JWT", "We need it.", "JWT.", "Stateless.", {"positive": ["scales"], "negative": ["large"]}
    )
    again = memory.get(record.label)
    assert again.status == "accepted"
    assert (again.fields["good"], again.fields["bad"]) == (("scales",), ("large",))
    told = memory.save_decision("B", "c", "d", "r", "**Positive:**\n- fast\n\n**Negative:**\n- dear")
    assert (told.fields["good"], told.fields["bad"]) == (("fast",), ("dear",))
    free = memory.get(memory.save_decision("C", "c", "d", "r", "We will see.").label)
    assert "## Consequences\n\nWe will see." in free.body
    with pytest.raises(UsageError, match="consequences have no 'neutral'"):
        memory.save_decision("D", "c", "d", "r", {"neutral": ["x"]})


def test_a_known_bug_is_settled_and_its_lesson_learned_in_one_commit(memory: Memory, repo: Repo) -> None:
    bug = memory.record(Kind.BUG, "Email case", fields={"severity": "high"})
    before = commits(repo)
    fixed, learning = memory.save_bug_fix(
        1, "Two accounts.", "No lower().", "lower()", "Normalise.", fields={"fixed_in": "abc123"}
    )
    assert commits(repo) == before + 1
    assert (fixed.id, fixed.status) == (bug.id, "fixed")
    again = memory.get("BUG-1")
    assert (again.fields["severity"], again.fields["fixed_in"]) == ("high", "abc123")
    assert (again.fields["root_cause"], again.fields["lessons"]) == ("No lower().", "Normalise.")
    assert [(link.relation, link.target) for link in again.links] == [(Relation.TAUGHT, learning.id)]
    taught = memory.get(learning.id)
    assert (taught.title, taught.fields["lesson"]) == ("Email case", "Normalise.")
    assert [(link.relation, link.target) for link in taught.links] == [(Relation.LEARNED_FROM, bug.id)]


@pytest.mark.parametrize(
    ("ref", "label", "title"),
    [
        (23, "BUG-23", "Two accounts."),
        ("#023", "BUG-23", "Two accounts."),
        ("Email case", "BUG-1", "Email case"),
    ],
)
def test_a_bug_that_nobody_knew_is_written_as_fixed(
    memory: Memory, repo: Repo, ref: str | int, label: str, title: str
) -> None:
    before = commits(repo)
    bug, learning = memory.save_bug_fix(ref, "Two accounts.\nAlways.", "Case.", "lower()", "Normalise.")
    assert commits(repo) == before + 1
    assert (bug.label, bug.title, bug.status) == (label, title, "fixed")
    assert [link.target for link in memory.get(bug.id).links] == [learning.id]
    assert [link.target for link in memory.get(learning.id).links] == [bug.id]
    assert memory.record(Kind.BUG, "Next").number == (bug.number or 0) + 1


def test_a_deleted_bug_is_not_written_again(memory: Memory) -> None:
    memory.record(Kind.BUG, "One")
    memory.delete("BUG-1")
    with pytest.raises(NotFoundError, match="BUG-1 was deleted"):
        memory.save_bug_fix(1, "x")
