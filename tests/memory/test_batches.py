"""A batch: everything that one thread writes inside a block is one commit, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, NotInitialisedError, RefusedError, SecretError, UsageError
from lsp_server.memory import CodeRange, Kind

SECRET = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"


@pytest.fixture
def other(repo: Repo, memory: Memory) -> Iterator[Memory]:
    """Somebody else in the same clone."""
    with Memory.open(repo.root) as other:
        yield other


def commits(repo: Repo) -> int:
    return int(repo.git("rev-list", "--count", "memory"))


def body(repo: Repo) -> str:
    return repo.git("log", "-1", "--format=%B", "memory")


# one commit ------------------------------------------------------------------------------------------
def test_every_kind_of_write_in_a_batch_is_one_commit(repo: Repo, memory: Memory) -> None:
    repo.write("adr/0007-use-redis.md", "# 7. Use Redis\n\n## Status\n\nAccepted\n\n## Context\n\nSpeed.\n")
    old = memory.record(Kind.DECISION, "Use sessions", status="accepted")
    gone = memory.record(Kind.LEARNING, "To be forgotten")
    before = commits(repo)
    with memory.batch("import the retro's results") as batch:
        bug = memory.record(Kind.BUG, "Login hangs", at=[CodeRange("src/auth.py", 5, 6)])
        memory.close_bug(bug.label, learning_title="Set a timeout", learning={"lesson": "Always."})
        _, new = memory.supersede(old.label, "Use JWT")
        proposed = memory.record(Kind.DECISION, "Use Rust")
        memory.mark(proposed.label, "rejected")
        memory.amend(proposed.id, memory.text(proposed.id) + "\nIt was talked over.\n")
        memory.checkpoint("Half way")
        memory.import_adrs(repo.root / "adr")
        memory.delete(gone.id)
        assert commits(repo) == before
    assert commits(repo) == before + 1
    assert batch.version == memory.version()
    assert [record.title for record in batch.records] == [
        "Login hangs", "Set a timeout", "Use JWT", "Use sessions", "Use Rust", "Half way", "Use Redis",
    ]  # fmt: skip
    assert memory.get(bug.id).status == "fixed"
    assert (memory.get(old.id).status, memory.get(new.id).status) == ("superseded", "accepted")
    assert memory.get(proposed.id).status == "rejected"
    assert "It was talked over." in memory.text(proposed.id)
    assert memory.find(gone.id) is None
    assert memory.list(Kind.CHECKPOINT)[0].title == "Half way"
    assert [memory.get(record.id) for record in batch.records] == [
        memory.get(record.label) for record in batch.records
    ]
    assert not memory.broken_files()


def test_the_commit_says_what_is_in_it(repo: Repo, memory: Memory) -> None:
    with memory.batch("import the retro's results\n\nFrom the whiteboard.") as batch:
        jwt = memory.record(Kind.DECISION, "Use JWT")
        memory.mark(jwt.label, "accepted")
        memory.record(Kind.BUG, "Login hangs")
    assert body(repo) == (
        "import the retro's results\n\nFrom the whiteboard.\n\n"
        '* decision: record ADR-0001 "Use JWT"\n'
        '* decision: accept ADR-0001 "Use JWT"\n'
        '* bug: record BUG-1 "Login hangs"\n\n'
        f"Memory-Id: {batch.records[0].id}\nMemory-Id: {batch.records[1].id}\n"
        f"Code-Commit: {repo.git('rev-parse', 'HEAD')}\nCode-Branch: main"
    )


def test_a_long_batch_names_a_hundred_records_and_counts_the_rest(repo: Repo, memory: Memory) -> None:
    with memory.batch("many"):
        for number in range(103):
            memory.record(Kind.LEARNING, f"learning {number}")
    assert body(repo).count("\n* learning: record") == 100
    assert "\n* and 3 more\n" in body(repo)
    assert body(repo).count("Memory-Id:") == 100
    assert len(memory.list()) == 103


def test_an_empty_batch_makes_no_commit(repo: Repo, memory: Memory) -> None:
    before = commits(repo)
    with memory.batch("nothing") as batch:
        pass
    jwt = memory.record(Kind.DECISION, "Use JWT")
    with memory.batch("nothing new") as same:
        memory.amend(jwt.id, memory.text(jwt.id))
    assert commits(repo) == before + 1
    assert (batch.version, same.version, list(batch.records)) == (None, None, [])


@pytest.mark.parametrize("message", ["", " \n ", "a\0b"])
def test_a_batch_needs_a_message(memory: Memory, message: str) -> None:
    with pytest.raises(UsageError), memory.batch(message):
        pass


# all or nothing --------------------------------------------------------------------------------------
def test_nothing_is_written_when_the_block_ends_with_an_exception(repo: Repo, memory: Memory) -> None:
    before = memory.version()

    def write() -> None:
        with memory.batch("half"):
            memory.record(Kind.LEARNING, "first")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert memory.version() == before
    assert memory.record(Kind.DECISION, "afterwards").label == "ADR-0001"
    assert commits(repo) == 2


def test_a_write_that_fails_and_is_caught_leaves_nothing_in_the_batch(repo: Repo, memory: Memory) -> None:
    with memory.batch("what can be") as batch:
        first = memory.record(Kind.DECISION, "Use JWT")
        with pytest.raises(SecretError):
            memory.record(Kind.DECISION, "Keep a key", fields={"context": f"token = {SECRET}"})
        with pytest.raises(RefusedError):
            memory.mark(first.label, "superseded")
        with pytest.raises(NotFoundError):
            memory.mark("ADR-0009", "accepted")
        second = memory.record(Kind.DECISION, "Use a vault")
    assert (
        [record.label for record in batch.records] == ["ADR-0001", "ADR-0002"] == [first.label, second.label]
    )
    assert "Keep a key" not in body(repo)


def test_a_batch_in_a_batch_belongs_to_the_outer_one(repo: Repo, memory: Memory) -> None:
    before = commits(repo)
    with memory.batch("outer") as outer:
        memory.record(Kind.DECISION, "first")
        with memory.batch("inner") as inner:
            memory.record(Kind.DECISION, "second")
        assert inner is outer

        def write() -> None:
            with memory.batch("failing"):
                memory.record(Kind.DECISION, "lost")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            write()
        memory.record(Kind.DECISION, "third")
    assert commits(repo) == before + 1
    assert [(r.label, r.title) for r in outer.records] == [
        ("ADR-0001", "first"),
        ("ADR-0002", "second"),
        ("ADR-0003", "third"),
    ]
    assert body(repo).startswith("outer\n")


def test_a_refused_commit_keeps_the_new_texts_as_drafts(repo: Repo, memory: Memory) -> None:
    old = memory.record(Kind.LEARNING, "Old")
    repo.git("worktree", "add", "-q", str(repo.root.parent / "beside"), "memory")

    def write() -> None:
        with memory.batch("refused"):
            one = memory.record(Kind.DECISION, "Use JWT")
            memory.amend(one.id, memory.text(one.id) + "\nAnd rotate the keys.\n")
            memory.record(Kind.LEARNING, "Second")
            memory.amend(old.id, memory.text(old.id) + "\nA new last line.\n")

    with pytest.raises(RefusedError) as refused:
        write()
    kept = refused.value.draft
    assert kept is not None
    assert "And rotate the keys." in kept.read_text()
    assert any("Second" in file.read_text() for file in kept.parent.glob("*.md"))
    assert "A new last line." in (refused.value.text or "")
    repo.git("worktree", "remove", str(repo.root.parent / "beside"))
    saved = memory.save_draft(kept).record
    assert saved is not None
    assert (saved.label, saved.title) == ("ADR-0001", "Use JWT")


# inside the block ------------------------------------------------------------------------------------
def test_records_of_the_batch_are_found_by_label_and_id_and_lists_show_the_branch(memory: Memory) -> None:
    before = memory.record(Kind.DECISION, "Before", status="accepted")
    with memory.batch("look") as batch:
        jwt = memory.record(Kind.DECISION, "Use JWT", tags=["auth"])
        learned = memory.record(Kind.LEARNING, "Tokens expire")
        for ref in ("ADR-0002", "adr-2", jwt.id, jwt.id[:8]):
            assert memory.get(ref).title == "Use JWT"
        assert memory.get(learned.label).id == learned.id
        memory.mark(before.label, "deprecated")
        assert memory.get("ADR-1").status == "deprecated"
        memory.delete(learned.label)
        assert memory.find(learned.id) is None
        assert [record.title for record in memory.list()] == ["Before"]
        assert not memory.search("JWT")
        assert [record.title for record in batch.records] == ["Use JWT", "Before"]
    assert memory.search("JWT")
    assert memory.find(learned.label) is None


def test_an_import_in_a_batch_knows_the_numbers_that_the_batch_gave(repo: Repo, memory: Memory) -> None:
    repo.write("adr/0001-use-redis.md", "# 1. Use Redis\n\n## Status\n\nAccepted\n\n## Context\n\nSpeed.\n")
    with memory.batch("both"):
        memory.record(Kind.DECISION, "Use JWT")
        first = memory.import_adrs(repo.root / "adr").files[0].record
        again = memory.import_adrs(repo.root / "adr").files[0]
    assert first is not None
    assert (first.label, first.aliases) == ("ADR-0002", ("ADR-0001",))
    assert again.record is not None
    assert (again.new, again.record.id) == (False, first.id)
    assert len(memory.list()) == 2


def test_a_draft_saved_in_a_batch_counts_as_committed_only_with_the_batch(repo: Repo, memory: Memory) -> None:
    draft = memory.draft(Kind.DECISION, title="Use JWT").path

    def write() -> None:
        with memory.batch("not yet"):
            assert memory.save_draft(draft).changed is False  # an untouched template
            draft.write_text(draft.read_text() + "\nThey expire.\n")
            assert memory.save_draft(draft).changed
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert not memory.list()
    with memory.batch("now"):
        assert memory.save_draft(draft).changed
        draft.write_text(draft.read_text().replace("They expire.", "They expire soon."))
        assert memory.save_draft(draft).changed
    assert "They expire soon." in memory.text("ADR-1")
    assert memory.save_draft(draft).changed is False
    assert commits(repo) == 2


# others ----------------------------------------------------------------------------------------------
def test_a_faster_writer_is_built_upon_and_numbers_may_change(memory: Memory, other: Memory) -> None:
    with memory.batch("slow") as batch:
        mine = memory.record(Kind.DECISION, "Use JWT")
        memory.supersede(mine.label, "Use passkeys")
        theirs = other.record(Kind.DECISION, "Use cookies")
        assert (mine.label, theirs.label) == ("ADR-0001", "ADR-0001")
        assert memory.get("ADR-0001").title == "Use JWT"
    assert [(r.label, r.title, r.status) for r in batch.records] == [
        ("ADR-0002", "Use JWT", "superseded"),
        ("ADR-0003", "Use passkeys", "accepted"),
    ]
    assert memory.get("ADR-1").title == "Use cookies"
    assert not memory.broken_files()


def test_what_others_wrote_meanwhile_can_be_named(memory: Memory, other: Memory) -> None:
    with memory.batch("late") as batch:
        memory.record(Kind.DECISION, "Use JWT")
        theirs = other.record(Kind.BUG, "Login hangs")
        memory.close_bug(theirs.label)
    assert [(r.label, r.status) for r in batch.records] == [("ADR-0001", "proposed"), ("BUG-1", "fixed")]


def test_what_cannot_be_done_any_more_at_the_end_is_refused_as_a_whole(memory: Memory, other: Memory) -> None:
    bug = memory.record(Kind.BUG, "Login hangs")

    def write() -> None:
        with memory.batch("too late"):
            memory.record(Kind.LEARNING, "Set a timeout")
            memory.close_bug(bug.label)
            other.delete(bug.id)

    with pytest.raises((RefusedError, NotFoundError)):
        write()
    assert not memory.list()


def test_a_batch_holds_no_lock_and_captures_its_own_thread_only(repo: Repo, memory: Memory) -> None:
    with ThreadPoolExecutor(1) as beside, memory.batch("mine") as batch:
        memory.record(Kind.LEARNING, "inside")
        beside.submit(memory.record, Kind.LEARNING, "outside").result(timeout=30)
        assert [record.title for record in memory.list()] == ["outside"]
    assert [record.title for record in batch.records] == ["inside"]
    assert {record.title for record in memory.list()} == {"inside", "outside"}


def test_a_batch_is_refused_where_there_is_no_memory(repo: Repo) -> None:
    with Memory.open(repo.root) as fresh, pytest.raises(NotInitialisedError), fresh.batch("early"):
        raise AssertionError("the block must not run")


# its end ---------------------------------------------------------------------------------------------
def test_a_batch_is_entered_once(memory: Memory) -> None:
    block = memory.batch("learning: from the retro")
    with block as batch:
        memory.record(Kind.LEARNING, "First")
    with pytest.raises(UsageError, match=r"entered once; begin another with `with memory\.batch"), block:
        pass
    with pytest.raises(UsageError, match="begin another"), batch:
        pass
    memory.record(Kind.LEARNING, "On its own")
    assert batch.version is not None
    assert memory.version() != batch.version


def test_what_is_written_to_a_batch_that_has_ended_is_refused_and_not_lost_unheard(
    memory: Memory, repo: Repo
) -> None:
    with memory.batch("learning: from the retro") as batch:
        memory.record(Kind.LEARNING, "First")
    before = commits(repo)
    for late in (lambda: batch.add(lambda _: "late"), batch.commit):
        with pytest.raises(UsageError, match="this batch has ended; begin another"):
            late()
    assert commits(repo) == before
    assert [record.title for record in batch.records] == ["First"]
    with pytest.raises(UsageError, match="title is empty"), memory.batch("learning: more") as failed:
        memory.record(Kind.LEARNING, "")
    with pytest.raises(UsageError, match="this batch has ended"):
        failed.commit()
    assert commits(repo) == before
