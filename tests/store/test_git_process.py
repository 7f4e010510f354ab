"""How git is run: nothing of the caller's repository reaches it, and it fails in one line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import Repo

from lsp_server.errors import NoRepositoryError, StoreError, UsageError
from lsp_server.store import git_process
from lsp_server.store.git_process import Git, clean_environment, one_line, parse_version, require_supported


def git_in(directory: Path, **environment: str) -> Git:
    import os

    return Git(directory, clean_environment({**os.environ, **environment}))


def test_every_variable_that_git_calls_local_is_known() -> None:
    printed = subprocess.run(
        ["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True
    )
    assert set(printed.stdout.split()) - git_process.LOCAL_VARIABLES == set()


def test_local_variables_are_scrubbed_and_the_rest_stays() -> None:
    dirty = dict.fromkeys(git_process.LOCAL_VARIABLES, "/elsewhere") | {
        "GIT_CONFIG_GLOBAL": "/g",
        "HOME": "/h",
    }
    clean = clean_environment(dirty)
    assert "GIT_DIR" not in clean
    assert "GIT_INDEX_FILE" not in clean
    assert clean["GIT_CONFIG_GLOBAL"] == "/g"
    assert clean["HOME"] == "/h"
    assert clean["GIT_TERMINAL_PROMPT"] == "0"


def test_git_keeps_the_memory_that_it_freed_unless_the_user_says_otherwise() -> None:
    ours = clean_environment({})
    assert int(ours["MALLOC_TRIM_THRESHOLD_"]) > int(ours["MALLOC_MMAP_THRESHOLD_"]) > 2**20
    assert clean_environment({"MALLOC_TRIM_THRESHOLD_": "1"})["MALLOC_TRIM_THRESHOLD_"] == "1"


def test_git_dir_and_work_tree_stay_only_when_told() -> None:
    dirty = {"GIT_DIR": "/a", "GIT_WORK_TREE": "/b", "GIT_INDEX_FILE": "/c"}
    honoured = clean_environment(dirty, honour_git_dir=True)
    assert (honoured["GIT_DIR"], honoured["GIT_WORK_TREE"]) == ("/a", "/b")
    assert "GIT_INDEX_FILE" not in honoured


def test_a_failure_is_one_line_without_hints(repo: Repo) -> None:
    with pytest.raises(StoreError) as raised:
        git_in(repo.root).run(["rev-parse", "--verify", "nothing-of-this-name"])
    assert str(raised.value) == "Needed a single revision"


def test_many_lines_of_complaint_become_one() -> None:
    said = "warning: x\nfatal: detected dubious ownership in '/r'\nTo add it, call:\n\n\tgit config y\n"
    assert one_line(said) == "detected dubious ownership in '/r' To add it, call: git config y"


def test_a_message_in_the_users_language_does_not_come(repo: Repo) -> None:
    done = git_in(repo.root, LANG="de_DE.UTF-8", LC_ALL="de_DE.UTF-8", LANGUAGE="de").try_run(
        ["rev-parse", "--verify", "x"]
    )
    assert done.stderr.startswith("fatal: Needed a single revision")


def test_missing_git_is_said_clearly(repo: Repo) -> None:
    with pytest.raises(StoreError, match="git was not found: install git"):
        git_in(repo.root, PATH="/nowhere").run(["version"])


def test_a_missing_directory_is_not_taken_for_missing_git(tmp_path: Path) -> None:
    with pytest.raises(NoRepositoryError, match="there is no directory"):
        git_in(tmp_path / "gone").run(["version"])


@pytest.mark.parametrize("argument", ["a\0b", "\ud83d"])
def test_text_that_has_no_bytes_is_refused(repo: Repo, argument: str) -> None:
    with pytest.raises(UsageError, match="cannot be given this text"):
        git_in(repo.root).run(["rev-parse", argument])


def test_an_old_git_is_refused_and_a_supported_one_is_not() -> None:
    assert parse_version("git version 2.39.5 (Apple Git-154)") == (2, 39, 5)
    require_supported((2, 34, 0))
    with pytest.raises(StoreError, match=r"git 2\.33\.8 is too old: Git Memory needs git 2\.34"):
        require_supported((2, 33, 8))


def test_the_index_is_never_refreshed(repo: Repo) -> None:
    import os

    os.utime(repo.root / "README.md", (1, 1))  # its stat data in the index is now out of date
    before = (repo.root / ".git/index").read_bytes()
    git_in(repo.root).run(["status", "--porcelain"])
    assert (repo.root / ".git/index").read_bytes() == before
