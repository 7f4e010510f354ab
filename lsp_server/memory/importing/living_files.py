"""The files of a ``memory/`` folder on their way in: what each says, and why one cannot come in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import GitMemoryError
from lsp_server.memory.importing.files import LARGEST, REDACTED, text_of
from lsp_server.records.artifact_paths import wrong_name
from lsp_server.records.living import documents as table
from lsp_server.records.living.cut_off import with_its_end
from lsp_server.records.living.documents import Document, Form

if TYPE_CHECKING:
    from lsp_server.memory.documents.agreed import Agreed
    from lsp_server.memory.guard import Guard

PATHS = {document.path.casefold(): document.path for document in table.DOCUMENTS if "{" not in document.path}


class Source(NamedTuple):
    """A file of the folder. ``data`` is None where it cannot come in, and ``notes`` say why; ``before`` is
    what the folder and the memory last agreed on, None where that is not known."""

    name: str
    path: str
    document: Document | None
    data: bytes | None
    digest: str
    notes: tuple[str, ...] = ()
    before: Agreed | None = None

    @property
    def whole(self) -> bytes:
        """What it says; where it was cut off since the two agreed, with the end that it had then."""
        data = self.data or b""
        if self.before is None or data == self.before.text:
            return data
        found = with_its_end(self.before.text.decode("utf-8"), data.decode("utf-8"))
        return data if found is None else found.encode("utf-8")


def sources(directory: Path, known: Mapping[str, Agreed], guard: Guard) -> list[Source]:
    """Every file of the folder, in name order."""
    found = (_source(directory, name, guard) for name in _names(directory))
    return [source._replace(before=_before(source, known.get(source.name))) for source in found]


def _before(source: Source, noted: Agreed | None) -> Agreed | None:
    if noted is not None and source.data is not None and noted.coming == source.digest:
        return noted._replace(digest=source.digest, text=source.data)  # an export was killed behind it
    return noted


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
    known = PATHS.get(name.casefold())
    return known if known is not None else name if table.document_at(name) is not None else None


def _source(directory: Path, name: str, guard: Guard) -> Source:
    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
    path, place = path_of(name), directory / name

    def skipped(*notes: str) -> Source:
        return Source(shown, path or "", None, None, "", notes)

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
    return Source(shown, path, document, clean.encode("utf-8"), digest, notes)


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
