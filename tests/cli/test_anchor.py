"""``git memory anchor``: where a record belongs is shown, moved, added to and taken away."""

from __future__ import annotations

from typing import Any

import pytest

TEXT = "".join(f"line number {number}\n" for number in range(1, 31))


@pytest.fixture
def anchored(repo: Any) -> Any:
    """ADR-1 on lines 10-12 and 20 of ``code.py``, of which the first three were then taken out."""
    (repo.path / "code.py").write_text(TEXT)
    repo.git("add", ".")
    repo.git("commit", "-qm", "Code")
    repo.do("decide", "Use JWT", "--at", "code.py:10-12", "--at", "code.py:20")
    lines = TEXT.splitlines(keepends=True)
    (repo.path / "code.py").write_text("".join(["new\n", *lines[:9], *lines[12:]]))
    repo.git("commit", "-qam", "Less code")
    return repo


def places(repo: Any) -> list[str]:
    return [line.strip() for line in repo.do("anchor", "ADR-1").splitlines()[1:]]


def test_it_tells_where_a_record_is_today_and_what_is_gone(anchored: Any) -> None:
    lost = anchored.git("rev-parse", "HEAD")
    assert places(anchored) == [
        f"was at code.py:10-12; its lines are gone since {lost[:8]}",
        "at code.py:18, written at code.py:20",
    ]
    told = anchored.json("anchor", "ADR-1")
    assert told["label"] == "ADR-0001"
    assert [(one["start"], one["certainty"], one["today"]) for one in told["places"]] == [
        (10, "stale", []),
        (20, "births", [{"path": "code.py", "start": 18, "end": 18}]),
    ]
    gone, there = told["places"]
    assert (gone["last"], gone["gone_by"]) == ({"path": "code.py", "start": 10, "end": 12}, lost)
    assert (there["last"], there["gone_by"]) == (None, None)


def test_what_another_branch_has_is_not_gone(repo: Any) -> None:
    (repo.path / "code.py").write_text(TEXT)
    repo.git("add", ".")
    repo.git("commit", "-qm", "Code")
    repo.git("checkout", "-qb", "feature")
    (repo.path / "code.py").write_text(TEXT + "def feature():\n    return 'something new'\n")
    (repo.path / "new.py").write_text("a new file\n")
    repo.git("add", ".")
    repo.git("commit", "-qm", "Feature")
    where = ("code.py:31-32", "code.py::feature", "new.py", "new.py:1")
    repo.do("decide", "Use JWT", *(word for place in where for word in ("--at", place)))
    repo.git("checkout", "-q", "-")
    assert places(repo) == [
        "at code.py:31-32; not on this branch",
        "at code.py:31 (feature); not on this branch",
        "at new.py; not on this branch",
        "at new.py:1; not on this branch",
    ]
    assert {one["certainty"] for one in repo.json("anchor", "ADR-1")["places"]} == {"absent"}
    assert "no anchor of ADR-0001 is stale" in repo.fails("anchor", "ADR-1", "--remove-stale")
    assert "4 on other branches" in repo.do("doctor")
    assert "stale" not in repo.do("doctor")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "feature")
    assert [place.partition(",")[0] for place in places(repo)] == [
        "at code.py:31-32",
        "at code.py:31 (feature)",
        "at new.py",
        "at new.py:1",
    ]


def test_what_a_deleted_branch_had_is_gone(repo: Any) -> None:
    repo.git("checkout", "-qb", "feature")
    (repo.path / "new.py").write_text("the first line of it\n")
    repo.git("add", ".")
    repo.git("commit", "-qm", "Feature")
    repo.do("decide", "Use JWT", "--at", "new.py:1")
    repo.git("checkout", "-q", "-")
    repo.git("branch", "-qD", "feature")
    assert places(repo) == ["was at new.py:1; its lines are gone"]


def test_a_record_moves_in_one_commit(anchored: Any) -> None:
    commits = anchored.git("rev-list", "--count", "memory")
    anchored.do("anchor", "ADR-1", "--remove-stale", "--at", "code.py:5-6")
    assert places(anchored) == ["at code.py:5-6", "at code.py:18, written at code.py:20"]
    assert int(anchored.git("rev-list", "--count", "memory")) == int(commits) + 1
    assert "From code.py:10-12 to code.py:5-6." in anchored.git("log", "-1", "--format=%b", "memory")


@pytest.mark.parametrize("place", ["code.py:10-12", "code.py:20", "code.py:18", "code.py:17-19"])
def test_an_anchor_is_named_by_where_it_is_or_where_it_was_made(anchored: Any, place: str) -> None:
    anchored.do("anchor", "ADR-1", "--remove", place)
    assert len(places(anchored)) == 1


def test_a_path_alone_names_all_anchors_in_the_file_but_first_the_one_on_the_file(anchored: Any) -> None:
    anchored.do("anchor", "ADR-1", "--at", "code.py")
    assert len(places(anchored)) == 3
    anchored.do("anchor", "ADR-1", "--remove", "code.py")
    assert len(places(anchored)) == 2
    assert anchored.do("anchor", "ADR-1", "--remove", "code.py").splitlines()[1:] == ["  anchored nowhere"]


def test_what_is_not_there_is_refused_with_what_is(anchored: Any) -> None:
    before = anchored.git("rev-parse", "memory")
    assert "ADR-0001 is not anchored at code.py:3; it is at code.py:10-12, code.py:20" in anchored.fails(
        "anchor", "ADR-1", "--remove", "code.py:3"
    )
    assert "anchored at code.py:20 already" not in anchored.do("anchor", "ADR-1", "--remove-stale")
    assert "no anchor of ADR-0001 is stale" in anchored.fails("anchor", "ADR-1", "--remove-stale")
    assert "has 28 lines" in anchored.fails("anchor", "ADR-1", "--at", "code.py:500", code=2)
    assert "ADR-9" in anchored.fails("anchor", "ADR-9", "--at", "code.py:1")
    assert anchored.git("rev-parse", "memory~1") == before


def test_a_secret_in_the_lines_is_refused_as_everywhere(anchored: Any) -> None:
    token = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    (anchored.path / "key.py").write_text(f'KEY = "{token}"\n')
    said = anchored.fails("anchor", "ADR-1", "--at", "key.py:1")
    assert "secret" in said
    assert token not in said
    anchored.do("anchor", "ADR-1", "--at", "key.py:1", "--redact")
    assert token not in anchored.git("show", "memory:decisions/0001-use-jwt.md")
