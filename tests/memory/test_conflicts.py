"""A record in conflict is read, found, and settled by a person's edit or a chosen status."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind
from lsp_server.records.document import parse
from lsp_server.records.model import IN_CONFLICT, Conflict, Record
from lsp_server.records.plain import record_json

MARKS = "<<<<<<< A\n\nWe need tokens.\n\n=======\n\nWe need few.\n\n>>>>>>> B"


def in_conflict(memory: Memory) -> Record:
    """A decision that is accepted or rejected, with two texts for its context."""
    record = memory.record(Kind.DECISION, "Use JWT", fields={"context": "Tokens."}, status="accepted")
    view = memory.view(record.id)
    text = view.path.read_text("utf-8").replace("Tokens.", MARKS)
    head, _, rest = text[4:].partition("\n---\n")
    listed = "conflicts:\n  - status: rejected\n  - text: Context and Problem Statement"
    view.path.write_text(f"---\n{head}\n{listed}\n---\n{rest}", "utf-8")
    saved = memory.save_draft(view.path)
    assert saved.record is not None
    return saved.record


def save(memory: Memory, record: Record, *pairs: tuple[str, str]) -> Record:
    path = memory.view(record.id).path
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    saved = memory.save_draft(path)
    assert saved.record is not None
    return saved.record


def test_a_record_in_conflict_is_whole_and_listed_as_such(memory: Memory) -> None:
    other = memory.record(Kind.DECISION, "Another")
    record = in_conflict(memory)
    assert record.conflicts == (Conflict("status", "rejected"), Conflict("Context and Problem Statement"))
    assert [found.id for found in memory.list(conflicts=True)] == [record.id]
    assert [found.title for found in memory.headlines(conflicts=True)] == ["Use JWT"]
    assert {found.id for found in memory.list()} == {record.id, other.id}
    assert memory.get(record.id).conflicts == record.conflicts
    assert memory.broken_files() == []
    assert record_json(record)["conflicts"] == [
        {"where": "status", "other": "rejected"},
        {"where": "Context and Problem Statement", "other": None},
    ]


def test_each_conflict_is_a_problem_at_its_line(memory: Memory) -> None:
    record = in_conflict(memory)
    lines = memory.text(record.id).split("\n")
    path = memory.view(record.id).path
    problems = [one for one in memory.check_draft(path, "\n".join(lines)) if one.code == IN_CONFLICT]
    assert [lines[one.line] for one in problems] == ["  - status: rejected", "<<<<<<< A"]
    assert all(one.message.startswith("in conflict: ") for one in problems)


def test_marks_that_git_left_are_a_conflict_without_a_list(memory: Memory) -> None:
    record = memory.record(Kind.LEARNING, "Email case", fields={"lesson": "Lower."})
    found = save(memory, record, ("Lower.", "<<<<<<< HEAD\nLower.\n=======\nUpper.\n>>>>>>> other"))
    assert found.conflicts == (Conflict("Lesson"),)
    assert set(found.fields) == {"lesson"}
    again = save(memory, found, ("<<<<<<< HEAD\nLower.\n=======\n", "")).conflicts
    assert again == (Conflict("Lesson"),)  # a mark is left
    assert save(memory, found, (">>>>>>> other", "")).conflicts == ()


def test_marks_in_fenced_code_are_an_example(memory: Memory) -> None:
    said = "Look for\n\n```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n```"
    assert memory.record(Kind.LEARNING, "Marks", fields={"lesson": said}).conflicts == ()


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_a_chosen_status_settles_that_conflict_alone(memory: Memory, status: str) -> None:
    record = in_conflict(memory)
    assert set(memory.steps(record)) >= {"accepted", "rejected"}
    marked = memory.mark(record.id, status)
    assert (marked.status, marked.conflicts) == (status, (Conflict("Context and Problem Statement"),))
    assert "  - status:" not in memory.text(record.id)


def test_text_without_marks_is_settled_and_taken_off_the_list(memory: Memory) -> None:
    record = in_conflict(memory)
    settled = save(memory, record, (MARKS, "We need few tokens."))
    assert settled.conflicts == (Conflict("status", "rejected"),)
    assert "conflicts:\n  - status: rejected\n---" in memory.text(record.id)
    last = save(memory, settled, ("status: accepted", "status: rejected"))
    assert (last.status, last.conflicts) == ("rejected", ())
    assert "conflicts" not in memory.text(record.id)
    assert memory.list(conflicts=True) == []


def test_a_record_with_marks_left_can_be_saved_and_stays_in_conflict(memory: Memory) -> None:
    record = in_conflict(memory)
    saved = save(memory, record, ("# Use JWT", "# Use short JWT"))
    assert (saved.title, saved.conflicts) == ("Use short JWT", record.conflicts)


def test_a_files_own_key_of_that_name_is_no_conflict() -> None:
    data = b"---\nid: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nnumber: 1\nconflicts: ADR-3\n---\n\n# T\n"
    record = parse("decisions/0001-t.md", data).record
    assert record is not None
    assert record.conflicts == ()


def test_a_hover_says_it_and_shows_no_marks(memory: Memory) -> None:
    record = in_conflict(memory)
    shown = memory.hover([record.id])
    assert "**in conflict**" in shown
    assert "<<<<" not in shown
    assert "&lt;&lt;" not in shown


def test_conflicts_are_read_under_the_key_that_a_file_has_room_for(memory: Memory) -> None:
    decision = memory.record(Kind.DECISION, "Use JWT", status="accepted")
    text = memory.view(decision.id).path.read_text("utf-8")
    text = text.replace(
        "status: accepted\n", "status: accepted\nmemory-conflicts:\n  - status: rejected\n", 1
    )
    record = parse(decision.path, text.encode()).record
    assert record is not None
    assert record.conflicts == (Conflict("status", "rejected"),)


@pytest.mark.parametrize("kept", ["Tokens of ours.", "Tokens of theirs.", "Tokens of both."])
def test_who_edited_a_record_settles_its_conflict_with_any_text(
    memory: Memory, repo: Repo, tmp_path: Path, kept: str
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT", fields={"context": "Tokens."})
    repo.git("clone", "-q", str(repo.root), str(tmp_path / "theirs"))
    with Memory.open(tmp_path / "theirs") as theirs:
        theirs.initialise()
        edit(theirs, record, "Tokens of theirs.")
        edit(memory, record, "Tokens of ours.")
        memory.sync(str(tmp_path / "theirs"))
    path = memory.view(record.id).path
    shown = path.read_text("utf-8")
    assert "<<<<<<<" in shown
    start, end = shown.index("<<<<<<<"), shown.index("\n", shown.index(">>>>>>>"))
    path.write_text(shown[:start] + kept + shown[end:], "utf-8")
    assert memory.save_draft(path, shown=shown).changed
    assert memory.get(record.id).conflicts == ()
    assert memory.get(record.id).fields["context"] == kept


def edit(memory: Memory, record: Record, context: str) -> None:
    path = memory.view(record.id).path
    path.write_text(path.read_text("utf-8").replace("Tokens.", context), "utf-8")
    assert memory.save_draft(path).changed
