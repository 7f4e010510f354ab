"""Use case: write the living documents to a ``memory/`` folder, byte for byte."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import NotFoundError, RefusedError, StoreError
from lsp_server.memory.documents import agreed
from lsp_server.memory.documents.agreed import Agreed
from lsp_server.memory.documents.results import FolderExport, FolderFile
from lsp_server.memory.exporting.writing import NO_ROOM, clear_up, place_in, require_folder, write_file
from lsp_server.memory.importing.living_folder import was_there
from lsp_server.records.living.documents import document_at

if TYPE_CHECKING:
    from lsp_server.memory.core import Core


def export_folder(core: Core, directory: Path, *, force: bool) -> FolderExport:
    """Write every living document; see ``Memory.export_folder``."""
    require_folder(directory)
    snapshot = core.store.snapshot()
    files = {file.path: file.object_id for file in snapshot.files() if document_at(file.path) is not None}
    if not files:
        raise NotFoundError("there are no living documents in this memory yet; `git memory note` makes one")
    contents = [data for _, data in core.store.contents(files.values())]
    known = {} if force else agreed.agreed(core, directory)
    report: list[FolderFile] = []
    texts: dict[str, Agreed] = {}
    coming = {path: sha256(data).hexdigest() for path, data in zip(files, contents, strict=True)}
    agreed.note(core, directory, {}, coming)
    try:
        clear_up(directory, files)
        for path, data in zip(files, contents, strict=True):
            report.append(_written(core, directory, path, data, known.get(path), force=force))
            if report[-1].outcome != "skipped":
                texts[path] = Agreed(coming[path], data)
    except OSError as error:
        raise StoreError(f"{error.filename or directory} cannot be written: {error.strerror}") from error
    finally:
        # After the files: noted before, what was not written yet would seem to be taken out of them.
        agreed.note(core, directory, texts)
    return FolderExport(str(directory), tuple(report))


def _written(
    core: Core, directory: Path, path: str, data: bytes, before: Agreed | None, *, force: bool
) -> FolderFile:
    try:
        place = place_in(directory, path)
    except RefusedError as error:
        return FolderFile(path, "skipped", path, (str(error),))
    if place.is_symlink():
        return FolderFile(path, "skipped", path, ("a symbolic link stands in its place; it is not followed",))
    if place.exists() and not place.is_file():
        return FolderFile(path, "skipped", path, ("a folder or no file at all stands in its place",))
    try:
        there = place.read_bytes() if place.is_file() else None
    except OSError as error:
        return FolderFile(path, "skipped", path, (f"it cannot be read: {error.strerror}",))
    if there == data:
        return FolderFile(path, "same", path)
    if there is not None and not force:
        digest = sha256(there).hexdigest()
        if before is not None:
            is_ours = digest in (before.digest, before.coming)
        else:
            is_ours = was_there(core, core.edits(core.store.snapshot()), path)(there, digest)
        if not is_ours:
            return FolderFile(
                path,
                "skipped",
                path,
                (
                    "the file was changed in the folder: "
                    f"`git memory import folder {directory}` takes it in, --force writes over it",
                ),
            )
    try:
        write_file(place, data)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        return FolderFile(path, "skipped", path, (f"it cannot be written: {error.strerror or error}",))
    return FolderFile(path, "new" if there is None else "merged", path)
