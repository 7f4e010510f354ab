"""Bad input and bad surroundings: a clear error or it just works, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

TITLES = {
    "10,000 characters": "x" * 10_000,
    "line breaks": "first\nsecond\r\nthird",
    "a way out": "../../x",
    "an option": "-rf",
    "right-to-left marks": "abc \u202edef\u202c ghi",
    "emoji": "💥 boom 👩‍👩‍👧",
    "an escape sequence": "\x1b[31mred\x1b]0;title\x07",
    "front matter": "--- \nid: x\n---",
    "a comment": "<!-- gone -->",
    "only a hash": "#",
    "yaml": "- [a: {b}] & *c !d % @e `f`",
    "jinja": "{{ 7 * 7 }} {% raw %}",
    "a slash": "a/b\\c",
    "dots": "..",
}


@pytest.mark.parametrize("name", list(TITLES))
def test_any_title_is_recorded_whole_or_refused_in_one_line(repo: Repo, name: str) -> None:
    tip = repo.git("rev-parse", "memory")
    answer = repo.run("decide", "--json", "--", TITLES[name])
    if answer.code == 0:
        record = answer.json
        assert repo.json("show", record["id"])["title"] == record["title"]
        assert record["path"].startswith("decisions/")
        assert ".." not in record["path"].split("/")
        assert len(os.path.basename(record["path"]).encode()) < 200  # noqa: PTH119 - a path on the branch
        for command in (["list"], ["show", record["id"]], ["search", "--", TITLES[name][:50]], ["log"]):
            out = repo.run(*command).out
            assert "\x1b" not in out
            assert "\u202e" not in out
    else:
        assert answer.err.count("\n") == 1
        assert repo.git("rev-parse", "memory") == tip


@pytest.mark.parametrize("title", ["", "   ", "\n", "\t\n"])
def test_an_empty_title_is_refused(repo: Repo, title: str) -> None:
    assert "title" in repo.fails("learn", title, code=2).lower()


@pytest.mark.parametrize(
    "text", ["a\0b", "---\nid: 1\n---\n", "\r\n\r\n# Other title\n", "x" * 300_000, "\ufeffbom"]
)
def test_any_text_is_recorded_whole_or_refused_in_one_line(repo: Repo, text: str) -> None:
    answer = repo.run("learn", "A title", "--json", stdin=text)
    assert answer.err.count("\n") <= 1
    if answer.code == 0:
        assert repo.json("show", answer.json["id"])["title"] == "A title"


def test_outside_of_a_repository(repo: Repo) -> None:
    for command in (["list"], ["init"], ["learn", "T"], ["why", "x:1"]):
        line = repo.fails(*command, cwd=repo.path.parent)
        assert "not" in line
        assert "repository" in line


def test_symbolic_links_in_a_circle_are_no_place_in_the_code(repo: Repo) -> None:
    (repo.path / "round").symlink_to("round")
    for command in (["learn", "T", "--at", "round:1"], ["why", "round:1"]):
        assert "round" in repo.fails(*command, code=2)


def test_without_a_memory_it_says_how_to_begin(fresh: Repo) -> None:
    for command in (["list"], ["learn", "T"], ["show", "ADR-1"], ["search", "x"], ["log"], ["checkpoint"]):
        assert "run `git memory init`" in fresh.fails(*command)
    assert fresh.git("for-each-ref", "refs/heads/memory") == ""


def test_init_says_what_it_did_and_twice_is_harmless(fresh: Repo) -> None:
    assert fresh.json("init") == {"branch": "memory", "created": True, "adopted": None}
    tip = fresh.git("rev-parse", "memory")
    assert fresh.json("init") == {"branch": "memory", "created": False, "adopted": None}
    assert "already" in fresh.do("init")
    assert fresh.git("rev-parse", "memory") == tip


def test_another_branch_can_hold_the_memory(fresh: Repo) -> None:
    assert fresh.json("init", "--branch", "project-memory")["branch"] == "project-memory"
    label = fresh.label("decide", "Use JWT")
    assert fresh.json("show", label)["title"] == "Use JWT"
    assert fresh.git("for-each-ref", "--format=%(refname:short)", "refs/heads") == "main\nproject-memory"


@pytest.mark.parametrize("name", ["-x", "a..b", "", "a b", "refs/../x", "x.lock", "HEAD"])
def test_a_branch_name_that_git_does_not_take_is_refused(fresh: Repo, name: str) -> None:
    answer = fresh.run("init", "--branch", name)
    assert answer.code in (1, 2), answer
    assert answer.err.count("\n") == 1


def test_the_remotes_memory_is_adopted(repo: Repo, environment: dict[str, str]) -> None:
    repo.do("decide", "Use JWT")
    clone = repo.path.parent / "clone"
    repo.git("clone", "-q", repo.path, clone)
    assert repo.json("init", cwd=clone)["adopted"] == "origin/memory"
    assert repo.json("list", cwd=clone)[0]["title"] == "Use JWT"


def test_a_repository_without_commits(repo: Repo) -> None:
    empty = repo.path.parent / "empty"
    repo.git("init", "-q", empty)
    (empty / "a.py").write_text("one\ntwo\n")
    repo.do("init", cwd=empty)
    record = repo.json("learn", "T", "--at", "a.py:2", cwd=empty)
    assert (record["code"] or {"commit": None})["commit"] is None
    repo.do("checkpoint", cwd=empty)
    assert "T" in repo.do("why", "a.py:2", cwd=empty)


def test_no_user_name_set_just_works_or_says_what_to_set(repo: Repo) -> None:
    answer = repo.run("learn", "T", env={"GIT_CONFIG_GLOBAL": os.devnull})
    assert answer.code == 0 or "user.name" in answer.err


def test_a_read_only_repository_can_be_read_and_refuses_a_write(repo: Repo) -> None:
    repo.do("learn", "Old")
    script = "git-memory list && git-memory show $(git-memory list | cut -d' ' -f1) && git-memory learn New"
    if os.geteuid() != 0:
        places = [path for path in [repo.path / ".git", *(repo.path / ".git").rglob("*")] if path.is_dir()]
        for place in places:
            place.chmod(0o555)
        done = _shell(repo, script)
        for place in places:
            place.chmod(0o755)
    else:  # the superuser may write everywhere but on a file system that is read-only
        done = _shell(
            repo,
            f"mount --bind . . && mount -o remount,ro,bind . && cd '{repo.path}' && {script}",
            "unshare",
            "-m",
        )
        if "mount" in done.stderr or "unshare" in done.stderr:
            pytest.skip("a superuser that may not mount")
    assert done.stdout.count("Old") >= 2
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def _shell(repo: Repo, script: str, *before: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, "sh", "-c", f"cd '{repo.path}' && {script}"],
        cwd=repo.path.parent,
        env=repo.environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_branch_called_memory_that_is_somebodys_code_is_left_alone(fresh: Repo) -> None:
    fresh.git("branch", "memory")
    before = fresh.git("rev-parse", "memory")
    assert "memory" in fresh.fails("init")
    fresh.fails("learn", "T")
    assert fresh.git("rev-parse", "memory") == before


def test_branches_below_memory_that_stand_in_its_way_are_named(fresh: Repo) -> None:
    fresh.git("branch", "memory/leak")
    assert "memory/leak" in fresh.fails("init")


def test_the_memory_branch_checked_out_is_not_moved_and_the_text_is_kept(repo: Repo) -> None:
    worktree = repo.path.parent / "checked out"
    repo.git("worktree", "add", "-q", worktree, "memory")
    tip = repo.git("rev-parse", "memory")
    line = repo.fails("learn", "Worth keeping", "--lesson", "Never lose a text.")
    assert str(worktree) in line
    assert "your text is kept in " in line
    kept = line.partition("your text is kept in ")[2]
    with open(kept, encoding="utf-8") as file:  # noqa: PTH123 - the path as it was printed
        assert "Never lose a text." in file.read()
    assert repo.git("rev-parse", "memory") == tip


@pytest.mark.parametrize(
    "ref", ["", " ", "ADR-", "ADR-0", "ADR-99999999999999", "../x", "-", "zz", "%", "a" * 5000, "\n"]
)
def test_any_reference_is_not_found_in_one_line(repo: Repo, ref: str) -> None:
    repo.do("decide", "Use JWT")
    answer = repo.run("show", "--", ref)
    assert answer.code in (1, 2), answer
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("command", ["directory", "folder", "sessions"])
@pytest.mark.parametrize("verb", ["import", "export"])
def test_a_folder_without_a_name_is_not_this_one(repo: Repo, verb: str, command: str) -> None:
    answer = repo.run(verb, command, "")  # "$FOLDER" where that is not set
    assert (answer.code, answer.out) == (2, "")
    assert "no folder is named" in answer.err
