"""How large a file may be on the branch, and what git LFS holds instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError
from lsp_server.records.amounts import size_text
from lsp_server.store.lfs import Lfs

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

LIMIT_KEY, LFS_KEY = "memory.artifactlimit", "memory.artifactlfs"
DEFAULT_LIMIT = 5 * 2**20  # bytes
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def limit(core: Core) -> int:
    """The largest size of a file on the branch, in bytes (``memory.artifactLimit``, ``5m`` unless set).
    Raises ``RefusedError`` where that is no size."""
    configured = core.repository.config.get(LIMIT_KEY)
    if configured is None:
        return DEFAULT_LIMIT
    found = re.fullmatch(r"\s*(\d{1,15})\s*([kmg]?)\s*", configured.lower())
    if found is None:
        raise RefusedError(f"memory.artifactLimit should be a size like 5m, not {configured!r}")
    return int(found[1]) * _UNITS[found[2]]


def goes_to_lfs(core: Core, name: str, size: int, lfs: bool | None) -> bool:
    """Whether git LFS is to hold a file of this size; ``lfs`` is what the caller wants, None leaves it to the
    settings. Raises ``RefusedError`` for one above the limit that LFS does not take."""
    if lfs is None:
        most = limit(core)
        if size <= most:
            return False
        if core.repository.config.flag(LFS_KEY):
            return True
    elif lfs:
        return True
    elif size <= (most := limit(core)):
        return False
    raise RefusedError(
        f"{name.rpartition('/')[2]} has {size_text(size)}, and the memory takes files of {size_text(most)} "
        f"at most: {_ways_on(core, size)}"
    )


def _ways_on(core: Core, size: int) -> str:
    larger = f"`git config memory.artifactLimit {-(-size // 2**20)}m` lets it onto the branch"
    if Lfs(core.repository).is_installed:
        return f"`--lfs` keeps it with git LFS, {larger}"
    return f"install git-lfs and say `--lfs` to keep it with git LFS, or {larger}"
