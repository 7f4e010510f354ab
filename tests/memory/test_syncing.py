"""Syncing: clones that exchange their memories through a real remote, and what goes wrong on the way."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from remote_servers import git_server, has_git_server, processes_that_mention, refusing_server, silent_server
from support import Repo

from lsp_server import Memory
from lsp_server.errors import GitMemoryError, NotInitialisedError, RefusedError, StoreError
from lsp_server.memory import Kind
from lsp_server.memory.sharing_results import Synced
from lsp_server.memory.syncing import NotPushedError
from lsp_server.store.remote_errors import RemoteError

NewRepo = Callable[..., Repo]
Open = Callable[[Repo], Memory]


@pytest.fixture
def hub(new_repo: NewRepo) -> Repo:
    """A bare repository, empty."""
    return new_repo("hub.git", "--bare")


@pytest.fixture
def open_memory() -> Iterator[Open]:
    opened: list[Memory] = []

    def open_one(repo: Repo) -> Memory:
        opened.append(Memory.open(repo.root))
        return opened[-1]

    yield open_one
    for memory in opened:
        memory.close()


@pytest.fixture
def clone(hub: Repo, new_repo: NewRepo, open_memory: Open) -> Callable[..., tuple[Repo, Memory]]:
    """Make clones: a repository with one commit of its own, whose origin is the hub."""

    def make(name: str, *options: str, origin: str | None = None) -> tuple[Repo, Memory]:
        repo = new_repo(name, *options)
        if "--bare" not in options:
            repo.commit("Start")
        repo.git("remote", "add", "origin", origin or str(hub.root))
        return repo, open_memory(repo)

    return make


def tree(repo: Repo, ref: str = "memory") -> str:
    return repo.git("rev-parse", f"{ref}^{{tree}}")


def learn(memory: Memory, title: str) -> str:
    return memory.record(Kind.LEARNING, title, fields={"lesson": "It is so."}).id


def titles(memory: Memory) -> list[str]:
    return sorted(record.title for record in memory.list())


def hook(hub: Repo, name: str, script: str) -> None:
    path = hub.root / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def users(repo: Repo) -> dict[str, bytes]:
    """The user's own things; the refs that a sync is there to move do not count."""
    seen = repo.fingerprint()
    refs = seen["refs"].decode().splitlines()
    ours = ("refs/git-memory/", "refs/remotes/origin/memory")
    seen["refs"] = "\n".join(ref for ref in refs if not ref.startswith(ours)).encode()
    return seen


