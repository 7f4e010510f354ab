"""A snapshot may hold anything, secrets too, since it is not looked through: it never leaves by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.memory import Kind

Open = Callable[[Repo], Memory]


@pytest.fixture
def hub(repo: Repo, new_repo: Callable[..., Repo]) -> Repo:
    """A remote that the repository pushes to by default."""
    hub = new_repo("hub.git", "--bare")
    repo.git("remote", "add", "origin", str(hub.root))
    return hub


def snapshots_in(repo: Repo) -> list[str]:
    listed = repo.git("for-each-ref", "--format=%(refname)").splitlines()
    return [ref for ref in listed if ref.startswith(("refs/memory/snapshots/", "refs/memory/exact/"))]


def has(repo: Repo, oid: str) -> bool:
    return repo.git("cat-file", "-t", oid, check=False) != ""


def kept(repo: Repo, memory: Memory) -> str:
    """The blob of an untracked file, which only snapshots hold."""
    repo.write("private.txt", "nobody else is to see this\n").chmod(0o600)
    repo.write("lines.txt", "1\r\n2\n")
    memory.checkpoint("Mine", snapshot=True)
    repo.write("private.txt", "nor this\n")
    memory.restore_in_place(memory.snapshots()[0].name)
    assert len(snapshots_in(repo)) == 4
    return repo.git("hash-object", "private.txt")


def test_a_sync_does_not_send_snapshots(repo: Repo, memory: Memory, hub: Repo) -> None:
    blob = kept(repo, memory)
    memory.sync()
    assert "refs/heads/memory" in hub.git("for-each-ref", "--format=%(refname)")
    assert snapshots_in(hub) == []
    assert not has(hub, blob)


@pytest.mark.parametrize("how", [[], ["--all"], ["--all", "--follow-tags"]])
def test_no_plain_push_sends_snapshots(repo: Repo, memory: Memory, hub: Repo, how: list[str]) -> None:
    repo.git("config", "push.default", "current")
    blob = kept(repo, memory)
    repo.git("push", "-q", "origin", *how)
    assert snapshots_in(hub) == []
    assert not has(hub, blob)


EVERYTHING = {
    "mirror": (["mirror", "true"],),
    "all refs": (["push", "refs/*:refs/*"],),
    "forced, beside branches": (["push", "refs/heads/*:refs/heads/*"], ["push", "+refs/m*:refs/backup/m*"]),
}
BRANCHES = {
    "nothing": (),
    "branches and tags": (["push", "refs/heads/*:refs/heads/*"], ["push", "refs/tags/*:refs/tags/*"]),
    "those that are there": (["push", ":"],),
    "all but ours": (["push", "refs/*:refs/*"], ["push", "^refs/memory/*"]),
    "no mirror": (["mirror", "false"],),
}


def configure(repo: Repo, settings: Sequence[Sequence[str]]) -> None:
    repo.git("config", "push.default", "current")
    for key, value in settings:
        repo.git("config", "--add", f"remote.origin.{key}", value)


@pytest.mark.parametrize("kind", EVERYTHING)
def test_where_a_push_would_send_them_that_is_known_and_a_sync_does_not(
    kind: str, repo: Repo, memory: Memory, hub: Repo
) -> None:
    configure(repo, EVERYTHING[kind])
    blob = kept(repo, memory)
    assert memory.snapshots_pushed_to() == {"origin": f"remote.origin.{EVERYTHING[kind][-1][0]}"}
    memory.sync()
    memory.propose("later")
    memory.record(Kind.LEARNING, "To be looked at")
    memory.sync()
    sent = hub.git("for-each-ref", "--format=%(refname)").splitlines()
    assert sent == ["refs/heads/memory", "refs/heads/memory-proposals/later"]
    assert not has(hub, blob)
    repo.git("push", "-q", "origin")
    assert has(hub, blob)  # so it is no empty warning


@pytest.mark.parametrize("kind", BRANCHES)
def test_where_a_push_does_not_send_them_nobody_is_warned(
    kind: str, repo: Repo, memory: Memory, hub: Repo
) -> None:
    repo.git("push", "-q", "origin", "HEAD")
    configure(repo, BRANCHES[kind])
    blob = kept(repo, memory)
    assert memory.snapshots_pushed_to() == {}
    repo.git("push", "-q", "origin")
    assert not has(hub, blob)


def test_a_clone_and_a_fetch_do_not_get_snapshots(
    repo: Repo, memory: Memory, new_repo: Callable[..., Repo]
) -> None:
    blob = kept(repo, memory)
    other = new_repo("other")
    other.git("remote", "add", "origin", repo.root.as_uri())
    other.git("fetch", "-q", "origin")
    assert snapshots_in(other) == []
    assert not has(other, blob)


def test_only_a_mirror_takes_everything_as_the_documentation_says(
    repo: Repo, memory: Memory, hub: Repo
) -> None:
    blob = kept(repo, memory)
    repo.git("push", "-q", "--mirror", "origin")
    assert has(hub, blob)


def test_another_clone_says_that_it_has_no_snapshot(
    repo: Repo, memory: Memory, hub: Repo, new_repo: Callable[..., Repo], open_memory: Open
) -> None:
    record = memory.checkpoint("Mine", snapshot=True)
    memory.sync()
    other = new_repo("other")
    other.git("remote", "add", "origin", str(hub.root))
    theirs = open_memory(other)
    theirs.sync()
    from lsp_server.errors import NotFoundError

    with pytest.raises(NotFoundError, match="has no snapshot in this clone"):
        theirs.restore_to_branch(record.label)
