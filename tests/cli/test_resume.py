"""``git memory resume``: where the work stood, and what came since, whatever became of the history."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from terminals import run_on_a_terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

PROGRAM = Path(sys.executable).parent / "git-memory"


def paths(document: Any) -> list[str]:
    return [file["path"] for file in document["files"]]


def test_it_tells_what_was_to_be_done_and_what_came_since(repo: Repo) -> None:
    then = repo.git("rev-parse", "HEAD")
    label = repo.label(
        "checkpoint",
        "Login works",
        *("--phase", "implementation", "--completed", "Login form", "--in-progress", "Password reset"),
        *("--todo", "Rate limit", "--todo", "Docs", "--notes", "Ask about the mail server."),
    )
    anchored = repo.label("learn", "Emails differ by case", "--at", "src/auth.py:3-4")
    code = repo.path / "src" / "auth.py"
    code.write_text("first\n" + code.read_text())
    one = repo.commit("One", one="1\n")
    (repo.path / "new.txt").write_text("not committed\n")
    shown = repo.do("resume")
    lines = shown.splitlines()
    assert lines[0] == f"{label} Login works"
    assert lines[1].endswith(" · implementation")
    assert lines[2] == f"code {then[:10]} on main"
    assert lines[3] == f"HEAD is {one[:10]} on main, with uncommitted changes"
    parts = {part.split("\n")[0]: part.split("\n")[1:] for part in shown.rstrip("\n").split("\n\n")[1:]}
    assert parts == {
        "In Progress": ["  Password reset"],
        "To Do": ["  Rate limit", "  Docs"],
        "Completed": ["  Login form"],
        "Notes": ["  Ask about the mail server."],
        "1 commit since": [f"  {one[:10]}  {repo.git('log', '-1', '--format=%cs')}  Ada: One"],
        "3 files changed since, +3 −0": ["  new.txt  +1 −0", "  one.py  +1 −0", "  src/auth.py  +1 −0"],
        "Records since: 1 new": [f"  {anchored} Emails differ by case: new, at src/auth.py:3-4"],
        "Anchored in the files changed": [
            f"  {anchored} Emails differ by case",
            "    src/auth.py:4-5: anchored there, written at src/auth.py:3-4",
        ],
    }


def test_the_answer_for_machines_has_all_of_it(repo: Repo) -> None:
    repo.do("bug", "Login fails")
    repo.do("checkpoint", "Login works", "--todo", "Rate limit")
    one = repo.commit("One", one="1\n")
    repo.do("mark", "BUG-1", "fixed")
    document = repo.json("resume")
    assert document["checkpoint"]["fields"]["todo"] == ["Rate limit"]
    assert document["head"] == {"commit": one, "branch": "main", "uncommitted": False}
    assert (document["commits"]["count"], document["commits"]["newest"][0]["subject"]) == (1, "One")
    assert document["files"] == [{"path": "one.py", "was": None, "added": 1, "removed": 0}]
    [change] = document["records"]
    assert (change["label"], change["change"], change["summary"]) == ("BUG-1", "changed", "open → fixed")
    assert document["anchored"] == {"count": 0, "records": []}
    assert (document["snapshot"], document["newer"]) == (None, None)


def test_no_time_at_all_is_just_now(repo: Repo) -> None:
    repo.do("checkpoint", "Login works")
    worktree = repo.path.parent / "memory"
    repo.git("worktree", "add", "-q", worktree, "memory")
    (file,) = worktree.glob("checkpoints/**/*.md")
    file.write_text(re.sub("(?m)^created: .*", "created: 2999-01-01T00:00:00+00:00", file.read_text()))
    repo.git("-C", worktree, "commit", "-qam", "By a clock that goes wrong")
    assert repo.do("resume").splitlines()[1].startswith("just now · 2999-01-01")


def test_when_it_was_is_told_in_the_time_of_who_reads_it(repo: Repo) -> None:
    there, here = {"TZ": "Asia/Tokyo"}, {"TZ": "America/New_York"}
    repo.run("checkpoint", "Login works", env=there)
    (of_show,) = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", repo.run("show", _newest(repo), env=here).out)
    assert repo.run("resume", env=here).out.splitlines()[1].endswith(f" · {of_show}")


def _newest(repo: Repo) -> str:
    return str(repo.json("list", "checkpoints")[0]["label"])


def test_nothing_since_is_said_by_leaving_it_out(repo: Repo) -> None:
    repo.do("checkpoint", "Quiet")
    lines = repo.do("resume").splitlines()
    assert len(lines) == 4
    assert lines[3].endswith("on main: the same commit")


def test_the_newest_checkpoint_of_this_branch_is_meant_and_a_newer_one_elsewhere_is_named(repo: Repo) -> None:
    mine = repo.label("checkpoint", "On main")
    repo.git("switch", "-q", "-c", "side")
    repo.commit("On the side", side="1\n")
    other = repo.label("checkpoint", "On the side")
    repo.git("switch", "-q", "main")
    document = repo.json("resume")
    assert (document["checkpoint"]["label"], document["newer"]["label"]) == (mine, other)
    assert f"newer: {other} On the side, on side (`git memory resume {other}`)" in repo.do("resume")
    assert repo.json("resume", "--latest")["checkpoint"]["label"] == other
    assert repo.json("resume", mine)["checkpoint"]["label"] == mine
    repo.git("switch", "-q", "-c", "new", "main")
    assert repo.json("resume")["checkpoint"]["label"] == mine  # what HEAD's history has
    repo.git("switch", "-q", "--detach", "side")
    assert repo.json("resume")["checkpoint"]["label"] == other


def test_on_another_branch_it_says_what_head_does_not_have(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.commit("One", one="1\n")
    repo.commit("Two", two="2\n")
    label = repo.label("checkpoint", "On the side")
    repo.git("switch", "-q", "main")
    repo.commit("Meanwhile", meanwhile="m\n")
    said = repo.do("resume", label)
    assert "on main: it does not have 2 commits of the checkpoint's" in said
    document = repo.json("resume", label)
    assert (document["commits"]["count"], document["commits"]["elsewhere"]) == (1, 2)
    assert paths(document) == ["meanwhile.py"]


def test_a_rebased_checkpoint_is_found_again(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "work")
    old = repo.commit("Add a form", form="a form\n")
    repo.do("checkpoint", "Form works")
    repo.commit("After it", after="1\n")
    repo.git("switch", "-q", "main")
    repo.commit("Meanwhile", meanwhile="m\n")
    repo.git("rebase", "-q", "main", "work")
    document = repo.json("resume")
    assert document["commit"]["then"] == old
    assert document["commit"]["today"] == repo.git("rev-parse", "work~1")
    assert document["commit"]["link"].startswith(f"was {old[:10]}: ")
    assert (document["commits"]["count"], document["commits"]["elsewhere"]) == (1, 0)
    assert paths(document) == ["after.py"]
    assert f"on work (was {old[:10]}: " in repo.do("resume")


def test_a_checkpoint_whose_commit_is_lost_says_so(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "work")
    lost = repo.commit("Thrown away", gone="x\n")
    repo.do("checkpoint", "On what is lost")
    repo.git("switch", "-q", "main")
    repo.git("branch", "-q", "-D", "work")
    said = repo.do("resume", "--latest")
    assert f"code {lost[:10]} on work (no branch has it any more, and nothing tells what it became)" in said
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    (repo.path / "new.txt").write_text("x\n")
    document = repo.json("resume", "--latest")
    assert document["commit"]["today"] is None
    assert document["commits"]["count"] is None
    assert paths(document) == ["new.txt"]
    said = repo.do("resume", "--latest")
    assert "that commit is lost: neither it nor what it became is in this repository" in said
    assert "1 file not committed, +1 −0" in said


def test_anchors_in_renamed_and_deleted_files_are_told(repo: Repo) -> None:
    (repo.path / "gone.py").write_text("this will be deleted\n")
    repo.commit("Both")
    repo.do("learn", "Follows", "--at", "src/auth.py:3")
    repo.do("learn", "Ends", "--at", "gone.py:1")
    repo.do("checkpoint", "Now")
    repo.git("mv", "src/auth.py", "src/login.py")
    repo.git("rm", "-q", "gone.py")
    repo.commit("Move and remove")
    document = repo.json("resume")
    assert {file["path"]: file["was"] for file in document["files"]} == {
        "gone.py": None,
        "src/login.py": "src/auth.py",
    }
    told = {one["title"]: (one["range"], one["evidence"]) for one in document["anchored"]["records"]}
    assert told["Follows"] == (
        {"path": "src/login.py", "start": 3, "end": 3},
        "anchored there, written at src/auth.py:3",
    )
    assert told["Ends"] == (None, "was anchored there, at gone.py:1: its lines are gone")


def test_a_long_history_is_cut_and_counted(repo: Repo) -> None:
    then = repo.git("rev-parse", "HEAD")
    label = repo.label("checkpoint", "Long ago", *[w for n in range(15) for w in ("--todo", f"Thing {n}")])
    for number in range(15):
        repo.commit(f"Change {number}", **{f"f{number}": "1\n"})
    said = repo.do("resume")
    assert f"  … and 5 more: git memory show {label}" in said
    assert f"  … and 5 more: git log {then[:10]}..HEAD" in said
    assert f"  … and 5 more: git diff --stat {then[:10]}" in said
    assert "15 commits since" in said
    assert "more" not in repo.do("resume", "-n", "20")
    assert repo.do("resume", "--markdown").count("… and 5 more") == 3


def test_as_markdown_nothing_in_it_acts(repo: Repo) -> None:
    repo.do("checkpoint", "<b>Bold</b>", "--todo", "![x](http://example.org/x.png) @all")
    repo.commit("</details> #12", one="1\n")
    said = repo.do("resume", "--markdown")
    assert said.startswith("### CHECK-")
    for acting in ("<b>", "![x]", "</details>", " @all", "#12"):
        assert acting not in said
    assert "choose one" in repo.fails("resume", "--markdown", "--json", code=2)


def test_what_is_no_checkpoint_is_refused(repo: Repo) -> None:
    assert "there is no checkpoint yet" in repo.fails("resume")
    repo.do("decide", "Use JWT")
    assert "ADR-0001 is a decision; name a checkpoint" in repo.fails("resume", "ADR-1")
    assert "there is no 'CHECK-12345678'" in repo.fails("resume", "CHECK-12345678")
    assert "choose one" in repo.fails("resume", "ADR-1", "--latest", code=2)


def test_an_unborn_branch_a_bare_and_a_sha256_repository_are_resumed(repo: Repo, tmp_path: Path) -> None:
    new = tmp_path / "new"
    repo.git("init", "-q", "--object-format=sha256", new)
    repo.do("init", cwd=new)
    repo.do("checkpoint", "Before the first commit", "--todo", "Begin", cwd=new)
    said = repo.do("resume", cwd=new)
    assert "written before there was a commit" in said
    assert "Begin" in said
    (new / "a.py").write_text("x\n")
    repo.git("-C", new, "add", "a.py")
    repo.git("-C", new, "commit", "-q", "-m", "First")
    document = repo.json("resume", cwd=new)
    assert (document["commit"]["then"], document["commits"]["count"]) == (None, 1)
    repo.do("checkpoint", "After it", cwd=new)
    repo.git("clone", "-q", "--bare", new, tmp_path / "bare.git")
    document = repo.json("resume", cwd=tmp_path / "bare.git")
    assert (document["checkpoint"]["title"], document["head"]["uncommitted"]) == ("After it", None)


def test_where_history_is_cut_nobody_claims_to_know(repo: Repo, tmp_path: Path) -> None:
    repo.do("checkpoint", "At the beginning")
    repo.commit("One", one="1\n")
    repo.commit("Two", two="2\n")
    shallow = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo.path}", shallow)
    repo.do("init", cwd=shallow)
    document = repo.json("resume", cwd=shallow)
    assert (document["commit"]["today"], document["commits"]["count"]) == (None, None)
    assert "history is cut in this clone" in repo.do("resume", cwd=shallow)


def test_on_a_terminal_nothing_is_wider_than_it(repo: Repo) -> None:
    title = "A title that goes on and on until it is longer than a line " * 2
    repo.do("learn", title, "--at", "src/auth.py:3")
    repo.do("checkpoint", "Words " * 30, "--todo", "a long thing to do " * 12, "--notes", "note " * 60)
    code = repo.path / "src" / "auth.py"
    code.write_text("first\n" + code.read_text())
    repo.commit("A subject that is as long as people write them when nobody stops them, and longer still")
    repo.do("checkpoint", "Words " * 30)
    questions = (["resume"], ["why", "src/auth.py:4"], ["show", "HEAD"], ["checkpoint", "--for", "HEAD~1"])
    for arguments in questions:
        environment = {**repo.environment, "COLUMNS": "80", "NO_COLOR": "1"}
        _, out = run_on_a_terminal([PROGRAM, *arguments], repo.path, environment, streams=["stdout"])
        lines = out.splitlines()
        assert len(lines) >= 2, arguments
        assert max(map(len, lines)) <= 80, arguments


def test_a_checkpoint_that_kept_its_work_tree_says_how_to_go_back(repo: Repo) -> None:
    record = repo.json("checkpoint", "With its tree")
    repo.git("update-ref", f"refs/memory/snapshots/{record['id']}", "HEAD")
    assert f"its work tree is kept: `git memory restore {record['label']}`" in repo.do("resume")
    assert repo.json("resume")["snapshot"] == repo.git("rev-parse", "HEAD")


@pytest.mark.skipif(sys.platform != "linux", reason="not every file system has such names")
def test_a_file_whose_name_is_not_utf8_is_named_by_its_bytes_as_in_errors(repo: Repo) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (repo.path / name).write_text("one\n")
    repo.commit("Named in another encoding")
    repo.do("checkpoint", "Here")
    (repo.path / name).write_text("two\n")
    assert "  caf\\xe9.txt  +1 −1\n" in repo.do("resume")
    assert "- caf\\\\xe9.txt +1 −1" in repo.do("resume", "--markdown")  # a backslash that Markdown leaves
    assert "caf\\xe9.txt has 1 line;" in repo.fails("why", f"{name}:9", code=2)
    (repo.path / name).unlink()
    assert "caf\\xe9.txt does not exist" in repo.fails("learn", "It", "--at", f"{name}:1", code=2)
