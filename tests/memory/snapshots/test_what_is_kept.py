"""A snapshot is the exact work tree, and taking it touches nothing."""

from __future__ import annotations

import os

import pytest
from support import Repo
from work_trees import comes_back, files_kept, leftovers, picture, take, users_own

from lsp_server import Memory
from lsp_server.errors import RefusedError


def test_a_snapshot_is_a_commit_of_the_work_tree_on_top_of_head(repo: Repo, memory: Memory) -> None:
    repo.write("src/auth.py", "changed\n")
    repo.write("new.txt", "not followed\n")
    record = memory.checkpoint("Half way", snapshot=True)

    ref = f"refs/memory/snapshots/{record.id}"
    assert repo.git("rev-parse", f"{ref}^") == repo.git("rev-parse", "HEAD")
    assert repo.git("show", f"{ref}:src/auth.py") == "changed"
    assert repo.git("diff", "--name-status", "HEAD", ref) == "A\tnew.txt\nM\tsrc/auth.py"
    assert repo.git("log", "-1", "--format=%s", ref) == f"snapshot: the work tree at {record.label} on main"


def test_index_head_refs_and_stash_stay_byte_for_byte(repo: Repo, memory: Memory) -> None:
    repo.write("README.md", "to be stashed")
    repo.git("stash")
    repo.write("staged.txt", "staged\n")
    repo.git("add", "staged.txt")
    repo.write("staged.txt", "changed since\n")
    (repo.root / "README.md").touch()  # git would like to refresh its entry
    own, tree = users_own(repo), picture(repo.root)

    snapshot = take(memory)

    assert users_own(repo) == own
    assert picture(repo.root) == tree
    assert leftovers(repo) == []
    assert repo.git("show", f"{snapshot.commit}:staged.txt") == "changed since"


@pytest.mark.parametrize(
    "name", ["a b", "ümlaut", "line\nbreak", '"quoted"', "tab\t", "-rf", ":(top)x", "*", "\\b"]
)
def test_odd_names_come_back(repo: Repo, memory: Memory, name: str) -> None:
    repo.write(name, "untracked\n")
    repo.write(f"folder {name}/{name}", "in a folder\n")
    comes_back(repo, memory, take(memory))


def test_a_name_that_is_not_utf_8_comes_back(repo: Repo, memory: Memory) -> None:
    (repo.root / os.fsdecode(b"caf\xe9")).write_bytes(b"latin")
    comes_back(repo, memory, take(memory))


def test_links_to_files_to_folders_to_nowhere_and_out_come_back_as_links(repo: Repo, memory: Memory) -> None:
    for name, target in {
        "file": "README.md",
        "folder": "src",
        "nowhere": "gone",
        "out": "/etc/passwd",
    }.items():
        (repo.root / name).symlink_to(target)
    comes_back(repo, memory, take(memory))


def test_executable_and_private_files_keep_their_rights(repo: Repo, memory: Memory) -> None:
    for name, rights in {"run": 0o755, "private": 0o600, "private-run": 0o700, "group": 0o664}.items():
        repo.write(name, name).chmod(rights)
    repo.write("src/auth.py", "print()\n").chmod(0o755)
    comes_back(repo, memory, take(memory))


def test_rights_are_kept_where_git_does_not_look_at_them(repo: Repo, memory: Memory) -> None:
    repo.git("config", "core.fileMode", "false")
    (repo.root / "README.md").chmod(0o755)
    comes_back(repo, memory, take(memory))


def test_empty_files_deleted_files_and_renamed_files(repo: Repo, memory: Memory) -> None:
    repo.write("empty", "")
    (repo.root / "README.md").unlink()
    (repo.root / "src" / "auth.py").rename(repo.root / "login.py")
    snapshot = take(memory)
    assert files_kept(repo, snapshot) == ["empty", "login.py"]
    comes_back(repo, memory, snapshot)


