"""What the tests of artifacts say of files and clones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support import Repo

from lsp_server import Memory

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
MIB = 1 << 20
TOKEN = "ghp_" + "".join("aB3dE5gH7jK9"[n % 12] for n in range(36))
Drop = Callable[..., Path]
SharedClones = tuple[tuple[Repo, Memory], tuple[Repo, Memory], Path]


def log(repo: Repo) -> list[str]:
    """What was done to the memory, the newest first; without its beginning."""
    return repo.git("log", "--format=%s", "memory").splitlines()[:-1]
