"""A document of a project directory, onto the branch: the log, the summary, README.md and the living ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError, RefusedError
from lsp_server.memory.importing.results import Taken
from lsp_server.memory.importing.taking import Taking
from lsp_server.memory.importing.things import Thing
from lsp_server.records.artifact_paths import wrong_name
from lsp_server.records.living.documents import BY_NAME, month_of
from lsp_server.records.merging.living import merge_living
from lsp_server.records.project_directory.beside import bytes_of, digest_of

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

TRAILER = "Imported-From"


def take(taking: Taking, thing: Thing) -> None:
    """Write the documents that one file holds, each unless it is there."""
    thing.taken = Taken.KNOWN
    documents = dict(thing.documents)
    # An export noted which documents the file holds, so that even one without a day in it comes back.
    for path, said in taking.beside.documents.items():
        if said.get("in") == thing.file and said.get("digest") == thing.digest and bytes_of(said) is not None:
            documents.setdefault(path, b"")
    for path, data in documents.items():
        said = taking.beside.documents.get(path, {})
        is_exported = said.get("in") == thing.file and said.get("digest") == thing.digest
        exact = bytes_of(said) if is_exported else None
        _one(taking, thing, path, data if exact is None else exact)
        thing.path = thing.path or path


def _one(taking: Taking, thing: Thing, path: str, data: bytes) -> None:
    edits, guard = taking.edits, taking.guard
    said = taking.beside.documents.get(path, {})
    try:
        clean = guard.clean(data.decode("utf-8"))
        data = clean.encode("utf-8")
    except UnicodeDecodeError:
        guard.clean(data.decode("utf-8", "replace"))
    there = edits.read(path)
    if there == data:
        return
    if there is None:
        guard.clean_name(path)
        if (wrong := next(filter(None, map(wrong_name, path.split("/"))), None)) is not None:
            raise RefusedError(f"its name cannot be kept: {wrong}")
        edits.write(path, data)
        thing.taken = Taken.NEW if thing.taken is Taken.KNOWN else thing.taken
        return
    if said.get("in") == thing.file and said.get("digest") == thing.digest:
        return  # the directory has not been changed since the export; the memory has
    if month_of(path) is not None:
        data = merge_living(BY_NAME["log"], None, there, data)
        if data == there or not _says_more(there, data):
            return
    elif said.get("was") != digest_of(there) and not _is_as_imported(taking.core, path, there):
        thing.taken = Taken.DIFFERS
        thing.remarks.append(
            f"it differs from {path} in the memory, which was changed since or came from elsewhere; "
            "`git memory documents` shows that one"
        )
        return
    edits.write(path, data)
    thing.taken = Taken.UPDATED


def _says_more(there: bytes, data: bytes) -> bool:
    return sorted(filter(None, there.split())) != sorted(filter(None, data.split()))


def _is_as_imported(core: Core, path: str, there: bytes) -> bool:
    """Whether the last change of a document was an import of such a directory."""
    try:
        (last,) = core.store.history(path, limit=1)
    except (GitMemoryError, ValueError, RefusedError):
        return False
    return TRAILER in last.trailers and core.store.at(last.version).read(path) == there
