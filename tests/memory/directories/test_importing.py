"""Everything in a directory of project memory has its place here, and importing again adds nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from memory.directories.example import LOG, SESSION, SUMMARY, contents
from support import Repo

from lsp_server import Memory
from lsp_server.errors import UsageError
from lsp_server.memory import Kind
from lsp_server.memory.importing.results import ImportReport, Taken
from lsp_server.records.model import Record, Relation
from lsp_server.records.sessions.loading import load


def titled(memory: Memory, kind: Kind, title: str) -> Record:
    (found,) = [record for record in memory.list(kind=kind) if record.title == title]
    return found


def told(report: ImportReport, taken: Taken) -> dict[str, tuple[str, ...]]:
    return {thing.source: tuple(thing.notes) for thing in report.files if thing.taken is taken}


def test_all_comes_in_as_one_commit(memory: Memory, repo: Repo, directory: Path) -> None:
    before = repo.git("rev-list", "--count", "memory")
    report = memory.import_directory(directory)
    assert report.version == memory.version()
    assert int(repo.git("rev-list", "--count", "memory")) == int(before) + 1
    assert {thing.taken for thing in report.files} == {Taken.NEW}
    assert repo.git("log", "-1", "--format=%s", "memory") == "directory: import " + "/".join(
        directory.parts[-2:]
    )


def test_decisions_are_split_with_their_numbers_headings_and_code(memory: Memory, directory: Path) -> None:
    memory.import_directory(directory)
    first, second, third = (memory.get(f"ADR-{number}") for number in (1, 2, 3))
    assert (first.title, first.status) == ("Use JWT for Authentication", "accepted")
    assert f"{first.created:%Y-%m-%d}" == "2025-01-07"
    assert first.fields["deciders"] == ("the agent",)
    assert first.fields["good"] == ("No session storage", "Scales")
    assert first.fields["bad"] == ("Tokens can be large",)
    assert first.fields["implementation"] == "- PyJWT"
    assert "\n### What we know\n" in first.body
    assert "```markdown\n## Decision 009: not one\n---\n```" in first.body
    assert "\n## Open Questions\n\nWho rotates the keys?" in first.body
    assert second.title == "Use PostgreSQL"
    assert "\n## Consequences\n\nWe will see." in second.body
    assert (third.title, third.fields["context"]) == ("Adopt a monorepo", "One place for all.")


def test_learnings_are_split_in_the_order_of_their_file(memory: Memory, directory: Path) -> None:
    memory.import_directory(directory)
    assert [record.title for record in memory.list(kind=Kind.LEARNING)] == ["Email Case", "Test Data", "N+1"]
    first = titled(memory, Kind.LEARNING, "Email Case")
    assert first.fields == {
        "what_happened": "Emails differ by case.",
        "root_cause": "No normalising.",
        "solution": "```python\n# Lower it\nemail = email.lower()\n```",
        "lesson": "Always normalise.",
        "applied_to": ("Email", "Search"),
    }


def test_a_bug_has_all_its_fields_and_is_linked_to_what_it_taught(memory: Memory, directory: Path) -> None:
    memory.import_directory(directory)
    bug = memory.get("BUG-23")
    assert (bug.title, bug.status) == ("Email Case", "fixed")
    for name, value in {
        "severity": "medium",
        "reported_by": "the support desk",
        "fixed_in": "abc123",
        "deployed_to": ("staging", "production"),
        "deployed": "2025-01-07",
        "steps": ('Register "User@Example.com"', 'Register "user@example.com"'),
        "expected": "The second fails.",
        "tests": "- Added a test",
        "lessons": 'See learnings.md - "Email Case"',
    }.items():
        assert bug.fields[name] == value, name
    learning = titled(memory, Kind.LEARNING, "Email Case")
    assert [(link.relation, link.target) for link in bug.links] == [(Relation.TAUGHT, learning.id)]
    assert [(link.relation, link.target) for link in learning.links] == [(Relation.LEARNED_FROM, bug.id)]


def test_a_checkpoint_is_tied_to_its_commit(memory: Memory, repo: Repo, directory: Path) -> None:
    memory.import_directory(directory)
    record = titled(memory, Kind.CHECKPOINT, "Implementation: User Authentication")
    assert record.code is not None
    assert record.code.commit == repo.git("rev-parse", "HEAD")
    assert record.created.isoformat() == "2025-01-07T13:30:00+00:00"
    assert record.fields["session"] == "session_20250107_1000"
    assert record.fields["current_task"] == "User Authentication"
    assert record.fields["todo"] == ("Login",)
    assert record.fields["metrics"]["tests_added"] == 8
    assert [file["path"] for file in record.fields["files"]] == ["src/models/user.py", "docs/API.md"]
    completed = titled(memory, Kind.CHECKPOINT, "Design")
    assert (completed.fields["state"], completed.fields["details"]) == ("completed", "All")


def test_sessions_documents_and_artifacts_have_their_places(memory: Memory, directory: Path) -> None:
    memory.import_directory(directory)
    session = memory.session("session_20250107_1000")
    assert (session.goal, session.ended_at) == ("User authentication", "2025-01-07T14:00:00Z")
    assert session.activities == tuple(SESSION["activities"])
    assert session.extra["mood"] == {"start": 3, "end": None}
    texts = {state.path: memory.document(state.name) for state in memory.documents() if state.exists}
    project, wrong = load(texts["project.yaml"].text)
    assert not wrong
    theirs = {"project_name": "name", "tech_stack": "stack"}
    assert project == {theirs.get(key, key): value for key, value in SUMMARY.items()}
    assert memory.artifact("artifacts/reports/2025/may.csv") == b"a;b\r\n1;2\r\n"
    assert texts["README.md"].text.startswith("# Shop's memory")
    snapshot = memory._core.store.snapshot()
    assert (snapshot.read("log/2025/01.md") or b"").decode() == "# Development Log\n\n" + LOG[
        LOG.index("## 2025") :
    ]


def test_importing_again_adds_nothing(memory: Memory, directory: Path) -> None:
    memory.import_directory(directory)
    tip = memory.version()
    report = memory.import_directory(directory)
    assert {thing.taken for thing in report.files} == {Taken.KNOWN}
    assert memory.version() == tip


def test_a_dry_run_tells_the_same_and_writes_nothing(memory: Memory, directory: Path) -> None:
    tip = memory.version()
    dry = memory.import_directory(directory, dry_run=True)
    assert (dry.version, memory.version()) == (None, tip)
    wet = memory.import_directory(directory)
    assert [(t.source, t.taken, t.path and t.path.split("_")[0]) for t in dry.files] == [
        (t.source, t.taken, t.path and t.path.split("_")[0]) for t in wet.files
    ]


def test_what_changed_in_the_directory_alone_is_brought_up_to_date(memory: Memory, directory: Path) -> None:
    memory.import_directory(directory)
    bug = directory / "bugs/bug_023.md"
    bug.write_text(
        bug.read_text()
        .replace("Status:** Fixed", "Status:** Closed")
        .replace("**Severity:** Medium", "**Severity:** High")
        .replace("Both succeed.", "Both succeed, always.")
    )
    summary = directory / "project_summary.json"
    summary.write_text(summary.read_text().replace("1.0.0", "1.1.0"))
    log = directory / "development_log.md"
    log.write_text(log.read_text() + "\n### 15:00 - Later\n- More\n")
    session = directory / "sessions/session_20250107_1000.json"
    session.write_text(session.read_text().replace("Registration works", "Registration and login work"))
    report = memory.import_directory(directory)
    assert set(told(report, Taken.UPDATED)) == {
        "bugs/bug_023.md",
        "project_summary.json",
        "development_log.md",
        "sessions/session_20250107_1000.json",
    }
    found = memory.get("BUG-23")
    assert (found.status, found.fields["severity"], found.fields["actual"]) == (
        "closed",
        "high",
        "Both succeed, always.",
    )
    assert [link.relation for link in found.links] == [Relation.TAUGHT]
    assert memory.session("session_20250107_1000").achievements == ("Registration and login work",)
    assert set(told(memory.import_directory(directory), Taken.KNOWN)) == {t.source for t in report.files}


def test_what_changed_on_both_sides_is_told_and_left(memory: Memory, directory: Path) -> None:
    memory.import_directory(directory)
    memory.mark("BUG-23", "closed")
    bug = directory / "bugs/bug_023.md"
    bug.write_text(bug.read_text().replace("Both succeed.", "Both succeed, always."))
    (directory / "README.md").write_text("# Another\n")
    memory.replace_document("readme", "# Ours\n", memory.document("readme").text)
    report = memory.import_directory(directory)
    differing = told(report, Taken.DIFFERS)
    assert set(differing) == {"bugs/bug_023.md", "README.md"}
    assert "`git memory edit BUG-23`" in differing["bugs/bug_023.md"][0]
    assert memory.get("BUG-23").fields["actual"] == "Both succeed."
    assert memory.document("readme").text == "# Ours\n"


def test_numbers_that_are_taken_are_given_anew_and_stay_as_aliases(memory: Memory, directory: Path) -> None:
    memory.record(Kind.DECISION, "Here before")
    report = memory.import_directory(directory)
    (notes,) = [t.notes for t in report.files if t.source.startswith("decisions.md: Decision 001")]
    assert any("taken by ADR-0001" in note for note in notes)
    record = titled(memory, Kind.DECISION, "Use JWT for Authentication")
    assert record.aliases == ("ADR-0001",)
    assert record.label != "ADR-0001"


def test_a_folder_that_is_no_such_directory_is_refused(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.txt").write_text("x")
    with pytest.raises(UsageError, match="holds no project memory"):
        memory.import_directory(tmp_path / "notes")


def test_the_directory_itself_is_not_touched(memory: Memory, directory: Path) -> None:
    before = contents(directory)
    memory.import_directory(directory)
    assert contents(directory) == before
    assert json.loads(before["project_summary.json"]) == SUMMARY
