"""Remotes: which there are, what is fetched and pushed, and that nothing else is touched or waited for."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from remote_servers import processes_that_mention, refusing_server, silent_server
from support import Repo

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.store import sync_lock
from lsp_server.store.exchange import Exchange
from lsp_server.store.remote_errors import RemoteError
from lsp_server.store.remote_git import Budget, StoppedError, git_for_remotes
from lsp_server.store.remotes import Remote, Remotes
from lsp_server.store.repository import Repository

BELOW = "memory-proposals/"


@pytest.fixture
def hub(new_repo: Callable[..., Repo]) -> Repo:
    """A bare repository with a memory branch, a proposal, code and a tag."""
    made = new_repo("source")
    made.commit("memory", memory="format: 1\n")
    made.git("branch", "-m", "memory")
    made.git("branch", "memory-proposals/x")
    made.git("branch", "code")
    made.git("tag", "v1")
    bare = new_repo("hub.git", "--bare")
    made.git("push", "-q", "--mirror", str(bare.root))
    return bare


@contextlib.contextmanager
def exchanging(repo: Repo, remote: str | None = None, seconds: float = 20) -> Iterator[Exchange]:
    repository = Repository.begin(repo.root).wait()
    budget = Budget(seconds)
    with sync_lock.hold(repository, budget) as note:
        assert note is not None
        yield Exchange(repository, Remotes(repository).choose(remote), budget, note)


def names(repo: Repo) -> Remotes:
    return Remotes(Repository.begin(repo.root).wait())


def left_over(repo: Repo) -> list[str]:
    """What a fetch that was not finished would leave."""
    patterns = ("objects/tmp_*", "objects/pack/tmp_*", "objects/pack/*.keep", "**/*.lock", "FETCH_HEAD")
    return [str(found) for pattern in patterns for found in (repo.root / ".git").glob(pattern)]


# which remote --------------------------------------------------------------------------------------
def test_the_only_remote_is_the_default(repo: Repo) -> None:
    repo.git("remote", "add", "upstream", "/somewhere")
    assert names(repo).choose(None) == Remote("upstream", "/somewhere")


def test_origin_is_the_default_among_several_and_the_branchs_upstream_before_it(repo: Repo) -> None:
    repo.git("remote", "add", "fork", "/fork")
    repo.git("remote", "add", "origin", "/origin")
    assert names(repo).choose(None).name == "origin"
    repo.git("config", "branch.memory.remote", "fork")
    assert names(repo).choose(None).name == "fork"


def test_without_a_default_the_remotes_are_named(repo: Repo) -> None:
    with pytest.raises(NotFoundError, match="has no remote"):
        names(repo).choose(None)
    repo.git("remote", "add", "one", "/one")
    repo.git("remote", "add", "two", "/two")
    with pytest.raises(NotFoundError, match="one, two"):
        names(repo).choose(None)
    with pytest.raises(NotFoundError, match="no remote 'three'"):
        names(repo).choose("three")


@pytest.mark.parametrize("given", ["", "--upload-pack=touch x", "a\nb/c"])
def test_what_cannot_be_a_remote_is_refused(repo: Repo, given: str) -> None:
    with pytest.raises(UsageError):
        names(repo).choose(given)


def test_a_password_in_an_address_is_never_shown(repo: Repo) -> None:
    remote = names(repo).choose("https://me:hunter2@127.0.0.1:1/hub.git")
    assert remote.shown == "https://127.0.0.1:1/hub.git"
    with exchanging(repo, remote.address) as exchange, pytest.raises(RemoteError) as raised:
        exchange.look("memory", BELOW)
    assert "hunter2" not in str(raised.value)


# fetching and pushing --------------------------------------------------------------------------------
def test_a_look_tells_the_memory_and_its_proposals_only(repo: Repo, hub: Repo) -> None:
    tip = hub.git("rev-parse", "memory")
    with exchanging(repo, str(hub.root)) as exchange:
        assert exchange.look("memory", BELOW) == {"memory": tip, "memory-proposals/x": tip}


def test_a_fetch_brings_objects_and_touches_nothing_else(repo: Repo, hub: Repo) -> None:
    repo.git("remote", "add", "origin", str(hub.root))
    repo.git("config", "fetch.prune", "true")
    repo.git("update-ref", "refs/remotes/origin/gone", "HEAD")
    hook = repo.write(".git/hooks/reference-transaction", "#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    before = repo.fingerprint()
    tip = hub.git("rev-parse", "memory")
    with exchanging(repo) as exchange:
        exchange.fetch(["memory"], [])
    assert repo.git("cat-file", "-t", tip) == "commit"
    assert repo.fingerprint() == before
    assert left_over(repo) == []
    assert not (repo.root / "ran").exists()
    assert repo.git("fsck", "--connectivity-only", "--no-dangling", tip) == ""


def test_a_broken_object_never_arrives(repo: Repo, new_repo: Callable[..., Repo]) -> None:
    bad = new_repo("bad")
    tree = bad.git("hash-object", "-t", "tree", "-w", "--stdin", input="")
    text = f"tree {tree}\nauthor no brackets 1 +0000\ncommitter no brackets 1 +0000\n\nx\n"
    commit = bad.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", input=text)
    bad.git("update-ref", "refs/heads/memory", commit)
    with exchanging(repo, str(bad.root)) as exchange, pytest.raises(RemoteError):
        exchange.fetch(["memory"], [])
    assert repo.git("cat-file", "-e", commit, check=False) == ""
    assert subprocess.run(["git", "cat-file", "-e", commit], cwd=repo.root, check=False).returncode != 0
    assert left_over(repo) == []


def test_a_push_goes_forward_only_and_runs_no_hook_for_code(repo: Repo, hub: Repo) -> None:
    repo.git("remote", "add", "origin", str(hub.root))
    repo.write(".git/hooks/pre-push", "#!/bin/sh\ntouch ran\nexit 1\n").chmod(0o755)
    old = hub.git("rev-parse", "memory")
    with exchanging(repo) as exchange:
        exchange.fetch(["memory"], [])
        new = repo.git("commit-tree", "-p", old, "-m", "next", f"{old}^{{tree}}")
        sideways = repo.git("commit-tree", "-m", "other", f"{old}^{{tree}}")
        assert exchange.push({"memory": sideways})["memory"].moved
        assert hub.git("rev-parse", "memory") == old
        assert exchange.push({"memory": new})["memory"].is_there
    assert hub.git("rev-parse", "memory") == new
    assert not (repo.root / "ran").exists()


def test_a_server_that_takes_push_options_is_told_to_build_nothing(repo: Repo, hub: Repo) -> None:
    hub.git("config", "receive.advertisePushOptions", "true")
    hook = hub.root / "hooks/post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\necho "$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0" > options\n')
    hook.chmod(0o755)
    with exchanging(repo, str(hub.root)) as exchange:
        exchange.fetch(["memory"], [])
        old = hub.git("rev-parse", "memory")
        new = repo.git("commit-tree", "-p", old, "-m", "next", f"{old}^{{tree}}")
        assert exchange.push({"memory": new})["memory"].is_there
    assert (hub.root / "options").read_text() == "1 ci.skip\n"


def test_that_a_server_takes_no_push_options_is_remembered_for_a_month_and_not_for_ever(
    repo: Repo, hub: Repo
) -> None:
    hub.git("config", "receive.advertisePushOptions", "false")
    private = repo.root / ".git/git-memory"
    with exchanging(repo, str(hub.root)) as exchange:
        exchange.fetch(["memory"], [])
        old = hub.git("rev-parse", "memory")
        new = repo.git("commit-tree", "-p", old, "-m", "next", f"{old}^{{tree}}")
        assert exchange.push({"memory": new})["memory"].is_there
        [remembered] = private.glob("no-push-options-*")
        forgotten = private / "no-push-options-of-a-remote-that-is-not-spoken-to-any-more"
        forgotten.touch()
        for path, days in ((remembered, 29), (forgotten, 31)):
            os.utime(path, (time.time() - days * 86_400,) * 2)
        assert exchange.push({"memory": new})["memory"].is_there
    assert list(private.glob("no-push-options-*")) == [remembered]


def test_a_rule_of_the_server_is_told_in_its_own_words(repo: Repo, hub: Repo) -> None:
    hook = hub.root / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'No pushes on Fridays' >&2\necho 'Ask the team' >&2\nexit 1\n")
    hook.chmod(0o755)
    with exchanging(repo, str(hub.root)) as exchange:
        exchange.fetch(["memory"], [])
        old = hub.git("rev-parse", "memory")
        new = repo.git("commit-tree", "-p", old, "-m", "next", f"{old}^{{tree}}")
        error = exchange.push({"memory": new})["memory"].error
    assert error is not None
    assert error.kind == "rule"
    assert str(error).endswith("has a rule against pushing to 'memory': No pushes on Fridays")


def test_a_partial_clone_gets_the_whole_memory(repo: Repo, hub: Repo, tmp_path: Path) -> None:
    hub.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", "--filter=blob:none", "-b", "code", f"file://{hub.root}", str(tmp_path / "part"))
    part = Repo(tmp_path / "part")
    tip = hub.git("rev-parse", "memory")
    hub_only = hub.git("hash-object", "-w", "--stdin", input="only here\n")
    tree = hub.git("mktree", input=f"100644 blob {hub_only}\tnote\n")
    new = hub.git("commit-tree", "-p", tip, "-m", "next", tree)
    hub.git("update-ref", "refs/heads/memory", new)
    with exchanging(part) as exchange:
        exchange.fetch(["memory"], [])
        exchange.complete([new])
    lazy = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    listed = subprocess.run(
        ["git", "rev-list", "--objects", "--missing=print", new],
        cwd=part.root,
        env=lazy,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [line for line in listed.splitlines() if line.startswith("?")] == []


# patience and questions ------------------------------------------------------------------------------
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
