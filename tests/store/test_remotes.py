"""Remotes: which there are, what is fetched and pushed, and that nothing else is touched."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from store.exchanging import BELOW, exchanging, left_over, names
from support import Repo

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.store.remote_errors import RemoteError
from lsp_server.store.remotes import Remote


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
