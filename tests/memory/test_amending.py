"""A record is changed line by line, through possible steps, and merged with what changed meanwhile."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from memory.by_hand import by_hand
from support import Repo

from lsp_server import Memory
from lsp_server.errors import GitMemoryError, RefusedError, UsageError
from lsp_server.memory import CodeRange, Kind


def test_a_decision_takes_only_possible_steps(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    assert memory.mark("ADR-1", "accepted").status == "accepted"
    with pytest.raises(RefusedError, match="ADR-0001 is accepted and cannot become rejected"):
        memory.mark("ADR-1", "rejected")
    with pytest.raises(UsageError, match="not a status"):
        memory.mark("ADR-1", "great")
    assert memory.get("ADR-1").status == "accepted"


def test_marking_changes_one_line_of_the_file(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.DECISION, "Use JWT", at=[CodeRange("src/auth.py", 5, 7)])
    memory.mark("ADR-1", "accepted")
    diff = repo.git("diff", "--unified=0", "memory~1", "memory").splitlines()
    assert [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-status: proposed",
        "+status: accepted",
    ]


def test_marking_a_status_it_has_already_is_no_commit(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", status="accepted")
    before = memory.version()
    assert memory.mark("ADR-1", "accepted").status == "accepted"
    assert memory.version() == before


def test_superseding_links_both_sides_in_one_commit(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use sessions", status="accepted")
    before = len(list(memory.log()))
    old, new = memory.supersede("ADR-1", "Use JWT", fields={"rationale": "Scale."})
    assert len(list(memory.log())) == before + 1
    assert (old.status, new.status) == ("superseded", "accepted")
    assert [(link.relation.value, link.target) for link in old.links] == [("superseded-by", new.id)]
    assert [(link.relation.value, link.target) for link in new.links] == [("supersedes", old.id)]
    with pytest.raises(RefusedError):
        memory.supersede("ADR-1", "Again")


def test_closing_a_bug_can_write_what_it_taught(memory: Memory) -> None:
    memory.record(Kind.BUG, "Login is case sensitive", fields={"severity": "high", "steps": ["a", "b"]})
    bug, learning = memory.close_bug(
        "BUG-1", fields={"fix": "lower()"}, learning_title="Normalise input", learning={"lesson": "Always."}
    )
    assert learning is not None
    assert (bug.status, bug.fields["fix"], bug.fields["steps"]) == ("fixed", "lower()", ("a", "b"))
    assert [link.target for link in bug.links] == [learning.id]
    assert [link.target for link in learning.links] == [bug.id]


def test_an_edit_is_merged_with_what_changed_meanwhile(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old words.", "decision": "JWT it is."})
    base = memory.text("ADR-1")
    memory.mark("ADR-1", "accepted")
    amended = memory.amend("ADR-1", base.replace("Old words.", "New words."), base=base)
    assert amended.status == "accepted"
    assert "New words." in amended.body


def test_what_is_added_to_one_list_meanwhile_is_in_the_list_with_what_an_edit_adds(memory: Memory) -> None:
    memory.record(Kind.BUG, "Slow", tags=["db"], fields={"description": "Everybody waits."})
    base = memory.text("BUG-1")
    theirs = base.replace("[db]", "[db, cache]").replace("waits.", "waits.\n\n- In spring")
    memory.amend("BUG-1", theirs, base=base)
    mine = base.replace("[db]", "[db, api]").replace("waits.", "waits.\n\n- In autumn")
    amended = memory.amend("BUG-1", mine, base=base)
    assert sorted(amended.tags) == ["api", "cache", "db"]
    assert {"- In spring", "- In autumn"} <= set(memory.text("BUG-1").splitlines())


def test_two_lines_of_one_paragraph_can_be_edited_at_once(memory: Memory) -> None:
    text = "The first line.\nThe second line.\nThe third line.\nThe fourth line."
    memory.record(Kind.DECISION, "Use JWT", fields={"context": text})
    base = memory.text("ADR-1")
    memory.amend("ADR-1", base.replace("The first", "Her first"), base=base)
    amended = memory.amend("ADR-1", base.replace("The fourth", "His fourth"), base=base)
    assert amended.fields["context"] == text.replace("The first", "Her first").replace(
        "The fourth", "His fourth"
    )


def test_an_edit_of_the_same_place_is_refused_and_loses_nothing(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Old words."})
    base = memory.text("ADR-1")
    memory.amend("ADR-1", base.replace("Old words.", "Her words."), base=base)
    with pytest.raises(RefusedError, match="changed meanwhile"):
        memory.amend("ADR-1", base.replace("Old words.", "His words."), base=base)
    assert "Her words." in memory.get("ADR-1").body


def test_an_edit_cannot_take_a_record_its_identity(memory: Memory) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    text = memory.text("ADR-1")
    for broken in (text.replace(record.id, "x"), text.replace("number: 1", "number: 7"), "# nothing\n"):
        with pytest.raises(UsageError):
            memory.amend("ADR-1", broken, base=text)
    assert memory.text("ADR-1") == text


def test_a_status_that_is_a_list_is_set_or_refused_in_clear_words(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    memory.record(Kind.DECISION, "First")
    change = ("-c", "alias.x=!perl -pi -e 's/^status: .*/status: [x]/' decisions/0001-first.md", "x")
    by_hand(repo, tmp_path, *change, add=True)
    with suppress(RefusedError):
        assert memory.mark("ADR-1", "accepted").status == "accepted"


def test_a_refused_change_of_a_record_gives_its_text_back(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    memory.record(Kind.BUG, "It fails")
    base = memory.text("BUG-1")
    repo.git("worktree", "add", "-q", str(tmp_path / "reading"), "memory")
    with pytest.raises(GitMemoryError) as refused:
        memory.close_bug("BUG-1", fields={"fix": "A long story."})
    assert "A long story." in str(refused.value.text)
    with pytest.raises(GitMemoryError) as refused:
        memory.amend("BUG-1", base + "\nMore.\n", base=base)
    assert "More." in str(refused.value.text)


def test_a_change_is_redacted_when_asked_and_refused_when_not(memory: Memory) -> None:
    secret = "ghp_" + "".join("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"[i] for i in range(36))
    memory.record(Kind.BUG, "It fails")
    with pytest.raises(RefusedError):
        memory.close_bug("BUG-1", fields={"fix": f"token = {secret}"})
    memory.close_bug("BUG-1", fields={"fix": f"token = {secret}"}, redact=True)
    text = memory.text("BUG-1")
    assert secret not in text
    memory.amend("BUG-1", text + f"\ntoken = {secret}\n", redact=True)
    assert secret not in memory.text("BUG-1")
