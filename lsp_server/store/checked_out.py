"""Is the memory branch checked out somewhere? Then moving it would make that worktree undo what we write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from lsp_server.store.refs import HEADS
from lsp_server.store.repository import Repository


def worktree_that_uses(repository: Repository, ref: str) -> Path | None:
    """The worktree that has the branch checked out, or is rebasing or bisecting it; None when none does.

    File reads only where refs are files, so that it can be asked right before the branch moves.
    """
    main = repository.common_dir
    for git_dir in _git_dirs(main):
        uses = _is_on(git_dir, ref) or _is_in_the_middle_of(git_dir, ref)
        if uses and not (git_dir == main and _is_bare(repository)):
            return _place_of(repository, git_dir)
    return None if repository.refs.are_files else _asked(repository, ref)


def _git_dirs(common_dir: Path) -> Iterator[Path]:
    yield common_dir
    try:
        with os.scandir(common_dir / "worktrees") as found:
            linked = sorted(entry.name for entry in found)
    except OSError:
        return
    for name in linked:
        yield common_dir / "worktrees" / name


def _is_on(git_dir: Path, ref: str) -> bool:
    head = git_dir / "HEAD"
    if head.is_symlink():
        return head.readlink().as_posix() == ref
    return _read(head) == f"ref: {ref}"


def _is_in_the_middle_of(git_dir: Path, ref: str) -> bool:
    return (
        _read(git_dir / "rebase-merge" / "head-name") == ref
        or _read(git_dir / "rebase-apply" / "head-name") == ref
        or ref in _read(git_dir / "rebase-merge" / "update-refs").splitlines()
        or _read(git_dir / "BISECT_START") == ref[len(HEADS) :]
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return ""


def _is_bare(repository: Repository) -> bool:
    """Whether there is no main worktree. Asked of git, because only then is it worth a process."""
    git = repository.git.with_environment(GIT_DIR=str(repository.common_dir))
    environment = {k: v for k, v in git.environment.items() if k != "GIT_WORK_TREE"}
    git = type(git)(repository.common_dir, environment, git.version)
    return git.try_run(["rev-parse", "--is-bare-repository"]).stdout.strip() == b"true"


def _place_of(repository: Repository, git_dir: Path) -> Path:
    if git_dir == repository.git_dir and repository.work_tree is not None:
        return repository.work_tree
    if git_dir == repository.common_dir:
        return git_dir.parent if git_dir.name == ".git" else git_dir
    place = _read(git_dir / "gitdir")
    return Path(os.path.normpath(git_dir / place)).parent if place else git_dir


def _asked(repository: Repository, ref: str) -> Path | None:
    place = None
    listed = repository.git.run(["worktree", "list", "--porcelain"])
    for line in listed.decode("utf-8", "surrogateescape").splitlines():
        if line.startswith("worktree "):
            place = Path(line[len("worktree ") :])
        elif line == "bare":
            place = None
        elif line == f"branch {ref}" and place is not None:
            return place
    return None
