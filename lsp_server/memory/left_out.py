"""What a sparse checkout leaves out of the work tree: it is there all the same, as HEAD has it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


def is_there(core: Core, path: str) -> bool:
    """Whether there is a file or folder at a path (as git names it): in the work tree, or left out of it by a
    sparse checkout; at HEAD in a bare repository. One process where nothing is on disk."""
    root = core.repository.work_tree
    if root is not None:
        return os.path.lexists(root / path) or is_left_out(core, path)
    from lsp_server.code.git import tree_entry

    head = core.code.head()
    return head is not None and tree_entry(core.repository.git, head, path.rstrip("/")) is not None


def is_left_out(core: Core, path: str) -> bool:
    """Whether a sparse checkout leaves out what git has at a path, a file or the files of a folder; False for
    what is on disk, and in a bare repository. One process where nothing is."""
    from lsp_server.code import git

    root = core.repository.work_tree
    if root is None or os.path.lexists(root / path):
        return False
    return git.is_left_out(core.repository.git, path)


def text_there(core: Core, path: str) -> tuple[str, ...] | None:
    """The lines of a file on disk, or HEAD's where a sparse checkout leaves it out; None where it is no text
    file. Asks git only where the checkout is sparse, or the repository bare."""
    lines = core.code.worktree_text(path)
    if lines is not None or not core.repository.config.flag("core.sparsecheckout"):
        return lines
    return core.code.head_text(path) if is_left_out(core, path) else None
