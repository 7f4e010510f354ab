"""What comes from a remote with care: rewritten histories, secrets, proposals."""

from __future__ import annotations

import os
import random
import shlex
import shutil
import subprocess

import pytest
from clones import Clone, Shared, learn, titles, tree
from support import Repo

from lsp_server import Memory
from lsp_server.errors import RefusedError
from lsp_server.memory import Kind, secrets


# histories that were rewritten ---------------------------------------------------------------------
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


def test_a_rewritten_remote_is_refused_until_it_is_accepted(hub: Repo, shared: Shared) -> None:
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


def test_a_refusal_names_the_remote_that_was_asked_as_the_person_did(hub: Repo, shared: Shared) -> None:
    _, _, b, two = shared
    address = str(hub.root)
    b.git("remote", "remove", "origin")
    two.sync(address)
    hub.git("update-ref", "refs/heads/memory", hub.git("rev-parse", "memory~1"))
    with pytest.raises(RefusedError) as refused:
        two.sync(address)
    assert str(refused.value).startswith(f"{address} went back to ")
    assert f"`git memory sync {address} --accept-rewrite`" in str(refused.value)


def test_what_was_purged_does_not_come_back_through_an_edit(hub: Repo, shared: Shared) -> None:
    a, one, b, two = shared
    record = next(r for r in two.list() if r.title == "Purged")
    two.amend(record.id, two.text(record.id) + "\nMore of it.\n")
    purge(a, one)
    done = two.sync(accept_rewrite=True)
    assert titles(two) == ["Kept"]
    told, command = done.merges[0].remarks[1].removesuffix("`").split("`")
    assert told.endswith(" was taken out of origin/memory: your change to it is only kept: ")
    assert (
        "More of it."
        in subprocess.run(shlex.split(command), cwd=b.root, capture_output=True, text=True, check=True).stdout
    )
    assert hub.git("log", "--format=%s", "memory").splitlines() == [
        "purge",
        "memory: start the memory of this repository",
    ]


def test_a_rewound_remote_is_not_pushed_to_again_by_itself(hub: Repo, shared: Shared) -> None:
    _, _, b, two = shared
    hub.git("update-ref", "refs/heads/memory", hub.git("rev-parse", "memory~1"))
    with pytest.raises(RefusedError, match=r"went back to .*--accept-rewrite"):
        two.sync()
    two.sync(accept_rewrite=True)
    assert titles(two) == ["Kept"]
    assert b.git("rev-parse", "memory") == hub.git("rev-parse", "memory")


def test_what_a_rewound_remote_lost_is_published_again_as_the_refusal_says(hub: Repo, shared: Shared) -> None:
    _, _, b, two = shared
    before = hub.git("rev-parse", "memory")
    hub.git("update-ref", "refs/heads/memory", hub.git("rev-parse", "memory~1"))
    learn(two, "Written since")
    with pytest.raises(RefusedError, match=r"`git push origin memory` publishes again"):
        two.sync()
    b.git("push", "-q", "origin", "memory")  # no force: what is there is part of what is here
    assert two.sync().pushed == 0
    assert titles(two) == ["Kept", "Purged", "Written since"]
    assert before in hub.git("rev-list", "memory")


def test_a_deleted_branch_is_not_pushed_again_by_itself(hub: Repo, shared: Shared) -> None:
    _, _, b, two = shared
    hub.git("update-ref", "-d", "refs/heads/memory")
    with pytest.raises(RefusedError, match="`git push origin memory`"):
        two.sync()
    b.git("push", "-q", "origin", "memory")
    assert two.sync().pushed == 0


# secrets and proposals -------------------------------------------------------------------------------
def put_a_secret_on_the_remote(
    a: Repo, branch: str = "memory", *, name: str = "notes.md", text: str = "one\ntoken: SECRET\n"
) -> str:
    """A file with a token, by somebody who does not use this program."""
    secret = "ghp_" + "".join(
        random.Random(7).choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=36)
    )
    blob = a.git(
        "hash-object", "-w", "--stdin", input=text.replace("SECRET", secret).replace("REST", secret[4:])
    )
    listing = a.git("ls-tree", "memory") + f"\n100644 blob {blob}\t{name.replace('SECRET', secret)}\n"
    commit = a.git("commit-tree", "-p", "memory", "-m", "notes", a.git("mktree", input=listing))
    a.git("push", "-q", "origin", f"{commit}:refs/heads/{branch}")
    return secret


