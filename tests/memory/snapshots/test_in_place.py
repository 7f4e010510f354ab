"""Back in place: what is shown is what is done, nothing is lost, and what nobody keeps is not touched."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo
from work_trees import leftovers, picture, users_own

from lsp_server import Memory
from lsp_server.errors import AmbiguousError, NotFoundError, RefusedError, StoreError
from lsp_server.memory.snapshot_results import FileStep, InTheWay, Snapshot

Open = Callable[[Repo], Memory]


def take(memory: Memory, title: str = "Here") -> Snapshot:
    return memory.snapshot(memory.checkpoint(title, snapshot=True).id)


def test_the_plan_says_what_is_done_and_nothing_else_is(repo: Repo, memory: Memory) -> None:
    repo.write("untracked.txt", "then\n")
    repo.write("gone.txt", "then\n")
    snapshot = take(memory)
    repo.write("untracked.txt", "since\n")
    (repo.root / "gone.txt").unlink()
    (repo.root / "README.md").chmod(0o755)
    repo.write("staged.txt", "since\n")
    repo.git("add", "staged.txt")
    repo.write("mine.txt", "since\n")
    times = {p: p.stat().st_mtime_ns for p in (repo.root / "src").iterdir()}

    plan = memory.plan_restore(snapshot.label)
    done = memory.restore_in_place(snapshot.label, plan=plan)

    assert plan.steps == (
        FileStep("README.md", "set rights of", untracked=False),
        FileStep("gone.txt", "add", untracked=False),
        FileStep("staged.txt", "remove", untracked=False),
        FileStep("untracked.txt", "replace", untracked=True),
    )
    assert plan.staying == ("mine.txt",)
    assert done.steps == plan.steps
    assert (repo.root / "mine.txt").read_text() == "since\n"
    assert {p: p.stat().st_mtime_ns for p in (repo.root / "src").iterdir()} == times
    assert not (repo.root / "staged.txt").exists()


def test_planning_touches_nothing(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    repo.write("README.md", "since\n")
    tree, own, refs = picture(repo.root), users_own(repo), repo.git("for-each-ref")
    memory.plan_restore(snapshot.label)
    assert (picture(repo.root), users_own(repo), repo.git("for-each-ref")) == (tree, own, refs)


def test_the_state_before_is_told_of_before_anything_is_touched(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    repo.write("README.md", "since\n")
    seen = []

    def tell(kept: Snapshot) -> None:
        seen.append((kept.name, (repo.root / "README.md").read_text(), memory.has_snapshot(kept.name)))

    done = memory.restore_in_place(snapshot.label, tell=tell)
    assert done.before
    assert seen == [(done.before.name, "since\n", True)]
    assert repo.git("show", f"refs/memory/snapshots/{done.before.name}:README.md") == "since"


def test_where_nothing_differs_nothing_is_kept_and_nothing_done(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    assert memory.restore_in_place(snapshot.label).before is None
    assert len(memory.snapshots()) == 1


def test_the_way_back_takes_away_what_the_restore_added_and_no_more(repo: Repo, memory: Memory) -> None:
    repo.write("notes/a.txt", "then\n")
    repo.write("notes/b.txt", "then\n")
    snapshot = take(memory)
    for path in (repo.root / "notes").iterdir():
        path.unlink()
    (repo.root / "notes").rmdir()
    done = memory.restore_in_place(snapshot.label)
    repo.write("notes/b.txt", "edited since\n")
    assert done.before
    memory.restore_in_place(done.before.name)
    assert sorted(path.name for path in (repo.root / "notes").iterdir()) == ["b.txt"]
    assert (repo.root / "notes" / "b.txt").read_text() == "edited since\n"


def test_when_head_moved_it_is_refused_unless_forced(repo: Repo, memory: Memory) -> None:
    repo.write("README.md", "then\n")
    snapshot = take(memory)
    head = repo.commit("Moved on")
    repo.write("README.md", "since\n")
    before = picture(repo.root)
    assert memory.plan_restore(snapshot.label).moved == head
    with pytest.raises(RefusedError, match="HEAD moved"):
        memory.restore_in_place(snapshot.label)
    assert picture(repo.root) == before
    memory.restore_in_place(snapshot.label, force=True)
    assert (repo.root / "README.md").read_text() == "then\n"
    assert repo.git("rev-parse", "HEAD") == head


def test_another_branch_at_the_same_commit_is_the_same_place(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    repo.git("switch", "-qc", "other")
    repo.write("README.md", "since\n")
    memory.restore_in_place(snapshot.label)
    assert (repo.root / "README.md").read_text() == "# Example\n"


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


def test_files_that_are_hard_links_of_one_are_all_restored(
    repo: Repo, memory: Memory, tmp_path: Path
) -> None:
    for name in ("one.txt", "gone.txt", "z.txt"):
        repo.write(name, "then\n")
    for name in ("two.txt", "three.txt"):
        (repo.root / name).hardlink_to(repo.root / "one.txt")
    repo.write("run.sh", "then\n")
    (repo.root / "run.sh").chmod(0o755)
    (repo.root / "run-too.sh").hardlink_to(repo.root / "run.sh")
    snapshot = take(memory)
    then = picture(repo.root)
    outside = tmp_path / "outside.txt"
    outside.hardlink_to(repo.root / "run.sh")
    (repo.root / "run.sh").chmod(0o600)
    (repo.root / "gone.txt").unlink()
    with (repo.root / "one.txt").open("a") as file:
        file.write("since\n")
    for name in ("new.txt", "new-too.txt"):
        (repo.root / name).hardlink_to(repo.root / "one.txt")
        repo.git("add", name)
    repo.write("z.txt", "since\n")

    memory.restore_in_place(snapshot.label)

    assert picture(repo.root) == then
    assert outside.stat().st_mode & 0o777 == 0o600
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


def test_a_merge_under_way_stays_under_way(repo: Repo, memory: Memory) -> None:
    for branch, text in (("one", "one\n"), ("two", "two\n")):
        repo.git("switch", "-qc", branch, "main")
        repo.write("README.md", text)
        repo.commit(branch)
    repo.git("merge", "-q", "one", check=False)
    snapshot = take(memory)
    conflict = (repo.root / "README.md").read_text()
    repo.write("README.md", "a hasty resolution\n")
    own = users_own(repo)
    memory.restore_in_place(snapshot.label)
    assert (repo.root / "README.md").read_text() == conflict
    assert users_own(repo) == own
    assert repo.git("diff", "--name-only", "--diff-filter=U") == "README.md"


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


def test_in_a_worktree_on_another_file_system(repo: Repo, open_memory: Open, tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    import tempfile

    with tempfile.TemporaryDirectory(dir=elsewhere) as place:
        linked = Repo(Path(place) / "linked")
        repo.git("worktree", "add", "-q", str(linked.root))
        memory = open_memory(linked)
        linked.write("new.txt", "then\n")
        snapshot = take(memory)
        then = picture(linked.root)
        (linked.root / "new.txt").unlink()
        linked.write("README.md", "since\n")
        memory.restore_in_place(snapshot.label)
        assert picture(linked.root) == then
        assert leftovers(linked) == []
        repo.git("worktree", "remove", "--force", str(linked.root))


def test_a_snapshot_is_found_by_label_id_prefix_and_its_own_name(repo: Repo, memory: Memory) -> None:
    snapshot = take(memory)
    repo.write("README.md", "since\n")
    before = memory.restore_in_place(snapshot.label).before
    assert before
    for name in (snapshot.label, snapshot.name, snapshot.name[:6], snapshot.label.lower()):
        assert memory.snapshot(name).commit == snapshot.commit
    assert memory.snapshot(before.name).commit == before.commit
    assert memory.snapshot("before-").commit == before.commit
    repo.write("README.md", "again\n")
    memory.restore_in_place(snapshot.label)
    with pytest.raises(AmbiguousError, match="give more of it"):
        memory.snapshot("before-")
    with pytest.raises(NotFoundError, match="no snapshot 'nothing' in this clone"):
        memory.snapshot("nothing")
    plain = memory.checkpoint("Without")
    with pytest.raises(NotFoundError, match="has no snapshot in this clone"):
        memory.snapshot(plain.label)


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