# the ordinary course ---------------------------------------------------------------------------------
def test_the_first_sync_publishes_and_the_next_clone_adopts(
    hub: Repo, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
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
    clone: Callable[..., tuple[Repo, Memory]],
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
    one.sync()
    assert titles(one) == titles(two) == ["From a", "From b"]
    assert tree(a) == tree(b)


def test_two_who_both_ran_init_merge_like_any_others(clone: Callable[..., tuple[Repo, Memory]]) -> None:
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


def test_the_users_own_things_stay_as_they_are(hub: Repo, clone: Callable[..., tuple[Repo, Memory]]) -> None:
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
    options: tuple[str, ...], new_repo: NewRepo, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
    formats = [option for option in options if option != "--bare"]
    hub = new_repo("other-hub.git", "--bare", *formats)
    (a, one), (b, two) = (clone(name, *options, origin=str(hub.root)) for name in ("a", "b"))
    one.initialise()
    one.sync()
    two.sync()
    learn(one, "From a")
    learn(two, "From b")
    for memory in (one, two, one):
        memory.sync()
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


def test_a_linked_worktree_syncs_for_the_whole_clone(
    clone: Callable[..., tuple[Repo, Memory]], open_memory: Open
) -> None:
    repo, memory = clone("a")
    memory.initialise()
    repo.git("worktree", "add", "-q", str(repo.root.parent / "linked"))
    linked = open_memory(Repo(repo.root.parent / "linked"))
    learn(linked, "From the worktree")
    linked.sync()
    assert memory.sync().pushed == 0
    assert titles(memory) == ["From the worktree"]


@pytest.mark.skipif(not has_git_server(), reason="git has no HTTP backend or client here")
def test_a_sync_over_http(hub: Repo, clone: Callable[..., tuple[Repo, Memory]]) -> None:
    with git_server(hub.root.parent) as url:
        (a, one), (b, two) = (clone(name, origin=f"{url}/hub.git") for name in ("a", "b"))
        one.initialise()
        one.sync()
        two.sync()
        learn(one, "From a")
        learn(two, "From b")
        for memory in (one, two, one):
            memory.sync()
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
def test_when_the_remote_moved_meanwhile_it_is_done_again(
    hub: Repo, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    learn(two, "From b")
    # The first push of a finds that b's commit came in right before it.
    tip = b.git("rev-parse", "memory")
    hub.git("fetch", "-q", str(b.root), "memory:refs/other/b")
    hook(
        hub,
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


def test_clones_that_sync_at_the_same_time_all_get_through(
    hub: Repo, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
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
def test_after_any_order_of_syncs_all_clones_hold_one_tree(
    seed: int, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
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


# what refuses ------------------------------------------------------------------------------------
def test_a_slow_remote_ends_within_the_budget_and_harms_nothing(
    clone: Callable[..., tuple[Repo, Memory]],
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


def test_a_remote_that_wants_a_password_is_one_clear_line(clone: Callable[..., tuple[Repo, Memory]]) -> None:
    with refusing_server(401) as url:
        _, memory = clone("a", origin=url)
        memory.initialise()
        with pytest.raises(RemoteError, match="credential helper"):
            memory.sync()


def test_what_may_only_be_read_is_merged_and_the_refusal_is_told(
    hub: Repo, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
    (_, one), (_, two) = clone("a"), clone("b")
    one.initialise()
    one.sync()
    two.sync()
    learn(one, "From a")
    one.sync()
    learn(two, "From b")
    hook(hub, "pre-receive", "echo 'This repository is read-only' >&2; exit 1")
    tip = hub.git("rev-parse", "memory")
    with pytest.raises(NotPushedError, match=r"nothing was pushed: .*read-only") as raised:
        two.sync()
    assert [merge.added for merge in raised.value.synced.merges] == [1]
    assert titles(two) == ["From a", "From b"]
    assert hub.git("rev-parse", "memory") == tip


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_repository_that_cannot_be_written_is_told(
    hub: Repo, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
    _, memory = clone("a")
    memory.initialise()
    subprocess.run(["chmod", "-R", "a-w", str(hub.root)], check=True)
    try:
        with pytest.raises(NotPushedError, match="does not let you"):
            memory.sync()
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(hub.root)], check=True)


@pytest.mark.skipif(not has_git_server(), reason="git has no HTTP backend or client here")
def test_a_server_without_the_right_to_push_is_told(
    hub: Repo, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
    with git_server(hub.root.parent, push=False) as url:
        _, memory = clone("a", origin=f"{url}/hub.git")
        memory.initialise()
        with pytest.raises(NotPushedError, match="does not let you"):
            memory.sync()


def test_a_branch_that_holds_something_else_is_refused(
    hub: Repo, clone: Callable[..., tuple[Repo, Memory]]
) -> None:
    repo, memory = clone("a")
    repo.git("push", "-q", str(hub.root), "main:refs/heads/memory")
    with pytest.raises(RefusedError, match="something else than a memory"):
        memory.sync()
    memory.initialise()
    tip = repo.git("rev-parse", "memory")
    with pytest.raises(RefusedError, match="something else than a memory"):
        memory.sync()
    assert repo.git("rev-parse", "memory") == tip


def test_a_newer_format_is_refused(hub: Repo, clone: Callable[..., tuple[Repo, Memory]]) -> None:
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
    clone: Callable[..., tuple[Repo, Memory]],
) -> None:
    _, memory = clone("a")
    with pytest.raises(NotInitialisedError, match="git memory init"):
        memory.sync()


def test_while_the_branch_is_checked_out_nothing_moves(clone: Callable[..., tuple[Repo, Memory]]) -> None:
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


# histories that were rewritten ---------------------------------------------------------------------
@pytest.fixture
def shared(clone: Callable[..., tuple[Repo, Memory]]) -> tuple[Repo, Memory, Repo, Memory]:
    """Two clones that agree on a memory with two learnings."""
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    learn(one, "Kept")
    learn(one, "Purged")
    one.sync()
    two.sync()
    return a, one, b, two


def purge(a: Repo, one: Memory) -> None:
    """Take the record out of the history of the remote, as a person does who knows git."""
    path = next(record.path for record in one.list() if record.title == "Purged")
    a.git("fetch", "-q", "origin", "memory")
    a.git("read-tree", "--index-output=.git/scratch", "memory")
    shutil.move(a.root / ".git/scratch", a.root / ".git/other-index")
    environment = {**os.environ, "GIT_INDEX_FILE": str(a.root / ".git/other-index")}
    subprocess.run(["git", "rm", "-q", "--cached", path], cwd=a.root, env=environment, check=True)
    tree_id = subprocess.run(
        ["git", "write-tree"], cwd=a.root, env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()
    root = a.git("rev-list", "--max-parents=0", "memory")
    commit = a.git("commit-tree", "-p", root, "-m", "purge", tree_id)
    a.git("push", "-q", "--force", "origin", f"{commit}:refs/heads/memory")


def test_a_rewritten_remote_is_refused_until_it_is_accepted(
    hub: Repo, shared: tuple[Repo, Memory, Repo, Memory]
) -> None:
    a, one, b, two = shared
    old = b.git("rev-parse", "memory")
    purge(a, one)
    rewritten = hub.git("rev-parse", "memory")
    learn(two, "Only here")
    mine = b.git("rev-parse", "memory")
    for _ in range(2):  # refusing teaches it nothing
        with pytest.raises(RefusedError, match=f"no longer has {old[:10]}.*--accept-rewrite"):
            two.sync()
    b.git("fetch", "-q", "origin")  # nor does a fetch of the user's own
    with pytest.raises(RefusedError, match="--accept-rewrite"):
        two.sync()
    assert (b.git("rev-parse", "memory"), hub.git("rev-parse", "memory")) == (mine, rewritten)
    done = two.sync(accept_rewrite=True)
    assert titles(two) == ["Kept", "Only here"]
    assert b.git("rev-list", "--parents", "-n1", "memory").split()[1:] == [rewritten]
    assert hub.git("rev-parse", "memory") == b.git("rev-parse", "memory")
    kept = done.merges[0].remarks[0].rpartition(" ")[2]
    assert b.git("rev-parse", kept) == mine
    assert two.sync().pushed == 0


def test_what_was_purged_does_not_come_back_through_an_edit(
    hub: Repo, shared: tuple[Repo, Memory, Repo, Memory]
) -> None:
    a, one, _b, two = shared
    record = next(r for r in two.list() if r.title == "Purged")
    two.amend(record.id, two.text(record.id) + "\nMore of it.\n")
    purge(a, one)
    done = two.sync(accept_rewrite=True)
    assert titles(two) == ["Kept"]
    assert "your change to it is only kept there" in done.merges[0].remarks[1]
    assert hub.git("log", "--format=%s", "memory").splitlines() == [
        "purge",
        "memory: start the memory of this repository",
    ]


def test_a_rewound_remote_is_not_pushed_to_again_by_itself(
    hub: Repo, shared: tuple[Repo, Memory, Repo, Memory]
) -> None:
    _, _, b, two = shared
    hub.git("update-ref", "refs/heads/memory", hub.git("rev-parse", "memory~1"))
    with pytest.raises(RefusedError, match="was rewritten"):
        two.sync()
    two.sync(accept_rewrite=True)
    assert titles(two) == ["Kept"]
    assert b.git("rev-parse", "memory") == hub.git("rev-parse", "memory")


def test_a_deleted_branch_is_not_pushed_again_by_itself(
    hub: Repo, shared: tuple[Repo, Memory, Repo, Memory]
) -> None:
    _, _, b, two = shared
    hub.git("update-ref", "-d", "refs/heads/memory")
    with pytest.raises(RefusedError, match="`git push origin memory`"):
        two.sync()
    b.git("push", "-q", "origin", "memory")
    assert two.sync().pushed == 0


# secrets and proposals -------------------------------------------------------------------------------
def test_a_secret_that_comes_along_is_told_once_and_blocks_nothing(
    shared: tuple[Repo, Memory, Repo, Memory],
) -> None:
    a, _, _, two = shared
    secret = "ghp_" + "".join(
        random.Random(7).choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=36)
    )
    blob = a.git("hash-object", "-w", "--stdin", input=f"one\ntoken: {secret}\n")
    listing = a.git("ls-tree", "memory") + f"\n100644 blob {blob}\tnotes.md\n"
    commit = a.git("commit-tree", "-p", "memory", "-m", "notes", a.git("mktree", input=listing))
    a.git("push", "-q", "origin", f"{commit}:refs/heads/memory")
    done = two.sync()
    assert [(found.path, found.line) for found in done.secrets] == [("notes.md", 2)]
    assert secret not in repr(done)
    assert two.sync().secrets == ()


def test_proposals_are_sent_and_tracked_and_not_opened_again(
    hub: Repo, shared: tuple[Repo, Memory, Repo, Memory]
) -> None:
    a, one, b, two = shared
    commit = b.git("commit-tree", "-p", "memory", "-m", "idea", f"{b.git('rev-parse', 'memory')}^{{tree}}")
    blob = b.git("hash-object", "-w", "--stdin", input="an idea\n")
    listing = b.git("ls-tree", "memory") + f"\n100644 blob {blob}\tidea.md\n"
    commit = b.git("commit-tree", "-p", "memory", "-m", "idea", b.git("mktree", input=listing))
    b.git("update-ref", "refs/heads/memory-proposals/idea", commit)
    assert "the proposal 'idea' was sent to origin" in two.sync().proposals
    assert hub.git("rev-parse", "memory-proposals/idea") == commit
    one.sync()
    assert a.git("rev-parse", "refs/remotes/origin/memory-proposals/idea") == commit
    hub.git("update-ref", "-d", "refs/heads/memory-proposals/idea")
    assert "the proposal 'idea' is no longer on origin" in two.sync().proposals
    one.sync()
    assert hub.git("for-each-ref", "--format=%(refname)") == "refs/heads/memory"
    assert a.git("for-each-ref", "refs/remotes/origin/memory-proposals") == ""


# one at a time ---------------------------------------------------------------------------------------
def test_two_syncs_of_one_clone_take_turns(
    clone: Callable[..., tuple[Repo, Memory]], open_memory: Open
) -> None:
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


def test_a_sync_that_finds_another_under_way_ends_within_its_budget(
    clone: Callable[..., tuple[Repo, Memory]], open_memory: Open
) -> None:
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
