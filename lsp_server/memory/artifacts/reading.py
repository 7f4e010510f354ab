"""Use case: which artifacts there are, and what is in one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from lsp_server.errors import NotFoundError, RefusedError, StoreError
from lsp_server.memory.artifacts.adding import artifact, folder_of, no_such
from lsp_server.memory.artifacts.results import Artifact
from lsp_server.records.artifact_paths import artifact_path
from lsp_server.records.media_types import type_of_name
from lsp_server.store.lfs import LARGEST_POINTER, Lfs, Pointer, read_pointer

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


def artifacts(core: Core, folder: str | None = None) -> tuple[Artifact, ...]:
    """The artifacts below ``artifacts/FOLDER`` (all of them without one), by path, as the batch left them in
    one. Files are read only where their name does not tell what they are, or where they may be pointers to
    what LFS holds."""
    below = folder_of(folder)
    changed = core.batch.changed() if core.batch is not None else {}
    made = {path: data for path, data in changed.items() if path == below or path.startswith(f"{below}/")}
    lfs = Lfs(core.repository)
    listed = [one for one in _at_the_tip(core, below, lfs) if one.path not in made]
    listed += [artifact(path, data, lfs) for path, data in made.items() if data is not None]
    return tuple(sorted(listed, key=lambda one: one.path)) if made else tuple(listed)


def _at_the_tip(core: Core, below: str, lfs: Lfs) -> list[Artifact]:
    from lsp_server.store.log import last_written

    snapshot = core.store.snapshot()
    sized = list(snapshot.sized_files(below))
    if not sized:
        return []
    read = [one.object_id for one, size in sized if size <= LARGEST_POINTER or type_of_name(one.path) is None]
    contents = dict(core.store.contents(dict.fromkeys(read)))
    written = last_written(core.repository.git, snapshot.version, below, {one.path for one, _ in sized})
    listed = []
    for one, size in sized:
        data = contents.get(one.object_id)
        told = artifact(one.path, b"\0" if data is None else data, lfs)
        if not told.is_lfs:
            told = told._replace(size=size)
        listed.append(told._replace(added=written.get(one.path)))
    return listed


def info(core: Core, path: str) -> Artifact:
    """One artifact, as ``artifacts`` lists it. Raises ``NotFoundError``, ``UsageError``."""
    from lsp_server.store.log import last_written

    path, data = _data(core, path)
    snapshot = core.store.snapshot()
    written = last_written(core.repository.git, snapshot.version, path, {path})
    return artifact(path, data, Lfs(core.repository))._replace(added=written.get(path))


def read(core: Core, path: str, *, timeout: float | None = None) -> bytes:
    """An artifact's bytes. As ``opened``."""
    found = opened(core, path, timeout=timeout)
    if isinstance(found, bytes):
        return found
    with found:
        return found.read()


def opened(core: Core, path: str, *, timeout: float | None = None) -> bytes | BinaryIO:
    """An artifact's bytes, or an open file of them where LFS holds them. What this clone does not have is
    fetched from the remote within the time of a sync.

    Raises ``NotFoundError``, ``UsageError``, and ``StoreError`` where it cannot be fetched or is damaged.
    """
    path, data = _data(core, path)
    pointer = read_pointer(data)
    if pointer is None:
        return data
    lfs = Lfs(core.repository)
    if not lfs.has(pointer):
        _fetch(core, lfs, path, pointer, timeout)
    return lfs.open(pointer)


def save(core: Core, path: str, place: Path, *, force: bool) -> Path:
    """Write an artifact to a file, which may be named by its folder; where it was written."""
    from lsp_server.memory.exporting.writing import write_file

    if place.is_dir():
        place = place / path.rpartition("/")[2]
    if os.path.lexists(place) and not force:
        raise RefusedError(f"{place} is there already: name another file, or say --force")
    content = opened(core, path)
    try:
        if isinstance(content, bytes):
            write_file(place, content)
        else:
            with content:
                write_file(place, content)
    except OSError as error:
        raise StoreError(f"{place} cannot be written: {error.strerror}") from error
    return place


def _fetch(core: Core, lfs: Lfs, path: str, pointer: Pointer, timeout: float | None) -> None:
    from lsp_server.memory.sync_timeout import how_to_allow_more, seconds
    from lsp_server.store.lfs_exchange import fetch
    from lsp_server.store.remote_git import Budget
    from lsp_server.store.remotes import Remotes

    if not lfs.is_installed:
        raise StoreError(
            f"{path} is kept with git LFS, and this clone does not have it: install git-lfs first"
        )
    try:
        remote = Remotes(core.repository).choose(None)
    except NotFoundError:
        raise StoreError(f"{path} is kept with git LFS, and there is no remote to fetch it from") from None
    version = core.store.snapshot().version
    budget = Budget(seconds(core, timeout), more=how_to_allow_more(timeout))
    fetch(core.repository, remote, version, path, budget)
    if not lfs.has(pointer):
        raise StoreError(
            f"{remote.shown} does not have what git LFS keeps of {path}: whoever added it has to sync"
        )


def _data(core: Core, path: str) -> tuple[str, bytes]:
    path = artifact_path(path)
    data = core.read(path)
    if data is None:
        raise no_such(core.store.snapshot(), path)
    return path, data
