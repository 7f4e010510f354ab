"""Files above the limit: refused, or held by git LFS."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from memory.artifacts.files import MIB, TOKEN, Drop, SharedClones, log
from support import Repo

from lsp_server import Memory
from lsp_server.errors import RefusedError, SecretError
from lsp_server.store.remote_errors import RemoteError

needs_lfs = pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")


def test_a_file_above_the_limit_is_refused_with_what_to_do(repo: Repo, memory: Memory, drop: Drop) -> None:
    big = drop("big.bin", b"\0" * (6 * MIB))
    with pytest.raises(RefusedError, match=r"big\.bin has 6\.0 MiB, .* 5\.0 MiB at most: .*artifactLimit 6m"):
        memory.add_artifact(big)
    with pytest.raises(RefusedError, match=r"5\.0 MiB at most"):
        memory.add_artifact(big, lfs=False)
    repo.git("config", "memory.artifactLimit", "6m")
    assert memory.add_artifact(big).change == "added"
    repo.git("config", "memory.artifactLimit", "1k")
    with pytest.raises(RefusedError, match=r"1\.0 KiB at most"):
        memory.add_artifact(drop("b.bin", b"\0" * 1025))
    repo.git("config", "memory.artifactLimit", "much")
    with pytest.raises(RefusedError, match="should be a size like 5m, not 'much'"):
        memory.add_artifact(drop("b.bin"))
    assert log(repo) == ["artifact: add files/big.bin"]


def test_without_git_lfs_it_says_so(memory: Memory, drop: Drop, tmp_path: Path, repo: Repo) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").symlink_to(shutil.which("git") or "git")
    environment = {**os.environ, "PATH": str(programs), "GIT_EXEC_PATH": _without_lfs(tmp_path)}
    with Memory.open(repo.root, environment=environment) as alone:
        with pytest.raises(RefusedError, match="git LFS is not installed here"):
            alone.add_artifact(drop("a.png"), lfs=True)
        with pytest.raises(RefusedError, match="install git-lfs and say `--lfs`"):
            alone.add_artifact(drop("big.bin", b"\0" * (6 * MIB)))


def _without_lfs(tmp_path: Path) -> str:
    place = tmp_path / "core"
    place.mkdir()
    real = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    for file in Path(real).iterdir():
        if "lfs" not in file.name:
            (place / file.name).symlink_to(file)
    return str(place)


@needs_lfs
def test_git_lfs_holds_what_it_is_given_and_a_pointer_stands_on_the_branch(
    repo: Repo, memory: Memory, drop: Drop
) -> None:
    before = repo.fingerprint()
    data = os.urandom(6 * MIB)
    told: list[tuple[int, int]] = []
    added = memory.add_artifact(drop("my film.mov", data), lfs=True, progress=lambda *now: told.append(now))
    assert (added.size, added.is_lfs, added.is_here) == (6 * MIB, True, True)
    assert told[-1] == (6 * MIB, 6 * MIB)
    oid = hashlib.sha256(data).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {6 * MIB}"
    assert repo.git("show", f"memory:{added.path}") == pointer
    assert memory.artifact(added.path) == data
    assert memory.artifacts()[0].size == 6 * MIB
    assert memory.add_artifact(drop("my film.mov", data), lfs=True).change == "unchanged"
    memory.remove_artifact(added.path)
    assert ".gitattributes" not in repo.git("ls-tree", "--name-only", "memory")
    assert repo.fingerprint() == before


@needs_lfs
def test_git_s_own_tools_take_it_for_what_it_is(shared_clones: SharedClones) -> None:
    (_, mine), (other, yours), disk = shared_clones
    (disk / "my [1] film.mov").write_bytes(b"a" * 5000)
    added = mine.add_artifact(disk / "my [1] film.mov", lfs=True)
    mine.sync()
    yours.sync()
    smudge = ("-c", "filter.lfs.smudge=git-lfs smudge -- %f", "-c", "filter.lfs.required=true")
    other.git(*smudge, "worktree", "add", "-q", "../out", "memory")
    out = Repo(other.root.parent / "out")
    assert (out.root / added.path).read_bytes() == b"a" * 5000
    assert out.git("check-attr", "filter", added.path).endswith("filter: lfs")
    assert out.git("lfs", "ls-files", "memory").endswith(f" * {added.path}")


@needs_lfs
def test_where_it_is_configured_git_lfs_takes_what_is_above_the_limit(
    repo: Repo, memory: Memory, drop: Drop
) -> None:
    repo.git("config", "memory.artifactLfs", "true")
    repo.git("config", "memory.artifactLimit", "10")
    assert memory.add_artifact(drop("a.bin", b"0123456789")).is_lfs is False
    assert memory.add_artifact(drop("b.bin", b"0123456789a")).is_lfs is True
    with pytest.raises(RefusedError, match="at most"):
        memory.add_artifact(drop("c.bin", b"0123456789a"), lfs=False)
    with pytest.raises(SecretError, match=r"artifacts/reports/run\.log"):
        memory.add_artifact(drop("run.log", f"token = {TOKEN}\n".encode()))
    assert memory.add_artifact(drop("b.bin", b"small")).is_lfs is False
    assert ".gitattributes" not in repo.git("ls-tree", "--name-only", "memory")


@needs_lfs
def test_a_sync_uploads_what_git_lfs_holds_and_another_clone_fetches_it_when_asked(
    shared_clones: SharedClones,
) -> None:
    (one, mine), (other, yours), disk = shared_clones
    hooks = sorted(file.name for file in (other.root / ".git" / "hooks").iterdir())
    (disk / "a[1].mov").write_bytes(os.urandom(MIB))
    added = mine.add_artifact(disk / "a[1].mov", lfs=True)
    mine.sync()
    yours.sync()
    assert [(kept.is_lfs, kept.is_here, kept.size) for kept in yours.artifacts()] == [(True, False, MIB)]
    assert yours.artifact(added.path) == (disk / "a[1].mov").read_bytes()
    assert yours.artifacts()[0].is_here
    assert sorted(file.name for file in (other.root / ".git" / "hooks").iterdir()) == hooks
    # What came and went between two syncs is in the history, which others get.
    (disk / "b.mov").write_bytes(b"b" * 5000)
    gone = mine.add_artifact(disk / "b.mov", lfs=True)
    mine.remove_artifact(gone.path)
    mine.sync()
    hub = Path(one.git("remote", "get-url", "origin"))
    oid = hashlib.sha256(b"b" * 5000).hexdigest()
    assert (hub / "lfs" / "objects" / oid[:2] / oid[2:4] / oid).is_file()


@needs_lfs
def test_the_branch_is_not_pushed_where_the_upload_fails(shared_clones: SharedClones) -> None:
    (one, mine), (_, yours), disk = shared_clones
    (disk / "a.mov").write_bytes(b"a" * 5000)
    mine.add_artifact(disk / "a.mov", lfs=True)
    hub = Path(one.git("remote", "get-url", "origin"))
    (hub / "lfs").write_text("in the way")
    with pytest.raises(Exception, match="nothing was pushed: git LFS: "):
        mine.sync()
    yours.sync()
    assert yours.artifacts() == ()
    (hub / "lfs").unlink()
    mine.sync()
    yours.sync()
    assert yours.artifact("screenshots/a.mov") == b"a" * 5000


@needs_lfs
def test_two_clones_that_give_git_lfs_different_files_merge_without_a_word(
    shared_clones: SharedClones,
) -> None:
    (one, mine), (other, yours), disk = shared_clones
    for memory, name in ((mine, "a.mov"), (yours, "b.mov")):
        (disk / name).write_bytes(name.encode() * 1000)
        memory.add_artifact(disk / name, lfs=True)
    mine.sync()
    assert yours.sync().merges[0].remarks == ()
    lines = other.git("show", "memory:.gitattributes").splitlines()
    assert lines == [
        f"/artifacts/screenshots/{name}.mov filter=lfs diff=lfs merge=lfs -text" for name in ("a", "b")
    ]
    yours.remove_artifact("screenshots/a.mov")
    (disk / "c.mov").write_bytes(b"c")
    mine.sync()
    mine.add_artifact(disk / "c.mov", lfs=True)
    yours.sync()
    mine.sync()
    assert [line.split()[0][-5:] for line in one.git("show", "memory:.gitattributes").splitlines()] == [
        "b.mov",
        "c.mov",
    ]


@needs_lfs
def test_two_files_of_one_name_are_both_kept_as_they_are_and_git_lfs_knows_which_it_has(
    shared_clones: SharedClones,
) -> None:
    (repo, mine), (_, yours), disk = shared_clones
    kept = [("a.mov", b"mine", b"yours", True, True), ("b.png", b"\0mine", b"yours", False, True)]
    kept += [("c.txt", b"mine\n", b"yours\n", False, False), ("d.txt", b"of mine", b"of yours", True, False)]
    for name, one, other, first, second in kept:
        for memory, data, lfs in ((mine, one, first), (yours, other, second)):
            (disk / name).write_bytes(data)
            memory.add_artifact(disk / name, lfs=lfs, folder="")
    mine.sync()
    yours.sync()
    mine.sync()
    both = {data for _, one, other, _, _ in kept for data in (one, other)}
    assert {mine.artifact(one.path) for one in mine.artifacts()} == both
    assert {yours.artifact(one.path) for one in yours.artifacts()} == both
    patterns = [line.split()[0] for line in repo.git("show", "memory:.gitattributes").splitlines()]
    assert patterns == sorted(f"/{one.path}" for one in mine.artifacts() if one.is_lfs)


def test_an_object_that_is_damaged_or_nowhere_is_told(repo: Repo, memory: Memory, drop: Drop) -> None:
    added = memory.add_artifact(drop("a.mov", b"a" * 5000), lfs=True)
    [object_file] = [file for file in (repo.root / ".git" / "lfs" / "objects").rglob("*") if file.is_file()]
    object_file.write_bytes(b"b" * 5000)
    with pytest.raises(Exception, match="is damaged"):
        memory.artifact(added.path)
    object_file.unlink()
    with pytest.raises(Exception, match="there is no remote to fetch it from"):
        memory.artifact(added.path)
    repo.git("remote", "add", "origin", str(repo.root.parent / "nowhere"))
    with pytest.raises(RemoteError):
        memory.artifact(added.path)


@pytest.mark.parametrize("lfs", [False, pytest.param(True, marks=needs_lfs)])
def test_a_large_file_is_not_held_many_times(repo: Repo, memory: Memory, drop: Drop, lfs: bool) -> None:
    repo.git("config", "memory.artifactLimit", "60m")
    big = drop("big.bin", os.urandom(MIB) * 20)
    script = (
        "import sys, resource; from lsp_server import Memory\n"
        "with Memory.open(sys.argv[1]) as memory:\n"
        "    memory.initialise()\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    memory.add_artifact(sys.argv[2], lfs=sys.argv[3] == 'True')\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    grown = subprocess.run(
        [sys.executable, "-c", script, str(repo.root), str(big), str(lfs)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(grown) * unit < (8 if lfs else 50) * MIB


def test_a_file_that_is_a_pointer_itself_is_looked_after_by_git_lfs(
    repo: Repo, memory: Memory, drop: Drop
) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 70000\n"
    added = memory.add_artifact(drop("a.mov", pointer.encode()))
    assert (added.is_lfs, added.is_here, added.size) == (True, False, 70000)
    assert repo.git("show", "memory:.gitattributes").startswith(f"/{added.path} filter=lfs ")
    (finding,) = memory.examine().findings
    assert finding.code == "lfs-object-missing"
    assert "there is no remote to fetch it from" in finding.message


@needs_lfs
def test_the_doctor_tells_what_git_lfs_keeps_elsewhere_and_how_to_get_it(
    shared_clones: SharedClones,
) -> None:
    (_, mine), (other, yours), disk = shared_clones
    for name in ("a.mov", "b.mov"):
        (disk / name).write_bytes(name.encode() * 1000)
        mine.add_artifact(disk / name, lfs=True)
    mine.sync()
    yours.sync()
    assert mine.examine().findings == []
    (finding,) = yours.examine().findings
    assert (finding.code, finding.severity.value) == ("lfs-object-missing", "note")
    assert "artifacts/screenshots/a.mov, artifacts/screenshots/b.mov" in finding.message
    assert "`git memory artifact get screenshots/a.mov` fetches one" in finding.advice
    assert "`git lfs fetch origin memory` all of them" in finding.advice
    other.git("lfs", "fetch", "origin", "memory")
    assert yours.examine().findings == []
