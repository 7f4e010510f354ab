"""What changes while a restore is shown, kept or done is not overwritten, and no two are done at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo
from work_trees import leftovers, take

from lsp_server import Memory
from lsp_server.errors import RefusedError, StoreError
from lsp_server.memory.snapshot_results import Snapshot

Open = Callable[[Repo], Memory]


def test_a_work_tree_that_changed_since_it_was_shown_is_refused(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    repo.write("README.md", "shown\n")
    plan = memory.plan_restore(snapshot.label)
    repo.write("README.md", "not shown\n")
    with pytest.raises(RefusedError, match="changed since it was looked at"):
        memory.restore_in_place(snapshot.label, plan=plan)
    assert (repo.root / "README.md").read_text() == "not shown\n"


def test_a_file_that_changes_while_the_state_is_kept_is_not_replaced(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    repo.write("README.md", "since\n")
    repo.write("src/auth.py", "since\n")

    def save_meanwhile(_: Snapshot) -> None:
        repo.write("src/auth.py", "saved by an editor just now\n")

    with pytest.raises(StoreError, match=r"src/auth.py was changed meanwhile.*git memory restore before-"):
        memory.restore_in_place(snapshot.label, tell=save_meanwhile)
    assert (repo.root / "src/auth.py").read_text() == "saved by an editor just now\n"
    assert leftovers(repo) == []


def test_what_is_written_to_one_link_meanwhile_is_not_replaced_under_another(
    repo: Repo, memory: Memory
) -> None:
    repo.write("one.txt", "then\n")
    (repo.root / "two.txt").hardlink_to(repo.root / "one.txt")
    snapshot = take(memory)
    repo.write("one.txt", "since\n")

    def save_meanwhile(_: Snapshot) -> None:
        repo.write("two.txt", "saved by an editor just now\n")

    with pytest.raises(StoreError, match="was changed meanwhile"):
        memory.restore_in_place(snapshot.label, tell=save_meanwhile)
    assert {(repo.root / name).read_text() for name in ("one.txt", "two.txt")} == {
        "saved by an editor just now\n"
    }


def test_a_file_that_appears_meanwhile_is_not_replaced(repo: Repo, memory: Memory) -> None:
    repo.write("new.txt", "then\n")
    snapshot = take(memory)
    (repo.root / "new.txt").unlink()

    def create_meanwhile(_: Snapshot) -> None:
        repo.write("new.txt", "made just now\n")

    with pytest.raises(StoreError, match=r"new.txt appeared meanwhile"):
        memory.restore_in_place(snapshot.label, tell=create_meanwhile)
    assert (repo.root / "new.txt").read_text() == "made just now\n"


def test_a_folder_that_becomes_a_link_meanwhile_is_not_written_through(
    repo: Repo, memory: Memory, tmp_path: Path
) -> None:
    repo.write("folder/new.txt", "then\n")
    snapshot = take(memory)
    (repo.root / "folder" / "new.txt").unlink()
    outside = tmp_path / "outside"
    outside.mkdir()

    def swap(_: Snapshot) -> None:
        (repo.root / "folder").rmdir()
        (repo.root / "folder").symlink_to(outside)

    with pytest.raises(StoreError, match="something else than a folder"):
        memory.restore_in_place(snapshot.label, tell=swap)
    assert list(outside.iterdir()) == []


def test_while_another_git_is_at_work_it_is_refused(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    repo.write("README.md", "since\n")
    lock = repo.root / ".git" / "index.lock"
    lock.touch()
    with pytest.raises(RefusedError, match="another git is at work"):
        memory.restore_in_place(snapshot.label)
    assert (repo.root / "README.md").read_text() == "since\n"


def test_two_restores_at_once_do_not_mix(repo: Repo, memory: Memory, open_memory: Open) -> None:
    snapshot = take(memory)
    repo.write("README.md", "since\n")
    other = open_memory(repo)
    refused = []

    def another(_: Snapshot) -> None:
        def restore() -> None:
            with pytest.raises(RefusedError, match="another restore of this work tree is under way"):
                other.restore_in_place(snapshot.label)
            refused.append(True)

        thread = threading.Thread(target=restore)
        thread.start()
        thread.join()

    memory.restore_in_place(snapshot.label, tell=another)
    assert refused == [True]
