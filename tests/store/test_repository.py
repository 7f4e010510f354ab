"""Finding the repository, whatever its shape, and what it says about itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo

from lsp_server.errors import NoRepositoryError, RefusedError, StoreError
from lsp_server.store.repository import Repository


def environment(**changes: str | None) -> dict[str, str]:
    merged = {**os.environ, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def test_it_is_found_from_any_directory_in_it(repo: Repo) -> None:
    found = Repository.begin(repo.root / "src").wait()
    assert (found.work_tree, found.git_dir, found.common_dir) == (
        repo.root,
        repo.root / ".git",
        repo.root / ".git",
    )
    assert (found.is_bare, found.object_format) == (False, "sha1")


def test_it_is_found_from_inside_the_git_directory(repo: Repo) -> None:
    assert Repository.begin(repo.root / ".git" / "refs").wait().work_tree == repo.root


def test_looking_can_begin_early_and_be_called_off(repo: Repo) -> None:
    assert Repository.begin(repo.root).wait().work_tree == repo.root
    Repository.begin(repo.root).cancel()


def test_no_repository_is_said_with_the_directory(tmp_path: Path) -> None:
    with pytest.raises(NoRepositoryError, match=f"not inside a git repository: {tmp_path}"):
        Repository.begin(tmp_path).wait()


def test_a_directory_that_is_not_there_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(NoRepositoryError, match="there is no directory"):
        Repository.begin(tmp_path / "gone").wait()


def test_git_dir_is_honoured_only_when_told(repo: Repo, new_repo: Callable[..., Repo]) -> None:
    other = new_repo("other")
    told = environment(
        GIT_DIR=str(other.root / ".git"), GIT_WORK_TREE=str(other.root), GIT_INDEX_FILE="/nowhere"
    )
    assert Repository.begin(repo.root, told).wait().work_tree == repo.root
    assert Repository.begin(repo.root, told, honour_git_dir=True).wait().work_tree == other.root


def test_a_bare_repository_has_no_work_tree(new_repo: Callable[..., Repo]) -> None:
    bare = new_repo("bare", "--bare")
    found = Repository.begin(bare.root).wait()
    assert (found.is_bare, found.work_tree, found.git_dir) == (True, None, bare.root)


def test_a_linked_worktree_shares_the_common_directory(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    found = Repository.begin(tmp_path / "linked").wait()
    assert found.common_dir == repo.root / ".git"
    assert found.git_dir == repo.root / ".git/worktrees/linked"
    assert (found.work_tree, found.head_branch()) == (tmp_path / "linked", "side")


@pytest.mark.parametrize("name", ["with space", "with\nnewline", os.fsdecode(b"not-utf8-\xff"), "ünï"])
def test_the_repository_may_have_any_name(new_repo: Callable[..., Repo], name: str) -> None:
    made = new_repo(name)
    found = Repository.begin(made.root).wait()
    assert (found.work_tree, found.git_dir) == (made.root, made.root / ".git")


def test_a_repository_of_another_user_shows_gits_own_message(repo: Repo) -> None:
    strange = environment(GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    probe = subprocess.run(
        ["git", "status"], cwd=repo.root, env=strange, capture_output=True, text=True, check=False
    )
    if "safe.directory" not in probe.stderr:
        pytest.skip("this git does not look at the owner")
    with pytest.raises(StoreError, match=r"safe\.directory") as raised:
        Repository.begin(repo.root, strange).wait()
    assert "\n" not in str(raised.value)


def test_head_on_a_branch_unborn_and_detached(repo: Repo, new_repo: Callable[..., Repo]) -> None:
    found = Repository.begin(repo.root).wait()
    assert (found.head_branch(), found.head_commit()) == ("main", repo.git("rev-parse", "HEAD"))
    repo.git("checkout", "-q", "--detach")
    assert (found.head_branch(), found.head_commit()) == (None, repo.git("rev-parse", "HEAD"))
    unborn = Repository.begin(new_repo("unborn").root).wait()
    assert (unborn.head_branch(), unborn.head_commit()) == ("main", None)


def test_head_is_followed_into_packed_refs_and_out_again(repo: Repo) -> None:
    found = Repository.begin(repo.root).wait()
    repo.git("branch", "feature/x")
    repo.git("pack-refs", "--all")
    assert not (repo.root / ".git/refs/heads/main").exists()
    assert found.head_commit() == repo.git("rev-parse", "HEAD")
    assert found.refs.resolve("refs/heads/feature/x") == repo.git("rev-parse", "HEAD")
    newer = repo.commit("newer")
    assert found.head_commit() == newer
    repo.git("pack-refs", "--all")
    assert found.head_commit() == newer
    assert found.refs.resolve("refs/heads/feature") is None


def test_the_refs_below_a_prefix_are_those_that_git_lists(repo: Repo) -> None:
    found = Repository.begin(repo.root).wait()
    assert found.refs.below("refs/heads/side/") == {}
    first = repo.git("rev-parse", "HEAD")
    for name in ("side/a", "side/packed", "side/deep/er", "sideways", "side/\u2028zeile", "aside/x"):
        repo.git("branch", name)
    repo.git("pack-refs", "--all")
    second = repo.commit("newer")
    for name in ("side/a", "side/loose", "side/deep/est"):
        repo.git("branch", "-f", name)
    repo.git("symbolic-ref", "refs/heads/side/symbolic", "refs/heads/side/a")
    folder = repo.root / ".git/refs/heads/side"
    for not_a_ref in ("a.lock", "of an editor~", ".hidden"):
        (folder / not_a_ref).write_text(f"{second}\n")
    listed = repo.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/side/").split("\n")
    below = found.refs.below("refs/heads/side/")
    assert [f"{tip} {ref}" for ref, tip in below.items()] == listed
    assert (below["refs/heads/side/a"], below["refs/heads/side/packed"]) == (second, first)
    assert len(below) == 7


@pytest.fixture
def busy_git(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """An environment whose git, while a file is there, has the configuration written by somebody else right
    after it was read; and that file."""
    real, soon = shutil.which("git"), tmp_path / "soon"
    script = tmp_path / "bin" / "git"
    script.parent.mkdir()
    script.write_text(
        f"""#!/bin/sh
        {real} "$@" || exit
        case "$*" in *"config --list"*) test -e {soon} || exit 0 ;; *) exit 0 ;; esac
        rm {soon}
        {real} config memory.sync on
        """.replace("        ", "")
    )
    script.chmod(0o755)
    return environment(PATH=f"{script.parent}:{os.environ['PATH']}"), soon


def test_what_is_configured_while_the_configuration_is_read_is_not_missed(
    repo: Repo, busy_git: tuple[dict[str, str], Path]
) -> None:
    own_environment, soon = busy_git
    soon.touch()
    found = Repository.begin(repo.root, own_environment).wait()
    assert not soon.exists()
    assert found.config.get("memory.sync") == "on"

    repo.git("config", "memory.sync", "off")
    soon.touch()
    assert found.config.get("memory.sync") == "off"
    assert not soon.exists()
    assert found.config.get("memory.sync") == "on"


def test_the_configuration_is_seen_when_it_changes(repo: Repo) -> None:
    found = Repository.begin(repo.root).wait()
    assert found.memory_branch == "memory"
    repo.git("config", "memory.branch", "notes")
    assert (found.memory_branch, found.memory_ref) == ("notes", "refs/heads/notes")


def test_booleans_are_read_as_git_reads_them(repo: Repo) -> None:
    with (repo.root / ".git/config").open("a") as file:
        file.write(
            '[x]\n\tbare\n\ton = on\n\toff = 0\n\tempty =\n\tword = maybe\n[remote "a.b"]\n\turl = u\n'
        )
    config = Repository.begin(repo.root).wait().config
    assert [config.flag(f"x.{key}") for key in ("bare", "on", "off", "empty", "word")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert config.flag("x.missing") is False
    assert config.subsections("remote") == ["a.b"]


def test_the_author_is_who_git_says(repo: Repo) -> None:
    found = Repository.begin(
        repo.root, environment(GIT_AUTHOR_NAME=" <Ann>, ", GIT_AUTHOR_DATE="1700000000 +0130")
    ).wait()
    assert found.author() == "Ann <developer@example.org> 1700000000 +0130"
    assert found.author() == repo_var(repo, found, "GIT_AUTHOR_IDENT")
    assert found.committer().startswith("A Developer <developer@example.org> ")


def repo_var(repo: Repo, found: Repository, name: str) -> str:
    return found.git.run(["var", name]).decode().strip()


def test_a_date_that_only_git_understands_is_left_to_git(repo: Repo) -> None:
    found = Repository.begin(repo.root, environment(GIT_COMMITTER_DATE="2005-04-07T22:13:13 +0200")).wait()
    assert found.committer() == "A Developer <developer@example.org> 1112904793 +0200"


def test_without_a_name_it_says_which_two_commands_to_run(repo: Repo, home: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    found = Repository.begin(repo.root).wait()
    with pytest.raises(RefusedError) as raised:
        found.author()
    assert 'git config --global user.name "Your Name"' in str(raised.value)
    assert "git config --global user.email" in str(raised.value)
    (home / ".gitconfig").write_text("[user]\n\tname = Now Known\n\temail = known@example.org\n")
    assert found.author().startswith("Now Known <known@example.org> ")
