"""A remote costs no more than the budget, asks nobody, and leaves nothing running."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from remote_servers import processes_that_mention, refusing_server, silent_server
from store.exchanging import BELOW, exchanging, left_over
from support import Repo

from lsp_server.errors import UsageError
from lsp_server.store import sync_lock
from lsp_server.store.exchange import Exchange
from lsp_server.store.remote_errors import RemoteError
from lsp_server.store.remote_git import Budget, StoppedError, git_for_remotes
from lsp_server.store.remotes import Remotes
from lsp_server.store.repository import Repository


def test_a_server_that_never_answers_costs_no_more_than_the_budget_and_leaves_no_process(repo: Repo) -> None:
    with silent_server() as url, exchanging(repo, url, seconds=1.0) as exchange:
        start = time.monotonic()
        with pytest.raises(RemoteError, match="did not answer within 1 s") as raised:
            exchange.look("memory", BELOW)
        assert time.monotonic() - start < 3
        assert raised.value.kind == "slow"
        assert processes_that_mention(url) == []


def test_work_that_never_ends_does_not_make_a_silent_server_cost_more(repo: Repo) -> None:
    with silent_server() as url, exchanging(repo, url, seconds=0.5) as exchange:
        steps, start = itertools.count(), time.monotonic()
        with pytest.raises(RemoteError, match="did not answer"):
            exchange.look("memory", BELOW, steps)
        assert time.monotonic() - start < 3
        assert next(steps) > 10


def test_work_to_be_done_meanwhile_is_done_however_quick_the_remote_is(repo: Repo, hub: Repo) -> None:
    done: list[int] = []
    with exchanging(repo, str(hub.root)) as exchange:
        assert exchange.look("memory", BELOW, (done.append(n) for n in range(10_000)))
        assert done == list(range(10_000))
        exchange.fetch(["memory"], [], (done.append(n) for n in range(10)))
    assert done[10_000:] == list(range(10))


def test_what_goes_wrong_meanwhile_ends_the_talk(repo: Repo) -> None:
    def refuse() -> Iterator[None]:
        yield
        raise UsageError("not like this")

    with silent_server() as url, exchanging(repo, url) as exchange:
        with pytest.raises(UsageError, match="not like this"):
            exchange.look("memory", BELOW, refuse())
        assert processes_that_mention(url) == []


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, "authentication", "credential helper"),
        (403, "permission", "does not let you"),
        (404, "no-repository", "no git repository"),
        (500, "unreachable", "500"),
    ],
)
def test_a_refusal_over_http_is_one_clear_line(repo: Repo, status: int, kind: str, words: str) -> None:
    with refusing_server(status) as url, exchanging(repo, url) as exchange:
        with pytest.raises(RemoteError, match=words) as raised:
            exchange.look("memory", BELOW)
        assert raised.value.kind == kind
        assert "\n" not in str(raised.value)


def test_nobody_is_asked_whatever_the_configuration_offers(repo: Repo, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    program = repo.write("askpass", f"#!/bin/sh\ntouch {asked}\necho x\n")
    program.chmod(0o755)
    repo.git("config", "core.askPass", str(program))
    os.environ["SSH_ASKPASS"] = str(program)
    try:
        with refusing_server(401) as url, exchanging(repo, url) as exchange, pytest.raises(RemoteError):
            exchange.look("memory", BELOW)
    finally:
        del os.environ["SSH_ASKPASS"]
    assert not asked.exists()


@pytest.mark.parametrize(
    ("configured", "command"),
    [
        (None, "ssh -o BatchMode=yes"),
        ("ssh -i ~/.ssh/work", "ssh -i ~/.ssh/work -o BatchMode=yes"),
        ("/usr/bin/plink -P 22", "/usr/bin/plink -P 22 -batch"),
        ("our-wrapper", None),
    ],
)
def test_ssh_is_the_users_own_and_asks_nothing(
    repo: Repo, configured: str | None, command: str | None
) -> None:
    if configured is not None:
        repo.git("config", "core.sshCommand", configured)
    environment = git_for_remotes(Repository.begin(repo.root).wait()).environment
    assert environment.get("GIT_SSH_COMMAND") == command
    assert "GIT_ALLOW_PROTOCOL" not in environment


def test_a_remote_helper_that_runs_commands_is_not_allowed(repo: Repo) -> None:
    with exchanging(repo, "ext::sh -c 'touch ran'") as exchange, pytest.raises(RemoteError) as raised:
        exchange.look("memory", BELOW)
    assert raised.value.kind == "protocol"
    assert not (repo.root / "ran").exists()


def test_protocols_that_the_user_forbids_stay_forbidden(
    repo: Repo, hub: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "https:ssh")
    with exchanging(repo, str(hub.root)) as exchange, pytest.raises(RemoteError) as raised:
        exchange.look("memory", BELOW)
    assert raised.value.kind == "protocol"
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
    repo.git("config", "protocol.file.allow", "never")
    with exchanging(repo, str(hub.root)) as exchange, pytest.raises(RemoteError) as raised:
        exchange.look("memory", BELOW)
    assert raised.value.kind == "protocol"


def test_whoever_asked_can_stop_it(repo: Repo) -> None:
    import threading

    stop = threading.Event()
    repository = Repository.begin(repo.root).wait()
    with silent_server() as url:
        budget = Budget(30, stop)
        threading.Timer(0.3, stop.set).start()
        with sync_lock.hold(repository, budget) as note:
            assert note is not None
            exchange = Exchange(repository, Remotes(repository).choose(url), budget, note)
            with pytest.raises(StoppedError):
                exchange.look("memory", BELOW)
        assert processes_that_mention(url) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="tells processes apart by /proc")
def test_what_a_killed_sync_left_running_is_ended_by_the_next(repo: Repo, hub: Repo) -> None:
    with silent_server() as url:
        program = (
            "import sys; from lsp_server import Memory\n"
            f"Memory.open({str(repo.root)!r}).sync({url!r}, timeout=60)"
        )
        ours = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
        deadline = time.monotonic() + 20
        while not [p for p in processes_that_mention(url) if p.startswith("git ")]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.2)
        os.killpg(ours.pid, signal.SIGKILL)
        ours.wait()
        with exchanging(repo, str(hub.root)) as exchange:
            assert exchange.look("memory", BELOW)
        deadline = time.monotonic() + 5
        while processes_that_mention(url):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert left_over(repo) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="tells processes apart by /proc")
def test_a_git_that_has_a_dead_ones_number_by_now_is_left_alone(repo: Repo, hub: Repo) -> None:
    note = repo.root / ".git" / "git-memory" / "sync-lock"
    note.parent.mkdir(exist_ok=True)
    elsewhere = Repository.begin(hub.root).wait().git.start(["cat-file", "--batch"], stdin=True, apart=True)
    try:
        note.write_text(json.dumps({"since": time.time(), "pid": elsewhere.pid, "born": "1"}))
        with exchanging(repo, str(hub.root)) as exchange:
            assert exchange.look("memory", BELOW)
        assert elsewhere.poll() is None
    finally:
        elsewhere.kill()
        elsewhere.communicate()


def test_a_killed_push_of_many_branches_is_cleared_up_after(repo: Repo, hub: Repo) -> None:
    note = repo.root / ".git" / "git-memory" / "sync-lock"
    note.parent.mkdir(exist_ok=True)
    tip = repo.git("rev-parse", "HEAD")
    lock = repo.root / ".git" / "refs" / "remotes" / "origin" / f"memory-proposals/{'long' * 20}-199.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text(tip + "\n")
    locks = {str(lock).replace("-199.", f"-{number}."): tip for number in range(200)}
    note.write_text(json.dumps({"since": time.time(), "locks": locks}))
    with exchanging(repo, str(hub.root)) as exchange:
        assert exchange.look("memory", BELOW)
    assert not lock.exists()
