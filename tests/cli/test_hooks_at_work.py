"""The hooks as git runs them: real commits, rebases and amendments settle what the memory speaks of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hooked import change, commit, git, versions

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def test_a_commit_makes_a_checkpoint_where_that_is_switched_on(hooked: Repo) -> None:
    commit(hooked, "No checkpoint yet")
    change(hooked)
    hooked.git("-c", "memory.hooks.checkpoint=true", "commit", "-q", "-m", "Sign in by mail")
    hooked.git("config", "memory.hooks.checkpoint", "true")
    [record] = hooked.json("list", "checkpoint")
    assert record["title"] == "Sign in by mail"
    assert record["code"]["commit"] == hooked.git("rev-parse", "HEAD")
    git(hooked, "commit", "-q", "--amend", "-m", "Sign in by e-mail")
    assert len(hooked.json("list", "checkpoint")) == 1  # an amendment is no further one


def test_installed_by_an_interpreter_that_is_told_where_our_modules_are_they_find_them(repo: Repo) -> None:
    python = Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    knows = subprocess.run([python, "-I", "-c", "import lsp_server"], capture_output=True, check=False)
    if knows.returncode == 0 or not python.exists():
        pytest.skip("there is no interpreter without Git Memory")
    places = [place for place in sys.path if Path(place).is_absolute()]
    begin = f"import sys; sys.path[:] = {places!r}; from lsp_server.cli import main; main()"
    subprocess.run(
        [python, "-I", "-c", begin, "hooks", "install"],
        cwd=repo.path, env=repo.environment, check=True, capture_output=True,
    )  # fmt: skip
    repo.git("config", "memory.hooks.checkpoint", "true")
    commit(repo, "Sign in")
    assert "Sign in" in repo.do("list", "checkpoint")


def test_at_the_end_of_a_rebase_what_spoke_of_its_commits_is_settled_once(hooked: Repo) -> None:
    for number in range(3):
        change(hooked, f"{number}\n", f"{number}.txt")
        hooked.git("commit", "-qm", f"Commit {number}")
        hooked.do("learn", f"Learning {number}", "--at", f"{number}.txt:1")
    before, old = versions(hooked), hooked.git("rev-list", "--reverse", "HEAD~3..").splitlines()
    done = git(hooked, "rebase", "-q", "--force-rebase", "HEAD~3", GIT_COMMITTER_DATE="2001-01-01T00:00:00Z")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    new = hooked.git("rev-list", "--reverse", "HEAD~3..").splitlines()
    assert set(old).isdisjoint(new)
    assert versions(hooked) == before + 1
    assert hooked.git("log", "-1", "--format=%s", "memory").startswith("anchors: settle 3 records")
    commits = {record["title"]: record["code"]["commit"] for record in hooked.json("list")}
    assert commits == {f"Learning {number}": new[number] for number in range(3)}


def test_an_amendment_settles_what_spoke_of_the_commit(hooked: Repo) -> None:
    change(hooked)
    hooked.git("commit", "-qm", "One")
    hooked.do("learn", "About one", "--at", "one.txt:1")
    assert git(hooked, "commit", "-q", "--amend", "-m", "Two").stderr == ""
    [record] = hooked.json("list")
    assert record["code"]["commit"] == hooked.git("rev-parse", "HEAD")
    assert hooked.git("rev-parse", "HEAD") in hooked.file(record["label"])


def test_a_commit_gives_lines_that_no_commit_had_their_births(hooked: Repo) -> None:
    (hooked.path / "src" / "new.py").write_text("one\ntwo\nthree\n")
    label = hooked.label("learn", "About a line to come", "--at", "src/new.py:2")
    assert "uncommitted" in hooked.file(label)
    commit(hooked, "Something else")
    assert "uncommitted" in hooked.file(label)
    hooked.git("add", "src/new.py")
    hooked.git("commit", "-qm", "New")
    assert f"{hooked.git('rev-parse', 'HEAD')} 2 src/new.py" in hooked.file(label)


def test_what_was_rewritten_is_noted_line_by_line(hooked: Repo) -> None:
    old = []
    for number in range(3):
        change(hooked, f"{number}\n", f"{number}.txt")
        hooked.git("commit", "-qm", f"Commit {number}")
        old.append(hooked.git("rev-parse", "HEAD"))
    hooked.git("commit", "-q", "--amend", "-m", "Amended")
    amended = hooked.git("rev-parse", "HEAD")
    git(hooked, "rebase", "-q", "--force-rebase", "HEAD~3", GIT_COMMITTER_DATE="2001-01-01T00:00:00Z")
    new = hooked.git("rev-list", "--reverse", "HEAD~3..").splitlines()
    noted = [line.split() for line in (hooked.path / ".git/git-memory/rewritten").read_text().splitlines()]
    assert noted == [
        [old[2], amended, "hook"],
        [old[0], new[0], "hook"],
        [old[1], new[1], "hook"],
        [amended, new[2], "hook"],
    ]


def test_in_a_linked_worktree_they_work_for_that_worktree(hooked: Repo, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "-q", "-b", "side", tmp_path / "side")
    hooked.git("config", "memory.hooks.checkpoint", "true")
    (tmp_path / "side" / "two.txt").write_text("two\n")
    hooked.git("-C", tmp_path / "side", "add", ".")
    done = git(hooked, "commit", "-q", "-m", "On the side", cwd=tmp_path / "side")
    assert (done.returncode, done.stderr) == (0, "")
    [record] = hooked.json("list", "checkpoint")
    assert (record["title"], record["code"]["branch"]) == ("On the side", "side")


def test_with_git_dir_and_an_index_of_its_own_they_find_the_repository(hooked: Repo, tmp_path: Path) -> None:
    hooked.git("config", "memory.hooks.checkpoint", "true")
    change(hooked)
    shutil.copy(hooked.path / ".git" / "index", tmp_path / "index")
    env = {
        "GIT_DIR": str(hooked.path / ".git"),
        "GIT_WORK_TREE": str(hooked.path),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
    }
    done = git(hooked, "commit", "-q", "-m", "From elsewhere", cwd=tmp_path, **env)
    assert (done.returncode, done.stderr) == (0, "")
    assert [record["title"] for record in hooked.json("list", "checkpoint")] == ["From elsewhere"]


@pytest.mark.parametrize("known", ["", "[user]\n\tname = Somebody Else\n\temail = else@example.org\n"])
def test_what_a_commit_brings_is_written_by_its_committer_also_where_only_that_command_knows_who_it_is(
    hooked: Repo, tmp_path: Path, known: str
) -> None:
    settings = tmp_path / "settings"
    settings.write_text(known)
    hooked.git("config", "memory.hooks.checkpoint", "true")
    ann = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    for number in (1, 2):
        change(hooked, f"{number}\n")
        said = git(hooked, *ann, "commit", "-qm", f"Part {number}", GIT_CONFIG_GLOBAL=str(settings))
        assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    assert [one["title"] for one in hooked.json("list", "checkpoint")] == ["Part 2", "Part 1"]
    assert (
        hooked.git("log", "-2", "--format=%an <%ae> %cn <%ce>", "memory").splitlines()
        == ["Ann <ann@example.org> Ann <ann@example.org>"] * 2
    )
    assert not [*(hooked.path / ".git" / "git-memory" / "drafts").rglob("*.md")]


def test_who_commits_for_somebody_is_the_committer_of_what_it_brings(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.checkpoint", "true")
    commit(hooked, "By mail", "--author", "Ann <ann@example.org>")
    committer = hooked.git("log", "-1", "--format=%cn <%ce>")
    assert hooked.git("log", "-1", "--format=%cn <%ce>", "memory") == committer
