"""Hooks that are never in git's way: silent, quick, and without a failure, whatever is broken."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hooked import change, commit, git, notices_python, put_hook, started

from lsp_server.hook_script import HOOKS, KEPT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Repo


def test_a_checkpoint_that_cannot_be_made_is_told_in_one_line_and_the_commit_stands(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.checkpoint", "true")
    hooked.git("worktree", "add", "-q", "../memory", "memory")
    change(hooked)
    done = git(hooked, "commit", "-q", "-m", "Sign in by mail")
    assert done.returncode == 0
    assert done.stderr.startswith("git memory: the branch 'memory' is checked out in ")
    assert done.stderr.count("\n") == 1


def test_a_commit_to_the_memory_by_hand_is_nobodys_business(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.checkpoint", "true")
    hooked.git("worktree", "add", "-q", "../memory", "memory")
    done = git(hooked, "commit", "-q", "--allow-empty", "-m", "By hand", cwd=hooked.path.parent / "memory")
    assert (done.returncode, done.stderr) == (0, "")
    assert hooked.git("log", "-1", "--format=%s", "memory") == "By hand"


def test_settling_that_has_to_wait_is_not_told_and_done_later(hooked: Repo) -> None:
    (hooked.path / "src" / "new.py").write_text("one\ntwo\n")
    label = hooked.label("learn", "About a line to come", "--at", "src/new.py:2")
    hooked.git("worktree", "add", "-q", "../memory", "memory")
    hooked.git("add", "src/new.py")
    done = git(hooked, "commit", "-q", "-m", "New")
    assert (done.returncode, done.stderr) == (0, "")
    hooked.git("worktree", "remove", "../memory")
    commit(hooked, "Something else")
    assert "uncommitted" not in hooked.file(label)


def test_what_takes_too_long_is_given_up_and_not_tried_again(hooked: Repo) -> None:
    hooked.do("learn", "Emails differ by case")
    hook = hooked.path / ".git" / "hooks" / "post-commit"
    begin = "from lsp_server.cli.hook import"
    slow = 'h._SECONDS = 1; h._DO = {"post-commit": lambda *_: time.sleep(30)}'
    hook.write_text(
        hook.read_text().replace(begin, f"import lsp_server.cli.hook as h, time; {slow}; {begin}")
    )
    began = time.monotonic()
    commit(hooked, "One")
    assert time.monotonic() - began < 15
    trace = notices_python(hooked)
    commit(hooked, "Two")
    assert started(trace) == []


def test_git_hears_nothing_when_git_memory_is_gone(hooked: Repo, tmp_path: Path) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    hooked.git("config", "memory.hooks.checkpoint", "true")
    trace = notices_python(hooked)
    python = hooked.path.parent / "python"
    for broken in (
        "#!/nowhere\n",
        "#!/bin/sh\nkill -9 $$\n",
        "#!/bin/sh\necho oh; echo oh >&2\n",
    ):
        python.write_text(broken)
        commit(hooked, "One")
        assert git(hooked, "commit", "-q", "--amend", "-m", "Two").stderr == ""
    python.unlink()
    commit(hooked, "Two")
    assert started(trace) == []


def test_git_hears_nothing_where_there_is_no_memory_or_none_that_can_be_read(hooked: Repo) -> None:
    trace = notices_python(hooked)
    hooked.git("config", "memory.branch", "other")
    commit(hooked, "One")
    hooked.git("config", "memory.branch", "-strange name")
    commit(hooked, "Two")
    (hooked.path / ".git" / "git-memory-proposal").write_text("no such proposal\n")
    hooked.git("config", "memory.branch", "memory")
    commit(hooked, "Three")
    assert started(trace) == []


def test_an_empty_path_is_no_hindrance(hooked: Repo, tmp_path: Path) -> None:
    hooked.git("config", "memory.hooks.checkpoint", "true")
    program = shutil.which("git")
    assert program is not None
    change(hooked)
    env = {name: value for name, value in hooked.environment.items() if name != "PATH"}
    done = subprocess.run(
        [program, "commit", "-q", "-m", "From a window"],
        cwd=hooked.path, env={**env, "PATH": str(tmp_path / "nothing")},
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_during_a_rebase_nothing_is_started_but_at_its_end(hooked: Repo) -> None:
    for number in range(4):
        change(hooked, f"{number}\n", f"{number}.txt")
        hooked.git("commit", "-qm", f"Commit {number}")
    hooked.git("config", "memory.hooks.checkpoint", "true")
    hooked.git("config", "memory.hooks.trailer", "true")
    hooked.do("learn", "At a commit that will not stay")
    trace = notices_python(hooked)
    done = git(hooked, "rebase", "-q", "--force-rebase", "HEAD~4")
    assert (done.returncode, done.stderr) == (0, "")
    assert started(trace) == ["post-rewrite"]
    trace.unlink()
    done = git(hooked, "rebase", "-q", "--apply", "--force-rebase", "HEAD~4")
    assert (done.returncode, done.stderr) == (0, "")
    assert started(trace) == []  # the branch has not moved when git runs the hook
    tip = hooked.git("rev-parse", "HEAD")
    hooked.git("reset", "-q", "--hard", "HEAD~3")
    git(hooked, "cherry-pick", "HEAD..HEAD@{1}")
    assert hooked.git("rev-parse", "HEAD^{tree}") == hooked.git("rev-parse", f"{tip}^{{tree}}")
    assert started(trace) == []
    patches = hooked.git("format-patch", "--stdout", "HEAD~2")
    hooked.git("reset", "-q", "--hard", "HEAD~2")
    (hooked.path.parent / "patches").write_text(patches + "\n")
    assert git(hooked, "am", "-q", str(hooked.path.parent / "patches")).returncode == 0
    assert started(trace) == []


def test_a_commit_that_settles_nothing_starts_nothing(hooked: Repo) -> None:
    (hooked.path / "src" / "ünd er.py").write_text("one\ntwo\nthree\n")
    hooked.do("learn", "About a line to come", "--at", "src/ünd er.py:2")
    commit(hooked, "Something else")
    trace = notices_python(hooked)
    commit(hooked, "Something else again")
    assert git(hooked, "commit", "-q", "--amend", "--no-edit").stderr == ""
    assert started(trace) == []
    hooked.git("add", "src")
    hooked.git("commit", "-qm", "New")
    assert started(trace) == ["post-commit"]
    hooked.do("learn", "A memory that moved on")
    commit(hooked, "And more")
    assert started(trace) == ["post-commit", "post-commit"]


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_any_shell_runs_them(shell: str, hooked: Repo, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    told = tmp_path / "told"
    for name in HOOKS:
        path = hooked.path / ".git" / "hooks" / name
        start = (
            f"#!{program} {'sh' if shell == 'busybox' else ''}\n"
            if shell != "bash"
            else f"#!{program} --posix\n"
        )
        path.write_text(path.read_text().replace("#!/bin/sh\n", start, 1))
        put_hook(hooked, f"../hooks{KEPT}/{name}", f'#!/bin/sh\necho {name} >>"{told}"\n')
    hooked.git("config", "memory.hooks.trailer", "true")
    hooked.git("config", "memory.hooks.checkpoint", "true")
    change(hooked)
    label = hooked.label("checkpoint", "Half way")
    assert commit(hooked, "Sign in") == f"Sign in\n\nMemory-Checkpoint: {label}"
    assert git(hooked, "commit", "-q", "--amend", "--no-edit").stderr == ""
    hooked.git("init", "-q", "--bare", tmp_path / "hub.git")
    assert git(hooked, "push", "-q", str(tmp_path / "hub.git"), "main").stderr == ""
    assert set(told.read_text().split()) == set(HOOKS)
    assert "Sign in" in hooked.do("list", "checkpoint")
