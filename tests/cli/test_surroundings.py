"""Where the command line runs: ``-C``, ``GIT_DIR``, folders, worktrees, bare repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def test_capital_c_runs_there_as_git_has_it(repo: Repo) -> None:
    repo.do("learn", "T")
    above = repo.path.parent
    for options in (["-C", "project"], ["-C", above, "-C", "project"], ["-C", repo.path / "src", "-C", ""]):
        assert "T" in repo.do(*options, "list", cwd=above)
    record = repo.json("-C", "project/src", "learn", "U", "--at", "auth.py:1", cwd=above)
    assert record["anchors"][0]["path"] == "src/auth.py"
    assert "no directory" in repo.fails("-C", "none", "list", code=2)
    assert "no directory" in repo.fails("-C", "src/auth.py", "list", code=2)


def test_git_dir_and_work_tree_count_unless_capital_c_is_given(
    repo: Repo, environment: dict[str, str]
) -> None:
    repo.do("learn", "Here")
    other = repo.path.parent / "other"
    repo.git("clone", "-q", repo.path, other)
    repo.do("init", cwd=other)
    repo.do("learn", "There", cwd=other)
    env = {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other)}
    assert "There" in repo.do("list", env=env)
    assert "There" not in repo.do("-C", ".", "list", env=env)
    assert "There" in repo.do("list", env=env, cwd=repo.path.parent)
    record = repo.json("learn", "Anchored", "--at", other / "src/auth.py:1", env=env, cwd=repo.path.parent)
    assert record["anchors"][0]["path"] == "src/auth.py"


def test_variables_of_a_running_git_do_not_lead_astray(repo: Repo) -> None:
    # As in a hook of a commit with paths: another index, another object directory for quarantine.
    repo.do("learn", "T", env={"GIT_INDEX_FILE": str(repo.path / "nowhere"), "GIT_PREFIX": "src/"})
    assert not (repo.path / "nowhere").exists()
    assert "T" in repo.do("list")


def test_it_works_from_any_folder_and_in_a_linked_worktree(repo: Repo) -> None:
    repo.do("learn", "T", "--at", "auth.py:1", cwd=repo.path / "src")
    linked = repo.path.parent / "linked"
    repo.git("worktree", "add", "-q", "-b", "topic", linked)
    assert "T" in repo.do("why", "src/auth.py:1", cwd=linked)
    assert repo.json("learn", "U", cwd=linked)["code"]["branch"] == "topic"


def test_in_a_bare_repository_a_place_is_one_of_head(repo: Repo) -> None:
    bare = repo.path.parent / "bare.git"
    repo.git("clone", "-q", "--bare", repo.path, bare)
    assert "T" in repo.do("learn", "T", cwd=bare)
    assert "T" in repo.do("list", cwd=bare)
    assert "does not exist" in repo.fails("learn", "T", "--at", "x:1", cwd=bare, code=2)
    for place in ("src/auth.py:2", "src/auth.py", "src/"):
        (anchor,) = repo.json("learn", f"At {place}", "--at", place, cwd=bare)["anchors"]
        assert anchor["path"] == place.partition(":")[0]


def test_json_may_stand_before_or_after_the_command(repo: Repo) -> None:
    before = repo.run("--json", "learn", "T")
    after = repo.run("learn", "--json", "T")
    assert list(before.json) == list(after.json)
    assert repo.run("--json", "list", "--tag", "none").json == []


def test_errors_under_json_are_one_line_on_stderr_too(repo: Repo) -> None:
    assert "ADR-9" in repo.fails("show", "ADR-9", "--json")
    assert "missing argument" in repo.fails("show", "--json", code=2)


def test_a_home_that_is_no_absolute_path_leaves_nothing_in_the_work_tree(repo: Repo) -> None:
    repo.do("learn", "T", env={"HOME": "somewhere"})
    assert repo.git("status", "--porcelain", "--ignored") == ""
