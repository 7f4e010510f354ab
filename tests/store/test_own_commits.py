"""What somebody wrote in a while: their commits with the paths, whatever stands in their messages."""

from __future__ import annotations

import pytest
from support import Repo

from lsp_server.store.own_commits import own_commits
from lsp_server.store.repository import Repository


def told(repo: Repo, **asked: object) -> list[tuple[str, tuple[str, ...]]]:
    given = {"after": None, "since": None, "email": None, "limit": 50, **asked}
    git = Repository.begin(repo.root).wait().git
    tip = repo.git("rev-parse", "HEAD")
    return [(one.subject, one.paths) for one in own_commits(git, tip, **given)]  # type: ignore[arg-type]  # by name


def test_commits_come_newest_first_with_the_paths_that_they_changed(repo: Repo) -> None:
    start = repo.git("rev-parse", "HEAD")
    repo.write("a.txt", "1")
    repo.commit("One")
    repo.write("a.txt", "2")
    repo.write("ü b\nc", "1")
    repo.commit("Two")
    assert told(repo, after=start) == [("Two", ("a.txt", "ü b\nc")), ("One", ("a.txt",))]
    assert [subject for subject, _ in told(repo, limit=2)] == ["Two", "One"]


@pytest.mark.parametrize("message", ["", "\x01\x02", "-n", "Subject\n\nbody\n\na.txt\n"])
def test_a_message_is_never_taken_for_a_path(repo: Repo, message: str) -> None:
    start = repo.git("rev-parse", "HEAD")
    repo.git(
        "commit",
        "-q",
        "--allow-empty",
        "--allow-empty-message",
        "--cleanup=verbatim",
        "-F",
        "-",
        input=message,
    )
    repo.write("a.txt", "1")
    repo.git("add", "a.txt")
    repo.git("commit", "-q", "--allow-empty-message", "--cleanup=verbatim", "-F", "-", input=message)
    subject = message.split("\n", maxsplit=1)[0].strip()
    assert told(repo, after=start) == [(subject, ("a.txt",)), (subject, ())]


def test_others_merges_and_what_was_before_are_left_out(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    start = repo.commit("Before")
    repo.git("checkout", "-q", "-b", "theirs")
    with monkeypatch.context() as other:
        other.setenv("GIT_AUTHOR_EMAIL", "not-developer@example.org")
        repo.commit("Theirs")
    repo.git("checkout", "-q", "main")
    repo.commit("Mine")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "theirs")
    assert told(repo, after=start, email="developer@example.org") == [("Mine", ())]
    assert {subject for subject, _ in told(repo, after=start)} == {"Mine", "Theirs"}


def test_where_the_beginning_is_not_here_any_more_nothing_is_told(repo: Repo) -> None:
    assert told(repo, after="0" * 39 + "1") == []
