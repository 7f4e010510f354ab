"""What can be wrong with the branch itself is found, explained, and mended where that is safe."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from memory.doctor.findings import ByHand, codes, mended
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotInitialisedError
from lsp_server.memory import Kind


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
    assert len(found.areas) == 14


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
