"""Blame runs once for a file that stays as it is, and again wherever its births may be others."""

from __future__ import annotations

from typing import Any

from lsp_server.code.blame import BlameCache, BlamedFile, FileBirths

ONE, TWO = "one\ntwo\nthree\n", "one\nTWO\nthree\n"


def births(repo: Any) -> list[tuple[int, str]]:
    return [(run.start, run.birth.commit) for run in repo.files.births("a.py").runs]


def test_a_second_look_at_a_file_runs_no_blame(repo: Any, blamed: list[str]) -> None:
    repo.commit(a=ONE)
    assert repo.files.births("a.py") == repo.files.births("a.py")
    assert len(blamed) == 1


def test_commits_that_leave_a_file_alone_keep_its_births(repo: Any, blamed: list[str]) -> None:
    first = repo.commit(a=ONE)
    births(repo)
    for number in range(3):
        head = repo.commit(b=f"{number}\n")
        assert births(repo) == [(1, first)]
        assert repo.files.births("a.py").commit == head
    assert blamed == [first]


def test_an_amended_commit_that_left_a_file_alone_keeps_its_births(repo: Any, blamed: list[str]) -> None:
    first = repo.commit(a=ONE)
    repo.commit(b="1\n")
    births(repo)
    repo.write("b.py", "2\n")
    repo.git("commit", "-q", "-a", "--amend", "-m", "Better")
    assert births(repo) == [(1, first)]
    assert len(blamed) == 1


def test_a_change_that_is_taken_back_gives_its_lines_new_births(repo: Any, blamed: list[str]) -> None:
    first = repo.commit(a=ONE)
    assert births(repo) == [(1, first)]
    repo.commit(a=TWO)
    back = repo.commit(a=ONE)
    assert births(repo) == [(1, first), (2, back), (3, first)]
    assert len(blamed) == 2


def test_a_merge_whose_other_side_took_a_change_back_is_blamed_anew(repo: Any, blamed: list[str]) -> None:
    first = repo.commit(a=ONE)
    repo.git("switch", "-q", "-c", "side")
    repo.commit(b="side\n")
    repo.git("switch", "-q", "main")
    repo.commit(a=TWO)
    back = repo.commit(a=ONE)
    assert births(repo) == [(1, first), (2, back), (3, first)]
    # The merge's first parent is the side, which never saw the change: blame goes there.
    repo.git("switch", "-q", "side")
    repo.git("merge", "-q", "-m", "Merge", "main")
    assert births(repo) == [(1, first)]
    assert len(blamed) == 2


def test_another_branch_with_the_same_file_from_other_commits_is_blamed_anew(repo: Any) -> None:
    repo.commit(c="base\n")
    repo.git("switch", "-q", "-c", "side")
    theirs = repo.commit(a=ONE)
    assert births(repo) == [(1, theirs)]
    repo.git("switch", "-q", "main")
    ours = repo.commit("Another", a=ONE)
    assert births(repo) == [(1, ours)]


def test_unrelated_histories_are_not_taken_for_each_other(repo: Any) -> None:
    first = repo.commit("One", a=ONE)
    assert births(repo) == [(1, first)]
    repo.git("switch", "-q", "--orphan", "other")
    other = repo.commit("Another one", a=ONE)
    assert births(repo) == [(1, other)]


def test_what_is_kept_is_bounded_by_files_and_by_lines() -> None:
    cache = BlameCache(limit=3, most_lines=10)

    def file(path: str, lines: int) -> BlamedFile:
        return BlamedFile("b", ("x",) * lines, FileBirths("c", path))

    for name in "abcd":
        cache.keep("c", name, file(name, 1))
    assert [name for name in "abcd" if cache.get("c", name)] == ["b", "c", "d"]
    assert cache.with_blob("a", "b") is None
    cache.keep("c", "e", file("e", 9))
    assert [name for name in "abcde" if cache.get("c", name)] == ["d", "e"]
    cache.keep("c", "f", file("f", 50))  # too large, but what is being looked at is kept
    assert [name for name in "abcdef" if cache.get("c", name)] == ["f"]
