"""Files that change together: told from real histories, by what statistics allow to say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import pytest

from lsp_server.code.together import Companion, changes_beside, companions, lower_bound

if TYPE_CHECKING:
    from tests.code.conftest import Repo


@pytest.fixture
def repo(new_repo: Callable[..., Repo]) -> Repo:
    made = new_repo()
    made.commit("Start", start="1\n")
    return made


def told(repo: Repo, path: str, window: int = 2000) -> list[tuple[str, int, int, int]]:
    """The companions of a file: path, common commits, its commits, the companion's commits."""

    def everything(paths: Sequence[str]) -> Collection[str]:
        return paths

    changes = changes_beside(repo, repo.git("rev-parse", "HEAD"), path, window)
    return [(one.path, one.both, one.own, one.its) for one in companions(repo, changes, everything)]


def change(repo: Repo, *paths: str) -> None:
    for path in paths:
        file = repo.root / path
        old = file.read_text() if file.exists() else ""
        repo.write(path, old + f"{len(old)}\n")
    repo.commit(" ".join(paths)[:60])


def test_a_file_that_changed_in_most_of_anothers_commits_is_its_companion(repo: Repo) -> None:
    for _ in range(5):
        change(repo, "model.py", "form.py")
    change(repo, "model.py")
    for _ in range(20):
        change(repo, "other.py")
    assert told(repo, "model.py") == [("form.py", 5, 6, 5)]


def test_a_change_log_is_nobodys_companion(repo: Repo) -> None:
    for number in range(20):
        change(repo, "CHANGES", f"part{number}.py")
    for _ in range(4):
        change(repo, "CHANGES", "model.py")
    assert told(repo, "model.py") == []


def test_two_commits_are_no_habit(repo: Repo) -> None:
    for _ in range(2):
        change(repo, "model.py", "form.py")
    assert told(repo, "model.py") == []


def test_a_commit_of_everything_says_nothing(repo: Repo) -> None:
    many = [f"f{number}.py" for number in range(60)]
    for _ in range(5):
        change(repo, "model.py", *many)
    assert told(repo, "model.py") == []


def test_merges_do_not_count_and_what_they_bring_counts_once(repo: Repo) -> None:
    change(repo, "other.py")
    for number in range(4):
        repo.git("switch", "-q", "-c", f"work{number}", "main")
        change(repo, "model.py", "form.py")
        repo.git("switch", "-q", "main")
        change(repo, f"beside{number}.py")
        repo.git("merge", "-q", "--no-edit", f"work{number}")
    assert told(repo, "model.py") == [("form.py", 4, 4, 4)]


def test_a_renamed_file_keeps_its_companions(repo: Repo) -> None:
    for _ in range(4):
        change(repo, "old.py", "form.py")
    repo.git("mv", "old.py", "model.py")
    repo.commit("Rename")
    change(repo, "model.py", "form.py")
    assert told(repo, "model.py") == [("form.py", 5, 6, 5)]


def test_only_the_last_commits_are_looked_at(repo: Repo) -> None:
    for _ in range(5):
        change(repo, "model.py", "form.py")
    for _ in range(10):
        change(repo, "other.py")
    assert told(repo, "model.py", window=10) == []
    assert told(repo, "model.py", window=13) == [("form.py", 3, 3, 3)]


def test_a_file_called_like_a_commit_is_a_file(repo: Repo) -> None:
    name = repo.git("rev-parse", "HEAD")
    for _ in range(4):
        change(repo, "model.py", name, "M", "with\nline feed")
    assert sorted(path for path, *_ in told(repo, "model.py")) == sorted(["M", name, "with\nline feed"])


@pytest.mark.parametrize(
    ("hits", "tries", "least"),
    [(0, 0, 0.0), (0, 9, 0.0), (3, 3, 0.438), (5, 10, 0.237), (50, 100, 0.404), (9, 9, 0.701)],
)
def test_the_lower_end_of_wilsons_interval(hits: int, tries: int, least: float) -> None:
    assert lower_bound(hits, tries) == pytest.approx(least, abs=0.001)


def test_often_is_more_than_chance_or_mutual() -> None:
    assert Companion("a", both=8, own=10, its=100, window=2000).is_often
    assert not Companion("a", both=8, own=10, its=1200, window=2000).is_often
    assert Companion("a", both=5, own=6, its=6, window=7).is_often
    assert not Companion("a", both=8, own=100, its=8, window=2000).is_often
