"""A decision says how sure it was and what came of it; the next like it is told that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Kind, Memory, RefusedError, UsageError
from lsp_server.memory.working.results import State

PLAIN = """\
---
id: {id}
kind: decision
number: 1
status: proposed
created: {created}
code:
  commit: {commit}
  branch: main
---

# Use JWT
"""


@pytest.fixture
def judged(memory: Memory) -> Memory:
    """Three decisions about caches with their outcomes, and one about something else."""
    with memory.batch("decision: three about caches"):
        for title, confidence, result in (
            ("Cache prices in memory", 0.8, "failure"),
            ("Cache sessions in Redis", 0.6, "success"),
            ("Cache pages at the edge", None, "mixed"),
            ("Use Postgres for orders", 0.9, "success"),
        ):
            fields = {
                "outcome": result,
                "outcome_on": "2026-11-20",
                "outcome_notes": [f"2026-11-20, {result}: About {title}."],
            }
            fields |= {} if confidence is None else {"confidence": str(confidence)}
            memory.record(Kind.DECISION, title, fields=fields)
    return memory


def test_a_decision_without_these_fields_is_the_text_that_it_always_was(memory: Memory, repo: Repo) -> None:
    record = memory.decide("Use JWT").record
    commit = repo.git("rev-parse", "HEAD")
    created = record.created.isoformat(timespec="milliseconds" if record.created.microsecond else "seconds")
    assert memory.text("ADR-1") == PLAIN.format(id=record.id, created=created, commit=commit)


def test_what_is_said_of_a_decision_is_read_back_and_an_outcome_changes_few_lines(memory: Memory) -> None:
    fields = {
        "confidence": "80%",
        "based_on": ["adr-7", "Load test: 10k users, 2 nodes", "ADR-0007"],
        "outcome_due": date(2026, 12, 1),
        "context": "Sessions are lost.",
    }
    record = memory.record(Kind.DECISION, "Use JWT", fields=fields, tags=["auth"])
    before = memory.text("ADR-1")
    assert "confidence: 0.8\n" in before
    assert 'based-on:\n  - ADR-0007\n  - "Load test: 10k users, 2 nodes"\noutcome-due: 2026-12-01\n' in before
    read = memory.get(record.id)
    assert {name: read.fields[name] for name in ("confidence", "based_on", "outcome_due")} == {
        "confidence": 0.8,
        "based_on": ("ADR-0007", "Load test: 10k users, 2 nodes"),
        "outcome_due": "2026-12-01",
    }
    memory.record_outcome("ADR-1", "Success", "Signing in is\ntwice as fast.", on="2024-12-02")
    after = memory.text("ADR-1")
    added = "outcome: success\noutcome-on: 2024-12-02\n"
    note = "\n## What Came of It\n\n* 2024-12-02, success: Signing in is\n  twice as fast.\n"
    assert after == before.replace("2026-12-01\n", "2026-12-01\n" + added) + note
    memory.record_outcome("ADR-1", "mixed", on=date(2025, 1, 1))
    assert memory.text("ADR-1") == after.replace(added, "outcome: mixed\noutcome-on: 2025-01-01\n") + (
        "* 2025-01-01, mixed\n"
    )
    for again in (
        lambda: memory.record_outcome("ADR-1", "mixed"),
        lambda: memory.record_outcome("ADR-1", "mixed", on="2025-01-01"),
        lambda: memory.postpone_outcome("ADR-1", "2099-01-01"),
    ):
        with pytest.raises(RefusedError, match="has the outcome mixed already"):
            again()
    assert memory.record_outcome("ADR-1", "mixed", on="2025-01-02").fields["outcome_on"] == "2025-01-02"


def test_the_commits_say_what_came_of_it(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    memory.postpone_outcome("ADR-1", "2027-01-01")
    memory.record_outcome("ADR-1", "failure")
    memory.record_outcome("ADR-1", "mixed")
    assert repo.git("log", "--format=%s", "-3", "memory").splitlines() == [
        'decision: note the mixed outcome of ADR-0001 "Use JWT"',
        'decision: note the failure of ADR-0001 "Use JWT"',
        'decision: ask later what came of ADR-0001 "Use JWT"',
    ]


def test_what_makes_no_sense_is_refused_and_nothing_is_written(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    memory.record(Kind.LEARNING, "Tokens expire")
    before = memory.version()
    learning = memory.list(Kind.LEARNING)[0].label
    for call, message in (
        (lambda: memory.record(Kind.DECISION, "x", fields={"confidence": 1.2}), "from 0 to 1"),
        (lambda: memory.record(Kind.DECISION, "x", fields={"confidence": "sure"}), "from 0 to 1"),
        (lambda: memory.record(Kind.DECISION, "x", fields={"outcome_due": "soon"}), "is no day"),
        (lambda: memory.record(Kind.DECISION, "x", fields={"outcome": "great"}), "is one of success"),
        (lambda: memory.record_outcome("ADR-1", "great"), "is one of success"),
        (lambda: memory.record_outcome("ADR-1", "success", on="2026-13-01"), "is no day"),
        (lambda: memory.record_outcome("ADR-1", "success", on=date.today() + timedelta(days=2)), "to come"),
        (lambda: memory.record_outcome(learning, "success"), "only a decision has an outcome"),
        (lambda: memory.similar_decisions("x", limit=-1), "limit is -1"),
        (lambda: memory.decide("x", limit=-1), "limit is -1"),
    ):
        with pytest.raises(UsageError, match=message):
            call()
    assert memory.version() == before


def test_a_new_decision_is_told_what_came_of_similar_ones(judged: Memory) -> None:
    decided = judged.decide("Caching of prices and pages", tags=["speed"])
    similar = decided.similar
    assert decided.record.label == "ADR-0005"
    assert {one.label: one.result for one in similar.decisions} == {
        "ADR-0001": "failure",
        "ADR-0003": "mixed",
    }
    assert (similar.n, similar.succeeded, similar.mixed, similar.failed) == (2, 0, 1, 1)
    assert similar.success_rate == 0.25
    assert similar.interval is not None
    assert similar.interval[0] < 0.25 < similar.interval[1]
    first = similar.decisions[0]
    assert (first.confidence, first.on, first.note) == (
        0.8,
        "2026-11-20",
        "About Cache prices in memory.",
    )
    assert judged.decide("Adopt a style guide").similar.n == 0
    few = judged.similar_decisions("cache", limit=1)
    assert (len(few.decisions), few.n) == (1, 3)


def test_in_a_batch_and_as_a_project_saves_its_decisions_it_is_the_same(judged: Memory) -> None:
    with judged.batch("decision: two at once"):
        assert judged.decide("Cache thumbnails").similar.n == 3
        saved = judged.save_decision(
            "Cache fonts", "", "Cache them.", confidence=0.9, based_on="ADR-1", outcome_due=date(2027, 1, 1)
        )
        judged.record_outcome(saved.label, "mixed")
    fields = judged.get(saved.id).fields
    assert (fields["confidence"], fields["based_on"]) == (0.9, ("ADR-0001",))
    assert (fields["outcome_due"], fields["outcome"]) == ("2027-01-01", "mixed")
    assert judged.decide("Cache icons").similar.n == 4


def test_one_that_is_recorded_elsewhere_meanwhile_is_told_as_well(judged: Memory, repo: Repo) -> None:
    with Memory.open(repo.root) as other:
        record = other.record(Kind.DECISION, "Shard the orders")
        other.record_outcome(record.label, "failure")
    assert [one.label for one in judged.decide("Shard orders by customer").similar.decisions][:1] == [
        "ADR-0005"
    ]


def test_an_index_that_is_missing_or_behind_costs_no_answer(judged: Memory, repo: Repo) -> None:
    judged.close()
    for file in (repo.root / ".git/git-memory").glob("index*"):
        file.unlink()
    with Memory.open(repo.root) as again:
        assert again.decide("Cache avatars").similar.n == 3
        assert again.decide("Cache thumbnails").similar.n == 3


def test_due_outcomes_are_asked_for_until_they_are_known_or_put_off(memory: Memory) -> None:
    today = date.today()
    day = today.isoformat()
    for title, due, status in (
        ("Late", today - timedelta(days=30), "superseded"),
        ("Today", today, "accepted"),
        ("Later", today + timedelta(days=2), "accepted"),
        ("Rejected", today - timedelta(days=9), "rejected"),
        ("Never", None, "accepted"),
    ):
        fields = {} if due is None else {"outcome_due": due}
        memory.record(Kind.DECISION, title, fields=fields, status=status)
    memory.record(Kind.DECISION, "Known", fields={"outcome_due": day, "outcome": "success"})
    assert [record.title for record in memory.due_outcomes()] == ["Late", "Today"]
    assert [record.title for record in memory.due_outcomes(today + timedelta(days=3))] == [
        "Late",
        "Today",
        "Later",
    ]
    part = next(one for one in memory.briefing().parts if one.name == "due")
    assert [(line.lead, line.text) for line in part.lines][1] == ("ADR-0002", f"due {day}: Today")
    point = next(one for one in memory.checklist().points if one.name == "decisions")
    assert point.state is State.DUE
    memory.record_outcome("ADR-1", "failure")
    postponed = memory.postpone_outcome("ADR-2", today + timedelta(days=30))
    assert postponed.fields["outcome_due"] == (today + timedelta(days=30)).isoformat()
    assert memory.due_outcomes() == []
    assert all(one.name != "due" for one in memory.briefing().parts)
    with pytest.raises(RefusedError, match="already"):
        memory.postpone_outcome("ADR-2", today + timedelta(days=30))


def test_a_hover_and_the_records_own_file_tell_it(memory: Memory) -> None:
    record = memory.record(Kind.DECISION, "Use JWT", fields={"outcome_due": "2020-01-01"})
    view = memory.view(record.id).path
    text = view.read_text()
    (reminder,) = memory.check_draft(view, text)
    assert text.splitlines()[reminder.line] == "outcome-due: 2020-01-01"
    assert "since 2020-01-01: `git memory outcome ADR-0001`" in reminder.message
    assert "· outcome due since 2020-01-01 ·" in memory.hover([record.id])
    record = memory.record_outcome("ADR-1", "failure")
    assert memory.check_draft(view, memory.text("ADR-1")) == []
    assert "· proposed · outcome failure ·" in memory.hover([record.id])


def test_how_sure_people_were_is_compared_with_what_came_of_it(judged: Memory) -> None:
    found = judged.calibration()
    assert found.n == 3  # one did not say
    assert found.brier == pytest.approx((0.64 + 0.16 + 0.01) / 3)


def test_secrets_do_not_get_into_a_note(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    before = memory.version()
    with pytest.raises(RefusedError, match="line"):
        memory.record_outcome("ADR-1", "failure", f"It leaked {secret}")
    assert memory.version() == before
    memory.record_outcome("ADR-1", "failure", f"It leaked {secret}", redact=True)
    assert secret not in memory.text("ADR-1")


def test_somebodys_own_adr_keeps_its_keys_and_its_sections(memory: Memory, tmp_path: Path) -> None:
    front = "---\nstatus: accepted\noutcome: we shipped it\nconfidence: high\n---\n"
    own = f"{front}\n# Use JWT\n\n## Outcome\n\nJWT.\n"
    (tmp_path / "adr").mkdir()
    (tmp_path / "adr/0001-use-jwt.md").write_text(own)
    memory.import_adrs(tmp_path / "adr")
    record = memory.get("ADR-1")
    assert record.extra["confidence"] == "high"
    assert {"outcome", "confidence", "outcome_notes"}.isdisjoint(record.fields)
    assert memory.broken_files() == []
    memory.record_outcome("ADR-1", "mixed", "Half of it.", on="2024-12-01")
    text = memory.text("ADR-1")
    assert "\noutcome: we shipped it\n" in text
    assert "\nmemory-outcome: mixed\noutcome-on: 2024-12-01\n" in text
    assert "\n## Outcome\n\nJWT.\n\n## What Came of It\n\n* 2024-12-01, mixed: Half of it.\n" in text
    assert memory.get("ADR-1").fields["outcome"] == "mixed"
    # And as a merge writes it where two people do not agree.
    front = "memory-outcome: mixed\n"
    memory.amend("ADR-1", text.replace(front, f"{front}conflicts:\n  - memory-outcome: success\n"))
    assert memory.similar_decisions("JWT").n == 0
    memory.record_outcome("ADR-1", "mixed")
    assert memory.get("ADR-1").conflicts == ()
    assert memory.similar_decisions("JWT").n == 1


@pytest.fixture
def team(memory: Memory, repo: Repo, tmp_path: Path) -> Iterator[Memory]:
    """Another clone of the memory, after one decision."""
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "Sessions are lost."})
    hub = tmp_path / "hub.git"
    repo.git("init", "-q", "--bare", str(hub))
    repo.git("remote", "add", "origin", str(hub))
    memory.sync()
    repo.git("clone", "-q", str(hub), str(tmp_path / "clone"))
    with Memory.open(tmp_path / "clone") as other:
        other.initialise()
        yield other


def test_what_two_clones_say_of_one_decision_is_merged_value_by_value(memory: Memory, team: Memory) -> None:
    memory.postpone_outcome("ADR-1", "2027-03-01")
    team.postpone_outcome("ADR-1", "2027-06-01")
    memory.record_outcome("ADR-1", "success", "Fast.", on="2024-12-02")
    team.record_outcome("ADR-1", "success", "Quick.", on="2024-12-01")
    text = team.text("ADR-1")
    team.amend("ADR-1", text.replace("\ncode:", "\nconfidence: 0.7\nbased-on:\n  - A test\ncode:"))
    memory.sync()
    team.sync()
    memory.sync()
    assert memory.text("ADR-1") == team.text("ADR-1")
    fields = team.get("ADR-1").fields
    assert (fields["outcome"], fields["confidence"], fields["based_on"]) == ("success", 0.7, ("A test",))
    assert fields["outcome_due"] == "2027-06-01"  # of two days to ask, the later holds
    # And so of two days since when the same outcome is known; nobody is asked.
    memory.record_outcome("ADR-1", "mixed", "Slow in Asia.", on="2025-01-01")
    team.record_outcome("ADR-1", "mixed", "Slow on phones.", on="2025-02-01")
    team.sync()
    memory.sync()
    record = memory.get("ADR-1")
    assert (record.fields["outcome"], record.fields["outcome_on"]) == ("mixed", "2025-02-01")
    assert memory.similar_decisions("JWT").decisions[0].note == "Slow on phones."
    assert record.conflicts == ()
    assert sorted(record.fields["outcome_notes"]) == [
        "2024-12-01, success: Quick.",
        "2024-12-02, success: Fast.",
        "2025-01-01, mixed: Slow in Asia.",
        "2025-02-01, mixed: Slow on phones.",
    ]
    # Two who do not agree are asked; saying it again settles it.
    team.sync()
    memory.record_outcome("ADR-1", "success")
    team.record_outcome("ADR-1", "failure")
    team.sync()
    memory.sync()
    assert [one.where for one in memory.get("ADR-1").conflicts] == ["outcome"]
    assert "· outcome in conflict ·" in memory.hover([memory.get("ADR-1").id])
    assert memory.similar_decisions("JWT").n == 0  # it counts for neither
    assert [one.label for one in memory.due_outcomes("2027-06-01")] == ["ADR-0001"]
    memory.record_outcome("ADR-1", memory.get("ADR-1").fields["outcome"], "We talked.")
    assert memory.get("ADR-1").conflicts == ()


def test_a_project_directory_brings_all_of_it_back(judged: Memory, tmp_path: Path, repo: Repo) -> None:
    judged.record(
        Kind.DECISION,
        "Keep it",
        fields={"based_on": ["A, b"], "confidence": 0.0, "outcome_due": "2026-12-01"},
    )
    judged.export_directory(tmp_path / "out")
    assert "### What Came of It" in (tmp_path / "out/decisions.md").read_text()
    other = Repo(tmp_path / "other")
    other.root.mkdir()
    other.git("init", "-q")
    with Memory.open(other.root) as again:
        again.initialise()
        again.import_directory(tmp_path / "out")
        assert {r.title: r.fields for r in again.list()} == {r.title: r.fields for r in judged.list()}
        # An entry that somebody edits there keeps what the format has no place for.
        path = tmp_path / "out/decisions.md"
        path.write_text(path.read_text().replace("Keep it", "Keep all of it"))
        again.import_directory(tmp_path / "out")
        changed = next(r for r in again.list() if r.title == "Keep all of it")
        assert changed.fields == {"based_on": ("A, b",), "confidence": 0.0, "outcome_due": "2026-12-01"}
