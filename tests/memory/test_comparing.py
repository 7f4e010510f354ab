"""A change of the memory is told as people talk, from two commits alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from memory.compared import FILE, ID, OTHER, RECORD, put, told
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory import CodeRange, Kind


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("status: proposed", "status: accepted", "proposed → accepted"),
        ("status: proposed\n", "", "proposed → no status"),
        ("# Use JWT", "# Use PASETO", 'title "Use JWT" → "Use PASETO"'),
        ("tags: [auth]", "tags: [auth, api, web]", "tags #api #web added"),
        ("tags: [auth]", "tags: [api]", "tag #api added; tag #auth removed"),
        ("tags: [auth]\n", "", "tag #auth removed"),
        ("[Ann, Bob]", "[Ann, Cy]", "deciders: Cy added; deciders: Bob removed"),
        ("owner: platform", "owner: web", "owner platform → web"),
        ("owner: platform\n", "", "owner platform → none"),
        ("do not scale.", "do scale.", "context changed"),
        ("## Decision Outcome\n\nTokens.\n", "", "decision removed"),
        ("Tokens.\n", "Tokens.\n\n## Rationale\n\nX.\n\n## Costs\n\nFew.\n", "rationale added; Costs added"),
        ("Some words first.", "Other words.", "text changed"),
        ("  - relates-to: ", "  - supersedes: ", "supersedes BUG-3; no longer relates to BUG-3"),
        (f"links:\n  - relates-to: {OTHER}  # BUG-3\n", "", "no longer relates to BUG-3"),
        ("lines: 10-12", "lines: 14-16", "anchor moved from src/auth.py:10-12 to src/auth.py:14-16"),
        ("path: src/auth.py", "path: lib/a.py", "anchor moved from src/auth.py:10-12 to lib/a.py:10-12"),
        (" 8-10 src/auth.py", " 7-9 src/auth.py", "anchor at src/auth.py:10-12 brought up to date"),
        ("kind: decision", "kind: decision  # by hand", "file changed, its meaning did not"),
        ("tags: [auth]", "tags: [auth]\naliases: [ADR-0009]", "also called ADR-0009"),
    ],
)  # fmt: skip
def test_one_change_of_a_file_is_one_clause(memory: Memory, old: str, new: str, words: str) -> None:
    before = put(memory, {FILE: RECORD})
    assert old in RECORD
    put(memory, {FILE: RECORD.replace(old, new)})
    title = "Use PASETO" if "PASETO" in new else "Use JWT"
    assert told(memory, before) == [f"ADR-0012 {title}: {words}"]


def test_several_changes_are_told_the_weightiest_first(memory: Memory) -> None:
    before = put(memory, {FILE: RECORD})
    changed = RECORD.replace("proposed", "accepted").replace("do not scale", "end")
    put(memory, {FILE: changed.replace("[auth]", "[auth, api]")})
    assert told(memory, before) == ["ADR-0012 Use JWT: proposed → accepted; tag #api added; context changed"]


def test_a_renumbered_record_is_one_record_at_another_path(memory: Memory) -> None:
    before = put(memory, {FILE: RECORD})
    text = RECORD.replace("number: 12", "number: 14\naliases: [ADR-0012]")
    put(memory, {"decisions/0014-use-jwt.md": text}, (FILE,))
    assert told(memory, before) == ["ADR-0012 is now ADR-0014 (renumbered) Use JWT"]


def test_two_records_that_change_places_are_told_apart(memory: Memory) -> None:
    other = RECORD.replace(ID, OTHER).replace("number: 12", "number: 13").replace("Use JWT", "Use XML")
    before = put(memory, {FILE: RECORD, "decisions/0013-use-xml.md": other})
    put(memory, {FILE: other, "decisions/0013-use-xml.md": RECORD})
    assert told(memory, before) == ["ADR-0012 Use JWT: file moved", "ADR-0013 Use XML: file moved"]


def test_new_records_say_what_a_reviewer_asks_first_and_deleted_ones_that_they_are(memory: Memory) -> None:
    bug = memory.record(Kind.BUG, "Login fails", fields={"severity": "high"}, tags=["login"])
    gone = memory.record(Kind.LEARNING, "Emails differ by case")
    before = memory.version()
    memory.delete(gone.id)
    memory.record(Kind.DECISION, "Use sessions", at=[CodeRange("src/auth.py", 4, 6)])
    memory.supersede("ADR-1", "Use JWT")
    memory.delete(bug.id)
    assert told(memory, f"{before}..") == [
        "ADR-0001 Use sessions: new, superseded, superseded by ADR-0002, at src/auth.py:4-6",
        "ADR-0002 Use JWT: new, accepted, supersedes ADR-0001",
        "BUG-1 Login fails: deleted",
        f"{gone.label} Emails differ by case: deleted",
    ]
    comparison, _ = memory.compare(f"{before}..")
    assert comparison.counts == {"new": 2, "changed": 0, "deleted": 2}
    assert comparison.files == []


def test_decisions_come_first_then_bugs_learnings_and_checkpoints_each_new_before_changed(
    memory: Memory,
) -> None:
    memory.record(Kind.DECISION, "A")
    memory.record(Kind.BUG, "B")
    before = memory.version()
    memory.checkpoint("C")
    memory.record(Kind.LEARNING, "D")
    memory.mark("BUG-1", "closed")
    memory.record(Kind.BUG, "E")
    memory.mark("ADR-1", "accepted")
    memory.record(Kind.DECISION, "F")
    comparison, _ = memory.compare(before)
    assert [record.title for record in comparison.records] == ["F", "A", "E", "B", "D", "C"]


def test_conflicts_are_told_when_they_come_and_when_they_are_settled(memory: Memory) -> None:
    before = put(memory, {FILE: RECORD})
    conflict = RECORD.replace("tags:", "conflicts:\n  - status: accepted\ntags:")
    middle = put(memory, {FILE: conflict})
    put(memory, {FILE: RECORD})
    assert told(memory, f"{before}..{middle}") == ['ADR-0012 Use JWT: in conflict: status (or "accepted")']
    assert told(memory, middle) == ["ADR-0012 Use JWT: conflict settled: status"]


def test_a_file_that_cannot_be_read_is_named_with_the_reason_and_takes_nothing_down(memory: Memory) -> None:
    before = put(memory, {FILE: RECORD, "bugs/0001-x.md": "no front matter"})
    put(
        memory, {FILE: "---\nid: [\n---\n", "notes/hello.txt": b"\xff\xfe", "memory.yaml": "format: 1\n# x\n"}
    )
    comparison, _ = memory.compare(before)
    assert [r.label for r in comparison.records] == []
    changes = {file.path: (file.change, file.remark.partition(":")[0]) for file in comparison.files}
    assert changes == {
        FILE: ("changed", "cannot be read"),
        "notes/hello.txt": ("new", ""),
        "memory.yaml": ("changed", ""),
    }


def test_a_long_line_is_compared_sentence_by_sentence(memory: Memory) -> None:
    long = "We looked at three ways of doing this. Two of them lose data. The third is slow. " * 2
    before = put(memory, {FILE: RECORD.replace("Tokens.", long)})
    put(memory, {FILE: RECORD.replace("Tokens.", long.replace("Two", "Both", 1))})
    comparison, _ = memory.compare(before)
    ((text,),) = [record.texts for record in comparison.records]
    assert (text.name, text.heading) == ("decision", "Decision Outcome")
    assert text.diff() == [
        " We looked at three ways of doing this.",
        "-Two of them lose data.",
        "+Both of them lose data.",
        " The third is slow.",
    ]


# which versions -----------------------------------------------------------------------------------
def test_versions_are_named_as_git_names_them(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.DECISION, "A")
    repo.git("branch", "memory-proposals/x", "memory")
    repo.git("tag", "memory", "main")  # git itself would take the tag, which is somebody's code
    memory.record(Kind.DECISION, "B")
    start = repo.git("rev-parse", "refs/heads/memory~2")
    new = ["ADR-0002 B: new, proposed"]
    both = ["ADR-0001 A: new, proposed", *new]
    assert told(memory, f"{start}..memory") == both
    assert told(memory, f"{start[:8]}..") == both
    assert told(memory, start[:7]) == both
    assert told(memory, "memory-proposals/x..memory") == new
    assert told(memory, "memory..memory-proposals/x") == ["ADR-0002 B: deleted"]
    assert told(memory, "memory...memory-proposals/x") == []
    assert told(memory, "memory-proposals/x...memory") == new


def test_a_date_means_what_the_branch_held_then(
    memory: Memory, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, title in ((10, "A"), (12, "B"), (14, "C")):
        for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            monkeypatch.setenv(name, f"2035-11-{day}T12:00:00+00:00")
        with Memory.open(repo.root) as dated:
            dated.record(Kind.DECISION, title)
    labels = [line.partition(":")[0] for line in told(memory, "memory@{2035-11-11}..memory@{2035-11-12}")]
    if not labels:
        pytest.skip("commits of the memory do not take git's dates from the environment")
    assert labels == ["ADR-0002 B"]


@pytest.mark.parametrize(
    "words", ["-x", "--output=/tmp/x", "a\nb", "", "..-x", "-x..memory", "--help...memory"]
)
def test_no_name_of_a_version_is_an_option(memory: Memory, words: str) -> None:
    with pytest.raises(UsageError):
        memory.compare(words)


@pytest.mark.parametrize(
    "words", ["nope", "memory..nope", "memory^{tree}", ":/memory..x", "main..memory", "a...b...c"]
)
def test_what_is_no_version_of_the_memory_is_refused(memory: Memory, words: str) -> None:
    with pytest.raises(NotFoundError):
        memory.compare(words)


def test_without_a_range_the_last_commit_is_shown_then_what_the_remote_lacks(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    memory.record(Kind.DECISION, "A")
    memory.record(Kind.DECISION, "B")
    comparison, chosen = memory.compare()
    assert ([r.title for r in comparison.records], chosen) == (["B"], "the last commit")
    repo.git("init", "-q", "--bare", str(tmp_path / "server"))
    repo.git("remote", "add", "origin", str(tmp_path / "server"))
    repo.git("push", "-q", "origin", "memory")
    assert memory.compare()[0].is_empty
    memory.record(Kind.BUG, "C")
    memory.record(Kind.BUG, "D")
    comparison, chosen = memory.compare()
    assert ([r.title for r in comparison.records], chosen) == (
        ["C", "D"],
        "what origin/memory does not have yet",
    )


def test_on_a_proposal_it_is_the_proposal_against_the_memory_whatever_that_got_meanwhile(
    memory: Memory, repo: Repo
) -> None:
    memory.record(Kind.DECISION, "A")
    memory.propose("x")
    memory.record(Kind.DECISION, "B")
    memory.mark("ADR-1", "accepted")
    memory.end_proposing()
    memory.record(Kind.BUG, "C")
    memory.propose("x")
    comparison, chosen = memory.compare()
    assert [r.title for r in comparison.records] == ["B", "A"]
    assert chosen == "the proposal 'x' against memory"
    assert (comparison.old_name, comparison.new_name) == ("memory", "memory-proposals/x")


def test_it_works_where_only_commits_are_and_writes_nothing(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    memory.record(Kind.DECISION, "A")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(repo.root), str(clone)], check=True)
    there = Repo(clone)
    there.git("checkout", "-q", "--detach", "origin/memory")
    before = {p: p.stat().st_mtime_ns for p in sorted(clone.rglob("*"))}
    with Memory.open(clone) as ci:
        assert told(ci, "origin/memory~1...HEAD") == ["ADR-0001 A: new, proposed"]
        assert told(ci, "origin/memory~1") == ["ADR-0001 A: new, proposed"]
        assert "ADR-0001" in ci.report(ci.compare("origin/memory~1...HEAD")[0])
    assert {p: p.stat().st_mtime_ns for p in sorted(clone.rglob("*"))} == before
