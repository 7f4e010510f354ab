"""A snapshot is the exact work tree, and taking it touches nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo
from work_trees import empty, leftovers, picture, users_own

from lsp_server import Memory
from lsp_server.errors import RefusedError
from lsp_server.memory.snapshot_results import NotKept, Snapshot

Open = Callable[[Repo], Memory]
NewRepo = Callable[..., Repo]


def take(memory: Memory, title: str = "Here") -> Snapshot:
    return memory.snapshot(memory.checkpoint(title, snapshot=True).id)


def files(repo: Repo, snapshot: Snapshot) -> list[str]:
    return repo.git("ls-tree", "-r", "--name-only", "-z", snapshot.commit).rstrip("\0").split("\0")


def comes_back(repo: Repo, memory: Memory, snapshot: Snapshot) -> None:
    """Everything that the work tree has comes back after all of it was lost, byte for byte."""
    before, own = picture(repo.root), users_own(repo)
    empty(repo.root)
    memory.restore_in_place(snapshot.name)
    assert picture(repo.root) == before
    assert users_own(repo) == own
    assert leftovers(repo) == []


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


def test_ignored_files_are_not_kept_unless_git_follows_them(repo: Repo, memory: Memory) -> None:
    repo.write(".gitignore", "*.log\nbuild/\n")
    repo.write("followed.log", "1")
    repo.git("add", "-f", "followed.log", ".gitignore")
    repo.git("commit", "-qm", "Ignore")
    repo.write("followed.log", "2")
    repo.write("other.log", "ignored")
    repo.write("build/out.bin", "ignored")

    snapshot = take(memory)

    assert files(repo, snapshot) == [".gitignore", "README.md", "followed.log", "src/auth.py"]
    assert repo.git("show", f"{snapshot.commit}:followed.log") == "2"


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
    assert files(repo, snapshot) == ["empty", "login.py"]
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
    assert files(repo, snapshot) == ["README.md", "code/auth.py", "src"]
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
    assert files(repo, take(memory)) == ["src/auth.py"]


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

    assert "docs/guide.md" in files(repo, snapshot)
    assert picture(repo.root) == before


@pytest.mark.parametrize(
    "setting", ["core.ignoreStat=true", "core.checkStat=minimal", "core.trustctime=false"]
)
def test_settings_that_make_git_look_less_closely_do_not_count(
    repo: Repo, memory: Memory, setting: str
) -> None:
    name, _, value = setting.partition("=")
    repo.git("config", name, value)
    repo.write("same-size", "aaaa\n")
    repo.git("add", "same-size")
    status = (repo.root / "same-size").stat()
    repo.write("same-size", "bbbb\n")
    os.utime(repo.root / "same-size", ns=(status.st_atime_ns, status.st_mtime_ns))
    snapshot = take(memory)
    assert repo.git("show", f"{snapshot.commit}:same-size") == "bbbb"


@pytest.mark.parametrize(
    "setting", ["core.splitIndex", "index.sparse", "core.untrackedCache", "feature.manyFiles"]
)
def test_an_index_of_another_form_is_read_and_left_as_it_is(repo: Repo, memory: Memory, setting: str) -> None:
    repo.git("config", setting, "true")
    repo.write("more.txt", "more\n")
    repo.git("add", "more.txt")
    repo.git("status")
    repo.write("more.txt", "changed\n")
    own = users_own(repo)
    snapshot = take(memory)
    assert users_own(repo) == own
    assert repo.git("show", f"{snapshot.commit}:more.txt") == "changed"


def test_intent_to_add_and_a_removal_from_the_index_alone(repo: Repo, memory: Memory) -> None:
    repo.write("intended.txt", "intended\n")
    repo.git("add", "--intent-to-add", "intended.txt")
    repo.git("rm", "-q", "--cached", "README.md")
    snapshot = take(memory)
    assert files(repo, snapshot) == ["README.md", "intended.txt", "src/auth.py"]
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


def test_an_unborn_branch_has_a_snapshot_without_a_parent(new_repo: NewRepo, open_memory: Open) -> None:
    repo = new_repo()
    memory = open_memory(repo)
    repo.write("first.txt", "first\n")
    snapshot = take(memory)
    assert snapshot.base is None
    assert repo.git("rev-list", "--count", snapshot.commit) == "1"
    comes_back(repo, memory, snapshot)


def test_a_detached_head_and_sha256(new_repo: NewRepo, open_memory: Open) -> None:
    repo = new_repo("project", "--object-format=sha256")
    repo.write("a.txt", "1\n")
    repo.commit("One")
    repo.git("checkout", "-q", "--detach")
    memory = open_memory(repo)
    repo.write("a.txt", "2\r\n").chmod(0o600)
    comes_back(repo, memory, take(memory))


def test_a_linked_worktree_has_snapshots_of_its_own_files(
    repo: Repo, open_memory: Open, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked")
    main = picture(repo.root)
    memory = open_memory(linked)
    linked.write("src/auth.py", "in the linked one\n")
    linked.write("untracked", "there\n")
    comes_back(linked, memory, take(memory))
    assert picture(repo.root) == main


@pytest.mark.parametrize("cut", ["--filter=blob:none", "--depth=1"])
def test_in_a_partial_and_in_a_shallow_clone(repo: Repo, open_memory: Open, tmp_path: Path, cut: str) -> None:
    repo.write("src/auth.py", "changed\n")
    repo.commit("Change")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", cut, repo.root.as_uri(), str(tmp_path / "cut"))
    clone = Repo(tmp_path / "cut")
    repo.root.rename(tmp_path / "gone")  # nothing can be fetched any more
    memory = open_memory(clone)
    clone.write("new.txt", "new\n")
    clone.write("src/auth.py", "further\n")
    comes_back(clone, memory, take(memory))


def test_a_repository_whose_git_directory_lies_in_the_work_tree_does_not_keep_itself(
    repo: Repo, open_memory: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo.root / ".git").rename(repo.root / "meta")
    monkeypatch.setenv("GIT_DIR", str(repo.root / "meta"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repo.root))
    with Memory.open(repo.root, honour_git_dir=True) as memory:
        memory.initialise()
        assert files(repo, take(memory)) == ["README.md", "src/auth.py"]


def test_a_bare_repository_has_nothing_to_keep(new_repo: NewRepo, open_memory: Open) -> None:
    memory = open_memory(new_repo("bare.git", "--bare"))
    with pytest.raises(RefusedError, match="no work tree"):
        memory.checkpoint("Nothing", snapshot=True)
    assert not memory.list()
    assert memory.snapshots() == []


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
    assert files(repo, snapshot) == ["README.md", "src/auth.py"]
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
