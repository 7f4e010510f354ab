"""What the store does on special kinds of repository; ``tests/matrix`` has every command on every kind."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo

from lsp_server.errors import RefusedError, StoreError
from lsp_server.store.base import ChangeSet
from lsp_server.store.git_store import GitStore
from lsp_server.store.repository import Repository

Open = Callable[..., GitStore]


def works(store: GitStore, repo: Repo) -> None:
    """The whole round: write, read, list, history, diff, changed; and git finds nothing wrong."""
    first = store.tip()
    version = store.commit(lambda _: ChangeSet("learning: one", {"d/a": b"text", "b": b"b"}))
    again = store.commit(lambda tip: ChangeSet("learning: two", {"b": (tip.read("b") or b"") + b"!"}))
    assert store.tip() == again == repo.git("rev-parse", "refs/heads/memory")
    assert store.snapshot().read("b") == b"b!"
    assert store.at(version).read("b") == b"b"
    assert [f.path for f in store.snapshot().files()] == ["b", "d/a", "memory.yaml"]
    assert [c.subject for c in store.history()][:2] == ["learning: two", "learning: one"]
    assert [c.path for c in store.changed(first, again)] == ["b", "d/a"]
    assert "+text" in store.diff(version)
    assert repo.git("fsck", "--strict", "--no-dangling") in {
        "",
        "notice: HEAD points to an unborn branch (main)",
    }


def test_a_bare_repository(new_repo: Callable[..., Repo], open_store: Open) -> None:
    bare = new_repo("bare.git", "--bare")
    works(open_store(bare.root), bare)


def test_a_bare_repository_whose_head_is_the_memory(
    new_repo: Callable[..., Repo], open_store: Open, tmp_path: Path
) -> None:
    bare = new_repo("bare.git", "--bare")
    bare.git("symbolic-ref", "HEAD", "refs/heads/memory")
    store = open_store(bare.root)
    works(store, bare)
    bare.git("worktree", "add", "-q", "-f", str(tmp_path / "linked"), "memory")
    with pytest.raises(RefusedError, match=f"checked out in {tmp_path / 'linked'}"):
        store.commit(lambda _: ChangeSet("x", {"a": b"x"}))


def test_a_linked_worktree_writes_to_the_same_memory(repo: Repo, open_store: Open, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked")
    store = open_store(linked.root)
    works(store, linked)
    assert open_store(repo.root).tip() == store.tip()
    assert linked.git("status", "--porcelain") == ""


def test_a_linked_worktree_knows_when_the_main_one_has_the_branch(
    repo: Repo, open_store: Open, tmp_path: Path
) -> None:
    store = open_store(repo.root)
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    repo.git("checkout", "-q", "memory")
    with pytest.raises(RefusedError, match=f"checked out in {repo.root}"):
        open_store(tmp_path / "linked", initialise=False).commit(lambda _: ChangeSet("x", {"a": b"x"}))
    assert store.snapshot().read("a") is None


def test_sha256(new_repo: Callable[..., Repo], open_store: Open) -> None:
    made = new_repo("long", "--object-format=sha256")
    made.write("a", "x")
    head = made.commit()
    store = open_store(made.root)
    works(store, made)
    assert len(store.tip() or "") == 64
    tip = store.tip()
    assert store.commit(lambda _: ChangeSet("the same again", {"d/a": b"text"})) == tip
    assert Repository.begin(made.root).wait().head_commit() == head


@pytest.fixture
def reftable(new_repo: Callable[..., Repo], git_version: tuple[int, int]) -> Repo:
    if git_version < (2, 45):
        pytest.skip("reftable needs git 2.45")
    made = new_repo("tables", "--ref-format=reftable")
    made.write("a", "x")
    made.commit()
    return made


def test_reftable(reftable: Repo, open_store: Open, tmp_path: Path) -> None:
    store = open_store(reftable.root)
    works(store, reftable)
    found = Repository.begin(reftable.root).wait()
    assert (found.head_branch(), found.head_commit()) == ("main", reftable.git("rev-parse", "HEAD"))
    newer = reftable.commit("newer")
    assert found.head_commit() == newer
    reftable.git("worktree", "add", "-q", str(tmp_path / "linked"), "memory")
    with pytest.raises(RefusedError, match=f"checked out in {tmp_path / 'linked'}"):
        store.commit(lambda _: ChangeSet("x", {"a": b"x"}))


def test_reftable_is_asked_again_only_after_a_change(
    reftable: Repo, open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lsp_server.store.git_process import Git

    store = open_store(reftable.root)
    tip = store.tip()
    with monkeypatch.context() as patched:
        patched.delattr(Git, "start")  # no process can be started
        assert store.tip() == tip
    reftable.git("update-ref", "-d", "refs/heads/memory")
    assert store.tip() is None


def test_a_shallow_clone(repo: Repo, open_store: Open, tmp_path: Path) -> None:
    repo.commit("second")
    open_store(repo.root)
    repo.git(
        "clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo.root}", str(tmp_path / "shallow")
    )
    shallow = Repo(tmp_path / "shallow")
    store = open_store(shallow.root)
    assert store.tip() == repo.git("rev-parse", "memory")
    works(store, shallow)


def test_a_partial_clone_fetches_nothing_to_answer(repo: Repo, open_store: Open, tmp_path: Path) -> None:
    open_store(repo.root).commit(lambda _: ChangeSet("x", {"a": b"only there"}))
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git(
        "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.root}", str(tmp_path / "partial")
    )
    partial = Repo(tmp_path / "partial")
    store = open_store(partial.root, initialise=False)
    assert store.initialise(None, {"memory.yaml": b"format: 1\n"}, "x") == (True, "origin/memory")
    packs = sorted((partial.root / ".git/objects").rglob("*.pack"))
    with pytest.raises(StoreError, match=r"does not have the object .* partial clone"):
        store.snapshot().read("a")
    with pytest.raises(StoreError):
        store.commit(lambda _: ChangeSet("x", {"b": b"x"}))
    assert [f.path for f in store.snapshot().files()] == ["a", "memory.yaml"]
    assert sorted((partial.root / ".git/objects").rglob("*.pack")) == packs
    partial.git(
        "cat-file", "--batch", input="origin/memory:a\norigin/memory:memory.yaml\n"
    )  # the user fetches them
    assert store.snapshot().read("a") == b"only there"
    store.commit(lambda _: ChangeSet("x", {"b": b"x"}))
    assert store.snapshot().read("b") == b"x"


def test_a_shared_repository_stays_writable_for_the_group(
    new_repo: Callable[..., Repo], open_store: Open
) -> None:
    shared = new_repo("shared", "--shared=group")
    works(open_store(shared.root), shared)
    git_dir = shared.root / ".git"
    folders = [git_dir / "git-memory", *(p for p in (git_dir / "objects").iterdir() if p.is_dir())]
    assert [p.name for p in folders if not p.stat().st_mode & 0o020] == []
    assert (git_dir / "git-memory/lock").stat().st_mode & 0o020


def test_settings_of_the_user_do_not_change_what_is_written(repo: Repo, open_store: Open) -> None:
    for setting in (
        "i18n.commitEncoding latin1",
        "core.autocrlf true",
        "transfer.unpackLimit 1",
        "core.fsync none",
    ):
        repo.git("config", *setting.split())
    store = open_store(repo.root)
    store.commit(lambda _: ChangeSet("learning: é", {"a": b"x\r\ny\n"}))
    assert store.history(limit=1)[0].subject == "learning: é"
    assert store.snapshot().read("a") == b"x\r\ny\n"
    assert list((repo.root / ".git/objects/pack").glob("*.pack")) == []


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not here to sign with")
def test_commits_are_signed_where_the_user_signs(repo: Repo, open_store: Open, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (tmp_path / "allowed").write_text(f"developer@example.org {key.with_suffix('.pub').read_text()}")
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", str(key))
    repo.git("config", "gpg.ssh.allowedSignersFile", str(tmp_path / "allowed"))
    repo.git("config", "commit.gpgSign", "true")
    store = open_store(repo.root)
    works(store, repo)
    assert (
        repo.git("log", "--format=%G? %an %ae", "memory").splitlines()
        == ["G A Developer developer@example.org"] * 3
    )
    repo.git("config", "user.signingKey", str(tmp_path / "no such key"))
    tip = store.tip()
    with pytest.raises(StoreError):
        store.commit(lambda _: ChangeSet("x", {"z": b"z"}))
    assert store.tip() == tip