def test_a_file_became_a_folder_and_a_folder_a_file(repo: Repo, memory: Memory) -> None:
    (repo.root / "README.md").unlink()
    repo.write("README.md/inside", "now a folder\n")
    (repo.root / "src" / "auth.py").unlink()
    (repo.root / "src").rmdir()
    repo.write("src", "now a file\n")
    comes_back(repo, memory, take(memory))


def test_a_folder_became_a_link(repo: Repo, memory: Memory) -> None:
    (repo.root / "src").rename(repo.root / "code")
    (repo.root / "src").symlink_to("code")
    snapshot = take(memory)
    assert files_kept(repo, snapshot) == ["README.md", "code/auth.py", "src"]
    comes_back(repo, memory, snapshot)


def test_files_marked_as_unchanged_are_looked_at_all_the_same(repo: Repo, memory: Memory) -> None:
    repo.git("update-index", "--assume-unchanged", "README.md")
    repo.git("update-index", "--skip-worktree", "src/auth.py")
    repo.write("README.md", "changed\n")
    repo.write("src/auth.py", "changed, too\n")
    snapshot = take(memory)
    assert repo.git("show", f"{snapshot.commit}:README.md") == "changed"
    assert repo.git("show", f"{snapshot.commit}:src/auth.py") == "changed, too"
    comes_back(repo, memory, snapshot)


def test_an_assumed_unchanged_file_that_is_gone_is_gone(repo: Repo, memory: Memory) -> None:
    repo.git("update-index", "--assume-unchanged", "README.md")
    (repo.root / "README.md").unlink()
    assert files_kept(repo, take(memory)) == ["src/auth.py"]


def test_what_a_sparse_checkout_leaves_out_is_not_taken_for_deleted(repo: Repo, memory: Memory) -> None:
    repo.write("docs/guide.md", "guide\n")
    repo.commit("Docs")
    repo.git("sparse-checkout", "set", "src")
    assert not (repo.root / "docs").exists()
    repo.write("src/auth.py", "changed\n")
    before = picture(repo.root)

    snapshot = take(memory)
    repo.write("src/auth.py", "changed again\n")
    memory.restore_in_place(snapshot.name)

    assert "docs/guide.md" in files_kept(repo, snapshot)
    assert picture(repo.root) == before


def test_intent_to_add_and_a_removal_from_the_index_alone(repo: Repo, memory: Memory) -> None:
    repo.write("intended.txt", "intended\n")
    repo.git("add", "--intent-to-add", "intended.txt")
    repo.git("rm", "-q", "--cached", "README.md")
    snapshot = take(memory)
    assert files_kept(repo, snapshot) == ["README.md", "intended.txt", "src/auth.py"]
    comes_back(repo, memory, snapshot)


def test_conflicts_are_kept_as_they_stand_in_the_files(repo: Repo, memory: Memory) -> None:
    for branch, text in (("one", "one\n"), ("two", "two\n")):
        repo.git("switch", "-qc", branch, "main")
        repo.write("README.md", text)
        if branch == "two":
            (repo.root / "src" / "auth.py").unlink()
        else:
            repo.write("src/auth.py", "edited\n")
        repo.commit(branch)
    repo.git("merge", "-q", "one", check=False)
    assert "<<<<<<<" in (repo.root / "README.md").read_text()
    comes_back(repo, memory, take(memory))


def test_without_the_record_there_is_no_snapshot(repo: Repo, memory: Memory) -> None:
    repo.git("switch", "-q", "memory")  # then nothing may be written
    with pytest.raises(RefusedError):
        take(memory)
    repo.git("switch", "-q", "main")
    assert memory.snapshots() == []
    assert repo.git("for-each-ref", "refs/memory/") == ""


def test_a_checkpoint_that_is_there_can_keep_the_work_tree_once(repo: Repo, memory: Memory) -> None:
    record = memory.checkpoint("Recorded first")
    assert not memory.has_snapshot(record.id)
    memory.keep_snapshot(record.label)
    assert memory.has_snapshot(record.id)
    with pytest.raises(RefusedError, match="has a snapshot already"):
        memory.keep_snapshot(record.label)