def test_a_secret_that_comes_along_is_told_once_and_blocks_nothing(shared: Shared) -> None:
    a, _, _, two = shared
    secret = put_a_secret_on_the_remote(a)
    done = two.sync()
    assert [(found.path, found.line) for found in done.secrets] == [("notes.md", 2)]
    assert secret not in repr(done)
    assert two.sync().secrets == ()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("SECRET.md", "one\n", ("[redacted: github-pat].md", 0)),
        ("notes.md", '---\nkey: "\\x67hp_REST"\n---\n', ("notes.md", 2)),
    ],
    ids=["in a file's name", "behind an escape in the front matter"],
)
def test_a_secret_that_comes_along_is_told_wherever_the_scan_of_the_branch_finds_it(
    shared: Shared, name: str, text: str, told: tuple[str, int]
) -> None:
    a, _, _, two = shared
    secret = put_a_secret_on_the_remote(a, name=name, text=text)
    done = two.sync()
    assert [(found.path, found.line) for found in done.secrets] == [told]
    assert list(done.secrets) == list(two.scan_secrets())
    assert secret not in repr(done)


def test_a_secret_that_is_allowed_here_is_not_told_when_it_comes_along(shared: Shared) -> None:
    a, _, _, two = shared
    secret = put_a_secret_on_the_remote(a)
    (found,) = secrets.check(f"one\ntoken: {secret}\n", ())
    two.allow_secret(found.fingerprint)
    assert two.sync().secrets == ()


def test_a_secret_that_an_adopted_proposal_brings_is_told(shared: Shared) -> None:
    a, _, _, two = shared
    secret = put_a_secret_on_the_remote(a, "memory-proposals/idea")
    two.sync()
    done = two.adopt("idea")
    assert [(found.path, found.line) for found in done.secrets] == [("notes.md", 2)]
    assert secret not in repr(done)


def test_proposals_are_sent_and_tracked_and_not_opened_again(hub: Repo, shared: Shared) -> None:
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
    assert any("'idea' is no longer on origin: `git memory withdraw" in said for said in two.sync().proposals)
    one.sync()
    assert hub.git("for-each-ref", "--format=%(refname)") == "refs/heads/memory"
    assert a.git("for-each-ref", "refs/remotes/origin/memory-proposals") == ""


@pytest.mark.parametrize("begun", [False, True])
def test_who_takes_over_a_memory_that_has_a_number_twice_mends_it(clone: Clone, *, begun: bool) -> None:
    (a, one), (b, two) = clone("a"), clone("b")
    one.initialise()
    older = one.record(Kind.BUG, "Older")
    one.sync()
    text = one.text("BUG-1").replace(older.id, "ffffffff-51f4-4bb1-9f3b-3f4a6f1f2a3b")
    text = text.replace("# Older", "# Younger").replace("created: 2", "created: 3")
    blob = a.git("hash-object", "-w", "--stdin", input=text)
    bugs = a.git("mktree", input=f"{a.git('ls-tree', 'memory:bugs')}\n100644 blob {blob}\t0001-younger.md\n")
    rest = [line for line in a.git("ls-tree", "memory").splitlines() if not line.endswith("\tbugs")]
    root = a.git("mktree", input="\n".join([*rest, f"040000 tree {bugs}\tbugs", ""]))
    merged = a.git("commit-tree", "-p", "memory", "-m", "Merge pull request", root)
    a.git("push", "-q", "origin", f"{merged}:refs/heads/memory")
    if begun:
        b.git("fetch", "-q", "origin")
        two.initialise()
    done = two.sync()
    assert [(one.title, one.new) for merge in done.merges for one in merge.renumbered] == [
        ("Younger", "BUG-2")
    ]
    assert two.sync().merges == ()
    one.sync()
    assert tree(a) == tree(b)
