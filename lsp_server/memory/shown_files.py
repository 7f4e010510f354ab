"""Files that show something and are not for editing: a briefing, the checklist, an artifact.

They lie among the drafts, so that the repository is told from their path, and are read-only: what is typed in
one goes nowhere.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path, PurePosixPath

from lsp_server.errors import StoreError
from lsp_server.memory import draft_files
from lsp_server.memory.core import Core
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_place import folder_of
from lsp_server.store.half_written import write_whole

KIND = "shown"


def show(core: Core, name: str, data: bytes) -> Path:
    """Write a private read-only file. ``name`` is a name, or a path on the branch: what has one is told apart
    from others of the same name, and keeps its ending."""
    path = folder_of(core) / _file_name(name)
    with draft_files.locked(path):
        draft_files.store(path, State(name, KIND, "", "", committed=True), durable=False)
        if not _holds(path, data):
            try:
                write_whole(path, data, place=core.private, mode=0o400, durable=False)
            except OSError as error:
                raise StoreError(f"cannot write {path}: {error.strerror}") from error
    return path


def _file_name(name: str) -> str:
    path = PurePosixPath(name)
    if len(path.parts) == 1:
        return path.name
    told_apart = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{path.stem}-{told_apart}{path.suffix}"


def _holds(path: Path, data: bytes) -> bool:
    with contextlib.suppress(OSError):
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    return False
