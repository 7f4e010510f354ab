"""Use case: bring a ``memory/`` folder of living documents onto the branch, as one commit."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import new as hash_of
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError, UsageError
from lsp_server.memory.documents import agreed
from lsp_server.memory.documents.agreed import Agreed
from lsp_server.memory.importing import living_files
from lsp_server.memory.importing.files import require_folder
from lsp_server.memory.importing.folder import place_of
from lsp_server.memory.importing.living_files import Source
from lsp_server.memory.importing.results import Imported, ImportReport, Taken
from lsp_server.records.amounts import plural
from lsp_server.records.living import documents as table
from lsp_server.records.living.documents import Document
from lsp_server.store.log import Query, commits, written_files

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.documents.editing import Documents
    from lsp_server.memory.edits import Edits
    from lsp_server.memory.guard import Guard

TRAILER = "Imported-Files"
"""The beginnings of the hashes of what was imported: the same bytes are not imported twice."""


def import_folder(core: Core, directory: Path, *, dry_run: bool, guard: Guard) -> ImportReport:
    """Import every living document of a folder; see ``Memory.import_folder``."""
    require_folder(directory)
    sources = living_files.sources(directory, agreed.agreed(core, directory), guard)
    if not any(source.path for source in sources):
        names = ", ".join(list(living_files.PATHS.values())[:5])
        raise UsageError(f"there are no living documents in {directory}: they are called {names} …")
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
    files = {one.name: Agreed(one.digest, one.whole) for one in sources if one.data is not None}
    core.when_committed(lambda: agreed.note(core, directory, files))
    return ImportReport(tuple(report), version)


def _taken(core: Core, edits: Edits, source: Source, guard: Guard) -> Imported:
    if source.data is None or source.document is None:
        return Imported(source.name, Taken.SKIPPED, notes=source.notes)
    there, notes = edits.read(source.path), list(source.notes)

    def known(*more: str) -> Imported:
        return Imported(source.name, Taken.KNOWN, source.path, notes=(*notes, *more))

    if there is None:
        edits.write(source.path, source.data)
        return Imported(source.name, Taken.NEW, source.path, notes=source.notes)
    if there == source.data:
        return known()
    before, text = source.before, source.whole
    if before is not None:
        is_known = source.data == before.text
    else:
        is_known = was_there(core, edits, source.path)(source.data, source.digest)
    if is_known:
        return known("it was imported before")
    from lsp_server.memory.documents.editing import Documents
    from lsp_server.records.merging.living import merge_living

    if text != source.data:
        notes.append("it looks cut off, as a half-written file is: what stood at its end stays in the memory")
    merged = merge_living(source.document, before and before.text, there, text)
    if merged == there:
        return known()
    edits.write(source.path, merged)
    left = _two_values(source.document, there, merged)
    if left and before is None:
        base, living = _as_imported(core, edits, source.path), Documents(core, edits, guard)
        left = [one for one in left if base is None or not _settled(living, source, (base, there), one)]
    if edits.read(source.path) == there:
        return known()
    if before is not None and (count := _taken_out(before.text, text, there, merged)) > 0:
        notes.append(
            f"{plural(count, 'line')} that the folder does not have any more "
            f"{'is' if count == 1 else 'are'} out of the memory, too"
        )
    notes += [
        f"the memory has another {address}: both are kept, `git memory set {address} VALUE` leaves one"
        for address in left
    ]
    return Imported(source.name, Taken.UPDATED, source.path, notes=tuple(notes))


def _taken_out(base: bytes, text: bytes, there: bytes, merged: bytes) -> int:
    """How many lines more are gone from the memory, because they are gone from the folder, than came in."""
    old, new, mine, now = (
        {line.strip() for line in data.splitlines()} for data in (base, text, there, merged)
    )
    return len((old - new) & (mine - now)) - len((new - old) & (now - mine))


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


def _settled(living: Documents, source: Source, known: tuple[bytes, bytes], address: str) -> bool:
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


def _values(source: Source, data: bytes, address: str) -> tuple[str, ...]:
    from lsp_server.memory.documents.results import LivingDocument
    from lsp_server.records.living.reading import sections_of

    assert source.document is not None
    text = data.decode("utf-8", "replace")
    sections = sections_of(source.document, text)
    return LivingDocument(source.document.name, source.path, text, sections, True).values(address)


def was_there(core: Core, edits: Edits, path: str) -> Callable[[bytes, str], bool]:
    """Tells of a file's bytes (with their hash) whether they were imported to a path, or stood there."""
    git, version = core.repository.git, edits.snapshot.version
    history = commits(git, version, Query(paths=(path,)))
    imported = {word for commit in history for word in commit.trailers.get(TRAILER, "").split()}

    def tells(data: bytes, digest: str) -> bool:
        if digest[:16] in imported:
            return True
        kind = "sha1" if len(version) == 40 else "sha256"
        own = hash_of(kind, b"blob %d\0" % len(data) + data).hexdigest()  # as git names a file's bytes
        return own in written_files(git, [version], [], path)

    return tells


_LOOKED_AT = 200  # commits of one document's history
