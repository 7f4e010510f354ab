"""``git memory doctor``: a short list for people, one document for machines, an exit code for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Repo

AREAS = [
    "branch", "records", "documents", "artifacts", "values", "events", "links", "anchors", "index", "remotes",
    "left-overs", "hooks", "configuration", "environment",
]  # fmt: skip


@pytest.fixture
def repo(repo: Repo, tmp_path: Path) -> Repo:
    """With a state directory of its own: what other tests' writes left in theirs is no finding here."""
    repo.environment["XDG_STATE_HOME"] = str(tmp_path / "state")
    return repo


def _misname(repo: Repo) -> None:
    """Give a decision's file another number, as a person might."""
    place = repo.path.parent / "by hand"
    repo.git("worktree", "add", "-q", place, "memory")
    repo.git("-C", place, "mv", "decisions/0001-use-jwt.md", "decisions/0005-use-jwt.md")
    repo.git("-C", place, "commit", "-q", "-m", "By hand")
    repo.git("worktree", "remove", place)


def test_a_healthy_memory_is_one_line_an_area(repo: Repo) -> None:
    repo.do("decide", "Use JWT", "--at", "src/auth.py:3")
    answer = repo.run("doctor")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert [line.split()[:2] for line in lines] == [["✓", area] for area in AREAS]
    assert "1 found" in answer.out
    assert "secrets scan" in answer.err


def test_a_finding_is_explained_and_advised_and_repaired(repo: Repo) -> None:
    repo.do("decide", "Use JWT")
    _misname(repo)
    answer = repo.run("doctor")
    assert answer.code == 1
    assert "! records" in answer.out
    assert "decisions/0005-use-jwt.md is ADR-0001" in answer.out
    assert "`git memory doctor --fix` renames it to decisions/0001-use-jwt.md." in answer.out
    assert "doctor --fix" in answer.err
    fixed = repo.run("doctor", "--fix")
    assert fixed.code == 0
    assert fixed.out.startswith("repaired renamed decisions/0005-use-jwt.md to decisions/0001-use-jwt.md (")
    assert "repaired" not in repo.do("doctor", "--fix")
    assert "doctor: name files" in repo.do("log")


def test_json_has_every_finding(repo: Repo) -> None:
    repo.do("decide", "Use JWT")
    _misname(repo)
    answer = repo.run("doctor", "--json")
    assert answer.code == 1
    assert answer.json["healthy"] is False
    assert [area["name"] for area in answer.json["areas"]] == AREAS
    (finding,) = [finding for area in answer.json["areas"] for finding in area["findings"]]
    assert finding["code"] == "number-in-name"
    assert finding["severity"] == "warning"
    assert finding["fixable"] is True
    assert finding["where"] == "decisions/0005-use-jwt.md"
    (repair,) = repo.json("doctor", "--fix")["repairs"]
    assert repair["version"] == repo.git("rev-parse", "memory")


def test_without_a_memory_the_way_to_begin_is_told(fresh: Repo) -> None:
    answer = fresh.run("doctor")
    assert answer.code == 1
    assert "git memory init" in answer.out


def test_many_findings_of_a_kind_are_cut_short(repo: Repo) -> None:
    place = repo.path.parent / "by hand"
    repo.git("worktree", "add", "-q", place, "memory")
    (place / "learnings").mkdir()
    for number in range(9):
        (place / "learnings" / f"{number}.md").write_text("nothing\n")
    repo.git("-C", place, "add", ".")
    repo.git("-C", place, "commit", "-q", "-m", "By hand")
    repo.git("worktree", "remove", place)
    answer = repo.run("doctor")
    assert answer.out.count("is not read as a record") == 5
    assert "and 4 more like that" in answer.out
