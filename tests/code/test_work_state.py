"""What a checkpoint notes about the code by itself."""

import os

import pytest

from lsp_server.code.model import FileChange
from lsp_server.code.work_state import Comparison, work_state
from lsp_server.errors import StoreError
from lsp_server.records.anchors import CodePosition


def changes(repo, since=None):
    return [
        (change.path, change.added, change.removed)
        for change in work_state(repo, repo.root, since).state.files
    ]


def position(repo):
    return work_state(repo, repo.root).state.position


def test_the_position_is_the_commit_the_branch_and_whether_the_tree_is_dirty(repo):
    head = repo.commit(a="one\n")
    assert position(repo) == CodePosition(head, "main", dirty=False)
    repo.write("a.py", "two\n")
    assert position(repo) == CodePosition(head, "main", dirty=True)
    repo.git("add", "a.py")
    assert position(repo).dirty


def test_an_untracked_file_makes_it_dirty_and_an_ignored_one_does_not(repo):
    repo.write(".gitignore", "*.log\n")
    repo.commit()
    repo.write("x.log", "x\n")
    assert position(repo).dirty is False
    repo.write("x.py", "x\n")
    assert position(repo).dirty is True


def test_a_detached_head_has_no_branch_and_an_unborn_branch_no_commit(repo):
    repo.git("symbolic-ref", "HEAD", "refs/heads/feature/né")
    assert position(repo) == CodePosition(None, "feature/né", dirty=False)
    head = repo.commit(a="one\n")
    repo.git("checkout", "-q", "--detach")
    assert position(repo) == CodePosition(head, None, dirty=False)


def test_files_changed_since_a_commit_count_what_is_committed_staged_and_not(repo):
    since = repo.commit(a="one\ntwo\n", b="one\n", c="one\n", same="x\n")
    repo.commit(a="one\nTWO\nthree\n")
    repo.write("b.py", "one\ntwo\n")
    repo.git("add", "b.py")
    repo.write("b.py", "one\ntwo\nthree\n")
    (repo.root / "c.py").unlink()
    repo.write("new.py", "one\ntwo")
    assert changes(repo, since) == [("a.py", 2, 1), ("b.py", 2, 0), ("c.py", 0, 1), ("new.py", 2, 0)]
    noted = work_state(repo, repo.root, since)
    assert (noted.compared_with, noted.comparison) == (since, Comparison.PREVIOUS)
    assert noted.state.position == position(repo)


def test_a_change_that_was_taken_back_is_none(repo):
    since = repo.commit(a="one\n")
    repo.commit(a="two\n")
    repo.write("a.py", "one\n")
    assert changes(repo, since) == []


def test_a_file_that_was_only_touched_has_not_changed(repo):
    since = repo.commit(a="one\n", b="x\n")
    os.utime(repo.root / "a.py", (1, 1))
    assert (changes(repo, since), position(repo).dirty) == ([], False)


def test_a_new_mode_and_an_empty_new_file_are_changes_without_lines(repo):
    since = repo.commit(a="one\n")
    (repo.root / "a.py").chmod(0o755)
    repo.write("empty.py", "")
    assert changes(repo, since) == [("a.py", 0, 0), ("empty.py", 0, 0)]
    repo.git("add", "--all")
    assert changes(repo, since) == [("a.py", 0, 0), ("empty.py", 0, 0)]


def test_a_binary_file_has_no_counts(repo):
    since = repo.commit(a=b"\0one")
    repo.write("a.py", b"\0two")
    repo.write("new.bin", b"\0new")
    assert changes(repo, since) == [("a.py", None, None), ("new.bin", None, None)]


def test_a_rename_is_one_change_under_the_new_path(repo):
    text = "".join(f"line {n}\n" for n in range(20))
    since = repo.commit(a=text)
    repo.git("mv", "a.py", "b.py")
    assert changes(repo, since) == [("b.py", 0, 0)]
    repo.write("b.py", text + "more\n")
    assert changes(repo, since) == [("b.py", 1, 0)]
    repo.commit()
    assert changes(repo, since) == [("b.py", 1, 0)]


def test_a_file_taken_out_of_the_index_only_is_one_change(repo):
    since = repo.commit(a="one\n")
    repo.git("rm", "-q", "--cached", "a.py")
    assert changes(repo, since) == [("a.py", 1, 1)]


@pytest.mark.parametrize("name", ["tab\t.py", "new\nline.py", 'quo"te.py', "\udcff.py", ":x.py", "-rf"])
def test_any_file_name_is_named_as_it_is(repo, name):
    since = repo.commit()
    repo.write(name, "one\n")
    assert changes(repo, since) == [(name, 1, 0)]
    repo.commit()
    assert changes(repo, since) == [(name, 1, 0)]


