"""Commits that records name, when history is rewritten in this clone: what is told, and kept."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from memory.rewritten_links.written_at import change, commit_of, learn, link_of
from support import Repo

from lsp_server import Memory
from lsp_server.code import rewrite_journal
from lsp_server.memory.links import Link
from lsp_server.records.evidence import Evidence


def test_a_commit_that_is_there_is_itself(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    head = repo.git("rev-parse", "HEAD")
    assert link_of(memory, record) == Link(head, head)


def test_an_amended_commit_is_told_at_once_and_nothing_is_written_by_that(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    before = memory.version()
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    link = link_of(memory, record)
    assert (link.today, link.evidence) == (repo.git("rev-parse", "HEAD"), Evidence.AMENDED)
    assert memory.version() == before


def test_a_commit_that_was_thrown_away_is_lost(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    link = link_of(memory, record)
    assert (link.today, link.unknown, link.missing) == (None, False, False)


def test_a_commit_that_comes_back_is_there_again(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    commit = repo.git("rev-parse", "HEAD")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert link_of(memory, record).today is None
    repo.git("branch", "saved", commit)
    assert link_of(memory, record).today == commit


def test_of_two_copies_the_one_that_stays_is_taken_when_the_other_goes(repo: Repo, memory: Memory) -> None:
    repo.git("switch", "-q", "-c", "topic")
    change(repo, 3, "three\n")
    record = learn(memory)
    for name in ("one", "two"):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(f"Before {name}", **{f"{name}.py": name})
        repo.git("cherry-pick", "topic")
    repo.git("branch", "-q", "-D", "topic")
    assert link_of(memory, record).today is None
    repo.git("switch", "-q", "main")
    repo.git("branch", "-q", "-D", "one")
    assert link_of(memory, record).today == repo.git("rev-parse", "two")


@pytest.mark.parametrize("name", ["refs/tags/v1", "refs/remotes/origin/old", "refs/heads/a/b"])
def test_any_ref_of_code_keeps_a_commit(repo: Repo, memory: Memory, name: str) -> None:
    record = learn(memory)
    repo.git("update-ref", name, "HEAD")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert link_of(memory, record).today == commit_of(memory, record)


def test_an_annotated_tag_keeps_a_commit(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("tag", "-a", "v1", "-m", "One")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert link_of(memory, record).today == commit_of(memory, record)


def test_the_head_of_another_worktree_keeps_a_commit(repo: Repo, memory: Memory, tmp_path: Path) -> None:
    record = learn(memory)
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert link_of(memory, record).today == commit_of(memory, record)


@pytest.mark.parametrize("cut", ["shallow", "partial"])
def test_where_history_is_cut_a_commit_that_is_not_here_is_unknown(
    repo: Repo, memory: Memory, tmp_path: Path, cut: str
) -> None:
    record = learn(memory)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    depth = ["--depth=1", "--no-single-branch"] if cut == "shallow" else []
    repo.git("clone", "-q", *depth, f"file://{repo.root}", str(tmp_path / "cut"))
    clone = Repo(tmp_path / "cut")
    clone.git("branch", "memory", "origin/memory")
    if cut == "partial":
        clone.git("config", "extensions.partialClone", "origin")
        clone.git("config", "remote.origin.promisor", "true")
    with Memory.open(clone.root) as opened:
        link = link_of(opened, opened.get(record.id))
        assert (link.today, link.unknown, link.missing) == (None, True, True)
        assert opened.settle_links().version is None


def test_a_repository_that_cannot_be_written_to_tells_it_as_well(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    memory.list()
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    private = repo.root / ".git" / "git-memory"
    (private / "links").unlink(missing_ok=True)
    (private / "links").mkdir()  # no file can be there, whoever we are
    (private / rewrite_journal.FILE).mkdir()
    with Memory.open(repo.root) as again:
        assert link_of(again, again.get(record.id)).today == repo.git("rev-parse", "HEAD")


def test_what_was_found_outlives_git_s_own_objects(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    assert link_of(memory, record).today
    repo.git("reflog", "expire", "--expire=all", "--all")
    repo.git("gc", "-q", "--prune=now")
    (repo.root / ".git" / "git-memory" / "links").unlink()  # the journal is what stays
    with Memory.open(repo.root) as again:
        link = link_of(again, again.get(record.id))
    assert (link.today, link.evidence) == (repo.git("rev-parse", "HEAD"), Evidence.AMENDED)


def test_what_a_hook_notes_counts_from_then_on(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    old = repo.git("rev-parse", "HEAD")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    new = repo.commit("Quite another", **{"b.py": "b\n"})
    repo.git("reflog", "expire", "--expire=all", "--all")
    assert link_of(memory, record).today is None
    with (repo.root / ".git" / "git-memory" / rewrite_journal.FILE).open("a") as journal:
        journal.write(f"{old} {new} hook\n")  # as the hook's script does
    link = link_of(memory, record)
    assert (link.today, link.evidence) == (new, Evidence.HOOK)


def test_nonsense_beside_the_index_does_no_harm(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    private = repo.root / ".git" / "git-memory"
    private.mkdir(exist_ok=True)
    (private / "links").write_bytes(b"links 1\nl nonsense\n\xff\x00\nt\n")
    (private / rewrite_journal.FILE).write_bytes(b"half a line\n" + b"\xff" * 100 + b"\n1234 5678 hook\n")
    with Memory.open(repo.root) as again:
        assert link_of(again, again.get(record.id)).today == repo.git("rev-parse", "HEAD")


def test_the_private_directory_may_be_gone(repo: Repo, memory: Memory) -> None:
    record = learn(memory)
    memory.close()
    shutil.rmtree(repo.root / ".git" / "git-memory")
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    with Memory.open(repo.root) as again:
        assert link_of(again, again.get(record.id)).today == repo.git("rev-parse", "HEAD")
    assert os.path.exists(repo.root / ".git" / "git-memory")  # noqa: PTH110  any kind of thing


def test_a_missing_file_of_the_order_that_files_are_shown_in_hides_nothing(
    repo: Repo, memory: Memory
) -> None:
    lines = [f"line {number}\n" for number in range(1, 41)]
    repo.commit("Lines", **{"b.py": "".join(lines)})
    changed = [f"changed {line}" for line in lines[:14]]
    repo.commit("Change", **{"b.py": "".join(changed + lines[14:])})
    record = learn(memory)
    repo.write("b.py", "".join(changed[:13] + lines[13:]))
    repo.git("commit", "-qa", "--amend", "-m", "Change")
    repo.git("reflog", "expire", "--expire=all", "--all")
    repo.git("config", "diff.orderFile", "not-there")
    link = link_of(memory, record)
    assert (link.today, link.evidence) == (repo.git("rev-parse", "HEAD"), Evidence.RANGE_DIFF)
