"""What is recorded is on the branch as it was given, and numbered once."""

from __future__ import annotations

from pathlib import Path

import pytest
from memory.by_hand import by_hand
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, RefusedError, UsageError
from lsp_server.memory import CodeRange, Kind
from lsp_server.records.model import MARKDOWN_KINDS


def test_a_decision_gets_the_next_number_and_stands_on_the_branch(memory: Memory, repo: Repo) -> None:
    first = memory.record(Kind.DECISION, "Use JWT", fields={"context": "Sessions do not scale."})
    second = memory.record(Kind.DECISION, "Use PostgreSQL")
    assert (first.label, second.label) == ("ADR-0001", "ADR-0002")
    assert first.status == "proposed"
    assert repo.git("ls-tree", "-r", "--name-only", "memory").splitlines() == [
        "decisions/0001-use-jwt.md",
        "decisions/0002-use-postgresql.md",
        "memory.yaml",
    ]
    assert (
        repo.git("log", "--format=%s", "memory").splitlines()[0]
        == 'decision: record ADR-0002 "Use PostgreSQL"'
    )


def test_the_commit_says_which_record_and_which_code_it_belongs_to(memory: Memory, repo: Repo) -> None:
    record = memory.record(Kind.LEARNING, "Emails differ by case")
    trailers = repo.git("log", "-1", "--format=%(trailers)", "memory")
    assert f"Memory-Id: {record.id}" in trailers
    assert f"Code-Commit: {repo.git('rev-parse', 'HEAD')}" in trailers
    assert "Code-Branch: main" in trailers


def test_what_is_returned_is_what_anybody_reads(memory: Memory) -> None:
    for kind in MARKDOWN_KINDS:
        at = [CodeRange("src/auth.py", 5, 7)]
        record = (
            memory.record(kind, "A title", tags=["auth", "api"], at=at)
            if kind is not Kind.CHECKPOINT
            else (memory.checkpoint("A title", tags=["auth", "api"], at=at))
        )
        again = memory.get(record.id)
        for name in (
            "id",
            "kind",
            "label",
            "title",
            "status",
            "created",
            "tags",
            "path",
            "anchors",
            "number",
            "code",
        ):
            assert getattr(again, name) == getattr(record, name), name
        assert again.body.strip() == record.body.strip()


@pytest.mark.parametrize("spelling", ["ADR-0001", "adr-1", "ADR-1", "Adr-001", "ID", "PREFIX"])
def test_a_record_is_addressed_as_people_do(memory: Memory, spelling: str) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    ref = {"ID": record.id, "PREFIX": record.id[:6]}.get(spelling, spelling)
    assert memory.get(ref).id == record.id


def test_a_number_is_never_given_twice(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.DECISION, "First")
    memory.record(Kind.DECISION, "Second")
    memory.delete("ADR-2")
    assert memory.record(Kind.DECISION, "Third").label == "ADR-0003"
    with pytest.raises(NotFoundError, match="ADR-0002 was deleted"):
        memory.get("ADR-2")
    assert "# Second" in repo.git("log", "-p", "memory")


def test_a_deleted_record_leaves_every_other_alone(memory: Memory) -> None:
    kept = memory.record(Kind.LEARNING, "Kept")
    gone = memory.record(Kind.LEARNING, "Gone")
    memory.delete(gone.label)
    assert [record.id for record in memory.list()] == [kept.id]


def test_two_learnings_of_one_title_are_two_files(memory: Memory) -> None:
    paths = {memory.record(Kind.LEARNING, "The same").path for _ in range(3)}
    assert len(paths) == 3


def test_a_checkpoint_notes_commit_branch_dirt_files_and_time(memory: Memory, repo: Repo) -> None:
    first = memory.checkpoint("First", fields={"phase": "Design", "metrics": {"tests": 3}})
    assert first.code is not None
    assert (first.code.commit, first.code.branch, first.code.dirty) == (
        repo.git("rev-parse", "HEAD"),
        "main",
        False,
    )
    repo.write("src/new.py", "a\nb\n")
    repo.commit("More")
    repo.write("README.md", "# Example\nmore\n")
    second = memory.checkpoint("Second", fields={"todo": ["c"]})
    assert second.code is not None
    assert second.code.dirty is True
    noted = memory.get(second.id).fields
    assert [(f["path"], f["added"], f["removed"]) for f in noted["files"]] == [
        ("README.md", 1, 0),
        ("src/new.py", 2, 0),
    ]
    assert noted["previous"].startswith(first.id)
    assert "second" in noted["elapsed"]


@pytest.mark.parametrize(
    "title",
    [
        "x" * 10_000,
        "two\nlines",
        "../../x",
        "-rf",
        "émoji 🎉 日本語",
        "right\u200fto left",
        "# hash #",
        "a: b",
        "'",
        "---",
        "$(rm)",
    ],
)
def test_any_title_a_person_may_type_is_kept_as_it_is(memory: Memory, title: str) -> None:
    for kind in MARKDOWN_KINDS:
        record = memory.checkpoint(title) if kind is Kind.CHECKPOINT else memory.record(kind, title)
        assert memory.get(record.id).title == " ".join(title.split())
        assert ".." not in record.path
        assert len(record.path) < 120


