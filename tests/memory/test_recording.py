"""What is recorded is on the branch, numbered once, linked both ways, and nothing else is touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import GitMemoryError, NotFoundError, NotInitialisedError, RefusedError, UsageError
from lsp_server.memory import CodeRange, Kind


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened


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
    for kind in Kind:
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
    for kind in Kind:
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


def test_without_a_memory_every_use_says_how_to_start_one(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        for use in (
            lambda: memory.record(Kind.LEARNING, "x"),
            memory.list,
            lambda: memory.search("x"),
            lambda: memory.get("ADR-1"),
            memory.log,
            lambda: memory.checkpoint("x"),
            lambda: memory.draft(Kind.BUG),
        ):
            with pytest.raises(NotInitialisedError, match="git memory init"):
                use()


KINDS_OF_REPOSITORY = {
    "bare": ["--bare"],
    "sha256": ["--object-format=sha256"],
    "unborn": [],
}


@pytest.mark.parametrize("name", KINDS_OF_REPOSITORY)
def test_it_works_in_any_repository(new_repo: Callable[..., Repo], name: str) -> None:
    repo = new_repo(name, *KINDS_OF_REPOSITORY[name])
    if name == "sha256":
        repo.commit("Start", a="x\n")
    with Memory.open(repo.root) as memory:
        memory.initialise()
        record = memory.record(Kind.DECISION, "Use JWT")
        memory.mark("ADR-1", "accepted")
        memory.checkpoint("here")
        assert memory.get("ADR-1").id == record.id
        assert [hit.record.id for hit in memory.search("jwt")] == [record.id]


def test_a_linked_worktree_shares_the_memory(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    with Memory.open(repo.root) as one, Memory.open(tmp_path / "other") as other:
        one.initialise()
        record = one.record(Kind.DECISION, "Use JWT")
        assert other.get("ADR-1").id == record.id
        assert other.record(Kind.DECISION, "More").label == "ADR-0002"


def test_the_users_files_index_and_refs_stay_as_they_are(memory: Memory, repo: Repo) -> None:
    repo.write("src/auth.py", "changed\n")
    repo.write("staged.txt", "staged\n")
    repo.git("add", "staged.txt")
    before = repo.fingerprint()
    memory.record(Kind.DECISION, "Use JWT", at=[CodeRange("src/auth.py", 1, 1)])
    memory.checkpoint("now")
    memory.mark("ADR-1", "accepted")
    memory.why("src/auth.py", 1)
    memory.view("ADR-1")
    memory.delete("ADR-1")
    assert repo.fingerprint() == before


def test_a_checked_out_memory_branch_refuses_writes_and_names_the_worktree(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "reading"), "memory")
    with pytest.raises(GitMemoryError, match="reading") as refused:
        memory.record(Kind.DECISION, "Use JWT", fields={"rationale": "It scales."})
    draft = refused.value.draft
    assert draft is not None
    assert "It scales." in draft.read_text("utf-8")
    repo.git("worktree", "remove", str(tmp_path / "reading"))
    saved = memory.save_draft(draft).record
    assert saved is not None
    assert (saved.label, saved.fields) == ("ADR-0001", {"rationale": "It scales."})


def test_where_nothing_can_be_written_the_text_is_kept_in_the_users_own_place(
    memory: Memory, repo: Repo, home: Path
) -> None:
    (repo.root / ".git/git-memory").rename(repo.root / "elsewhere")
    (repo.root / ".git/git-memory").write_text("a file where a directory should be")
    (repo.root / ".git/refs/heads/memory.lock").write_text("")
    with pytest.raises(GitMemoryError) as refused:
        memory.record(Kind.DECISION, "Use JWT", fields={"rationale": "It scales."})
    draft = refused.value.draft
    assert draft is not None
    assert draft.is_relative_to(home)
    assert "It scales." in draft.read_text("utf-8")


def by_hand(repo: Repo, tmp_path: Path, *command: str, add: bool = False) -> None:
    """What a person does on the branch with git alone."""
    repo.git("worktree", "add", "-q", str(tmp_path / "hand"), "memory")
    hand = Repo(tmp_path / "hand")
    hand.git(*command)
    hand.git("commit", "-q", "-m", "by hand", *(["-a"] if add else []))
    repo.git("worktree", "remove", str(tmp_path / "hand"))


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


def test_a_status_that_is_a_list_is_set_or_refused_in_clear_words(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    memory.record(Kind.DECISION, "First")
    change = ("-c", "alias.x=!perl -pi -e 's/^status: .*/status: [x]/' decisions/0001-first.md", "x")
    by_hand(repo, tmp_path, *change, add=True)
    with suppress(RefusedError):
        assert memory.mark("ADR-1", "accepted").status == "accepted"


def test_records_keep_the_order_in_which_they_were_made(memory: Memory) -> None:
    made = [
        memory.record(Kind.LEARNING, "The same", at=[CodeRange("src/auth.py", 5, 5)]).id for _ in range(6)
    ]
    assert [record.id for record in reversed(memory.list())] == made
    assert list(memory.file_memory("src/auth.py").at(5)) == made
    checkpoints = [memory.checkpoint("x") for _ in range(5)]
    previous = [str(checkpoint.fields["previous"]) for checkpoint in checkpoints[1:]]
    assert previous == [checkpoint.id for checkpoint in checkpoints[:-1]]


def test_somebodys_branch_of_that_name_is_never_taken_for_a_memory(repo: Repo) -> None:
    repo.git("branch", "memory")
    with Memory.open(repo.root) as memory:
        for use in (
            memory.list,
            memory.log,
            lambda: memory.record(Kind.BUG, "x"),
            lambda: memory.get("ADR-1"),
        ):
            with pytest.raises(NotInitialisedError, match="--branch"):
                use()


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


def test_text_that_is_not_utf8_is_refused_with_its_line(memory: Memory) -> None:
    with pytest.raises(UsageError, match="not UTF-8"):
        memory.record(Kind.LEARNING, "x", fields={"lesson": "caf\udce9"})
    memory.record(Kind.BUG, "It fails")
    with pytest.raises(UsageError, match="not UTF-8"):
        memory.amend("BUG-1", memory.text("BUG-1") + "caf\udce9\n")


@pytest.mark.parametrize(
    ("text", "end", "said"),
    [
        ("x" * 2_000_000 + "\n", 1, "larger than a megabyte"),
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


def test_a_worktree_that_was_deleted_by_hand_is_named_with_the_way_out(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "reading"), "memory")
    shutil.rmtree(tmp_path / "reading")
    with pytest.raises(RefusedError, match="git worktree prune"):
        memory.record(Kind.DECISION, "Use JWT")
    repo.git("worktree", "prune")
    assert memory.record(Kind.DECISION, "Use JWT").label == "ADR-0001"
