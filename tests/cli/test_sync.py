"""``git memory sync``, asked for."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from clones import NO_PROPOSALS, PATIENCE, hook, tip, until
from remote_servers import processes_that_mention, silent_server
from terminals import run_on_a_terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


@pytest.fixture
def other(repo: Repo, hub: Path, tmp_path: Path) -> Repo:
    """A second clone that shares the memory."""
    repo.do("sync")
    repo.git("clone", "-q", "--no-checkout", hub, tmp_path / "other")
    made = type(repo)(tmp_path / "other", dict(repo.environment))
    made.do("sync")
    return made


def test_it_says_what_was_sent_what_came_and_when_there_is_nothing(
    repo: Repo, hub: Path, other: Repo
) -> None:
    assert repo.do("sync") == "Nothing to do: this memory and origin/memory are the same.\n"
    repo.do("learn", "Emails differ by case")
    assert repo.do("sync") == "Pushed 1 commit to origin/memory.\n"
    assert other.do("sync") == "From origin/memory: 1 record added.\n"


def test_what_was_renumbered_and_where_the_code_still_says_otherwise_is_told(repo: Repo, other: Repo) -> None:
    repo.do("decide", "Use JWT")
    repo.do("sync")
    other.do("decide", "Use PASETO")
    (other.path / "auth.py").write_text("# as ADR-1 says\n")
    other.git("add", "auth.py")
    other.git("commit", "-q", "-m", "Sign in")
    assert other.do("sync").splitlines() == [
        "From origin/memory: 1 record added.",
        "  ADR-0001 Use PASETO is now ADR-0002: ADR-0001 was given twice",
        "    auth.py:1 still says ADR-0001: # as ADR-1 says",
        "Pushed 2 commits to origin/memory.",
    ]


def test_a_conflict_is_told_with_the_way_to_settle_it(repo: Repo, other: Repo) -> None:
    repo.do("learn", "Emails differ by case", "--lesson", "Normalise.")
    repo.do("sync")
    other.do("sync")
    ref = repo.json("list")[0]["id"]
    for one, word in ((repo, "Lower"), (other, "Upper")):
        editor = one.editor(f"""sed -i 's/Normalise/{word} them/' "$1" """, word)
        one.do("edit", ref, env={"EDITOR": editor})
    repo.do("sync")
    said = other.do("sync")
    assert f"in conflict LEARN-{ref[:8]} Emails differ by case (Lesson), both kept: `git memory edit" in said
    assert "git memory list --conflicts" in said


def test_a_deleted_branch_with_what_was_never_synced_is_missed_and_not_replaced(
    repo: Repo, other: Repo
) -> None:
    repo.do("learn", "Never synced")
    kept = tip(repo)
    repo.git("branch", "-D", "memory")
    other.do("learn", "From elsewhere")
    other.do("sync")
    back = f"git branch memory {kept[:10]}"
    for command in (["sync"], ["init"], ["list"], ["learn", "More"]):
        answer = repo.run(*command)
        assert (answer.code, answer.out) == (1, "")
        assert f"'memory' was deleted here, and 1 commit of it is nowhere else: `{back}`" in answer.err
    repo.git(*back.split()[1:])
    assert repo.do("sync").splitlines() == [
        "From origin/memory: 1 record added.",
        "Pushed 2 commits to origin/memory.",
    ]
    assert {"Never synced", "From elsewhere"} <= {record["title"] for record in repo.json("list")}


def test_a_deleted_branch_that_was_synced_comes_back_with_the_next_sync(repo: Repo, other: Repo) -> None:
    other.do("learn", "From elsewhere")
    other.do("sync")
    repo.git("branch", "-D", "memory")
    assert repo.do("sync") == "From origin/memory: 1 record added.\n"
    assert tip(repo) == tip(other)


def test_json_has_one_shape(repo: Repo, hub: Path) -> None:
    done = repo.json("sync")
    assert list(done) == [
        "remote",
        "version",
        "fetched",
        "pushed",
        "refused",
        "merges",
        "secrets",
        "proposals",
    ]
    assert (done["remote"], done["pushed"], done["refused"]) == ("origin/memory", 1, None)


def test_a_refused_push_is_exit_code_1_after_what_came(repo: Repo, hub: Path, other: Repo) -> None:
    other.do("learn", "From elsewhere")
    other.do("sync")
    repo.do("learn", "Mine")
    hook(hub, "pre-receive", "echo 'Not on Fridays' >&2\nexit 1")
    answer = repo.run("sync")
    assert answer.code == 1
    assert answer.out == "From origin/memory: 1 record added.\n"
    assert answer.err.count("\n") == 1
    assert "Not on Fridays" in answer.err
    document = repo.run("sync", "--json")
    assert document.code == 1
    assert "Not on Fridays" in document.json["refused"]


def test_a_refused_proposal_is_exit_code_1_though_the_memory_was_pushed(repo: Repo, hub: Path) -> None:
    hook(hub, "update", NO_PROPOSALS)
    repo.do("--proposal", "use-jwt", "decide", "Use JWT")
    for out in ("Pushed 1 commit to origin/memory.\n", ""):
        answer = repo.run("sync")
        assert (answer.code, answer.out) == (1, out)
        assert answer.err.startswith("error: the proposal 'use-jwt' was not sent: ")
        assert "Ask first" in answer.err
        assert answer.err.count("\n") == 1
    assert tip(repo, hub) == tip(repo)
    document = repo.run("sync", "--json")
    assert document.code == 1
    assert "'use-jwt' was not sent" in document.json["refused"]
    repo.do("withdraw", "use-jwt")
    assert repo.run("sync").code == 0


def test_proposals_of_others_are_told_of_once(repo: Repo, other: Repo) -> None:
    repo.do("--proposal", "use-jwt", "decide", "Use JWT")
    assert repo.do("sync") == "The proposal 'use-jwt' was sent to origin.\n"
    told = other.do("sync")
    shown = "git memory diff memory...origin/memory-proposals/use-jwt"
    assert told == f"The proposal 'use-jwt' is new on origin: `{shown}` shows it.\n"
    assert "Use JWT: new" in other.do(*shown.split()[2:])
    assert "are the same" in other.do("sync")
    repo.do("--proposal", "use-jwt", "decide", "Rotate keys")
    repo.do("sync")
    assert other.do("sync").startswith("The proposal 'use-jwt' was written to on origin: ")
    repo.do("adopt", "use-jwt")
    repo.do("sync")
    assert other.do("sync") == "From origin/memory: 2 records added.\n"


def test_refs_that_another_git_has_locked_are_told_in_one_line(repo: Repo, other: Repo, hub: Path) -> None:
    other.do("--proposal", "use-jwt", "decide", "Use JWT")
    other.do("sync")
    repo.do("sync")
    repo.git("-C", hub, "update-ref", "-d", "refs/heads/memory-proposals/use-jwt")
    repo.git("pack-refs", "--all")
    lock = repo.path / ".git" / "packed-refs.lock"
    lock.touch()
    repo.do("learn", "Mine")
    said = repo.fails("sync")
    assert said == f"another git is at work on this repository's refs: {lock} exists; try again"
    lock.unlink()
    assert repo.do("sync") == "Pushed 1 commit to origin/memory.\n"


def test_a_server_that_takes_proposals_but_not_the_memory_is_told_of_as_that(repo: Repo, hub: Path) -> None:
    repo.do("sync")
    rule = hub / "hooks" / "update"
    rule.parent.mkdir(exist_ok=True)
    rule.write_text('#!/bin/sh\ntest "$1" != refs/heads/memory || { echo "by pull request only"; exit 1; }\n')
    rule.chmod(0o755)
    repo.do("learn", "Mine")
    repo.do("--proposal", "use-jwt", "decide", "Use JWT")
    answer = repo.run("sync")
    assert answer.code == 1
    assert answer.out == "The proposal 'use-jwt' was sent to origin.\n"
    assert answer.err.startswith("error: the memory itself was not pushed, proposals were: ")
    assert "by pull request only" in answer.err
    again = repo.run("sync")
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("error: nothing was pushed: ")


def test_what_was_too_slow_says_how_to_allow_more_where_it_ran(repo: Repo) -> None:
    with silent_server() as url:
        repo.git("remote", "add", "origin", url)
        assert "allow more with `--timeout SECONDS`" in repo.fails("sync", "--timeout", "0.5")
        repo.git("config", "memory.syncTimeout", "0.5")
        setting = "allow more with `git config memory.syncTimeout SECONDS`"
        assert setting in repo.fails("sync")
        repo.git("config", "memory.sync", "on")
        repo.do("learn", "Mine")
        until((repo.path / ".git/git-memory/sync-state.json").exists)
        assert setting in repo.run("list").err


def test_a_remote_without_a_name_is_called_by_its_address(repo: Repo, hub: Path) -> None:
    assert repo.do("sync", hub) == f"Pushed 1 commit to {hub}.\n"
    assert repo.do("sync", hub) == f"Nothing to do: this memory and {hub} are the same.\n"


def test_a_path_counts_from_where_one_stands(repo: Repo, hub: Path) -> None:
    assert "Pushed 1 commit" in repo.do("sync", "../../hub.git", cwd=repo.path / "src")
    assert tip(repo, hub) == tip(repo)


def test_no_remote_is_said_with_the_way_out(repo: Repo) -> None:
    assert "git remote add origin URL" in repo.fails("sync")
    assert "no remote 'nope'" in repo.fails("sync", "nope")
    assert "above 0" in repo.fails("sync", "/", "--timeout", "0", code=2)
    assert repo.do("sync", "--status").startswith(
        "This repository has no remote: `git remote add origin URL`"
    )
    repo.git("remote", "add", "origin", "/nowhere/at/all.git")
    repo.git("config", "memory.sync", "hub")
    assert "There is no remote 'hub' (there is origin)" in repo.do("sync", "--status")
    repo.git("config", "--unset", "memory.sync")
    for name in ("one", "two"):
        repo.git("remote", "add", name, f"/nowhere/{name}")
    repo.git("remote", "remove", "origin")
    assert repo.json("sync", "--status")["problem"].startswith("which remote? There are one, two: ")


def test_a_clone_whose_memory_was_not_brought_yet_says_how(repo: Repo, hub: Path, tmp_path: Path) -> None:
    repo.do("sync")
    repo.git("clone", "-q", "--no-checkout", hub, tmp_path / "other")
    other = type(repo)(tmp_path / "other", dict(repo.environment))
    for command in (["list"], ["sync", "--status"], ["learn", "Too early"]):
        assert (
            "no memory yet, but origin has: `git memory sync origin` brings it here"
            in other.run(*command).err
        )
    other.do("sync", "origin")
    assert tip(other) == tip(repo)


@pytest.mark.parametrize("options", [["--single-branch", "--branch", "main"], ["--depth", "1"]])
def test_a_clone_that_knows_nothing_of_the_remotes_memory_says_how_to_ask_for_it(
    repo: Repo, hub: Path, tmp_path: Path, options: list[str]
) -> None:
    repo.do("sync")
    repo.git("push", "-q", "origin", "main")
    repo.git("clone", "-q", *options, hub.as_uri(), tmp_path / "other")
    other = type(repo)(tmp_path / "other", dict(repo.environment))
    said = (
        "this clone has no memory yet: `git memory sync` brings the remote's, if it has one; "
        "`git memory init` begins a new one"
    )
    for command in (["list"], ["why", "README.md"], ["learn", "Too early"]):
        assert said in other.run(*command).err
    assert said[1:] in other.run("doctor").out
    other.do("sync")
    assert tip(other) == tip(repo)


def test_the_status_asks_nobody(repo: Repo, hub: Path) -> None:
    assert repo.json("sync", "--status") == {
        "remote": "origin/memory",
        "in_background": False,
        "waiting": False,
        "unpushed": None,
        "last_success": None,
        "last_failure": None,
        "failures": 0,
        "next_try": None,
        "problem": None,
    }
    repo.do("sync")
    repo.do("learn", "More")
    repo.git("remote", "set-url", "--push", "origin", "/nowhere")
    status = repo.json("sync", "--status")
    assert (status["unpushed"], status["last_success"] is not None) == (1, True)


def test_ctrl_c_ends_all_of_it_and_harms_nothing(repo: Repo) -> None:
    program = Path(repo.environment["PATH"].partition(os.pathsep)[0]) / "git-memory"
    with silent_server() as url:
        repo.git("remote", "add", "origin", url)
        before = tip(repo)
        running = subprocess.Popen(
            [program, "sync"], cwd=repo.path, env=repo.environment, stderr=subprocess.PIPE, text=True
        )
        until(lambda: processes_that_mention(url))
        running.send_signal(signal.SIGINT)
        assert running.communicate(timeout=PATIENCE)[1] == "interrupted\n"
        assert running.returncode == 130
        assert processes_that_mention(url) == []
        assert tip(repo) == before


def test_progress_is_one_line_on_a_terminal_and_nothing_elsewhere(repo: Repo, hub: Path) -> None:
    for n in range(3):
        repo.do("learn", f"Learned {n}")
    repo.git("init", "-q", "--bare", hub.with_name("elsewhere.git"))
    assert repo.run("sync", str(hub.with_name("elsewhere.git")), "--json").err == ""
    program = Path(repo.environment["PATH"].partition(os.pathsep)[0]) / "git-memory"
    code, said = run_on_a_terminal([program, "sync"], repo.path, repo.environment, streams=["stderr"])
    assert code == 0, said
    assert "Writing objects: 100%" in said
    assert said.endswith("\r")
    assert "\n" not in said


def test_an_empty_name_is_no_remote_and_not_the_folder_one_stands_in(repo: Repo) -> None:
    assert "'' cannot be a remote" in repo.fails("sync", "", code=2)
