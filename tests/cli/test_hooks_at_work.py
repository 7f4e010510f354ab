"""The hooks as git runs them: real commits, rebases, amendments and pushes, by the shells that there are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lsp_server.hook_script import HOOKS, KEPT

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

SECONDS = 20.0


@pytest.fixture(scope="session")
def _hooks(_prepared: Path, tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    place = tmp_path_factory.mktemp("hooked") / "project"
    shutil.copytree(_prepared / "with memory", place, symlinks=True)
    subprocess.run(["git", "memory", "hooks", "install"], cwd=place, env=environment, check=True)
    return place / ".git" / "hooks"


@pytest.fixture
def hooked(repo: Repo, _hooks: Path) -> Repo:
    """A repository with a memory and our hooks."""
    shutil.copytree(_hooks, repo.path / ".git" / "hooks", dirs_exist_ok=True)
    return repo


def git(repo: Repo, *arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """git, whatever comes of it, with all that it says."""
    return subprocess.run(
        ["git", *arguments],
        cwd=cwd or repo.path,
        env={**repo.environment, **env},
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


def change(repo: Repo, text: str = "changed\n", name: str = "one.txt") -> None:
    (repo.path / name).write_text(text)
    repo.git("add", name)


def commit(repo: Repo, message: str, *options: str, **env: str) -> str:
    """A commit by git that must go well, and silently; the message that it has."""
    change(repo, f"{message}\n{time.monotonic_ns()}\n")
    done = git(repo, "commit", "-q", "-m", message, *options, **env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return repo.git("log", "-1", "--format=%B")


def versions(repo: Repo) -> int:
    """How many commits the memory has."""
    return int(repo.git("rev-list", "--count", "memory"))


def put_hook(repo: Repo, name: str, text: str) -> None:
    path = repo.path / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def notices_python(repo: Repo) -> Path:
    """Let the hooks start something that leaves a trace, instead of Git Memory; the trace."""
    trace = repo.path.parent / "started"
    python = repo.path.parent / "python"
    python.write_text(f'#!/bin/sh\necho "$GIT_MEMORY_HOOK" >>"{trace}"\n')
    python.chmod(0o755)
    from lsp_server.store import hook_files

    folder = repo.path / ".git" / "hooks"
    for name in HOOKS:
        (folder / name).unlink(missing_ok=True)
        hook_files.install(hook_files.look(folder, name, (str(python),)), (str(python),))
    return trace


def started(trace: Path) -> list[str]:
    return trace.read_text().split() if trace.exists() else []


# what they do ---------------------------------------------------------------------------------------
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


def test_the_message_names_the_checkpoint_that_the_commit_was_prepared_with(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    assert commit(hooked, "Nothing to name") == "Nothing to name"
    (hooked.path / "src" / "auth.py").write_text("half way\n")
    label = hooked.label("checkpoint", "Half way")
    hooked.git("add", "src/auth.py")
    assert commit(hooked, "Sign in") == f"Sign in\n\nMemory-Checkpoint: {label}"
    assert commit(hooked, "The next one") == "The next one"
    assert label in hooked.do("show", hooked.git("rev-parse", "HEAD~1"))


def test_a_checkpoint_of_a_clean_work_tree_is_not_of_the_commit_that_follows(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    hooked.do("checkpoint", "All done so far")
    assert commit(hooked, "Something else") == "Something else"


def test_an_amendment_keeps_its_trailer_and_gets_no_second_one(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    change(hooked)
    label = hooked.label("checkpoint", "Half way")
    hooked.git("commit", "-qm", "Sign in")
    hooked.git("commit", "-q", "--amend", "--no-edit")
    assert hooked.git("log", "-1", "--format=%B") == f"Sign in\n\nMemory-Checkpoint: {label}"


@pytest.mark.parametrize(("comment", "options"), [("#", ()), (";", ("-v",))])
def test_a_message_that_is_left_empty_in_the_editor_still_ends_the_commit(
    comment: str, options: tuple[str, ...], hooked: Repo
) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    hooked.git("config", "core.commentChar", comment)
    change(hooked)
    label = hooked.label("checkpoint", "Half way")
    done = git(hooked, "commit", *options, GIT_EDITOR="true")
    assert done.returncode == 1
    assert "Aborting commit due to empty commit message" in done.stderr
    typed = hooked.editor('{ echo "Sign in"; cat "$1"; } >"$1.new" && mv "$1.new" "$1"')
    done = git(hooked, "commit", *options, GIT_EDITOR=typed)
    assert done.returncode == 0, done.stderr
    assert hooked.git("log", "-1", "--format=%B") == f"Sign in\n\nMemory-Checkpoint: {label}"


def test_a_template_that_was_not_filled_in_still_ends_the_commit(hooked: Repo) -> None:
    hooked.git("config", "memory.hooks.trailer", "true")
    (hooked.path.parent / "template").write_text("Subject\n\nWhy:\n")
    hooked.git("config", "commit.template", "../template")
    change(hooked)
    hooked.do("checkpoint", "Half way")
    done = git(hooked, "commit", GIT_EDITOR="true")
    assert done.returncode == 1
    assert "you did not edit the message" in done.stderr


@pytest.fixture
def hub(hooked: Repo, tmp_path: Path) -> Path:
    place = tmp_path / "hub.git"
    hooked.git("init", "-q", "--bare", place)
    hooked.git("remote", "add", "origin", place)
    hooked.do("sync")
    return place


def arrives(hub: Path, repo: Repo, title: str) -> bool:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if title in git(repo, "log", "--format=%s", "memory", cwd=hub).stdout:
            return True
        time.sleep(0.05)
    return False


def test_a_push_of_code_syncs_the_memory_where_that_is_switched_on(hooked: Repo, hub: Path) -> None:
    hooked.do("learn", "Emails differ by case")
    commit(hooked, "One")
    assert git(hooked, "push", "-q", "origin", "main").stderr == ""
    assert "Emails differ" not in git(hooked, "log", "--format=%s", "memory", cwd=hub).stdout
    hooked.git("config", "memory.sync", "on")
    commit(hooked, "Two")
    done = git(hooked, "push", "-q", "origin", "main")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert arrives(hub, hooked, "Emails differ by case")


def test_a_push_of_the_memory_itself_is_left_to_the_person(hooked: Repo, hub: Path) -> None:
    trace = notices_python(hooked)
    for refs in (["memory"], ["main", "memory"], ["memory:refs/heads/backup"], ["--all"], ["--mirror"]):
        hooked.do("learn", "To be pushed by hand")
        hooked.git("-c", "memory.sync=on", "push", "-q", "origin", *refs)
    assert started(trace) == []
    hooked.git("config", "memory.sync", "on")
    commit(hooked, "One")
    trace.unlink()
    git(hooked, "push", "-q", "origin", "main")
    assert started(trace) == ["pre-push"]


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


# hooks that were there ------------------------------------------------------------------------------
def test_a_pre_push_that_refuses_still_refuses_and_hears_what_git_says(repo: Repo, tmp_path: Path) -> None:
    put_hook(repo, "pre-push", f'#!/bin/sh\n{{ echo "$@"; cat; }} >"{tmp_path}/told"\necho no >&2\nexit 7\n')
    repo.do("hooks", "install")
    repo.git("config", "memory.sync", "on")
    repo.git("init", "-q", "--bare", tmp_path / "hub.git")
    repo.git("remote", "add", "origin", tmp_path / "hub.git")
    done = git(repo, "push", "-q", "origin", "main")
    assert done.returncode == 1
    assert done.stderr.startswith("no\n")
    head = repo.git("rev-parse", "main")
    assert (tmp_path / "told").read_text() == (
        f"origin {tmp_path / 'hub.git'}\nrefs/heads/main {head} refs/heads/main {'0' * len(head)}\n"
    )
    assert repo.git("-C", tmp_path / "hub.git", "for-each-ref") == ""


def test_all_hooks_that_were_there_run_with_what_git_gives_them(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "memory.hooks.trailer", "true")
    for name in HOOKS:
        told = tmp_path / f"told by {name}"
        put_hook(
            repo,
            name,
            f'#!/bin/sh\n{{ echo "$#" "${{branch-unset}}"; cat; }} >"{told}" </dev/stdin\nexit 0\n',
        )
    repo.do("hooks", "install")
    change(repo)
    hub = tmp_path / "hub.git"
    repo.git("init", "-q", "--bare", hub)
    repo.git("commit", "-qm", "One")
    repo.git("commit", "-q", "--amend", "-m", "Two")
    repo.git("push", "-q", hub, "main")
    said = {name: (tmp_path / f"told by {name}").read_text().splitlines() for name in HOOKS}
    assert said["post-commit"] == ["0 unset"]
    assert said["commit-msg"] == ["1 unset"]
    assert said["prepare-commit-msg"][0] == "2 unset"
    assert said["post-rewrite"][0] == "1 unset"
    assert said["post-rewrite"][1].split()[1] == repo.git("rev-parse", "HEAD")
    assert said["pre-push"][0] == "2 unset"
    assert len(said["pre-push"]) == 2


@pytest.mark.parametrize("name", ["prepare-commit-msg", "commit-msg"])
def test_a_hook_that_refuses_a_commit_still_refuses_it(name: str, repo: Repo) -> None:
    put_hook(repo, name, "#!/bin/sh\necho not so >&2\nexit 3\n")
    repo.do("hooks", "install")
    change(repo)
    done = git(repo, "commit", "-qm", "One")
    assert (done.returncode, done.stderr) == (1, "not so\n")


def test_a_hook_that_was_there_and_is_not_executable_is_not_run(repo: Repo, tmp_path: Path) -> None:
    put_hook(repo, "post-commit", f'#!/bin/sh\ntouch "{tmp_path}/ran"\n')
    (repo.path / ".git" / "hooks" / "post-commit").chmod(0o644)
    repo.do("hooks", "install")
    commit(repo, "One")
    assert not (tmp_path / "ran").exists()


# never in git's way ---------------------------------------------------------------------------------
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
        put_hook(hooked, f"{name}{KEPT}", f'#!/bin/sh\necho {name} >>"{told}"\n')
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


# kinds of repository --------------------------------------------------------------------------------
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


def test_a_line_in_a_hook_that_a_team_keeps_does_the_same(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "core.hooksPath", ".husky")
    lines = {hook["name"]: hook["line"] for hook in repo.run("hooks", "install", "--json").json["hooks"]}
    (repo.path / ".husky").mkdir()
    for name, line in lines.items():
        path = repo.path / ".husky" / name
        path.write_text(f"#!/bin/sh -e\n{line}\n")
        path.chmod(0o755)
    repo.git("config", "memory.hooks.trailer", "true")
    repo.git("config", "memory.hooks.checkpoint", "true")
    change(repo)
    label = repo.label("checkpoint", "Half way")
    assert commit(repo, "Sign in") == f"Sign in\n\nMemory-Checkpoint: {label}"
    assert "Sign in" in repo.do("list", "checkpoint")
    assert git(repo, "commit", "-q", "--amend", "--no-edit").stderr == ""
    assert (repo.path / ".git/git-memory/rewritten").read_text().count(" hook\n") == 1
    without = {"PATH": os.defpath}  # somebody who has no Git Memory
    assert commit(repo, "By a colleague", **without) == "By a colleague"
