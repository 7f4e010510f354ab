"""Use case: bring a ``memory/`` folder of living documents onto the branch, as one commit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import GitMemoryError, UsageError
from lsp_server.memory.importing.files import LARGEST, REDACTED, require_folder, text_of
from lsp_server.memory.importing.folder import place_of
from lsp_server.memory.importing.results import Imported, ImportReport, Taken
from lsp_server.records.artifact_paths import wrong_name
from lsp_server.records.living import documents as table
from lsp_server.records.living.documents import Document, Form
from lsp_server.store.log import Query, commits

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.documents.editing import Documents
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard

TRAILER = "Imported-Files"
"""The beginnings of the hashes of what was imported: the same bytes are not imported twice."""

_PATHS = {document.path.casefold(): document.path for document in table.DOCUMENTS if "{" not in document.path}


class _Source(NamedTuple):
    """A file of the folder; ``data`` is None where it cannot come in, and ``notes`` say why."""

    name: str
    path: str
    document: Document | None
    data: bytes | None
    digest: str
    notes: tuple[str, ...] = ()


def import_folder(core: Core, directory: Path, *, dry_run: bool, guard: Guard) -> ImportReport:
    """Import every living document of a folder; see ``Memory.import_folder``."""
    require_folder(directory)
    sources = [_source(directory, name, guard) for name in _names(directory)]
    if not any(source.path for source in sources):
        known = ", ".join(list(_PATHS.values())[:5])
        raise UsageError(f"there are no living documents in {directory}: they are called {known} …")
    core.tip()
    report: list[Imported] = []

    def change(edits: Edits) -> str:
        report[:] = [_taken(core, edits, source, guard) for source in sources]
        done = [file for file in report if file.taken in (Taken.NEW, Taken.UPDATED)]
        if not done:
            return ""
        digests = [source.digest[:16] for source, file in zip(sources, report, strict=True) if file in done]
        position = core.position()
        trailers = [
            (TRAILER, " ".join(digests)), ("Code-Commit", position.commit), ("Code-Branch", position.branch)
        ]  # fmt: skip
        count = f"{len(done)} document{'s' if len(done) != 1 else ''}"
        return core.templates.render(
            "commits/message",
            subject=f"note: import {count} from {place_of(core, directory)}"[:100],
            body="\n".join(f"{file.path}: {file.taken.value}" for file in done),
            trailers=[pair for pair in trailers if pair[1]],
        )

    if dry_run:
        change(core.edits(core.store.snapshot()))
        return ImportReport(tuple(report), None)
    version = core.commit(change)
    return ImportReport(tuple(report), version)


def _names(directory: Path) -> Iterator[str]:
    """Every file below the folder, links among them, in name order; hidden ones are left alone."""
    for folder, folders, names in os.walk(directory):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        for name in sorted([*names, *links]):
            if not name.startswith("."):
                yield Path(folder, name).relative_to(directory).as_posix()


def path_of(name: str) -> str | None:
    """Where a file of a folder stands on the branch; None for one that is no document."""
    known = _PATHS.get(name.casefold())
    return known if known is not None else name if table.document_at(name) is not None else None


def _source(directory: Path, name: str, guard: Guard) -> _Source:
    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
    path, place = path_of(name), directory / name

    def skipped(*notes: str) -> _Source:
        return _Source(shown, path or "", None, None, "", notes)

    if place.is_symlink():
        return skipped("it is a symbolic link: what it points to is not imported")
    if not place.is_file():
        return skipped("it is no file")
    if path is None:
        return skipped("it is no living document; `git memory artifact add` keeps it as it is")
    if (wrong := next(filter(None, map(wrong_name, path.split("/"))), None)) is not None:
        return skipped(f"its name cannot be kept: {wrong}")
    try:
        data = place.read_bytes() if place.stat().st_size <= LARGEST else b"\0" * (LARGEST + 1)
    except OSError as error:
        return skipped(f"it cannot be read: {error.strerror}")
    digest = sha256(data).hexdigest()
    text, notes = _decoded(data)
    if text is None:
        return skipped(*notes)
    document = table.document_at(path)
    assert document is not None
    try:
        if document.form is Form.FIELDS:
            from lsp_server.records.living.project import read_project

            read_project(text)
        guard.clean_name(path)
        clean = guard.clean(text)
    except GitMemoryError as error:  # one such file does not keep the others out
        return skipped(str(error))
    if clean != text:
        notes = (*notes, REDACTED)
    if "\n<<<<<<< " in f"\n{clean}":
        notes = (*notes, "it has the marks of a conflict in it")
    return _Source(shown, path, document, clean.encode("utf-8"), digest, notes)


def _decoded(data: bytes) -> tuple[str | None, tuple[str, ...]]:
    """A file's text with its own line ends, and what a person should know of it; None with the reason."""
    found = text_of(data)
    if found.broken:
        return None, (found.broken,)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= len(data) - 3:
            return data[: error.start].decode("utf-8"), (
                "it ends in the middle of a character, as a half-written file does; that is left out",
            )
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp1252"
    return data.decode(encoding, "replace"), (f"{found.notes[0]}; on the branch it is UTF-8",)


