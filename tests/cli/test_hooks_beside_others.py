"""Our hooks beside those that were there: each runs as it did, and its answer is the one that git gets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hooked import change, commit, git, put_hook

from lsp_server.hook_script import HOOKS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Repo


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


BY_NAME = {
    "its own name": """case "$0" in */pre-push) ;; *) exit 9 ;; esac""",
    "its own name in bash": """[ "${BASH_SOURCE[0]##*/}" = pre-push ] || exit 9""",
    "the folder after its name": """[ "$(cat "$0.d/told")" = lib ] || exit 9""",
    "a file beside it": """. "${0%/*}/_lib.sh" && [ "$lib" = yes ] || exit 9""",
    "a file beside where it really is": """[ -f "$(dirname "$(readlink -f "$0")")/_lib.sh" ] || exit 9""",
    "a file of the project": """[ -f "$(cd "$(dirname "$0")" && pwd)/../../src/auth.py" ] || exit 9""",
}


@pytest.mark.parametrize("what", BY_NAME)
def test_a_hook_finds_what_it_looks_for_by(what: str, repo: Repo, tmp_path: Path) -> None:
    folder = repo.path / ".git" / "hooks"
    put_hook(
        repo, "pre-push", f"#!/usr/bin/env bash\n{BY_NAME[what]}\ncat >/dev/null; touch {tmp_path}/ran\n"
    )
    (folder / "_lib.sh").write_text("lib=yes\n")
    repo.do("hooks", "install")
    (folder / "pre-push.d").mkdir()  # what comes later is found as well
    (folder / "pre-push.d" / "told").write_text("lib\n")
    repo.git("init", "-q", "--bare", tmp_path / "hub.git")
    for sync in ("off", "on"):
        repo.git("config", "memory.sync", sync)
        commit(repo, sync)
        done = git(repo, "push", "-q", str(tmp_path / "hub.git"), "main")
        assert (done.returncode, done.stderr) == (0, "")
        (tmp_path / "ran").unlink()
    repo.do("hooks", "remove")
    assert not list((repo.path / ".git").glob("hooks?*"))
    assert git(repo, "push", "-q", str(tmp_path / "hub.git"), "main:other").returncode == 0


def test_lines_in_a_teams_hook_leave_it_what_git_says(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "core.hooksPath", ".husky")
    printed = repo.run("hooks", "install").out
    lines = {part.split("\n")[0].rpartition("/")[2]: part.split("\n\n")[0] for part in printed.split("make ")}
    lines = {name: part.partition("#!/bin/sh\n")[2] for name, part in lines.items()}
    for name in ("pre-push", "post-rewrite"):
        reads = f'while read -r one _; do echo "{name} $one" >>"{tmp_path}/told"; done'
        put_hook(repo, f"../../.husky/{name}", f"#!/bin/sh -e\n{lines[name]}\n{reads}\n")
    head = repo.git("rev-parse", "HEAD")
    assert git(repo, "commit", "-q", "--amend", "-m", "Again").stderr == ""
    repo.git("init", "-q", "--bare", tmp_path / "hub.git")
    for refs in (["main", "main:other"], ["main"]):  # the last has nothing to push
        done = git(repo, "push", "-q", str(tmp_path / "hub.git"), *refs)
        assert (done.returncode, done.stderr) == (0, "")
    said = (tmp_path / "told").read_text().splitlines()
    assert said == [f"post-rewrite {head}", *["pre-push refs/heads/main"] * 2]
    assert (repo.path / ".git/git-memory/rewritten").read_text().startswith(head)
