"""Syncing: clones that exchange their memories through a real remote."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest
from clones import Clone, NewRepo, Open, hook, learn, titles, tree, users
from remote_servers import git_server, has_git_server, silent_server
from support import Repo

from lsp_server import Memory
from lsp_server.errors import GitMemoryError, StoreError
from lsp_server.memory import Kind
from lsp_server.memory.sharing_results import Synced


def share_what_both_learned(one: Memory, two: Memory) -> None:
    """Two clones begin to share a memory, and learn something each."""
    one.initialise()
    one.sync()
    two.sync()
    learn(one, "From a")
    learn(two, "From b")
    for memory in (one, two, one):
        memory.sync()


# the ordinary course ---------------------------------------------------------------------------------
def test_the_first_sync_publishes_and_the_next_clone_adopts(hub: Repo, clone: Clone) -> None:
    first, memory = clone("first")
    memory.initialise()
    learn(memory, "Emails differ by case")
    done = memory.sync()
    assert (done.remote, done.fetched, done.pushed, done.merges) == ("origin/memory", 0, 2, ())
    assert hub.git("rev-parse", "memory") == first.git("rev-parse", "memory")
    second, other = clone("second")
    adopted = other.sync()
    assert (adopted.fetched, adopted.pushed, adopted.merges[0].added) == (2, 0, 1)
    assert titles(other) == ["Emails differ by case"]
    assert second.git("rev-parse", "memory") == first.git("rev-parse", "memory")
    again = other.sync()
    assert (again.fetched, again.pushed, again.merges) == (0, 0, ())


def test_two_clones_that_wrote_have_the_same_tree_after_syncing(
    clone: Clone,
) -> None:
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    learn(one, "From a")
    learn(two, "From b")
    one.sync()
    done = two.sync()
    assert [merge.added for merge in done.merges] == [1]
    assert (done.fetched, done.pushed) == (1, 2)
    one.sync()
    assert titles(one) == titles(two) == ["From a", "From b"]
    assert tree(a) == tree(b)


def test_a_sync_starts_no_process_whose_answer_is_known(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_, one), (_, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    learn(two, "A push before, which learns that the server takes no options")
    two.sync()
    one.sync()
    learn(one, "From a")
    learn(two, "From b")
    one.list()  # else a sync has the index read what is new in it, to settle links to code
    two.list()
    started: list[str] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]  # bytes or text, as they ask for
        def __init__(self, command: list[str], **options: object) -> None:
            words = iter(command[1:])
            started.append(
                next(word for word in words if word[:1] != "-" or (word == "-c" and not next(words)))
            )
            super().__init__(command, **options)  # type: ignore[call-overload]  # as they came

    monkeypatch.setattr(subprocess, "Popen", Noted)
    one.sync()
    assert started == ["ls-remote", "push", "update-ref"]
    started.clear()
    two.sync()
    assert started == [
        *("ls-remote", "fetch", "diff-tree"),  # our own side, while theirs is fetched
        *("diff-tree", "fast-import", "update-ref"),
        "diff-tree",  # what came is looked through for secrets
        *("push", "update-ref"),
    ]


def test_two_who_both_ran_init_merge_like_any_others(clone: Clone) -> None:
    (a, one), (b, two) = clone("a"), clone("b")
    for name, memory in (("a", one), ("b", two)):
        memory.initialise()
        memory.record(Kind.DECISION, f"Decided by {name}")
    one.sync()
    done = two.sync()
    assert [(r.title, r.old, r.new) for m in done.merges for r in m.renumbered] == [
        ("Decided by b", "ADR-0001", "ADR-0002")
    ]
    one.sync()
    assert tree(a) == tree(b)
    assert [r.title for r in one.list()] == ["Decided by b", "Decided by a"]


def test_the_users_own_things_stay_as_they_are(hub: Repo, clone: Clone) -> None:
    (a, one), (_, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    learn(two, "From b")
    two.sync()
    a.write("staged", "staged\n")
    a.git("add", "staged")
    a.write("untracked", "untracked\n")
    hub.git("fetch", "-q", str(a.root), "main:refs/heads/main")
    hub.git("tag", "v1", "main")
    learn(one, "From a")
    before = users(a)
    one.sync()
    assert users(a) == before
    assert not (a.root / ".git/FETCH_HEAD").exists()
    assert a.git("tag") == ""


@pytest.mark.parametrize("options", [("--object-format=sha256",), ("--bare",)])
def test_other_kinds_of_repository_sync_alike(
    options: tuple[str, ...], new_repo: NewRepo, clone: Clone
) -> None:
    formats = [option for option in options if option != "--bare"]
    hub = new_repo("other-hub.git", "--bare", *formats)
    (a, one), (b, two) = (clone(name, *options, origin=str(hub.root)) for name in ("a", "b"))
    share_what_both_learned(one, two)
    assert tree(a) == tree(b) == tree(hub)
    assert len(titles(one)) == 2


def test_a_mirror_pushes_the_memory_and_nothing_else(hub: Repo, new_repo: NewRepo, open_memory: Open) -> None:
    mirror = new_repo("mirror.git", "--bare")
    mirror.git("remote", "add", "--mirror=push", "origin", str(hub.root))
    mirror.git("remote", "add", "--mirror=fetch", "up", str(hub.root))
    tree_id = mirror.git("mktree", input="")
    mirror.git("update-ref", "refs/heads/other", mirror.git("commit-tree", "-m", "x", tree_id))
    memory = open_memory(mirror)
    memory.initialise()
    memory.sync("origin")
    learn(memory, "More")
    memory.sync("up")
    assert hub.git("for-each-ref", "--format=%(refname)") == "refs/heads/memory"


def test_a_linked_worktree_syncs_for_the_whole_clone(clone: Clone, open_memory: Open) -> None:
    repo, memory = clone("a")
    memory.initialise()
    repo.git("worktree", "add", "-q", str(repo.root.parent / "linked"))
    linked = open_memory(Repo(repo.root.parent / "linked"))
    learn(linked, "From the worktree")
    linked.sync()
    assert memory.sync().pushed == 0
    assert titles(memory) == ["From the worktree"]


@pytest.mark.skipif(not has_git_server(), reason="git has no HTTP backend or client here")
def test_a_sync_over_http(hub: Repo, clone: Clone) -> None:
    with git_server(hub.root.parent) as url:
        (a, one), (b, two) = (clone(name, origin=f"{url}/hub.git") for name in ("a", "b"))
        share_what_both_learned(one, two)
    assert tree(a) == tree(b)


def test_an_address_will_do_without_a_remote(hub: Repo, new_repo: NewRepo, open_memory: Open) -> None:
    repo = new_repo("a")
    memory = open_memory(repo)
    memory.initialise()
    assert memory.sync(str(hub.root)).pushed == 1
    learn(memory, "More")
    assert memory.sync(str(hub.root)).pushed == 1
    assert repo.git("for-each-ref", "refs/remotes") == ""


# races -------------------------------------------------------------------------------------------
def test_when_the_remote_moved_meanwhile_it_is_done_again(hub: Repo, clone: Clone) -> None:
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    learn(two, "From b")
    # The first push of a finds that b's commit came in right before it.
    tip = b.git("rev-parse", "memory")
    hub.git("fetch", "-q", str(b.root), "memory:refs/other/b")
    hook(
        hub.root,
        "update",
        "if [ ! -e moved ]; then touch moved; unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY; "
        f"git update-ref refs/heads/memory {tip}; fi",
    )
    learn(one, "From a")
    done = one.sync()
    assert (hub.root / "moved").exists()
    assert len(done.merges) == 1
    assert done.pushed == 2
    two.sync()
    assert tree(a) == tree(b) == tree(hub)


def test_clones_that_sync_at_the_same_time_all_get_through(hub: Repo, clone: Clone) -> None:
    clones = [clone(f"c{n}") for n in range(3)]
    clones[0][1].initialise()
    clones[0][1].sync()
    for _, memory in clones[1:]:
        memory.sync()
    failed: list[BaseException] = []

    def work(memory: Memory, name: str) -> None:
        try:
            for n in range(2):
                learn(memory, f"{name} {n}")
                memory.sync()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(m, r.root.name)) for r, m in clones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for _, memory in clones:
        memory.sync()
    assert len({tree(repo) for repo, _ in clones}) == 1
    assert titles(clones[0][1]) == sorted(f"c{c} {n}" for c in range(3) for n in range(2))


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_order_of_syncs_all_clones_hold_one_tree(seed: int, clone: Clone) -> None:
    chance = random.Random(seed)
    clones = [clone(f"c{n}") for n in range(3)]
    for repo, memory in clones:
        memory.initialise()
        memory.record(Kind.DECISION, f"First of {repo.root.name}")
    for step in range(8):
        repo, memory = chance.choice(clones)
        records = memory.list()
        what = chance.choice(("decide", "mark", "delete", "sync", "sync"))
        if what == "decide":
            memory.record(Kind.DECISION, f"{repo.root.name} {step}", fields={"context": "See ADR-1."})
        elif what == "mark":
            proposed = [r for r in records if r.status == "proposed"]
            if proposed:
                memory.mark(chance.choice(proposed).id, chance.choice(("accepted", "rejected")))
        elif what == "delete" and len(records) > 2:
            memory.delete(chance.choice(records).id)
        else:
            memory.sync()
    for _ in range(2):
        for _, memory in clones:
            memory.sync()
    assert len({tree(repo) for repo, _ in clones}) == 1
    labels = [record.label for record in clones[0][1].list()]
    assert len(labels) == len(set(labels))


def test_a_sync_that_is_killed_at_any_moment_stands_in_nobodys_way(hub: Repo, clone: Clone) -> None:
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    program = f"from lsp_server import Memory; Memory.open({str(b.root)!r}).sync()"
    chance = random.Random(3)
    for n in range(6):
        learn(one, f"From a {n}")
        one.sync()
        learn(two, f"From b {n}")
        process = subprocess.Popen(
            [sys.executable, "-c", program], start_new_session=True, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.1, 0.45))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        two.sync()
        b.git("fetch", "-q")
        b.git("gc", "-q")
        assert b.git("fsck", "--no-dangling", "--no-reflogs") == ""
    one.sync()
    assert tree(a) == tree(b) == tree(hub)
    assert len(titles(one)) == 12
    patterns = ("objects/tmp_*", "objects/pack/tmp_*", "objects/pack/*.keep", "refs/**/*.lock", "*.lock")
    assert [str(found) for pattern in patterns for found in (b.root / ".git").glob(pattern)] == []


# one at a time ---------------------------------------------------------------------------------------
def test_two_syncs_of_one_clone_take_turns(clone: Clone, open_memory: Open) -> None:
    repo, memory = clone("a")
    memory.initialise()
    others = [open_memory(repo) for _ in range(3)]
    done: list[Synced | GitMemoryError] = []

    def work(one: Memory) -> None:
        try:
            done.append(one.sync())
        except GitMemoryError as error:
            done.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.pushed for one in done if isinstance(one, Synced)) == [0, 0, 1]


def test_a_sync_that_finds_another_under_way_ends_within_its_budget(clone: Clone, open_memory: Open) -> None:
    with silent_server() as url:
        repo, memory = clone("a", origin=url)
        memory.initialise()

        def wait_for_nobody() -> None:
            with contextlib.suppress(StoreError):
                memory.sync(timeout=1.5)

        first = threading.Thread(target=wait_for_nobody)
        first.start()
        while not (repo.root / ".git/git-memory/sync-lock").exists():
            time.sleep(0.01)
        time.sleep(0.2)
        with pytest.raises(StoreError, match="another sync"):
            open_memory(repo).sync(timeout=0.3)
        first.join()
