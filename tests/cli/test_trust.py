"""``git memory trust``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from terminals import run_on_a_terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

PROGRAM = Path(sys.executable).parent / "git-memory"
TEMPLATE = "{% include 'built-in/records/learning.md.j2' %}\n\nTold by the team.\n"


@pytest.fixture
def team(repo: Repo) -> Repo:
    """A repository whose memory branch has a template of its own; nobody has trusted anything yet."""
    repo.environment["XDG_STATE_HOME"] = str(repo.path.parent / "state")
    tree = repo.path.parent / "by-hand"
    repo.git("worktree", "add", "-q", tree, "memory")
    (tree / "templates" / "records").mkdir(parents=True)
    (tree / "templates" / "records" / "learning.md.j2").write_text(TEMPLATE)
    (tree / "settings.yaml").write_text("default-tags: [team-a]\nodd: \x1b[2J\n")
    for arguments in (("add", "-A"), ("commit", "-q", "-m", "Templates")):
        repo.git("-C", tree, *arguments)
    repo.git("worktree", "remove", "--force", tree)
    return repo


def test_templates_apply_from_the_moment_that_one_trusts_them(team: Repo) -> None:
    assert "Told by the team" not in team.file(team.label("learn", "One"))
    assert "templates/records/learning.md.j2" in team.do("trust")
    assert "Told by the team" in team.file(team.label("learn", "Two"))
    assert "no more" in team.do("trust", "--revoke")
    assert "Told by the team" not in team.file(team.label("learn", "Three"))
    answer = team.run("trust", "--revoke")
    assert (answer.code, answer.err) == (1, "this repository was not trusted\n")


def test_one_can_look_before(team: Repo) -> None:
    shown = team.do("trust", "--show")
    assert shown.startswith("not trusted: these would apply\n")
    assert "  Told by the team.\n" in shown
    assert "settings.yaml\n" in shown
    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown
    assert team.json("trust", "--show")["trusted"] is False
    assert [file["path"] for file in team.json("trust", "--show")["files"]] == [
        "templates/records/learning.md.j2",
        "settings.yaml",
    ]
    assert not (team.path.parent / "state").exists()


def test_what_is_trusted_is_listed(team: Repo) -> None:
    answer = team.run("trust", "--list")
    assert (answer.code, answer.err) == (1, "no repository is trusted\n")
    team.do("trust")
    assert team.do("trust", "--list").rstrip().endswith("project/.git")
    (entry,) = team.json("trust", "--list")
    assert (entry["path"], entry["is_there"]) == (str(team.path / ".git"), True)


def test_a_setting_that_is_not_understood_is_a_warning(team: Repo) -> None:
    team.do("trust")
    answer = team.run("learn", "One")
    assert answer.code == 0
    assert "warning: settings.yaml on the memory branch: " in answer.err


def test_a_template_that_fails_is_a_warning_and_the_record_is_written(team: Repo) -> None:
    tree = team.path.parent / "by-hand"
    team.git("worktree", "add", "-q", tree, "memory")
    (tree / "templates" / "records" / "learning.md.j2").write_text("{{ ''.__class__ }}")
    (tree / "settings.yaml").unlink()
    team.git("-C", tree, "commit", "-qam", "Broken")
    team.git("worktree", "remove", "--force", tree)
    team.do("trust")
    answer = team.run("learn", "One")
    assert answer.code == 0
    assert answer.err.startswith("warning: the template templates/records/learning.md.j2 is not used: ")
    assert answer.err.count("\n") == 1


def on_a_terminal(repo: Repo, *arguments: str) -> str:
    code, shown = run_on_a_terminal([PROGRAM, *arguments], repo.path, repo.environment)
    assert code == 0
    return shown


def test_a_person_is_told_once_that_templates_were_left_aside(team: Repo) -> None:
    assert "trust" not in team.run("learn", "Zero").err  # no terminal: nobody to tell
    assert "trust" not in on_a_terminal(team, "log")  # nothing would have applied
    assert "they do not apply unless you trust it" in on_a_terminal(team, "learn", "One")
    assert "trust" not in on_a_terminal(team, "learn", "Two")


def test_a_repository_without_any_says_so(repo: Repo) -> None:
    answer = repo.run("trust", "--show")
    assert (answer.code, answer.err) == (1, "this repository has no templates or settings of its own\n")
