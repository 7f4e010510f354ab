"""Back as a branch or as a new worktree: the user's own work tree is not concerned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo
from work_trees import picture, users_own

from lsp_server import Memory
from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory.snapshot_results import Snapshot

Open = Callable[[Repo], Memory]


@pytest.fixture
def then(repo: Repo, memory: Memory) -> Snapshot:
    """A snapshot of a changed and an untracked file; both are other since."""
    repo.write("src/auth.py", "then\n")
    repo.write("new.txt", "then\n").chmod(0o600)
    record = memory.checkpoint("Then", snapshot=True)
    repo.write("src/auth.py", "since\n")
    (repo.root / "new.txt").unlink()
    return memory.snapshot(record.id)


def test_a_branch_is_made_and_nothing_else(repo: Repo, memory: Memory, then: Snapshot) -> None:
    tree, own = picture(repo.root), users_own(repo)
    done = memory.restore_to_branch(then.label)
    assert done.branch == f"restored/{then.label}"
    assert repo.git("rev-parse", done.branch) == then.commit
    assert repo.git("show", f"{done.branch}:new.txt") == "then"
    assert picture(repo.root) == tree
    made = f"\nrefs/heads/{done.branch} {then.commit}"
    assert users_own(repo) == own | {"refs": own["refs"] + made.encode()}
    assert repo.git("config", "--get-regexp", "^branch", check=False) == ""


def test_saying_it_twice_gives_the_same_branch_and_a_moved_one_is_left(
    repo: Repo, memory: Memory, then: Snapshot
) -> None:
    first = memory.restore_to_branch(then.label)
    again = memory.restore_to_branch(then.label)
    assert (first.created, again.created, again.branch) == (True, False, first.branch)
    assert first.branch
    repo.git("branch", "-f", first.branch, "main")
    other = memory.restore_to_branch(then.label)
    assert other.branch == f"{first.branch}-2"
    assert repo.git("rev-parse", first.branch) == repo.git("rev-parse", "main")


def test_a_branch_by_a_name_of_ones_own(repo: Repo, memory: Memory, then: Snapshot) -> None:
    assert memory.restore_to_branch(then.label, "mine").branch == "mine"
    with pytest.raises(RefusedError, match="there is a branch main already"):
        memory.restore_to_branch(then.label, "main")
    with pytest.raises(UsageError, match="no name for a branch"):
        memory.restore_to_branch(then.label, "-f")


def test_a_new_worktree_has_every_file_as_it_was(
    repo: Repo, memory: Memory, then: Snapshot, tmp_path: Path
) -> None:
    tree = picture(repo.root)
    done = memory.restore_to_worktree(then.label, tmp_path / "then")
    assert picture(repo.root) == tree
    seen = picture(tmp_path / "then")
    assert seen["src/auth.py"] == ("file", 0o644, b"then\n")
    assert seen["new.txt"] == ("file", 0o600, b"then\n")
    there = Repo(tmp_path / "then")
    assert there.git("branch", "--show-current") == done.branch
    there.git("reset", "-q", "HEAD~1")  # how its changes become uncommitted again
    assert there.git("status", "--porcelain").split("\n") == [" M src/auth.py", "?? new.txt"]


def test_a_folder_that_is_there_is_not_touched(
    repo: Repo, memory: Memory, then: Snapshot, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "file").write_text("mine\n")
    with pytest.raises(RefusedError, match="is there already"):
        memory.restore_to_worktree(then.label, taken)
    assert [p.name for p in taken.iterdir()] == ["file"]
    assert repo.git("branch", "--list", "restored/*") == ""


def test_a_branch_that_is_checked_out_somewhere_is_git_s_to_refuse(
    memory: Memory, then: Snapshot, tmp_path: Path
) -> None:
    memory.restore_to_worktree(then.label, tmp_path / "one")
    with pytest.raises(RefusedError, match="git makes no worktree of it"):
        memory.restore_to_worktree(then.label, tmp_path / "two")
    assert not (tmp_path / "two").exists()


def test_from_a_linked_worktree_and_in_a_bare_repository(
    repo: Repo, then: Snapshot, open_memory: Open, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = open_memory(Repo(tmp_path / "linked"))
    linked.restore_to_worktree(then.label, tmp_path / "from-linked", "one")
    assert (tmp_path / "from-linked" / "new.txt").read_text() == "then\n"
    repo.git("config", "core.bare", "true")
    bare = open_memory(Repo(repo.root / ".git"))
    bare.restore_to_worktree(then.label, tmp_path / "from-bare", "two")
    assert (tmp_path / "from-bare" / "new.txt").read_text() == "then\n"
    with pytest.raises(RefusedError, match="a bare repository has no work tree"):
        bare.restore_in_place(then.label)


def test_a_snapshot_of_an_unborn_branch_becomes_a_branch(
    new_repo: Callable[..., Repo], open_memory: Open, tmp_path: Path
) -> None:
    repo = new_repo("young")
    memory = open_memory(repo)
    repo.write("first.txt", "first\n")
    snapshot = memory.checkpoint("Young", snapshot=True)
    memory.restore_to_worktree(snapshot.id, tmp_path / "then")
    assert (tmp_path / "then" / "first.txt").read_text() == "first\n"
    assert not repo.git("rev-parse", "--verify", "-q", "HEAD", check=False)


def test_in_a_sparse_clone_what_was_there_all_the_same_is_there(
    repo: Repo, memory: Memory, tmp_path: Path
) -> None:
    repo.write("docs/guide.md", "guide\n")
    repo.commit("Docs")
    repo.git("sparse-checkout", "set", "src")
    repo.write("docs/new.md", "outside of what is checked out\n")
    record = memory.checkpoint("Sparse", snapshot=True)
    memory.restore_to_worktree(record.id, tmp_path / "then")
    seen = set(picture(tmp_path / "then"))
    # A new worktree of an older git is not sparse.
    assert seen - {"docs/guide.md"} == {"README.md", "src/auth.py", "docs/new.md"}
