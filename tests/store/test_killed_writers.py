"""What a killed writer noted is cleared up by the next one, and nothing else is.

``tests/crash`` kills real writers.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from support import Repo

from lsp_server.store.base import ChangeSet, Snapshot
from lsp_server.store.git_store import GitStore


def leftovers(repo: Repo) -> list[str]:
    git_dir = repo.root / ".git"
    names = ("*.lock", "*.keep", "tmp_*", "fast_import_crash_*", "stream")
    return sorted(str(p.relative_to(git_dir)) for name in names for p in git_dir.rglob(name))


def count(tip: Snapshot) -> ChangeSet:
    number = int(tip.read("number") or b"0") + 1
    return ChangeSet(f"learning: {number}", {"number": b"%d" % number, f"n/{number}": b"x"})


def noted(repo: Repo, **facts: object) -> None:
    """What a killed writer would have left in the lock file; its child's number is not in use any more."""
    ended = subprocess.Popen(["git", "version"], stdout=subprocess.DEVNULL)
    ended.wait()
    (repo.root / ".git/git-memory").mkdir(exist_ok=True)
    said = {"since": time.time(), "pid": ended.pid, **facts}
    (repo.root / ".git/git-memory/lock").write_text(json.dumps(said))


@pytest.mark.parametrize("content", ["", "2" * 40 + "\n"])
def test_a_dead_childs_ref_lock_is_removed(repo: Repo, store: GitStore, content: str) -> None:
    lock = repo.root / ".git/refs/heads/memory.lock"
    noted(repo, lock=str(lock), new="2" * 40)
    lock.write_text(content)
    store.commit(count)
    assert not lock.exists()


@pytest.mark.parametrize("why", ["another's content", "older than the child"])
def test_a_lock_that_is_not_the_dead_childs_stays(repo: Repo, store: GitStore, why: str) -> None:
    lock = repo.root / ".git/refs/heads/unrelated.lock"
    noted(repo, lock=str(lock), new="2" * 40)
    lock.write_text("3" * 40 if why == "another's content" else "")
    if why == "older than the child":
        os.utime(lock, (1, 1))
    store.commit(count)
    assert lock.exists()


def test_a_dead_childs_packs_and_crash_report_go_and_other_peoples_stay(repo: Repo, store: GitStore) -> None:
    git_dir = repo.root / ".git"
    incoming = git_dir / "git-memory/incoming-1"
    own = [
        incoming / "pack/tmp_pack_x",
        incoming / "pack/pack-1.keep",
        incoming / "ab/tmp_obj_x",
        incoming / "stream",
    ]
    others = [
        git_dir / "objects/pack/tmp_pack_y",
        git_dir / "objects/pack/pack-2.keep",
        git_dir / "fast_import_crash_2",
    ]
    crash = git_dir / "fast_import_crash_1"
    noted(repo, incoming=str(incoming), crash=str(crash))
    for file in (*own, *others, crash):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    store.commit(count)
    assert [f for f in (*own, crash) if f.exists()] == []
    assert [f for f in others if not f.exists()] == []


def test_what_a_git_of_a_killed_writer_still_writes_never_counts_as_an_object_of_ours(
    repo: Repo, store: GitStore
) -> None:
    store.commit(count)
    [incoming] = (repo.root / ".git/git-memory").glob("incoming-*")
    noted(repo, incoming=str(incoming))

    def build(tip: Snapshot) -> ChangeSet:
        # The killed writer's git goes on while we are at work: it writes the very blobs that we are about to.
        for content in ("2", "x"):
            subprocess.run(
                ["git", "hash-object", "-w", "--stdin"],
                cwd=repo.root,
                env={**os.environ, "GIT_OBJECT_DIRECTORY": str(incoming)},
                input=content,
                text=True,
                check=False,
                capture_output=True,
            )
        for path in incoming.rglob("*"):
            os.utime(path, (1, 1))
        return count(tip)

    store.commit(build)
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", '{"pid": "x"}', '{"incoming": "/", "lock": "/etc/passwd", "new": ""}']
)
def test_a_lock_file_of_any_content_stops_nobody(repo: Repo, store: GitStore, text: str) -> None:
    (repo.root / ".git/git-memory/lock").write_text(text)
    store.commit(count)
    assert store.snapshot().read("number") == b"1"
    assert Path("/etc/passwd").exists()


def test_a_failing_fast_import_leaves_no_crash_report(repo: Repo, store: GitStore) -> None:
    from lsp_server.errors import StoreError

    broken = repo.root / ".git/objects"
    tip = store.commit(count)
    tree = repo.git("rev-parse", "memory^{tree}")
    store.snapshot()
    hidden = broken / tree[:2] / tree[2:]
    hidden.rename(repo.root / "hidden")
    with pytest.raises(StoreError):
        store.commit(count)
    (repo.root / "hidden").rename(hidden)
    assert store.tip() == tip
    assert leftovers(repo) == []
    store.commit(count)
