"""Part of a sync: what git LFS keeps of the artifacts goes to the remote before the branch does, so that
nobody finds a pointer without what it points to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.records.artifact_paths import ROOT
from lsp_server.store import lfs_exchange
from lsp_server.store.lfs import Lfs, read_pointer
from lsp_server.store.log import written_files
from lsp_server.store.remote_errors import OTHER, RemoteError

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.store.base import Version
    from lsp_server.store.remote_git import Budget
    from lsp_server.store.remotes import Remote


def upload(
    core: Core,
    remote: Remote,
    tips: Sequence[Version],
    theirs: Version | None,
    budget: Budget,
) -> Sequence[str]:
    """Upload the objects of every pointer that was written since ``theirs``; sentences about those that this
    clone does not have. Raises ``RemoteError`` where they cannot be sent: then the branch must not go either.
    """
    lfs = Lfs(core.repository)
    if not tips or not lfs.media_dir.is_dir():  # there is nothing that could be sent
        return ()
    without = [theirs] if theirs is not None else []
    written = written_files(core.repository.git, tips, without, ROOT)
    found = {read_pointer(data) for _, data in core.store.contents(sorted(written))}
    pointers = sorted(pointer for pointer in found if pointer is not None)
    here = [pointer for pointer in pointers if lfs.has(pointer)]
    if here:
        if not lfs.is_installed:
            raise RemoteError(
                OTHER, "git LFS keeps some of the artifacts, and is not installed here any more"
            )
        lfs_exchange.push(core.repository, remote, here, budget)
    if len(here) == len(pointers):
        return ()
    missing = len(pointers) - len(here)
    files = "one artifact" if missing == 1 else f"{missing} artifacts"
    return [f"git LFS keeps {files} that this clone does not have: {remote.shown} may lack them, too"]
