"""``git memory sync`` in the background, where it is switched on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from clones import NO_PROPOSALS, hook, tip, until

from lsp_server.cli.background import absolute

if TYPE_CHECKING:
    from tests.cli.conftest import Repo


def test_a_write_is_pushed_by_itself_where_it_is_switched_on(repo: Repo, hub: Path) -> None:
    repo.do("learn", "Before")
    assert not (repo.path / ".git/git-memory/sync-waiting").exists()
    repo.git("config", "memory.sync", "on")
    repo.do("learn", "Emails differ by case")
    until(lambda: (hub / "refs/heads/memory").exists() and tip(repo, hub) == tip(repo))
    until(lambda: not (repo.path / ".git/git-memory/sync-waiting").exists())
    assert repo.json("sync", "--status")["last_success"] is not None


def test_the_queue_survives_and_its_loss_loses_nothing(repo: Repo, hub: Path) -> None:
    repo.git("config", "memory.sync", "origin")
    hub.rename(hub.with_name("away.git"))
    repo.do("learn", "While the remote was away")
    state = repo.path / ".git/git-memory/sync-state.json"
    until(state.exists)
    hub.with_name("away.git").rename(hub)
    for name in ("sync-state.json", "sync-waiting", "sync-told"):
        (repo.path / ".git/git-memory" / name).unlink(missing_ok=True)
    repo.do("list")  # any command goes on with it
    until(lambda: (hub / "refs/heads/memory").exists() and tip(repo, hub) == tip(repo))


def test_a_failure_is_told_once_by_the_next_command_and_rests_before_the_next_try(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "/nowhere/at/all.git")
    repo.git("config", "memory.sync", "on")
    first = repo.run("learn", "Mine")
    assert (first.code, first.err) == (0, "")
    until((repo.path / ".git/git-memory/sync-state.json").exists)
    told = repo.run("list")
    assert told.code == 0
    assert told.err.count("\n") == 1
    assert told.err.startswith("the last sync in the background failed: there is no git repository at origin")
    assert repo.run("list").err == ""
    status = repo.json("sync", "--status")
    assert (status["failures"], status["waiting"], status["in_background"]) == (1, True, True)
    assert status["next_try"] > time.time()
    repo.do("learn", "Another")
    time.sleep(0.3)
    assert repo.json("sync", "--status")["failures"] == 1


def test_a_refused_proposal_is_told_once_and_keeps_no_record_back(repo: Repo, hub: Path) -> None:
    hook(hub, "update", NO_PROPOSALS)
    repo.do("--proposal", "use-jwt", "decide", "Use JWT")
    repo.git("config", "memory.sync", "on")
    repo.do("learn", "First")
    until((repo.path / ".git/git-memory/sync-state.json").exists)
    assert "the proposal 'use-jwt' was not sent: " in repo.run("list").err
    repo.do("learn", "Second")
    until(lambda: tip(repo, hub) == tip(repo))
    until(lambda: not repo.json("sync", "--status")["waiting"])
    assert repo.run("list").err == ""
    assert repo.json("sync", "--status")["next_try"] is None


def test_many_writes_at_once_end_on_the_remote(repo: Repo, hub: Path) -> None:
    repo.git("config", "memory.sync", "yes")
    for n in range(4):
        repo.do("learn", f"Learned {n}")
    until(lambda: (hub / "refs/heads/memory").exists() and tip(repo, hub) == tip(repo))


def test_the_background_process_loads_nothing_from_where_the_command_ran(repo: Repo, hub: Path) -> None:
    trap = repo.path / "src"
    for name in ("click.py", "lsp_server.py", "json.py"):
        (trap / name).write_text("open('trapped', 'w')\n")
    repo.git("config", "memory.sync", "on")
    repo.do("learn", "Mine", cwd=trap)
    until(lambda: (hub / "refs/heads/memory").exists() and tip(repo, hub) == tip(repo))
    assert not list(repo.path.rglob("trapped"))


def test_the_background_process_is_told_only_of_absolute_places_of_modules() -> None:
    assert absolute(["", "src", ".", "../lib", "/usr/lib/python3", "/home/a/lib"]) == [
        "/usr/lib/python3",
        "/home/a/lib",
    ]
