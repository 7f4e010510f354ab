"""What tests of snapshots say about a work tree: what is in it, byte for byte and mode for mode, and back."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from support import Repo

from lsp_server import Memory
from lsp_server.memory.snapshot_results import Snapshot

Picture = dict[str, tuple[str, int, bytes]]
OURS = ("refs/heads/memory ", "refs/git-memory/", "refs/memory/")


def picture(root: Path) -> Picture:
    """Every file and link below ``root``: what it is, its rights, its bytes. Git's own directories at the top
    do not count; those of repositories inside do."""
    seen: Picture = {}
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        if here == root:
            folders[:] = [name for name in folders if name != ".git"]
        for path in [here / name for name in (*files, *folders)]:
            if path == root / ".git":
                continue
            status = path.lstat()
            shown = str(path.relative_to(root))
            if stat.S_ISLNK(status.st_mode):
                seen[shown] = ("link", 0, os.fsencode(path.readlink()))
            elif stat.S_ISREG(status.st_mode):
                seen[shown] = ("file", stat.S_IMODE(status.st_mode), path.read_bytes())
            elif not stat.S_ISDIR(status.st_mode):
                seen[shown] = ("other", stat.S_IFMT(status.st_mode), b"")
    return seen


def users_own(repo: Repo) -> dict[str, bytes]:
    """What of the user's no snapshot and no restore may change: index, HEAD, refs, stash, logs, state."""
    git_dir = Path(repo.git("rev-parse", "--absolute-git-dir"))
    names = (
        "HEAD",
        "index",
        "config",
        "ORIG_HEAD",
        "MERGE_HEAD",
        "logs/HEAD",
        "logs/refs/stash",
        "info/exclude",
    )
    seen = {name: _bytes(git_dir / name) for name in names}
    seen["others"] = "\n".join(
        sorted(p.name for p in git_dir.iterdir() if p.name not in _COME_AND_GO)
    ).encode()
    refs = repo.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    seen["refs"] = "\n".join(ref for ref in refs if not ref.startswith(OURS)).encode()
    return seen


_COME_AND_GO = {"git-memory", "git-memory-checkpoint", "logs", "refs", "objects", "packed-refs", "reftable"}


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def empty(root: Path) -> None:
    """Take everything out of a work tree."""
    for entry in root.iterdir():
        if entry.name == ".git":
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def leftovers(repo: Repo) -> list[str]:
    """Files of ours that should be gone when nothing is under way."""
    common = Path(repo.root, repo.git("rev-parse", "--git-common-dir"))
    own = Path(repo.git("rev-parse", "--absolute-git-dir"))
    half = [p.name for p in (common / "git-memory").glob("half-*")]
    noted = [p.name for p in own.glob("git-memory-restoring")]
    return [*half, *noted, *[p.name for p in repo.root.rglob(".git-memory-*")]]


def take(memory: Memory, title: str = "Here") -> Snapshot:
    """A snapshot of the work tree as it is."""
    return memory.snapshot(memory.checkpoint(title, snapshot=True).id)


def files_kept(repo: Repo, snapshot: Snapshot) -> list[str]:
    return repo.git("ls-tree", "-r", "--name-only", "-z", snapshot.commit).rstrip("\0").split("\0")


def comes_back(repo: Repo, memory: Memory, snapshot: Snapshot) -> None:
    """Everything that the work tree has comes back after all of it was lost, byte for byte."""
    before, own = picture(repo.root), users_own(repo)
    empty(repo.root)
    memory.restore_in_place(snapshot.name)
    assert picture(repo.root) == before
    assert users_own(repo) == own
    assert leftovers(repo) == []
