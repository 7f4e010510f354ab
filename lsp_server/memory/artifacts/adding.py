"""Use case: files that are kept as they are: screenshots, diagrams, reports, anything.

Small ones stand on the branch; above a limit they are refused, or git LFS holds them and a pointer stands
there. ``put`` and ``take_away`` make one change inside a commit of anybody's; ``add`` and ``remove`` are the
commits.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from weakref import WeakKeyDictionary

from lsp_server.errors import NotFoundError, RefusedError, SecretError, UsageError
from lsp_server.memory.artifacts import lfs_attributes
from lsp_server.memory.artifacts.limits import goes_to_lfs
from lsp_server.memory.artifacts.results import Artifact
from lsp_server.records.artifact_paths import ROOT, artifact_path, folded
from lsp_server.records.media_types import (
    HEAD,
    encodings_of,
    is_text,
    type_of_content,
    type_of_name,
    usual_folder,
)
from lsp_server.store.lfs import LARGEST_POINTER, Lfs, Pointer, read_pointer

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard
    from lsp_server.store.base import Snapshot

_SCANNED = 1 << 20  # characters that are looked through at a time, in a text too large for the branch

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""

# The names in each folder that were put there, as systems see them that know no case: for a large import.
_taken: WeakKeyDictionary[Edits, dict[str, dict[str, str]]] = WeakKeyDictionary()


def add(
    core: Core,
    file: Path,
    *,
    folder: str | None = None,
    name: str | None = None,
    lfs: bool | None = None,
    guard: Guard | None = None,
    progress: Progress | None = None,
) -> Artifact:
    """Keep a file of the disk as ``artifacts/FOLDER/NAME``, as one commit; none where it is there already.

    Raises ``NotFoundError``, ``UsageError``, ``RefusedError`` (no plain file, too large), ``SecretError``.
    """
    core.expect_memory()
    with _opened(file) as source:
        size = os.fstat(source.fileno()).st_size
        head = source.read(HEAD)
        source.seek(0)
        called = name or file.name
        where = folder if folder is not None else usual_folder(media_type(called, head))
        path = artifact_path(f"{where.strip('/')}/{called}" if where.strip("/") else called)
        content: bytes | Pointer
        if goes_to_lfs(core, file.name, size, lfs):
            if is_text(head):
                _scan(path, source, guard or core.guard)
            told = None if progress is None else lambda done: progress(done, size)
            content = Lfs(core.repository).take_in(source, told)
        else:
            content = source.read()
    done: list[Artifact] = []

    def change(edits: Edits) -> str:
        done[:] = [_put(core, edits, path, content, guard or core.guard)]
        return message(core, done[0])

    core.commit(change)
    return done[0]


def put(
    core: Core,
    edits: Edits,
    path: str,
    data: bytes,
    *,
    lfs: bool | None = None,
    guard: Guard | None = None,
) -> Artifact:
    """Put an artifact's bytes at ``screenshots/login.png`` (below ``artifacts/``, said or not), as part of a
    commit that the caller makes. ``change`` tells what that is: "added", "replaced" or "unchanged".

    Raises ``UsageError`` for a path that cannot be, ``RefusedError`` for one that differs from another in
    its case alone and for a file above the limit that LFS does not take, ``SecretError``.
    """
    path = artifact_path(path)
    if goes_to_lfs(core, path, len(data), lfs):
        if is_text(data[:HEAD]):
            _scan(path, io.BytesIO(data), guard or core.guard)
        return _put(core, edits, path, Lfs(core.repository).take_in(io.BytesIO(data)), guard or core.guard)
    return _put(core, edits, path, data, guard or core.guard)


def remove(core: Core, path: str) -> Artifact:
    """Take an artifact away, as one commit; history keeps it. Raises ``NotFoundError``, ``UsageError``."""
    core.expect_memory()
    done: list[Artifact] = []

    def change(edits: Edits) -> str:
        done[:] = [take_away(edits, path)]
        return message(core, done[0])

    core.commit(change)
    return done[0]


def take_away(edits: Edits, path: str) -> Artifact:
    """As ``remove``, as part of a commit that the caller makes."""
    path = artifact_path(path)
    data = edits.read(path)
    if data is None:
        raise no_such(edits.snapshot, path)
    edits.delete(path)
    lfs_attributes.look_after(edits, path, is_lfs=False)
    return artifact(path, data)._replace(change="removed")


def artifact(path: str, data: bytes, lfs: Lfs | None = None) -> Artifact:
    """What there is to say about the file that stands on the branch with these bytes."""
    pointer = read_pointer(data) if len(data) <= LARGEST_POINTER else None
    if pointer is None:
        return Artifact(path, media_type(path, data[:HEAD]), len(data))
    here = lfs is None or lfs.has(pointer)
    head = b""
    if lfs is not None and here and type_of_name(path) is None:
        with lfs.place(pointer).open("rb") as file:
            head = file.read(HEAD)
    return Artifact(path, media_type(path, head or b"\0"), pointer.size, is_lfs=True, is_here=here)


def media_type(name: str, head: bytes) -> str:
    """``image/png``: by its name, and where that says nothing by how it begins."""
    return type_of_name(name) or type_of_content(head)


def no_such(snapshot: Snapshot, path: str) -> NotFoundError:
    """The error for a path that is none: it names those of the same name in other folders."""
    name = path.rpartition("/")[2]
    there = (one.path for one in snapshot.files(ROOT))
    named = [one for one in there if one.rpartition("/")[2] == name and one != path]
    if named:
        return NotFoundError(f"there is no {path}; did you mean {' or '.join(named[:3])}?")
    return NotFoundError(f"there is no {path}; `git memory artifact list` tells what there is")


def message(core: Core, done: Artifact) -> str:
    """The message of a commit that adds, replaces or removes one artifact."""
    verb = {"added": "add", "replaced": "replace", "removed": "remove"}.get(done.change, "keep")
    subject = f"artifact: {verb} {done.name}"
    return core.templates.render("commits/message", subject=subject, body="", trailers=[])


def _put(core: Core, edits: Edits, path: str, content: bytes | Pointer, guard: Guard) -> Artifact:
    before = edits.read(path)
    if before is None:
        guard.clean_name(path)
    if isinstance(content, Pointer):
        data = content.text
    else:
        data = _clean(path, content, guard) if content != before else content
    _require_room(edits, path, is_new=before is None)
    told = artifact(path, data, Lfs(core.repository))
    lfs_attributes.look_after(edits, path, is_lfs=told.is_lfs)  # a file may be somebody's pointer itself
    if data == before:
        return told._replace(change="unchanged")
    edits.write(path, data)
    return told._replace(change="added" if before is None else "replaced")


def _require_room(edits: Edits, path: str, *, is_new: bool) -> None:
    """Raise ``RefusedError`` where a name differs from one that is there in its case alone: a checkout where
    case does not count would have one of the two."""
    if not is_new:
        return
    taken = _taken.setdefault(edits, {})
    above, *parts = path.split("/")
    for part in parts:
        names = taken.get(above)
        if names is None:
            names = taken[above] = {folded(one.name): one.name for one in edits.snapshot.list(above)}
        there = names.setdefault(folded(part), part)
        if there != part:
            other = f"{above}/{there}"
            if edits.read(other) is not None or edits.snapshot.list(other):
                raise RefusedError(
                    f"{above}/{part} differs from {other} only in upper and lower case: name it so"
                )
            names[folded(part)] = part
        above = f"{above}/{part}"


def _opened(file: Path) -> BinaryIO:
    try:
        mode = file.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise RefusedError(f"{file.name} is a symbolic link: name the file that it leads to")
        if stat.S_ISDIR(mode):
            raise RefusedError(f"{file.name} is a folder: name the files in it")
        if not stat.S_ISREG(mode):
            raise RefusedError(f"{file.name} is no file that could be kept")
        return file.open("rb")
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {str(file)!r}") from None
    except ValueError as error:  # a NUL
        raise UsageError(f"{str(file)!r} is no path: {error}") from None


def _clean(path: str, data: bytes, guard: Guard) -> bytes:
    """The bytes as they may be committed: a text without secrets, anything else as it is."""
    for encoding in encodings_of(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        with _named(path):
            clean = guard.clean(text)
        return data if clean == text else clean.encode(encoding)
    return data


def _scan(name: str, source: BinaryIO, guard: Guard) -> None:
    """Look a large text through for secrets, and go back to its beginning. Nothing of it can be replaced:
    what is found is refused."""
    plain = guard._replace(redact=False)
    lines = io.TextIOWrapper(source, encoding="utf-8", errors="replace", newline="")
    try:
        with _named(name):
            while piece := "".join(lines.readlines(_SCANNED)):
                plain.clean(piece.replace("\0", " "), seen=False)
    finally:
        lines.detach()
        source.seek(0)


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Let the error about a secret say in which file it is: several may be added at once."""
    try:
        yield
    except SecretError as error:
        raise SecretError(f"{path}: {error.message}") from None


def folder_of(folder: str | None) -> str:
    """``screenshots`` as a folder of the branch; all of them without one."""
    return ROOT if folder is None or not folder.strip("/") else artifact_path(folder.strip("/"))
