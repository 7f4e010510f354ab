"""A record's life is told from its creation on, and it can be seen as it was at any moment of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import AmbiguousError, NotFoundError, UsageError
from lsp_server.memory import Kind
from lsp_server.store.base import ChangeSet


def told(memory: Memory, ref: str) -> list[str]:
    """What happened, the oldest first."""
    return [f"{h.change.name}: {h.change.summary}" for h in reversed(memory.history(ref))]


def by_hand(memory: Memory, writes: dict[str, str], deletes: tuple[str, ...] = ()) -> str:
    data = {path: text.encode() for path, text in writes.items()}
    return memory._core.store.commit(lambda _: ChangeSet("by hand\n", data, deletes))


def commit_tree(repo: Repo, tree_of: str, *parents: str) -> str:
    """A merge as somebody else's git makes it: the tree of one commit, these parents."""
    arguments = [word for parent in parents for word in ("-p", parent)]
    return repo.git("commit-tree", f"{tree_of}^{{tree}}", *arguments, "-m", "Merge")


def test_a_life_from_creation_to_deletion(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use sessions", fields={"context": "Few users."})
    memory.record(Kind.DECISION, "Another")
    memory.mark("ADR-1", "accepted")
    memory.amend("ADR-1", memory.text("ADR-1").replace("Few", "Some"))
    memory.supersede("ADR-1", "Use JWT")
    memory.delete("ADR-1")
    assert told(memory, "ADR-1") == [
        "ADR-0001: new, proposed",
        "ADR-0001: proposed → accepted",
        "ADR-0001: context changed",
        "ADR-0001: accepted → superseded; superseded by ADR-0003",
        "ADR-0001: deleted",
    ]
    first = memory.history("ADR-1")[-1]
    assert (first.commit.author, first.commit.subject) == (
        "A Developer",
        'decision: record ADR-0001 "Use sessions"',
    )


def test_a_deleted_record_is_named_by_its_label_its_id_and_the_beginning_of_it(memory: Memory) -> None:
    learning = memory.record(Kind.LEARNING, "Emails differ by case")
    decision = memory.record(Kind.DECISION, "Use JWT")
    memory.delete(learning.id)
    memory.delete(decision.id)
    for ref in (learning.label, learning.id, learning.id[:6], learning.label.lower()):
        assert told(memory, ref) == [f"{learning.label}: new", f"{learning.label}: deleted"]
    for ref in ("ADR-1", "adr-0001", decision.id, decision.id[:8]):
        assert told(memory, ref) == ["ADR-0001: new, proposed", "ADR-0001: deleted"]
    for ref in ("ADR-9", "LEARN-00000000", "x", ""):
        with pytest.raises((NotFoundError, AmbiguousError)):
            memory.history(ref)


def test_it_is_followed_through_a_rename_and_a_renumbering(memory: Memory) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    text = memory.text("ADR-1")
    by_hand(memory, {"decisions/0001-tokens.md": text}, (record.path,))
    renumbered = text.replace("number: 1\n", "number: 7\naliases: [ADR-0001]\n")
    by_hand(memory, {"decisions/0007-use-jwt.md": renumbered}, ("decisions/0001-tokens.md",))
    memory.mark("ADR-7", "accepted")
    for ref in ("ADR-7", "ADR-1", record.id):
        assert told(memory, ref) == [
            "ADR-0001: new, proposed",
            "ADR-0001: file moved",
            "ADR-0001 is now ADR-0007 (renumbered): ",
            "ADR-0007: proposed → accepted",
        ]


def test_a_path_that_another_record_had_before_is_not_its_history(memory: Memory) -> None:
    first = memory.record(Kind.DECISION, "Use JWT")
    text = memory.text("ADR-1")
    by_hand(memory, {}, (first.path,))
    other = text.replace(first.id, "9f3c1a2b-8a1b-4c3d-9e4f-0a1b2c3d4e5f")
    by_hand(memory, {first.path: other})
    assert told(memory, "ADR-1") == ["ADR-0001: new, proposed"]
    assert told(memory, first.id) == ["ADR-0001: new, proposed", "ADR-0001: deleted"]


def test_what_a_merge_brings_is_counted_once_and_what_it_changes_itself_is_told(
    memory: Memory, repo: Repo
) -> None:
    record = memory.record(Kind.DECISION, "Use JWT", fields={"context": "x"})
    start = memory.version()
    assert start is not None
    memory.mark("ADR-1", "accepted")
    ours = memory.version()
    assert ours is not None
    repo.git("update-ref", "refs/heads/memory", start)
    memory.amend("ADR-1", memory.text("ADR-1").replace("\nx\n", "\ny\n"))
    theirs = memory.version()
    assert theirs is not None
    # A merge that takes one side whole changes nothing itself.
    repo.git("update-ref", "refs/heads/memory", commit_tree(repo, ours, ours, theirs))
    assert sorted(told(memory, "ADR-1")) == [
        "ADR-0001: context changed",
        "ADR-0001: new, proposed",
        "ADR-0001: proposed → accepted",
    ]
    # One that merges them field by field does, and one that renumbers does.
    text = memory.text("ADR-1").replace("\nx\n", "\ny\n").replace("number: 1\n", "number: 2\n")
    merged = by_hand(memory, {"decisions/0002-use-jwt.md": text}, (record.path,))
    repo.git("update-ref", "refs/heads/memory", commit_tree(repo, merged, ours, theirs))
    assert told(memory, "ADR-2")[-1] == "ADR-0001 is now ADR-0002 (renumbered): context changed"
    assert len(told(memory, "ADR-2")) == 4


def test_a_record_broken_by_hand_and_mended_was_there_all_the_time(memory: Memory) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")
    text = memory.text("ADR-1")
    by_hand(memory, {record.path: text.replace("kind: decision", "kind: [")})
    by_hand(memory, {record.path: text})
    assert told(memory, "ADR-1") == [
        "ADR-0001: new, proposed",
        "ADR-0001: cannot be read any more",
        "ADR-0001: can be read again",
    ]


def test_a_shallow_clone_says_where_its_history_is_cut(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    memory.record(Kind.BUG, "B")
    memory.mark("ADR-1", "accepted")
    clone = tmp_path / "shallow"
    command = ["git", "clone", "-q", "--depth=2", "--no-single-branch", f"file://{repo.root}", str(clone)]
    subprocess.run(command, check=True)
    with Memory.open(clone) as there:
        there.initialise()
        entries = there.history("ADR-1")
    assert [(h.change.summary, h.is_cut) for h in entries] == [
        ("proposed → accepted", False),
        ("new, proposed", True),
    ]


# as it was ----------------------------------------------------------------------------------------
def test_a_record_is_shown_as_it_was_in_a_commit(memory: Memory) -> None:
    memory.record(Kind.DECISION, "Use sessions")
    first = memory.version()
    assert first is not None
    text = memory.text("ADR-1")
    memory.mark("ADR-1", "accepted")
    second = memory.version()
    memory.record(Kind.BUG, "B")
    memory.delete("ADR-1")
    for moment in (first, first[:7]):
        then = memory.at("ADR-1", moment)
        assert (then.record.status, then.data.decode(), then.version) == ("proposed", text, first)
    between = memory.at("ADR-1", "memory~1")
    assert between.record.status == "accepted"
    assert between.since == next(c.when for c in memory.log() if c.version == second)
    with pytest.raises(NotFoundError, match="no ADR-1 in the version"):
        memory.at("ADR-1", "memory")
    with pytest.raises(NotFoundError, match="no ADR-1 in the version"):
        memory.at("ADR-1", "memory~4")


def test_a_record_is_shown_as_it_was_at_a_date(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    memory.mark("ADR-1", "accepted")
    memory.delete("ADR-1")
    _redated(repo, ["2024-03-01", "2024-03-01", "2024-03-05", "2024-03-09"])
    assert memory.at("ADR-1", "2024-03-01").record.status == "proposed"
    assert memory.at("ADR-1", "2024-03-04").record.status == "proposed"
    assert memory.at("ADR-1", "2024-03-05").record.status == "accepted"  # the day is counted in
    assert memory.at("ADR-1", "2024-03-05T11:59:00+0000").record.status == "proposed"
    assert memory.at("ADR-1", "Mar 8 2024 noon").record.status == "accepted"
    with pytest.raises(NotFoundError, match="there was no ADR-1 at yesterday: it was deleted on 2024-03-09"):
        memory.at("ADR-1", "yesterday")
    with pytest.raises(NotFoundError, match="there was no ADR-1 yet at 2024-02-01"):
        memory.at("ADR-1", "2024-02-01")


@pytest.mark.parametrize(
    "moment", ["foo", "never", "all", "-1", "--help", "main:x", "nope-1", "memory~99", "a\nb", "2024-13-45"]
)
def test_what_is_no_moment_is_refused(memory: Memory, moment: str) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    with pytest.raises((NotFoundError, UsageError)):
        memory.at("ADR-1", moment)


# the log ------------------------------------------------------------------------------------------
def test_the_log_is_narrowed_in_every_way(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    repo.git("checkout", "-q", "-b", "feature")
    memory.record(Kind.BUG, "Login fails")
    repo.git("config", "user.name", "Grace")
    with Memory.open(repo.root) as grace:
        grace.mark("ADR-1", "accepted")
        grace.delete("BUG-1")

    def subjects(**asked: object) -> list[str]:
        return [c.subject.partition('"')[0].strip() for c in memory.log(**asked)]  # type: ignore[arg-type]  # by name

    everything = [
        "bug: delete BUG-1",
        "decision: accept ADR-0001",
        "bug: record BUG-1",
        "decision: record ADR-0001",
        "memory: start the memory of this repository",
    ]
    assert subjects() == everything
    assert subjects(limit=2) == everything[:2]
    assert subjects(kind=Kind.BUG) == [everything[0], everything[2]]
    assert subjects(record="ADR-1") == [everything[1], everything[3]]
    assert subjects(record="BUG-1", limit=1) == [everything[0]]
    assert subjects(author="grace") == everything[:2]
    assert subjects(author="GRACE", kind=Kind.DECISION) == [everything[1]]
    assert subjects(author=".*") == []
    assert subjects(code_branch="feature") == everything[:3]
    assert subjects(code_branch="feature", limit=1) == everything[:1]
    assert subjects(code_branch="feat") == []
    assert subjects(words="login FAILS") == [everything[0], everything[2]]
    _redated(repo, ["2024-03-01", "2024-03-03", "2024-03-05", "2024-03-07", "2024-03-09"])
    assert subjects(since="2024-03-07") == everything[:2]
    assert subjects(until="2024-03-03") == everything[3:]
    assert subjects(since="2024-03-03", until="2024-03-05") == everything[2:4]
    assert subjects(since="mar 8 2024") == everything[:1]
    for wrong in ("foo", "foo1", "--all", "never"):
        with pytest.raises(UsageError):
            subjects(since=wrong)


def test_the_log_is_a_stream(memory: Memory, repo: Repo) -> None:
    lines = []
    for n in range(8_000):
        lines.append(f"commit refs/heads/memory\ncommitter A <a@b.c> {1700000000 + n} +0000\ndata 2\nx\n\n")
        if n == 0:
            lines.append("from refs/heads/memory^0\nM 100644 inline notes.txt\ndata 2\nx\n\n")
    repo.git("fast-import", "--quiet", "--force", input="".join(lines))
    stream = iter(memory.log())
    assert next(stream).subject == "x"
    process = _children_of_git()
    assert process  # git is still at it
    del stream
    assert not _children_of_git() & process


def _children_of_git() -> set[str]:
    """The processes of ours that run `git log`."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*") if Path("/proc/self").exists() else ():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if b"log" in words and parent == Path("/proc/self").resolve().name:
            found.add(entry.name)
    return found


def _redated(repo: Repo, days: list[str]) -> None:
    """Give the commits of the memory, the oldest first, other dates: noon of each day, UTC."""
    commits = repo.git("rev-list", "--reverse", "refs/heads/memory").split()
    parent: list[str] = []
    for commit, day in zip(commits, days, strict=True):
        message = repo.git("log", "-1", "--format=%an%n%B", commit)
        author, _, body = message.partition("\n")
        done = subprocess.run(
            ["git", "commit-tree", f"{commit}^{{tree}}", *parent, "-F", "-"],
            cwd=repo.root, input=body, text=True, capture_output=True, check=True,
            env=_environment(author, f"{day}T12:00:00+0000"),
        )  # fmt: skip
        parent = ["-p", done.stdout.strip()]
    repo.git("update-ref", "refs/heads/memory", parent[1])


def _environment(author: str, date: str) -> dict[str, str]:
    import os

    return {**os.environ, "GIT_AUTHOR_NAME": author, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}


def test_an_amendment_says_in_its_message_what_it_changed_but_no_value(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.DECISION, "Use JWT", fields={"context": "x"}, tags=["auth"])
    text = memory.text("ADR-1").replace("\nx\n", "\ny\n").replace("[auth]", "[auth, api]")
    memory.amend("ADR-1", text)
    message = repo.git("log", "-1", "--format=%B", "refs/heads/memory").splitlines()
    assert message[:4] == ['decision: amend ADR-0001 "Use JWT"', "", "Changed: tags, context.", ""]
