"""A snapshot is exact whatever the repository's kind and whatever its settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo
from work_trees import comes_back, files_kept, picture, take, users_own

from lsp_server import Memory
from lsp_server.errors import RefusedError

Open = Callable[[Repo], Memory]
NewRepo = Callable[..., Repo]


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
        assert files_kept(repo, take(memory)) == ["README.md", "src/auth.py"]


def test_a_bare_repository_has_nothing_to_keep(new_repo: NewRepo, open_memory: Open) -> None:
    memory = open_memory(new_repo("bare.git", "--bare"))
    with pytest.raises(RefusedError, match="no work tree"):
        memory.checkpoint("Nothing", snapshot=True)
    assert not memory.list()
    assert memory.snapshots() == []


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
