"""Remotes that are slow, refuse or hold something else: one clear line each, and nothing is harmed."""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from clones import Clone, hook, learn, titles
from remote_servers import git_server, has_git_server, processes_that_mention, refusing_server, silent_server
from support import Repo

from lsp_server.errors import NotInitialisedError, RefusedError
from lsp_server.memory.not_pushed import NotPushedError
from lsp_server.store.remote_errors import RemoteError


# what refuses ------------------------------------------------------------------------------------
def test_a_slow_remote_ends_within_the_budget_and_harms_nothing(
    clone: Clone,
) -> None:
    with silent_server() as url:
        repo, memory = clone("a", origin=url)
        memory.initialise()
        learn(memory, "Mine")
        before = repo.fingerprint(), repo.git("rev-parse", "memory")
        start = time.monotonic()
        with pytest.raises(RemoteError, match="did not answer within 1 s"):
            memory.sync(timeout=1)
        assert time.monotonic() - start < 4
        assert processes_that_mention(url) == []
        assert (repo.fingerprint(), repo.git("rev-parse", "memory")) == before
        repo.git("config", "memory.syncTimeout", "0.5")
        with pytest.raises(RemoteError, match=r"within 0\.5 s"):
            memory.sync()


def test_a_remote_that_wants_a_password_is_one_clear_line(clone: Clone) -> None:
    with refusing_server(401) as url:
        _, memory = clone("a", origin=url)
        memory.initialise()
        with pytest.raises(RemoteError, match="credential helper"):
            memory.sync()


def test_what_may_only_be_read_is_merged_and_the_refusal_is_told(hub: Repo, clone: Clone) -> None:
    (_, one), (_, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    learn(one, "From a")
    one.sync()
    learn(two, "From b")
    hook(hub.root, "pre-receive", "echo 'This repository is read-only' >&2; exit 1")
    tip = hub.git("rev-parse", "memory")
    with pytest.raises(NotPushedError, match=r"nothing was pushed: .*read-only") as raised:
        two.sync()
    assert [merge.added for merge in raised.value.synced.merges] == [1]
    assert titles(two) == ["From a", "From b"]
    assert hub.git("rev-parse", "memory") == tip


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_repository_that_cannot_be_written_is_told(hub: Repo, clone: Clone) -> None:
    _, memory = clone("a")
    memory.initialise()
    subprocess.run(["chmod", "-R", "a-w", str(hub.root)], check=True)
    try:
        with pytest.raises(NotPushedError, match="does not let you"):
            memory.sync()
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(hub.root)], check=True)


@pytest.mark.skipif(not has_git_server(), reason="git has no HTTP backend or client here")
def test_a_server_without_the_right_to_push_is_told(hub: Repo, clone: Clone) -> None:
    with git_server(hub.root.parent, push=False) as url:
        _, memory = clone("a", origin=f"{url}/hub.git")
        memory.initialise()
        with pytest.raises(NotPushedError, match="does not let you"):
            memory.sync()


def test_a_branch_that_holds_something_else_is_refused(hub: Repo, clone: Clone) -> None:
    repo, memory = clone("a")
    repo.git("push", "-q", str(hub.root), "main:refs/heads/memory")
    with pytest.raises(RefusedError, match="something else than a memory"):
        memory.sync()
    memory.initialise()
    tip = repo.git("rev-parse", "memory")
    with pytest.raises(RefusedError, match="something else than a memory"):
        memory.sync()
    assert repo.git("rev-parse", "memory") == tip


def test_a_newer_format_is_refused(hub: Repo, clone: Clone) -> None:
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    newer = a.git("hash-object", "-w", "--stdin", input="format: 999\n")
    tree_id = a.git("mktree", input=f"100644 blob {newer}\tmemory.yaml\n")
    commit = a.git("commit-tree", "-p", "memory", "-m", "newer", tree_id)
    a.git("push", "-q", "origin", f"{commit}:refs/heads/memory")
    tip = b.git("rev-parse", "memory")
    with pytest.raises(RefusedError, match="update Git Memory"):
        two.sync()
    assert b.git("rev-parse", "memory") == tip


def test_without_a_memory_on_either_side_it_says_how_to_begin(
    clone: Clone,
) -> None:
    _, memory = clone("a")
    with pytest.raises(NotInitialisedError, match="git memory init"):
        memory.sync()


def test_while_the_branch_is_checked_out_nothing_moves(clone: Clone) -> None:
    (_, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    learn(one, "From a")
    one.sync()
    b.git("checkout", "-q", "memory")
    tip = b.git("rev-parse", "memory")
    with pytest.raises(RefusedError, match="checked out in"):
        two.sync()
    assert b.git("rev-parse", "memory") == tip
