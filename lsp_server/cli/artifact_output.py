"""How artifacts are told, and written to files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, BinaryIO

from lsp_server.records.amounts import size_text

if TYPE_CHECKING:
    from lsp_server.cli.session import Session
    from lsp_server.memory.artifacts.results import Artifact

_DONE = {"added": "Added", "replaced": "Replaced", "unchanged": "There already:", "removed": "Removed"}


def print_done(session: Session, done: Artifact) -> None:
    """What became of an artifact, on one line."""
    about = f"  {done.media_type}, {size_text(done.size)}{', in git LFS' if done.is_lfs else ''}"
    session.out.flow((f"{_DONE[done.change]} ", ""), (done.name, "bold"), (about, "dim"), indent=4)


def where(one: Artifact) -> str:
    """What holds its bytes, where that is not the branch."""
    if not one.is_lfs:
        return ""
    return "git LFS" if one.is_here else "git LFS, not fetched yet"


def write(content: bytes | BinaryIO, file: BinaryIO) -> None:
    """Write an artifact's bytes to an open file."""
    if isinstance(content, bytes):
        file.write(content)
    else:
        with content:
            shutil.copyfileobj(content, file, 1 << 20)
    file.flush()
