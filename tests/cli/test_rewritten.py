"""What the command line tells of a commit that was rewritten since a record was written at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def at(repo: Repo, label: str) -> str:
    """The line of `show` about the commit."""
    (line,) = [line for line in repo.do("show", label).splitlines() if line.startswith("written at")]
    return line.removeprefix("written at").strip()


@pytest.fixture
def learned(repo: Repo) -> tuple[str, str]:
    """The label of a record about a line, and the commit it was written at."""
    (repo.path / "src" / "auth.py").write_text("one\ntwo\nthree\n")
    repo.git("commit", "-q", "-a", "-m", "Three lines")
    label = repo.label("learn", "Emails differ by case", "--lesson", "Normalise.", "--at", "src/auth.py:2")
    return label, repo.git("rev-parse", "HEAD")


def test_show_tells_today_s_commit_and_why_it_is_that_one(repo: Repo, learned: tuple[str, str]) -> None:
    label, old = learned
    assert at(repo, label) == f"{old[:10]} on main"
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    new = repo.git("rev-parse", "HEAD")
    known = "git remembers the amendment"
    assert at(repo, label) == f"{old[:10]} on main; today it is {new[:10]} ({known})"
    repo.do("checkpoint", "Amended")
    assert at(repo, label) == f"{new[:10]} on main, was {old[:10]} ({known})"
    assert f"code commit {old[:10]} → {new[:10]} ({known})" in repo.do("history", label)


def test_show_says_that_a_commit_is_lost(repo: Repo, learned: tuple[str, str]) -> None:
    label, old = learned
    repo.git("reset", "-q", "--hard", "HEAD~1")
    assert at(repo, label) == f"{old[:10]} on main; it is lost: no branch has it any more"


def test_show_says_that_a_commit_is_not_in_this_clone(repo: Repo, learned: tuple[str, str]) -> None:
    label, old = learned
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("reflog", "expire", "--expire=all", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert at(repo, label) == f"{old[:10]} on main; it is not in this clone"


def test_json_tells_it_for_each_record(repo: Repo, learned: tuple[str, str]) -> None:
    label, old = learned
    there = {"commit": old, "state": "there", "evidence": None}
    assert [one["code_today"] for one in repo.json("list", "learnings")] == [there]
    repo.git("commit", "-q", "--amend", "-m", "Other words")
    new = repo.git("rev-parse", "HEAD")
    rewritten = {"commit": new, "state": "rewritten", "evidence": "reflog"}
    assert [one["code_today"] for one in repo.json("list", "learnings")] == [rewritten]
    assert repo.json("show", label)["code_today"] == rewritten
    repo.do("checkpoint", "Amended")
    settled = repo.json("show", label)
    assert settled["code_today"] == {"commit": new, "state": "there", "evidence": None}
    assert settled["code"]["formerly"] == [{"commit": old, "evidence": "reflog"}]
    repo.git("reset", "-q", "--hard", "HEAD~1")
    lost = {"commit": None, "state": "lost", "evidence": None}
    assert repo.json("show", label)["code_today"] == lost


def test_a_record_that_was_written_before_the_first_commit_has_none(fresh: Repo) -> None:
    fresh.do("init")
    fresh.git("switch", "-q", "--orphan", "nothing-yet")
    label = fresh.label("learn", "Emails differ by case", "--lesson", "Normalise.")
    assert fresh.json("show", label)["code_today"] is None
