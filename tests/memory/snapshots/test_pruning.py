"""Pruning keeps what the policy says, and lets go of the rest."""

from __future__ import annotations

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, UsageError


def take(repo: Repo, memory: Memory, text: str) -> str:
    repo.write("README.md", text * 1000)
    return memory.checkpoint(text, snapshot=True).label


def labels(memory: Memory) -> list[str]:
    return [one.label for one in memory.snapshots()]


def test_the_last_n_stay(repo: Repo, memory: Memory) -> None:
    taken = [take(repo, memory, f"work {n}\n") for n in range(5)]
    done = memory.prune_snapshots(keep=2, days=0)
    assert [one.label for one in done.removed] == [taken[2], taken[1], taken[0]]
    assert [one.label for one in done.kept] == [taken[4], taken[3]]
    assert labels(memory) == [taken[4], taken[3]]
    assert len(memory.list()) == 5, "the checkpoints themselves stay"


def test_the_young_stay_and_those_that_are_named(repo: Repo, memory: Memory) -> None:
    taken = [take(repo, memory, f"work {n}\n") for n in range(4)]
    assert memory.prune_snapshots(keep=0, days=1).removed == []
    memory.prune_snapshots(keep=1, days=0, of=[taken[1]])
    assert labels(memory) == [taken[3], taken[1]]
    with pytest.raises(NotFoundError):
        memory.prune_snapshots(keep=0, days=0, of=["nothing"])
    assert labels(memory) == [taken[3], taken[1]]
    with pytest.raises(UsageError):
        memory.prune_snapshots(keep=-1)


def test_states_before_a_restore_count_for_themselves(repo: Repo, memory: Memory) -> None:
    first = take(repo, memory, "work\n")
    befores = []
    for n in range(3):
        repo.write("README.md", f"since {n}\n")
        done = memory.restore_in_place(first)
        assert done.before
        befores.append(done.before.name)
    memory.prune_snapshots(keep=1, days=0)
    assert labels(memory) == [befores[-1], first]


def test_a_dry_run_tells_and_does_nothing(repo: Repo, memory: Memory) -> None:
    taken = [take(repo, memory, f"work {n}\n") for n in range(2)]
    refs = repo.git("for-each-ref")
    done = memory.prune_snapshots(keep=0, days=0, dry_run=True)
    assert [one.label for one in done.removed] == [taken[1], taken[0]]
    assert repo.git("for-each-ref") == refs


def test_what_only_they_need_is_freed(repo: Repo, memory: Memory) -> None:
    import os

    repo.write("large.bin", os.urandom(200_000))
    (repo.root / "large.bin").chmod(0o600)
    large = memory.checkpoint("Large", snapshot=True).label
    (repo.root / "large.bin").unlink()
    take(repo, memory, "small\n")
    sizes = {one.label: one.size for one in memory.snapshots(sizes=True)}
    assert sizes[large] is not None
    assert sizes[large] > 200_000
    done = memory.prune_snapshots(keep=1, days=0)
    assert done.freed is not None
    assert done.freed > 200_000
    before = objects(repo)
    repo.git("gc", "-q", "--prune=now")
    assert before - objects(repo) > 190_000
    assert repo.git("for-each-ref", "refs/memory/exact/") == ""


def objects(repo: Repo) -> int:
    return sum(path.stat().st_size for path in (repo.root / ".git" / "objects").rglob("*") if path.is_file())


def test_what_is_kept_survives_gc(repo: Repo, memory: Memory) -> None:
    repo.write("a.txt", "1\r\n2\n").chmod(0o640)
    repo.git("config", "core.autocrlf", "input")
    label = memory.checkpoint("Kept", snapshot=True).label
    (repo.root / "a.txt").unlink()
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    memory.restore_in_place(label)
    assert (repo.root / "a.txt").read_bytes() == b"1\r\n2\n"
    assert (repo.root / "a.txt").stat().st_mode & 0o777 == 0o640


def test_a_deleted_checkpoint_s_snapshot_can_still_be_restored_and_pruned(repo: Repo, memory: Memory) -> None:
    label = take(repo, memory, "work\n")
    memory.delete(label)
    assert [(one.label, one.title) for one in memory.snapshots()] == [(label, "")]
    repo.write("README.md", "since\n")
    memory.restore_in_place(label)
    assert (repo.root / "README.md").read_text() == "work\n" * 1000
    memory.prune_snapshots(keep=0, days=0)
    assert labels(memory) == []