@pytest.mark.parametrize("title", ["", "   ", "a\0b", "a\x1b[31mb", "user\u202egpj.exe"])
def test_a_title_that_hides_something_is_refused(memory: Memory, title: str) -> None:
    with pytest.raises(UsageError):
        memory.record(Kind.DECISION, title)


def test_a_secret_does_not_get_in_and_is_not_echoed(memory: Memory) -> None:
    secret = "ghp_" + "".join("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"[i] for i in range(36))
    before = memory.version()
    with pytest.raises(RefusedError) as refused:
        memory.record(Kind.LEARNING, "Tokens", fields={"solution": f"token = {secret}"})
    assert secret not in str(refused.value)
    assert memory.version() == before
    redacted = memory.record(Kind.LEARNING, "Tokens", fields={"solution": f"token = {secret}"}, redact=True)
    assert secret not in memory.text(redacted.id)


@pytest.mark.parametrize(
    "command",
    [
        ("mv", "decisions/0002-second.md", "decisions/second.md"),
        ("rm", "-q", "decisions/0002-second.md"),
    ],
)
def test_a_number_is_never_given_twice_whatever_a_person_does_to_the_files(
    memory: Memory, repo: Repo, tmp_path: Path, command: tuple[str, ...]
) -> None:
    memory.record(Kind.DECISION, "First")
    memory.record(Kind.DECISION, "Second")
    memory.list()
    by_hand(repo, tmp_path, *command)
    assert memory.record(Kind.DECISION, "Third").label == "ADR-0003"


@pytest.mark.parametrize("number", [20_200_924, 999_999_999])
def test_a_number_far_out_of_line_is_not_counted_on_from(
    memory: Memory, repo: Repo, tmp_path: Path, number: int
) -> None:
    memory.record(Kind.DECISION, "First")
    memory.record(Kind.DECISION, "Second")
    renumber = ("-c", f"alias.x=!perl -pi -e 's/^number: 2/number: {number}/' decisions/0002-second.md", "x")
    by_hand(repo, tmp_path, *renumber, add=True)
    assert memory.get(f"ADR-{number}").title == "Second"
    labels = [memory.record(Kind.DECISION, title).label for title in ("Third", "Fourth")]
    assert labels == ["ADR-0003", "ADR-0004"]
    assert [memory.get(label).title for label in labels] == ["Third", "Fourth"]


def test_after_the_last_number_none_is_given_that_could_not_be_read(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    memory.record(Kind.DECISION, "First")
    renumber = ("-c", "alias.x=!perl -pi -e 's/^number: 1/number: 9999999/' decisions/0001-first.md", "x")
    by_hand(repo, tmp_path, *renumber, add=True)
    with pytest.raises(RefusedError, match="ADR-9999999 has the last one"):
        memory.record(Kind.DECISION, "Second")


def test_records_keep_the_order_in_which_they_were_made(memory: Memory) -> None:
    made = [
        memory.record(Kind.LEARNING, "The same", at=[CodeRange("src/auth.py", 5, 5)]).id for _ in range(6)
    ]
    assert [record.id for record in reversed(memory.list())] == made
    assert list(memory.file_memory("src/auth.py").at(5)) == made
    checkpoints = [memory.checkpoint("x") for _ in range(5)]
    previous = [str(checkpoint.fields["previous"]) for checkpoint in checkpoints[1:]]
    assert previous == [checkpoint.id for checkpoint in checkpoints[:-1]]


def test_text_that_is_not_utf8_is_refused_with_its_line(memory: Memory) -> None:
    with pytest.raises(UsageError, match="not UTF-8"):
        memory.record(Kind.LEARNING, "x", fields={"lesson": "caf\udce9"})
    memory.record(Kind.BUG, "It fails")
    with pytest.raises(UsageError, match="not UTF-8"):
        memory.amend("BUG-1", memory.text("BUG-1") + "caf\udce9\n")


@pytest.mark.parametrize(
    ("text", "end", "said"),
    [
        ("x" * 2_000_000 + "\n", 1, "larger than a megabyte: anchor it to the whole file, by its path alone"),
        ("a line of a long file\n" * 60_000, 60_000, "larger than a megabyte"),
        ("\n" * 100_001, 100_001, "more than 100,000 lines"),
    ],
    ids=["one line", "many lines", "very many lines"],
)
def test_an_anchor_that_nobody_could_read_back_is_refused(
    memory: Memory, repo: Repo, text: str, end: int, said: str
) -> None:
    (repo.root / "large.txt").write_text(text)
    tip = memory.version()
    with pytest.raises(UsageError, match=said):
        memory.record(Kind.LEARNING, "Large", at=[CodeRange("large.txt", 1, end)])
    assert memory.version() == tip
