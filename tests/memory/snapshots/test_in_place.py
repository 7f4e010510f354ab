"""Back in place: what is shown is what is done, nothing is lost, and what nobody keeps is not touched."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo
from work_trees import leftovers, picture, take, users_own

from lsp_server import Memory
from lsp_server.errors import AmbiguousError, NotFoundError, RefusedError
from lsp_server.memory.snapshot_results import FileStep, Snapshot

Open = Callable[[Repo], Memory]


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


def test_in_a_worktree_on_another_file_system(repo: Repo, open_memory: Open, tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
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