def test_a_conflict_does_not_hide_the_file(repo):
    since = repo.commit(a="one\n")
    repo.git("switch", "-q", "-c", "side")
    repo.commit(a="side\n")
    repo.git("switch", "-q", "main")
    repo.commit(a="main\n")
    with pytest.raises(StoreError):
        repo.git("merge", "-q", "side")
    assert [path for path, *_ in changes(repo, since)] == ["a.py"]
    assert position(repo).dirty


def test_without_a_previous_commit_it_is_what_is_not_committed(repo):
    repo.write("a.py", "one\n")
    repo.git("add", "a.py")
    repo.write("b.py", "one\n")
    assert changes(repo) == [("a.py", 1, 0), ("b.py", 1, 0)]
    head = repo.commit()
    repo.write("b.py", "one\ntwo\n")
    assert changes(repo) == [("b.py", 1, 0)]
    noted = work_state(repo, repo.root)
    assert (noted.compared_with, noted.comparison) == (head, Comparison.UNCOMMITTED)


def test_a_commit_that_was_rewritten_is_replaced_by_where_histories_part(repo):
    base = repo.commit(a="one\n")
    since = repo.commit(b="one\n")
    repo.write("b.py", "one\ntwo\n")
    repo.git("commit", "-q", "--all", "--amend", "-m", "Again")
    noted = work_state(repo, repo.root, since)
    assert (noted.compared_with, noted.comparison) == (base, Comparison.MERGE_BASE)
    assert noted.state.files == (FileChange("b.py", 2, 0),)


def test_a_commit_that_is_gone_or_unrelated_is_said_to_be_lost(repo):
    head = repo.commit(a="one\n")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    unrelated = repo.git("commit-tree", tree, "-m", "Elsewhere")
    repo.write("a.py", "one\ntwo\n")
    for since in ("0" * 40, unrelated, "-rf", "no such\nthing", tree):
        noted = work_state(repo, repo.root, since)
        assert (noted.compared_with, noted.comparison) == (head, Comparison.LOST)
        assert noted.state.files == (FileChange("a.py", 1, 0),)


def test_a_repository_inside_is_not_walked_into(repo):
    since = repo.commit(a="one\n")
    inner = type(repo)(repo.root / "inner", repo.environment)
    inner.root.mkdir()
    inner.git("init", "-q")
    inner.commit(a="x\n")
    assert changes(repo, since) == []
    assert position(repo).dirty


def test_a_bare_repository_compares_with_head_and_does_not_call_it_dirty(repo):
    since = repo.commit(a="one\n")
    head = repo.commit(a="one\ntwo\n")
    bare = repo.clone("bare.git", "--bare")
    noted = work_state(bare, None, since)
    assert noted.state.position == CodePosition(head, "main", dirty=None)
    assert noted.state.files == (FileChange("a.py", 1, 0),)


def test_a_users_configuration_does_not_change_the_counts(repo):
    since = repo.commit(a="one\n", b="x\n" * 30)
    repo.git("mv", "b.py", "c.py")
    repo.write("a.py", "one  \n")
    for name, value in {
        "status.showUntrackedFiles": "no",
        "status.relativePaths": "false",
        "status.branch": "false",
        "diff.renames": "false",
        "diff.external": "false",
        "diff.noprefix": "true",
        "diff.relative": "true",
        "color.ui": "always",
        "core.quotePath": "false",
    }.items():
        repo.git("config", name, value)
    repo.write("new.py", "one\n")
    assert changes(repo, since) == [("a.py", 1, 1), ("c.py", 0, 0), ("new.py", 1, 0)]


def test_sha256_repositories_work(new_repo):
    repo = new_repo("wide", "--object-format=sha256")
    repo.write("a.py", "one\n")
    repo.git("add", "a.py")
    assert changes(repo) == [("a.py", 1, 0)]


def test_noting_leaves_the_index_the_refs_and_the_objects_as_they_are(repo):
    since = repo.commit(a="one\n", b="x\n")
    os.utime(repo.root / "a.py", (1, 1))
    repo.write("b.py", "y\n")
    repo.write("new.py", "z\n")

    def everything():
        return {
            path: (path.read_bytes(), path.stat().st_mtime_ns)
            for path in (repo.root / ".git").rglob("*")
            if path.is_file()
        }

    before = everything()
    work_state(repo, repo.root, since)
    assert everything() == before


def test_a_thousand_untracked_files_are_counted_and_the_rest_only_named(repo):
    since = repo.commit()
    for number in range(1003):
        repo.write(f"build/{number:04}.txt", "x\n")
    counted = changes(repo, since)
    assert len(counted) == 1003
    assert [added for _, added, _ in counted].count(None) == 3


def test_a_binary_file_that_was_taken_out_of_the_index_and_is_text_now_has_no_counts(repo):
    repo.write("a.bin", b"\0\1")
    repo.commit()
    repo.git("rm", "-q", "--cached", "a.bin")
    repo.write("a.bin", "text\n")
    assert changes(repo) == [("a.bin", None, None)]
