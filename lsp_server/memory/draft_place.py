"""Telling from a draft's path alone which repository and worktree it belongs to. Cheap: file look-ups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

FOLDER = "drafts"
PRIVATE = "git-memory"
MAIN = "main"
LINKED = "worktree-"


def folder_of(core: Core) -> Path:
    """Where this worktree's drafts are."""
    git_dir, common = core.repository.git_dir, core.repository.common_dir
    return core.private / FOLDER / (MAIN if git_dir == common else LINKED + git_dir.name)


def common_directory(path: Path) -> Path | None:
    """The git common directory that a draft's path lies under; None for any other path.

    ``<common>/git-memory/drafts/<worktree>/<file>``
    """
    parts = path.parts
    if len(parts) < 6 or parts[-3] != FOLDER or parts[-4] != PRIVATE:
        return None
    common = Path(*parts[:-4])
    return common if (common / "objects").is_dir() else None


def repository_of(path: Path) -> Path | None:
    """A directory to open the draft's repository from: the worktree it was made in where that still is,
    else the git directory; None when ``path`` is no draft."""
    common = common_directory(path)
    if common is None:
        return None
    name = path.parent.name
    if name.startswith(LINKED):
        pointer = common / "worktrees" / name.removeprefix(LINKED) / "gitdir"
        try:
            worktree = Path(pointer.read_text("utf-8").strip()).parent
        except OSError:
            return common
        return worktree if worktree.is_dir() else common
    if common.name == ".git" and common.parent.is_dir():
        return common.parent
    return common
