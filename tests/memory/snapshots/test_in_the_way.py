"""What stands where a restore wants to write stops it or is kept first, and nothing leads out of the tree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support import Repo
from work_trees import picture, take

from lsp_server import Memory
from lsp_server.errors import RefusedError, StoreError
from lsp_server.memory.snapshot_results import InTheWay


def test_a_link_out_of_the_work_tree_is_replaced_and_not_followed(
    repo: Repo, memory: Memory, tmp_path: Path
) -> None:
    snapshot = take(memory)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "auth.py").write_text("not ours\n")
    (repo.root / "src" / "auth.py").unlink()
    (repo.root / "src").rmdir()
    (repo.root / "src").symlink_to(outside)
    memory.restore_in_place(snapshot.label)
    assert not (repo.root / "src").is_symlink()
    assert (outside / "auth.py").read_text() == "not ours\n"


def test_an_ignored_file_in_the_way_stops_it_and_force_keeps_it_first(repo: Repo, memory: Memory) -> None:
    repo.write("settings.env", "then\n")
    snapshot = take(memory)
    repo.write("settings.env", "the only copy\n")
    exclude = repo.root / ".git" / "info" / "exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("*.env\n")

    why = "is ignored by git, so no snapshot has it"
    assert memory.plan_restore(snapshot.label).in_the_way == (InTheWay("settings.env", why, forcible=True),)
    with pytest.raises(RefusedError, match=r"settings\.env is ignored by git"):
        memory.restore_in_place(snapshot.label)
    assert (repo.root / "settings.env").read_text() == "the only copy\n"

    done = memory.restore_in_place(snapshot.label, force=True)
    assert (repo.root / "settings.env").read_text() == "then\n"
    assert done.before
    assert repo.git("show", f"{done.before.commit}:settings.env") == "the only copy"


def test_a_large_file_in_the_way_stops_it_and_force_keeps_it_first(repo: Repo, memory: Memory) -> None:
    repo.write("data/part", "then\n")
    snapshot = take(memory)
    (repo.root / "data" / "part").unlink()
    (repo.root / "data").rmdir()
    repo.write("data", b"x" * 5000)
    repo.git("config", "memory.snapshotLimit", "4k")
    with pytest.raises(RefusedError, match=r"data is larger than memory\.snapshotLimit"):
        memory.restore_in_place(snapshot.label)
    done = memory.restore_in_place(snapshot.label, force=True)
    assert (repo.root / "data" / "part").read_text() == "then\n"
    assert done.before
    memory.restore_in_place(done.before.name)
    assert (repo.root / "data").read_bytes() == b"x" * 5000


def test_ignored_and_untracked_files_elsewhere_stay(repo: Repo, memory: Memory) -> None:
    repo.write(".gitignore", "*.log\ncache/\n")
    repo.commit("Ignore")
    snapshot = take(memory)
    for name in ("run.log", "cache/big", "src/notes.txt", "src/x.log"):
        repo.write(name, "mine\n")
    repo.write("README.md", "since\n")
    memory.restore_in_place(snapshot.label)
    for name in ("run.log", "cache/big", "src/notes.txt", "src/x.log"):
        assert (repo.root / name).read_text() == "mine\n"


@pytest.mark.parametrize("ignored", [True, False])
def test_a_folder_with_files_of_nobodys_is_no_room_for_a_file(
    repo: Repo, memory: Memory, ignored: bool
) -> None:
    if ignored:
        repo.write(".gitignore", "*.log\n")
        repo.commit("Ignore")
    repo.write("report", "then\n")
    snapshot = take(memory)
    (repo.root / "report").unlink()
    repo.write("report/today.log", "mine\n")
    before = picture(repo.root)
    with pytest.raises(RefusedError, match=r"report is a folder that holds report/today\.log"):
        memory.restore_in_place(snapshot.label, force=True)
    assert picture(repo.root) == before


def test_a_folder_of_empty_folders_makes_room(repo: Repo, memory: Memory) -> None:
    repo.write("report", "then\n")
    snapshot = take(memory)
    (repo.root / "report").unlink()
    (repo.root / "report" / "a" / "b").mkdir(parents=True)
    memory.restore_in_place(snapshot.label)
    assert (repo.root / "report").read_text() == "then\n"


def test_a_repository_that_appeared_in_a_folder_is_not_written_into(repo: Repo, memory: Memory) -> None:
    repo.write("lib/a.txt", "then\n")
    snapshot = take(memory)
    (repo.root / "lib" / "a.txt").unlink()
    inside = Repo(repo.root / "lib")
    inside.git("init", "-q")
    inside.write("theirs.txt", "theirs\n")
    before = picture(repo.root)
    with pytest.raises(RefusedError, match="lib is a repository of its own"):
        memory.restore_in_place(snapshot.label, force=True)
    assert picture(repo.root) == before


def test_nothing_is_taken_out_of_a_folder_that_became_a_repository(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    repo.write("lib/since.txt", "since\n")
    repo.git("add", "lib/since.txt")
    Repo(repo.root / "lib").git("init", "-q")
    with pytest.raises(RefusedError, match="lib is a repository of its own"):
        memory.restore_in_place(snapshot.label, force=True)
    assert (repo.root / "lib" / "since.txt").read_text() == "since\n"


def test_names_that_differ_in_case_alone_are_refused_where_case_does_not_count(
    repo: Repo, memory: Memory
) -> None:
    repo.write("Notes.txt", "upper\n")
    repo.write("notes.txt", "lower\n")
    snapshot = take(memory)
    repo.git("config", "core.ignoreCase", "true")
    repo.write("README.md", "since\n")
    with pytest.raises(RefusedError, match=r"notes\.txt is one file with Notes\.txt here"):
        memory.restore_in_place(snapshot.label, force=True)
    assert (repo.root / "README.md").read_text() == "since\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_stops_it_before_anything_is_done(
    repo: Repo, memory: Memory
) -> None:
    snapshot = take(memory)
    repo.write("README.md", "since\n")
    repo.write("src/auth.py", "since\n")
    (repo.root / "src").chmod(0o555)
    try:
        with pytest.raises(StoreError, match="cannot be written to; nothing was done"):
            memory.restore_in_place(snapshot.label)
    finally:
        (repo.root / "src").chmod(0o755)
    assert (repo.root / "README.md").read_text() == "since\n"


def test_a_tree_with_a_path_into_git_is_not_restored(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    blob = repo.git("hash-object", "-w", "--stdin", input="#!/bin/sh\n")
    inner = repo.git("mktree", input=f"100755 blob {blob}\tpost-checkout\n")
    outer = repo.git("mktree", input=f"040000 tree {inner}\thooks\n")
    top = repo.git("mktree", input=f"040000 tree {outer}\t.git\n")
    commit = repo.git("commit-tree", top, "-p", "HEAD", "-m", "hostile")
    repo.git("update-ref", f"refs/memory/snapshots/{snapshot.name}", commit)
    with pytest.raises(RefusedError, match="a name that git keeps for itself"):
        memory.restore_in_place(snapshot.name, force=True)
    assert not (repo.root / ".git" / "hooks" / "post-checkout").exists()
