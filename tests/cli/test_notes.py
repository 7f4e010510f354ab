"""``git memory notes``: plain ``git log`` shows what is recorded about each commit."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

FORMAT = "--format=%s%n%N"


@pytest.fixture
def told(repo: Repo) -> Repo:
    """A decision on a line of the first commit, a checkpoint and a learning at the second."""
    repo.do("decide", "Use JWT", "--at", "src/auth.py:3-4", "--at", "src/auth.py:9")
    (repo.path / "one").write_text("one\n")
    repo.git("add", "one")
    repo.git("commit", "-qm", "Second")
    repo.do("checkpoint", "Half way")
    repo.do("learn", "Emails differ by case", "--at", "one:1")
    return repo


def labels(repo: Repo) -> dict[str, str]:
    return {record["title"]: record["label"] for record in repo.json("list")}


def test_git_log_shows_the_records_of_each_commit(told: Repo) -> None:
    assert told.do("notes").splitlines()[0] == "notes on 2 commits in refs/notes/memory"
    half_way, learning = (labels(told)[title] for title in ("Half way", "Emails differ by case"))
    assert told.git("log", "--notes=memory", FORMAT).split("\n\n") == [
        f"Second\n{half_way} Half way\n{learning} Emails differ by case, about one:1",
        "Begin\nADR-0001 Use JWT (proposed), about src/auth.py:3-4, src/auth.py:9",
    ]


def test_writing_the_same_again_makes_no_commit(told: Repo) -> None:
    assert told.json("notes") == {"ref": "refs/notes/memory", "commits": 2, "changed": True}
    before = told.git("rev-parse", "refs/notes/memory")
    assert told.json("notes")["changed"] is False
    assert told.git("rev-parse", "refs/notes/memory") == before
    told.do("mark", "ADR-1", "accepted")
    assert told.json("notes")["changed"] is True
    assert "ADR-0001 Use JWT (accepted)" in told.git("log", "--notes=memory", FORMAT)
    assert told.git("notes", "--ref=memory", "list").count("\n") == 1


def test_a_rewritten_commit_has_its_notes_at_what_it_is_today(told: Repo) -> None:
    told.do("notes")
    old = told.git("rev-parse", "HEAD")
    told.git("commit", "-q", "--amend", "-m", "Second, in other words")
    told.do("notes")
    listed = told.git("notes", "--ref=memory", "list")
    assert old not in listed
    assert told.git("rev-parse", "HEAD") in listed
    assert "Emails differ by case, about one:1" in told.git("log", "-1", "--notes=memory", FORMAT)


def test_commits_that_are_not_here_have_no_notes(told: Repo, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    told.git("clone", "-q", "--depth=1", "--no-single-branch", told.path.as_uri(), shallow)
    told.do("init", cwd=shallow)
    assert told.json("notes", cwd=shallow)["commits"] == 1
    assert told.git("-C", shallow, "log", "--notes=memory", FORMAT).startswith("Second\nCHECK-")


def test_the_hooks_keep_them_up_to_date_where_that_is_switched_on(told: Repo) -> None:
    told.do("hooks", "install")
    told.git("config", "memory.notes", "true")
    told.git("commit", "-q", "--amend", "-m", "Other words")
    assert "Half way" in told.git("log", "-1", "--notes=memory", FORMAT)
    tip = told.git("rev-parse", "refs/notes/memory")
    told.git("commit", "-q", "--allow-empty", "-m", "Nothing new")
    assert told.git("rev-parse", "refs/notes/memory") == tip


def test_notes_that_somebody_else_wrote_are_left_alone(told: Repo) -> None:
    told.git("notes", "--ref=memory", "add", "-m", "mine")
    before = told.git("rev-parse", "refs/notes/memory")
    assert "git config memory.notes refs/notes/NAME" in told.fails("notes")
    assert "refs/notes/memory" in told.fails("notes", "--remove")
    assert told.git("rev-parse", "refs/notes/memory") == before
    told.git("config", "memory.notes", "refs/notes/links")
    assert "git log --notes=links" in told.do("notes")
    assert "Half way" in told.git("log", "-1", "--notes=links", FORMAT)


def test_a_note_of_somebodys_on_top_of_ours_is_not_overwritten(told: Repo) -> None:
    told.do("notes")
    told.git("notes", "--ref=memory", "append", "-m", "mine")
    assert "did not write" in told.fails("notes")
    assert "mine" in told.git("log", "-1", "--notes=memory", FORMAT)


def test_remove_takes_them_away(told: Repo) -> None:
    told.do("notes")
    assert told.do("notes", "--remove") == "refs/notes/memory is gone\n"
    assert told.git("for-each-ref", "refs/notes") == ""
    assert told.run("notes", "--remove").code == 1


def test_nothing_of_ours_pushes_them(told: Repo, tmp_path: Path) -> None:
    told.git("init", "-q", "--bare", tmp_path / "hub.git")
    told.git("remote", "add", "origin", tmp_path / "hub.git")
    told.do("notes")
    told.do("sync")
    told.git("push", "-q", "origin", "main")
    assert told.git("-C", tmp_path / "hub.git", "for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/main",
        "refs/heads/memory",
    ]


def test_a_title_cannot_drive_the_terminal_that_shows_it(told: Repo, tmp_path: Path) -> None:
    told.git("worktree", "add", "-q", tmp_path / "by hand", "memory")
    [file] = (tmp_path / "by hand" / "decisions").iterdir()
    file.write_text(file.read_text().replace("# Use JWT", "# Use \x1b[31mJWT\u202e"))
    told.git("-C", tmp_path / "by hand", "commit", "-qam", "By hand")
    told.git("worktree", "remove", tmp_path / "by hand")
    told.do("notes")
    shown = told.git("log", "--notes=memory", FORMAT)
    assert "\\u{1B}[31mJWT" in shown
    assert not {"\x1b", "\u202e"} & set(shown)


def test_many_commits_have_their_notes_in_folders_as_git_likes_it(told: Repo) -> None:
    for number in range(4):
        told.git("commit", "-q", "--allow-empty", "-m", f"Commit {number}")
        told.do("checkpoint", f"Step {number}")
    told.do("notes")
    done = subprocess.run(
        ["git", "notes", "--ref=memory", "show", "HEAD~2"],
        cwd=told.path, env=told.environment, capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert "Step 1" in done.stdout
    assert told.git("fsck", "--no-dangling") == ""
