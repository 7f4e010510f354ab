"""``--at PLACE --rev COMMIT``: a place as a commit has it; in a bare repository, as HEAD does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def today(repo: Repo, label: str) -> list[str]:
    return [f"{one['path']}:{one['start']}-{one['end']}" for one in repo.json("show", label)["today"]]


@pytest.fixture
def moved_on(repo: Repo) -> str:
    """The code of an old commit, whose file was edited and renamed since; that commit's id."""
    old = repo.git("rev-parse", "HEAD")
    code = repo.path / "src" / "auth.py"
    code.write_text("# above\n# it\n" + code.read_text())
    repo.git("mv", "src/auth.py", "src/login.py")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "Move on")
    return old


def test_the_lines_are_those_of_that_commit_and_followed_to_today(repo: Repo, moved_on: str) -> None:
    label = repo.label("learn", "Then", "--at", "src/auth.py:5-7", "--rev", moved_on[:12])
    assert today(repo, label) == ["src/login.py:7-9"]
    [anchor] = repo.json("show", label)["anchors"]
    assert (anchor["path"], anchor["start"], anchor["end"]) == ("src/auth.py", 5, 7)
    assert f"commit: {moved_on}" in repo.git("show", f"memory:{repo.json('show', label)['path']}")


def test_what_is_not_there_then_is_refused_in_one_line(repo: Repo, moved_on: str) -> None:
    for place, rev, said in (
        ("src/login.py:1", moved_on, f"src/login.py does not exist at {moved_on[:10]}"),
        ("src/auth.py:99", moved_on, "src/auth.py has 20 lines"),
        ("src/auth.py:1", "no-such-branch", "there is no commit 'no-such-branch'"),
    ):
        answer = repo.run("learn", "Nowhere", "--at", place, "--rev", rev)
        assert answer.code in (1, 2)
        assert said in answer.err
        assert len(answer.err.strip().splitlines()) == 1


def test_a_commit_without_a_place_says_what_it_is_for(repo: Repo) -> None:
    answer = repo.run("learn", "Nowhere", "--rev", "HEAD")
    assert answer.code == 2
    assert "give one" in answer.err


def test_in_a_bare_repository_a_place_is_heads_or_the_named_commits(
    repo: Repo, moved_on: str, tmp_path: Path
) -> None:
    repo.run("init")
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", str(repo.path), str(bare))
    there = type(repo)(bare, repo.environment)
    now = there.label("learn", "Now", "--at", "src/login.py:7-9")
    then = there.label("learn", "Then", "--at", "src/auth.py:5-7", "--rev", moved_on)
    assert today(there, now) == today(there, then) == ["src/login.py:7-9"]
    assert {one["title"] for one in there.json("why", "src/login.py:8")} == {"Now", "Then"}
    assert {one["title"] for one in there.json("why", "src/auth.py:6", "--rev", moved_on)} == {"Now", "Then"}
