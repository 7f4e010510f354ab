"""Everything that can be wrong with a memory is found, explained, and mended where that is safe."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotInitialisedError
from lsp_server.memory import CodeRange, Kind
from lsp_server.memory.doctor.model import Diagnosis, Severity

DESTRUCTIVE = re.compile(
    r"\brm\b|reset --hard|--force|push -f|branch -D|update-ref|clean -|checkout --|gc --prune"
)


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    """A memory with a decision, a bug and what it taught."""
    with Memory.open(repo.root) as opened:
        opened.initialise()
        opened.record(Kind.DECISION, "Use sessions", at=[CodeRange("src/auth.py", 4, 5)])
        opened.record(Kind.BUG, "Login fails")
        opened.close_bug("BUG-1", learning_title="Ask the server")
        yield opened


@pytest.fixture
def by_hand(repo: Repo, tmp_path: Path) -> Callable[[Callable[[Repo], None]], None]:
    """Change the branch as a person with a worktree of it would."""

    def change(work: Callable[[Repo], None]) -> None:
        place = tmp_path / f"by-hand-{uuid.uuid4().hex[:6]}"
        repo.git("worktree", "add", "-q", str(place), "memory")
        work(Repo(place))
        Repo(place).commit("By hand")
        repo.git("worktree", "remove", "--force", str(place))

    return change


ByHand = Callable[[Callable[[Repo], None]], None]


def codes(diagnosis: Diagnosis) -> list[str]:
    for finding in diagnosis.findings:
        assert finding.message.endswith("."), finding
        assert finding.advice.endswith("."), finding
        assert "\n" not in finding.message + finding.advice
        assert not DESTRUCTIVE.search(finding.message + finding.advice), finding
    return sorted({finding.code for finding in diagnosis.findings})


def mended(memory: Memory, *found: str) -> Diagnosis:
    """The memory has these faults and no others; a repair takes them away, and a second one does nothing."""
    before = memory.examine()
    assert codes(before) == sorted(found)
    assert all(finding.fixable for finding in before.findings), before.findings
    after = memory.repair()
    assert after.repairs
    assert codes(after) == []
    again = memory.repair()
    assert (again.repairs, again.findings) == ((), [])
    return after


def test_a_healthy_memory_has_no_findings(memory: Memory, repo: Repo) -> None:
    before = repo.fingerprint(), repo.git("rev-parse", "memory")
    found = memory.examine()
    assert codes(found) == []
    assert found.is_healthy
    assert [area.name for area in found.areas] == [
        "branch", "records", "links", "anchors", "index", "remotes", "left-overs", "hooks", "configuration",
        "environment",
    ]  # fmt: skip
    assert {a.name: a.summary for a in found.areas}["records"] == "1 decision, 1 learning, 1 bug"
    assert memory.repair().repairs == ()
    assert (repo.fingerprint(), repo.git("rev-parse", "memory")) == before


def test_without_a_memory_it_says_how_to_begin(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        assert codes(memory.examine()) == ["no-memory"]
        repo.git("branch", "memory")
        assert codes(memory.examine()) == ["not-a-memory"]
        assert memory.repair().repairs == ()


def test_an_empty_memory_is_healthy(repo: Repo) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        assert codes(memory.examine()) == []


# the branch --------------------------------------------------------------------------------------------
def test_a_format_that_is_newer_or_missing(memory: Memory, by_hand: ByHand) -> None:
    by_hand(lambda tree: tree.write("memory.yaml", "format: 99\n") and None)
    assert codes(memory.examine()) == ["newer-format"]
    by_hand(lambda tree: tree.write("memory.yaml", "# nothing\n") and None)
    assert codes(memory.examine()) == ["no-format"]


def test_the_branch_checked_out_somewhere(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "room"), "memory")
    found = memory.examine()
    assert codes(found) == ["checked-out"]
    assert str(tmp_path / "room") in found.findings[0].message


def test_names_that_mislead(memory: Memory, by_hand: ByHand) -> None:
    def work(tree: Repo) -> None:
        (tree.root / "learnings/link.md").symlink_to("/etc/passwd")
        tree.write("notes/-rf", "x\n")
        tree.write("notes/Read.txt", "x\n")
        tree.write("notes/read.txt", "x\n")

    by_hand(work)
    found = memory.examine()
    assert codes(found) == ["case-clash", "unsafe-path"]
    assert sorted(f.where for f in found.findings) == ["learnings/link.md", "notes/-rf", "notes/Read.txt"]


def test_a_memory_whose_memory_yaml_was_taken_away_gets_it_back(
    memory: Memory, repo: Repo, by_hand: ByHand
) -> None:
    text = repo.git("show", "memory:memory.yaml")
    by_hand(lambda tree: (tree.root / "memory.yaml").unlink())
    with Memory.open(repo.root) as fresh:
        with pytest.raises(NotInitialisedError, match="doctor --fix` puts it back"):
            fresh.record(Kind.LEARNING, "Retries hide bugs")
        (finding,) = fresh.examine().findings
        assert (finding.code, finding.fixable) == ("format-file-gone", True)
        assert f"commit {repo.git('rev-parse', 'memory')[:10]} ('By hand'" in finding.message
        after = mended(fresh, "format-file-gone")
        assert [repair.code for repair in after.repairs] == ["format-file-gone"]
        assert [record.label for record in fresh.list(Kind.DECISION)] == ["ADR-0001"]
    assert repo.git("show", "memory:memory.yaml") == text
    assert repo.git("log", "-1", "--format=%s", "memory") == "doctor: put memory.yaml back"


def test_a_memory_whose_branch_was_deleted_is_brought_back(memory: Memory, repo: Repo) -> None:
    tip = repo.git("rev-parse", "memory")
    repo.git("branch", "-q", "-D", "memory")
    with Memory.open(repo.root) as fresh:
        mended(fresh, "branch-gone")
    assert repo.git("rev-parse", "memory") == tip


@pytest.mark.parametrize("text", ["", "hello\n"])
def test_a_branch_whose_file_was_spoilt_is_told_with_the_way_back(
    memory: Memory, repo: Repo, text: str
) -> None:
    tip = repo.git("rev-parse", "memory")
    file = repo.root / ".git/refs/heads/memory"
    file.write_text(text)
    with Memory.open(repo.root) as fresh:
        (finding,) = fresh.repair().findings
    assert finding.code == "broken-ref"
    assert f"`git branch memory {tip}`" in finding.advice
    file.rename(repo.root / "spoilt")
    repo.git("branch", "memory", tip)
    with Memory.open(repo.root) as fresh:
        assert codes(fresh.examine()) == []


def test_a_branch_that_somebody_uses_for_something_else_gets_no_memory_yaml(
    memory: Memory, repo: Repo, by_hand: ByHand
) -> None:
    def work(tree: Repo) -> None:
        tree.git("rm", "-q", "-r", ".")
        tree.write("README.md", "# Memories of a developer\n")

    by_hand(work)
    before = repo.git("rev-parse", "memory")
    with Memory.open(repo.root) as fresh:
        assert codes(fresh.repair()) == ["not-a-memory"]
    assert repo.git("rev-parse", "memory") == before


def commit_by_hand(repo: Repo, text: bytes, kind: str = "commit") -> str:
    """An object as a careless program writes it."""
    command = ["git", "hash-object", "-w", "-t", kind, "--stdin", "--literally"]
    done = subprocess.run(command, cwd=repo.root, input=text, capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_a_commit_without_an_author_is_told_and_all_else_is_looked_at(memory: Memory, repo: Repo) -> None:
    lines = repo.git("cat-file", "commit", "memory").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("author ")) + "\n"
    version = commit_by_hand(repo, text.encode())
    (repo.root / ".git/refs/heads/memory").write_text(f"{version}\n")
    found = memory.examine()
    assert codes(found) == ["commit-broken"]
    assert version[:10] in found.findings[0].message
    assert len(found.areas) == 10


def test_a_file_that_a_tree_names_twice_is_told_and_nothing_is_raised(memory: Memory, repo: Repo) -> None:
    tree = subprocess.run(
        ["git", "cat-file", "tree", "memory^{tree}"], cwd=repo.root, capture_output=True, check=True
    ).stdout
    twice = commit_by_hand(repo, tree + tree, "tree")
    text = repo.git("cat-file", "commit", "memory").splitlines()
    text[0] = f"tree {twice}"
    version = commit_by_hand(repo, "\n".join(text).encode())
    (repo.root / ".git/refs/heads/memory").write_text(f"{version}\n")
    with Memory.open(repo.root) as fresh:
        assert codes(fresh.examine()) == ["named-twice"]


def test_a_history_with_a_commit_missing_is_told_and_can_be_fetched_again(
    memory: Memory, repo: Repo, tmp_path: Path
) -> None:
    repo.git("clone", "-q", "--bare", "--no-local", str(repo.root), str(tmp_path / "whole.git"))
    lost = repo.git("rev-parse", "memory~1")
    (repo.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with Memory.open(repo.root) as fresh:
        found = fresh.examine()
        assert "history-broken" in codes(found)
        (finding,) = [one for one in found.findings if one.code == "history-broken"]
        assert lost in finding.message
    if git_version(repo) < (2, 36):
        return
    repo.git("fetch", "-q", "--refetch", str(tmp_path / "whole.git"), "memory")
    with Memory.open(repo.root) as fresh:
        assert codes(fresh.examine()) == []


def git_version(repo: Repo) -> tuple[int, ...]:
    return tuple(int(part) for part in repo.git("version").split()[2].split(".")[:2])


def test_a_text_that_the_repository_lost(memory: Memory, repo: Repo) -> None:
    lost = repo.git("rev-parse", "memory:bugs/0001-login-fails.md")
    (repo.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    found = memory.examine()
    assert codes(found) == ["missing-objects"]
    assert "bugs/0001-login-fails.md" in found.findings[0].message
    assert memory.repair().repairs == ()


def test_a_directory_that_the_repository_lost(memory: Memory, repo: Repo) -> None:
    lost = repo.git("rev-parse", "memory:bugs")
    (repo.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with Memory.open(repo.root) as fresh:
        assert codes(fresh.examine()) == ["unreadable-tree"]


# records -----------------------------------------------------------------------------------------------
def test_a_record_that_cannot_be_read_whole_is_named_with_its_line(memory: Memory, by_hand: ByHand) -> None:
    def work(tree: Repo) -> None:
        path = "bugs/0001-login-fails.md"
        text = (tree.root / path).read_text()
        tree.write(path, text.replace("status: fixed", "status: sideways"))
        tree.write("learnings/mine.md", "no front matter\n")

    by_hand(work)
    found = memory.examine()
    assert codes(found) == ["unreadable"]
    assert sorted(finding.where for finding in found.findings) == [
        "bugs/0001-login-fails.md:5",
        "learnings/mine.md:1",
    ]


def test_one_id_in_two_files(memory: Memory, by_hand: ByHand) -> None:
    def work(tree: Repo) -> None:
        text = (tree.root / "bugs/0001-login-fails.md").read_text()
        tree.write("bugs/0002-copy.md", text.replace("number: 1", "number: 2"))

    by_hand(work)
    assert codes(memory.examine()) == ["id-twice"]


def test_a_number_given_twice_goes_to_the_elder(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    text = repo.git("show", "memory:decisions/0001-use-sessions.md") + "\n"
    own = memory.get("ADR-1").id
    other = str(uuid.uuid4())
    younger = (
        text.replace(own, other).replace("created: 20", "created: 21").replace("Use sessions", "Use JWT")
    )
    by_hand(lambda tree: tree.write("decisions/0001-use-jwt.md", younger) and None)
    found = memory.examine()
    assert codes(found) == ["created-in-the-future", "number-twice"]
    after = memory.repair()
    assert codes(after) == ["alias-of-another", "created-in-the-future"]
    assert memory.get("ADR-1").id == own
    assert (memory.get(other).label, memory.get(other).aliases) == ("ADR-0002", ("ADR-0001",))
    assert "ADR-0002" in after.repairs[0].message


def test_a_file_whose_name_or_folder_disagrees_with_its_number(
    memory: Memory, repo: Repo, by_hand: ByHand
) -> None:
    memory.record(Kind.DECISION, "Use JWT")
    before = memory.get("ADR-2")

    def work(tree: Repo) -> None:
        tree.git("mv", "decisions/0001-use-sessions.md", "decisions/0007-whatever.md")
        tree.git("mv", "decisions/0002-use-jwt.md", "learnings/0002-use-jwt.md")

    by_hand(work)
    after = mended(memory, "number-in-name", "wrong-folder")
    paths = repo.git("ls-tree", "-r", "--name-only", "memory", "decisions/").splitlines()
    assert paths == ["decisions/0001-use-sessions.md", "decisions/0002-use-jwt.md"]
    assert memory.get("ADR-2").id == before.id
    version = after.repairs[0].version or ""
    assert repo.git("log", "-1", "--format=%s", version) == "doctor: name files by their records' numbers"
    assert "renamed decisions/0007-whatever.md" in repo.git("log", "-1", "--format=%b", version)


def test_a_mark_of_deletion_on_what_is_there(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    text = repo.git("show", "memory:bugs/0001-login-fails.md") + "\n"
    memory.delete("BUG-1")
    by_hand(lambda tree: tree.write("bugs/0001-login-fails.md", text) and None)
    mended(memory, "tombstone-of-the-living")
    assert memory.get("BUG-1").title == "Login fails"


def test_a_number_that_lives_again_as_another_record(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    text = repo.git("show", "memory:decisions/0001-use-sessions.md") + "\n"
    own = memory.get("ADR-1").id
    memory.delete("ADR-1")
    again = text.replace(own, str(uuid.uuid4()))
    by_hand(lambda tree: tree.write("decisions/0001-use-sessions.md", again) and None)
    assert codes(memory.examine()) == ["number-given-again"]


def test_an_alias_that_is_anothers_label_is_a_note(memory: Memory, by_hand: ByHand) -> None:
    record = memory.record(Kind.DECISION, "Use JWT")

    def work(tree: Repo) -> None:
        text = (tree.root / record.path).read_text()
        tree.write(record.path, text.replace("number: 2\n", "number: 2\naliases: [ADR-1]\n"))

    by_hand(work)
    found = memory.examine()
    assert codes(found) == ["alias-of-another"]
    assert found.is_healthy
    assert "ADR-0001 was the label of ADR-0002 before" in found.findings[0].message


# links and anchors -------------------------------------------------------------------------------------
def test_a_link_that_is_said_on_one_side_only(memory: Memory, repo: Repo, by_hand: ByHand) -> None:
    old, new = memory.supersede("ADR-1", "Use passkeys")

    def work(tree: Repo) -> None:
        lines = (tree.root / old.path).read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("links:", "  - superseded-by"))]
        tree.write(old.path, "".join(kept))

    by_hand(work)
    mended(memory, "one-sided-link")
    assert [link.target for link in memory.get("ADR-1").links] == [new.id]
    assert repo.git("diff", "--numstat", "memory~1", "memory") == f"2\t0\t{old.path}"


def test_a_decision_that_was_replaced_and_is_still_accepted(
    memory: Memory, repo: Repo, by_hand: ByHand
) -> None:
    old = memory.mark("ADR-1", "accepted")
    memory.supersede(old.id, "Use tokens")
    new = memory.get("ADR-2")

    def work(tree: Repo) -> None:
        path = tree.root / old.path
        path.write_text(path.read_text().replace("status: superseded", "status: accepted"))

    by_hand(work)
    after = mended(memory, "still-accepted")
    assert memory.get(old.id).status == "superseded"
    assert after.repairs[0].message == f"{old.label} is superseded by {new.label}"
    assert repo.git("diff", "--numstat", "memory~1", "memory").split()[:2] == ["1", "1"]


@pytest.mark.parametrize("status", ["proposed", "rejected"])
def test_a_decision_stays_accepted_as_long_as_what_would_replace_it_is_not(
    memory: Memory, by_hand: ByHand, status: str
) -> None:
    old = memory.mark("ADR-1", "accepted")
    memory.supersede(old.id, "Use tokens")
    new = memory.get("ADR-2")

    def work(tree: Repo) -> None:
        for path, before, after in ((old.path, "superseded", "accepted"), (new.path, "accepted", status)):
            file = tree.root / path
            file.write_text(file.read_text().replace(f"status: {before}", f"status: {after}"))

    by_hand(work)
    assert codes(memory.examine()) == []


def test_links_to_what_was_deleted_and_to_what_never_was(memory: Memory, by_hand: ByHand) -> None:
    memory.delete(memory.list(Kind.LEARNING)[0].id)
    assert codes(memory.examine()) == ["link-to-a-deleted"]

    def work(tree: Repo) -> None:
        path = "bugs/0001-login-fails.md"
        text = (tree.root / path).read_text()
        tree.write(path, re.sub(r"taught: [0-9a-f-]+", f"taught: {uuid.uuid4()}", text))

    by_hand(work)
    assert codes(memory.examine()) == ["dangling-link"]


def test_anchors_are_looked_for_as_long_as_there_is_time(memory: Memory, repo: Repo) -> None:
    def summary(**how: float) -> str:
        found = memory.examine(**how)
        return next(area.summary for area in found.areas if area.name == "anchors")

    assert summary() == "1 found"
    assert "1 of 1 not looked for" in summary(seconds=-1)
    repo.write("src/auth.py", "nothing of it\n")
    repo.commit("Start again")
    assert summary() == "1 stale"
    assert codes(memory.examine()) == ["stale-anchor"]


# the index ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM records WHERE kind = 'bug'",
        "DELETE FROM files WHERE path LIKE 'bugs/%'",
        "UPDATE files SET object_id = 'old' WHERE path LIKE 'bugs/%'",
        "UPDATE records SET title = 'Something else' WHERE kind = 'bug'",
        "INSERT INTO files VALUES ('learnings/none.md', 'x', NULL, NULL)",
    ],
)
def test_an_index_that_says_something_else_is_made_anew(repo: Repo, memory: Memory, spoil: str) -> None:
    memory.list()
    with sqlite3.connect(repo.root / ".git/git-memory/index.sqlite3") as connection:
        connection.execute(spoil)
    connection.close()
    found = memory.examine()
    assert "index-differs" in codes(found)
    after = memory.repair()
    assert codes(after) == []
    assert after.repairs[0].code == "index-differs"
    assert memory.get("BUG-1").title == "Login fails"


def test_a_number_that_only_the_index_knows_survives_its_rebuilding(
    repo: Repo, memory: Memory, by_hand: ByHand
) -> None:
    memory.record(Kind.DECISION, "Removed by hand")
    memory.list()  # the index has seen it
    by_hand(lambda tree: tree.git("rm", "-q", "decisions/0002-removed-by-hand.md") and None)
    memory.list()
    with sqlite3.connect(repo.root / ".git/git-memory/index.sqlite3") as connection:
        connection.execute("DELETE FROM files")
    connection.close()
    assert memory.repair().is_healthy
    assert memory.record(Kind.DECISION, "Next").label == "ADR-0003"


# remotes -----------------------------------------------------------------------------------------------
def test_how_it_stands_to_its_remotes_without_asking_them(memory: Memory, repo: Repo, tmp_path: Path) -> None:
    hub = Repo(tmp_path / "hub.git")
    hub.root.mkdir()
    hub.git("init", "-q", "--bare")
    repo.git("remote", "add", "origin", str(hub.root))
    assert codes(memory.examine()) == ["not-shared"]
    memory.sync("origin")
    assert codes(memory.examine()) == []
    memory.record(Kind.BUG, "Another")
    found = memory.examine()
    assert codes(found) == ["out-of-step"]
    assert "1 to send" in found.findings[0].message
    # The remote is rewritten and fetched by hand; then it is gone, and nobody asks it.
    first = repo.git("rev-list", "--max-parents=0", "memory")
    hub.git("branch", "-f", "memory", first)
    repo.git("fetch", "-q", "origin", "+refs/heads/memory:refs/remotes/origin/memory")
    hub.root.rename(tmp_path / "gone")
    found = memory.examine()
    assert codes(found) == ["remote-rewritten"]
    assert "keeps all that is here" in found.findings[0].advice


def test_a_remote_that_began_apart(memory: Memory, repo: Repo) -> None:
    repo.git("remote", "add", "origin", "/nowhere")
    repo.git("update-ref", "refs/remotes/origin/memory", repo.git("rev-parse", "main"))
    assert codes(memory.examine()) == ["unrelated-remote"]


# left-overs --------------------------------------------------------------------------------------------
def test_what_killed_writers_left_is_taken_away(memory: Memory, repo: Repo) -> None:
    private = repo.root / ".git/git-memory"
    (private / "retired-0a1b2c3d" / "0a").mkdir(parents=True)
    (private / "lock").write_text(
        json.dumps({"since": 0, "incoming": str(private / "incoming-0"), "pid": 2**30})
    )
    theirs = repo.root / ".git/objects/tmp_objdir-git-memory-00"
    theirs.mkdir()
    fresh = repo.root / ".git/objects/tmp_objdir-git-memory-11"
    fresh.mkdir()
    os.utime(theirs, (time.time() - 7200,) * 2)
    after = memory.repair()
    assert len(after.repairs) == 3
    assert codes(after) == []
    assert not theirs.exists()
    assert fresh.is_dir()  # somebody may be at work in it
    assert memory.repair().repairs == ()


def test_what_any_command_clears_up_is_told_once_and_gone(memory: Memory, repo: Repo) -> None:
    private = repo.root / ".git/git-memory"
    (private / "retired-0a1b2c3d").mkdir()
    (private / "incoming-0a1b2c3d.in-use").mkdir()
    (private / "half-0a1b2c3d").write_text("{")
    found = memory.examine()
    assert codes(found) == ["abandoned-directory", "half-written"]
    assert not any(finding.fixable for finding in found.findings)
    assert codes(memory.examine()) == []
    assert not list(private.glob("*0a1b2c3d*"))


def test_half_a_file_in_the_users_own_directory(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    half = tmp_path / "git-memory/half-0a1b2c3d"
    half.parent.mkdir()
    half.write_text("{")
    with Memory.open(repo.root) as memory:
        memory.initialise()
        mended(memory, "half-written")
    assert not half.exists()


def test_what_is_left_is_told_also_where_there_is_no_memory(repo: Repo) -> None:
    private = repo.root / ".git/git-memory"
    private.mkdir()
    (private / "half-0a1b2c3d").write_text("{")
    with Memory.open(repo.root) as memory:
        assert codes(memory.repair()) == ["no-memory"]
    assert not list(private.iterdir())


def test_a_lock_that_is_nobodys_we_know_is_only_told(memory: Memory, repo: Repo) -> None:
    lock = repo.root / ".git/refs/heads/memory.lock"
    lock.touch()
    os.utime(lock, (time.time() - 600,) * 2)
    found = memory.repair()
    assert codes(found) == ["stale-lock"]
    assert "10 minutes" in found.findings[0].message
    assert lock.exists()


def test_a_draft_that_was_never_recorded_is_named_and_kept(memory: Memory) -> None:
    draft = memory.draft(Kind.LEARNING)
    assert codes(memory.examine()) == []  # nothing was written in it
    draft.path.write_text(draft.path.read_text() + "\nSome thoughts.\n")
    found = memory.repair()
    assert codes(found) == ["draft-waiting"]
    assert found.is_healthy
    assert str(draft.path) in found.findings[0].message
    assert f"`git memory edit {draft.path}`" in found.findings[0].advice
    assert draft.path.exists()


def test_drafts_in_the_users_own_directory_are_named_where_they_belong(
    memory: Memory, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    drafts = tmp_path / "state/git-memory/drafts"
    for name in ("here", "other"):
        draft = memory.draft(Kind.LEARNING)
        text = draft.path.read_text()
        (drafts / ".state").mkdir(parents=True, exist_ok=True)
        (drafts / f"{name}.md").write_text(f"{text}\nSome thoughts.\n")
        state = draft.path.parent / ".state" / f"{draft.path.name}.json"
        (drafts / ".state" / f"{name}.md.json").write_bytes(state.read_bytes())
        draft.path.unlink()
    head = repo.git("rev-parse", "HEAD")
    assert head in (drafts / "other.md").read_text()
    (drafts / "other.md").write_text((drafts / "other.md").read_text().replace(head, "1" * 40))
    with Memory.open(repo.root) as again:
        (finding,) = again.examine().findings
    assert finding.code == "draft-waiting"
    assert finding.where == str(drafts / "here.md")
    assert "in your own directory" in finding.message


# what is around it -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("core.hooksPath", "/nowhere/hooks", "hooks-path"),
        ("core.fsyncMethod", "writeout-only", "not-durable"),
        ("memory.sync", "on", "syncs-nowhere"),
        ("branch.memory.remote", "gone", "no-such-remote"),
    ],
)
def test_a_setting_that_stands_in_the_way(
    memory: Memory, repo: Repo, key: str, value: str, code: str
) -> None:
    repo.git("config", key, value)
    assert codes(memory.examine()) == [code]


def test_two_memories(memory: Memory, repo: Repo) -> None:
    repo.git("config", "memory.branch", "elsewhere")
    assert codes(memory.examine()) == ["no-memory", "two-memories"]


def test_a_hook_that_may_refuse_writes(memory: Memory, repo: Repo) -> None:
    repo.write(".git/hooks/reference-transaction", "#!/bin/sh\n").chmod(0o755)
    found = memory.examine()
    assert codes(found) == ["reference-transaction"]
    assert found.findings[0].severity is Severity.NOTE


def test_a_person_without_a_name(memory: Memory, home: Path, repo: Repo) -> None:
    (home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    assert codes(memory.examine()) == ["no-name"]


def test_a_clock_that_is_wrong(memory: Memory, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(time.time() + 86_400))
    monkeypatch.setenv("GIT_COMMITTER_DATE", later)
    monkeypatch.setenv("GIT_AUTHOR_DATE", later)
    with Memory.open(repo.root) as another:
        another.record(Kind.BUG, "From tomorrow")
        assert codes(another.examine()) == ["clock"]


def test_a_bare_repository(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "bare.git"))
    with Memory.open(tmp_path / "bare.git") as memory:
        memory.initialise()
        memory.record(Kind.BUG, "Login fails")
        assert codes(memory.examine()) == ["not-shared"]
