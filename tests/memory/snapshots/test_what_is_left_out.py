"""What a snapshot cannot or should not keep is left out by name, and a restore leaves it alone."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from support import Repo
from work_trees import files_kept, picture, take

from lsp_server import Memory
from lsp_server.errors import RefusedError
from lsp_server.memory.snapshot_results import NotKept

NewRepo = Callable[..., Repo]


def test_ignored_files_are_not_kept_unless_git_follows_them(repo: Repo, memory: Memory) -> None:
    repo.write(".gitignore", "*.log\nbuild/\n")
    repo.write("followed.log", "1")
    repo.git("add", "-f", "followed.log", ".gitignore")
    repo.git("commit", "-qm", "Ignore")
    repo.write("followed.log", "2")
    repo.write("other.log", "ignored")
    repo.write("build/out.bin", "ignored")

    snapshot = take(memory)

    assert files_kept(repo, snapshot) == [".gitignore", "README.md", "followed.log", "src/auth.py"]
    assert repo.git("show", f"{snapshot.commit}:followed.log") == "2"


def test_repositories_inside_are_left_out_by_name(repo: Repo, memory: Memory, new_repo: NewRepo) -> None:
    repo.write("inside/file.txt", "theirs\n")
    inside = Repo(repo.root / "inside")
    inside.git("init", "-q")
    repo.write("born/file.txt", "theirs\n")
    born = Repo(repo.root / "born")
    born.git("init", "-q")
    born.commit("Born")
    snapshot = take(memory)
    assert snapshot.not_kept == (
        NotKept("born", "a repository of its own"),
        NotKept("inside", "a repository of its own"),
    )
    assert files_kept(repo, snapshot) == ["README.md", "src/auth.py"]
    theirs = picture(repo.root)
    repo.write("README.md", "changed\n")
    memory.restore_in_place(snapshot.name)
    assert picture(repo.root) == theirs


def test_a_submodule_is_kept_as_its_commit_and_its_own_changes_are_named(
    repo: Repo, memory: Memory, new_repo: NewRepo
) -> None:
    other = new_repo("library")
    other.write("lib.py", "1\n")
    other.commit("Lib")
    repo.git("submodule", "--quiet", "add", str(other.root), "lib")
    repo.commit("Library")
    inside = Repo(repo.root / "lib")
    inside.write("lib.py", "2\n")
    at = inside.commit("Lib, further")
    clean = take(memory, "Clean")
    assert clean.not_kept == ()
    assert repo.git("rev-parse", f"{clean.commit}:lib") == at

    inside.write("lib.py", "3\n")
    dirty = take(memory, "Dirty")
    assert dirty.not_kept == (NotKept("lib", "a submodule with changes of its own"),)

    inside.git("checkout", "-qf", "HEAD~1")
    theirs = picture(inside.root)
    plan = memory.plan_restore(clean.name)
    assert plan.submodules == ("lib",)
    memory.restore_in_place(clean.name)
    assert picture(inside.root) == theirs


def test_large_files_are_left_out_by_name_and_not_touched(repo: Repo, memory: Memory) -> None:
    repo.write("followed.bin", b"1" * 5000)
    repo.write("same.bin", b"2" * 5000)
    repo.commit("Large")
    repo.git("config", "memory.snapshotLimit", "4k")
    repo.write("followed.bin", b"3" * 5000)
    (repo.root / "same.bin").touch()
    repo.write("new.bin", b"4" * 5000)
    snapshot = take(memory)
    left_out = [(one.path, one.size) for one in snapshot.not_kept]
    assert left_out == [("followed.bin", 5000), ("new.bin", 5000)]

    repo.write("followed.bin", b"5" * 5000)
    repo.write("same.bin", b"6" * 5000)
    later = memory.restore_in_place(snapshot.name)
    assert [step.path for step in later.steps] == ["same.bin"]
    assert (repo.root / "followed.bin").read_bytes() == b"5" * 5000
    assert (repo.root / "new.bin").read_bytes() == b"4" * 5000
    assert later.before
    memory.restore_in_place(later.before.name)  # what was to be replaced had been kept, however large
    assert (repo.root / "same.bin").read_bytes() == b"6" * 5000


def test_a_setting_that_is_no_size_is_refused(repo: Repo, memory: Memory) -> None:
    repo.git("config", "memory.snapshotLimit", "much")
    with pytest.raises(RefusedError, match="write a number of bytes"):
        take(memory)
    assert not memory.list()


def test_something_that_is_no_file_is_left_alone(repo: Repo, memory: Memory) -> None:
    os.mkfifo(repo.root / "pipe")
    snapshot = take(memory)
    assert snapshot.not_kept == ()
    (repo.root / "README.md").unlink()
    os.mkfifo(repo.root / "README.md")
    before = picture(repo.root)
    with pytest.raises(RefusedError, match=r"README\.md is neither a file nor a link"):
        memory.restore_in_place(snapshot.name, force=True)
    assert picture(repo.root) == before