def _taken(core: Core, edits: Edits, source: _Source, guard: Guard) -> Imported:
    if source.data is None or source.document is None:
        return Imported(source.name, Taken.SKIPPED, notes=source.notes)
    there = edits.read(source.path)
    if there is None:
        edits.write(source.path, source.data)
        return Imported(source.name, Taken.NEW, source.path, notes=source.notes)
    if there == source.data:
        return Imported(source.name, Taken.KNOWN, source.path, notes=source.notes)
    if was_there(core, edits, source.path)(source.data, source.digest):
        return Imported(
            source.name, Taken.KNOWN, source.path, notes=(*source.notes, "it was imported before")
        )
    from lsp_server.memory.documents.editing import Documents
    from lsp_server.records.merging.living import merge_living

    merged = merge_living(source.document, None, there, source.data)
    if merged == there:
        return Imported(source.name, Taken.KNOWN, source.path, notes=source.notes)
    edits.write(source.path, merged)
    two = _two_values(source.document, there, merged)
    base = _as_imported(core, edits, source.path) if two else None
    living = Documents(core, edits, guard)
    left = [one for one in two if base is None or not _settled(living, source, (base, there), one)]
    if edits.read(source.path) == there:
        return Imported(source.name, Taken.KNOWN, source.path, notes=source.notes)
    notes = [
        f"the memory has another {address}: both are kept, `git memory set {address} VALUE` leaves one"
        for address in left
    ]
    return Imported(source.name, Taken.UPDATED, source.path, notes=(*source.notes, *notes))


def _two_values(document: Document, before: bytes, after: bytes) -> list[str]:
    """The addresses of the fields that now have two values."""
    from lsp_server.memory.documents.reading import unsettled

    known = set(unsettled(document, before.decode("utf-8", "replace")))
    return [one for one in unsettled(document, after.decode("utf-8", "replace")) if one not in known]


def _as_imported(core: Core, edits: Edits, path: str) -> bytes | None:
    """A document as the last import left it."""
    query = Query(paths=(path,), limit=_LOOKED_AT)
    for commit in commits(core.repository.git, edits.snapshot.version, query):
        if TRAILER in commit.trailers:
            return core.store.at(commit.version).read(path)
    return None


def _settled(living: Documents, source: _Source, known: tuple[bytes, bytes], address: str) -> bool:
    """Whether only one of the two, folder and memory, has given a field another value since the last import:
    then that one stands. ``known`` is the document then, and as the memory has it."""
    assert source.document is not None
    assert source.data is not None
    base, mine, theirs = (_values(source, data, address) for data in (*known, source.data))
    if base not in (mine, theirs) or not (mine and theirs):
        return False
    stands = theirs if mine == base else mine
    value = stands[0] if len(stands) == 1 else list(stands)
    try:
        living.set(address, value, person=table.person_of(source.path))
    except GitMemoryError:  # one that cannot be addressed: both are kept, and told
        return False
    return True


def _values(source: _Source, data: bytes, address: str) -> tuple[str, ...]:
    from lsp_server.memory.documents.results import LivingDocument
    from lsp_server.records.living.reading import sections_of

    assert source.document is not None
    text = data.decode("utf-8", "replace")
    sections = sections_of(source.document, text)
    return LivingDocument(source.document.name, source.path, text, sections, True).values(address)


def was_there(core: Core, edits: Edits, path: str) -> Callable[[bytes, str], bool]:
    """Tells of a file's bytes (with their hash) whether they were imported to a path, or stood there."""
    query = Query(paths=(path,), limit=_LOOKED_AT)
    history = list(commits(core.repository.git, edits.snapshot.version, query))
    imported = {word for commit in history for word in commit.trailers.get(TRAILER, "").split()}

    def tells(data: bytes, digest: str) -> bool:
        if digest[:16] in imported:
            return True
        return any(core.store.at(commit.version).read(path) == data for commit in history)

    return tells


_LOOKED_AT = 200  # commits of one document's history
