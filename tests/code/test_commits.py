"""Commits of the code by what people call them, and ranges of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from lsp_server.code.commits import (
    commits_in,
    count_commits,
    find_commit,
    is_ancestor,
    newest_commits,
    parse_range,
    read_commits,
)
from lsp_server.errors import AmbiguousError, NotFoundError, UsageError

if TYPE_CHECKING:
    from tests.code.conftest import Repo


@pytest.fixture
def repo(new_repo: Callable[..., Repo]) -> Repo:
    made = new_repo()
    made.commit("Start", auth="def login(): ...\n")
    return made


def test_a_commit_is_found_by_id_by_a_part_of_it_by_branch_and_by_tag(repo: Repo) -> None:
    head = repo.git("rev-parse", "HEAD")
    repo.git("tag", "-a", "v1", "-m", "one")
    for name in (head, head[:7], head[:7].upper(), "HEAD", "main", "v1", "@", "v1^0", ":/Sta"):
        assert find_commit(repo, name) == head, name
    for name in ("HEAD~1", "nothing", "0" * 40, "HEAD:auth.py", "HEAD^{tree}", ":/Stop"):
        assert find_commit(repo, name) is None, name
    for name in ("", "--all", "-n1", "a\nb", "a\0b"):
        with pytest.raises(UsageError):
            find_commit(repo, name)


def test_the_beginning_of_several_ids_is_refused_with_all_named(repo: Repo) -> None:
    tree = repo.git("rev-parse", "HEAD^{tree}")
    seen: dict[str, str] = {}
    for number in range(1000):  # 65,536 beginnings: two of some hundred commits share one
        commit = repo.git("commit-tree", tree, "-m", str(number))
        other = seen.setdefault(commit[:4], commit)
        if other != commit:
            break
    else:
        pytest.fail("no two commits begin alike")
    with pytest.raises(AmbiguousError) as refused:
        find_commit(repo, commit[:4])
    assert commit[:12] in str(refused.value)
    assert other[:12] in str(refused.value)


def test_a_range_is_what_git_means_by_it_and_one_name_is_up_to_head(repo: Repo) -> None:
    start = repo.git("rev-parse", "HEAD")
    one, two = repo.commit("One", a="1"), repo.commit("Two", a="2")
    repo.git("switch", "-q", "-c", "side", start)
    side = repo.commit("Side", b="1")
    repo.git("switch", "-q", "main")

    def asked(words: str) -> list[str]:
        return list(commits_in(repo, parse_range(repo, words)))

    assert asked(f"{start}..main") == [two, one]
    assert asked(start) == [two, one]
    assert asked("..side") == [side]
    assert asked("side..") == [two, one]
    assert sorted(asked("side...main")) == sorted([one, two, side])
    assert asked("main..main") == []
    assert asked("main@{1}..main@{0}") == [two]
    assert count_commits(repo, parse_range(repo, "side...main")) == 3
    with pytest.raises(NotFoundError, match="'nothing'"):
        asked("main..nothing")


def test_two_histories_without_a_common_commit_have_a_range_too(repo: Repo) -> None:
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("Other root", c="1")
    assert len(commits_in(repo, parse_range(repo, "main...other"))) == 2
    assert len(commits_in(repo, parse_range(repo, "main..other"))) == 1


def test_commits_are_read_with_what_people_wrote(repo: Repo) -> None:
    message = "Größer werden\n\nWarum: ADR-12\n\nMemory-Checkpoint: CHECK-12345678"
    repo.write("x", "1")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", message, "--author=Zoë <z@example.org>", "--date=2020-02-03T04:05:06+0200")
    head = repo.git("rev-parse", "HEAD")
    [commit] = read_commits(repo, [head, "0" * 40])
    assert (commit.id, commit.author, commit.subject) == (head, "Zoë", "Größer werden")
    assert commit.body.split("\n\n")[-1] == "Memory-Checkpoint: CHECK-12345678"
    assert commit.when.isoformat() == "2020-02-03T04:05:06+02:00"
    assert read_commits(repo, []) == []
    asked = parse_range(repo, "HEAD~1..HEAD")
    assert [one.id for one in newest_commits(repo, asked, 5)] == [head]


def test_an_ancestor_is_told_and_what_is_not_here_is_none(repo: Repo) -> None:
    start = repo.git("rev-parse", "HEAD")
    later = repo.commit("Later", a="1")
    assert is_ancestor(repo, start, later)
    assert is_ancestor(repo, later, later)
    assert not is_ancestor(repo, later, start)
    assert not is_ancestor(repo, "0" * 40, later)


def test_an_unborn_branch_has_no_commit(new_repo: Callable[..., Repo]) -> None:
    empty = new_repo("empty")
    assert find_commit(empty, "HEAD") is None
    with pytest.raises(NotFoundError, match="no commit yet"):
        parse_range(empty, "HEAD")


def test_sha256_is_as_good(new_repo: Callable[..., Repo]) -> None:
    repo = new_repo("long", "--object-format=sha256")
    head = repo.commit("Start", a="1")
    assert len(head) == 64
    assert find_commit(repo, head[:9]) == head
    assert [one.subject for one in read_commits(repo, [head])] == ["Start"]
