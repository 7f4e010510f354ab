"""Files that show something and are not for editing: a briefing, the checklist, an artifact.

They lie among the drafts, so that the repository is told from their path, and are read-only: what is typed in
one goes nowhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from lsp_server.errors import StoreError
from lsp_server.memory import draft_files
from lsp_server.memory.core import Core
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_place import folder_of
from lsp_server.store.half_written import clear_up, half

KIND = "shown"
_PIECE = 1 << 20  # bytes of a large file that are in memory at once


def show(core: Core, name: str, data: bytes | BinaryIO) -> Path:
    """Write a private read-only file; an open file is read to its end and closed. ``name`` is a name, or a
    path on the branch: what has one is told apart from others of the same name, and keeps its ending."""
    path = folder_of(core) / _file_name(name)
    with draft_files.locked(path):
        draft_files.store(path, State(name, KIND, "", "", committed=True), durable=False)
        try:
            _write(core.private, path, data)
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error
    return path


def _write(place: Path, path: Path, data: bytes | BinaryIO) -> None:
    if isinstance(data, bytes):
        if _holds(path, data):
            return  # an editor that has it open need not read it again
        data = io.BytesIO(data)
    clear_up(place)
    with data, half(place, 0o400) as (new, descriptor):
        while piece := data.read(_PIECE):
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        new.replace(path)


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
