"""The files of a folder of ADRs, read: what each says, when it was written, and why one cannot come in."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timezone
from pathlib import Path

from lsp_server.code.history import added_dates
from lsp_server.errors import RefusedError, UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.guard import Guard
from lsp_server.memory.importing.files import LARGEST, NO_DATE, REDACTED, files_below, require_folder
from lsp_server.memory.titles import inert
from lsp_server.records.adr import Adr, day_comes_first, read_adr
from lsp_server.records.model import Record, Relation

_SUFFIXES = (".md", ".markdown", ".rst", ".adoc", ".asciidoc")


@dataclass
class Source:
    """One file on its way in: what is known from reading it, then what depends on the branch's tip."""

    name: str  # relative to the folder, `/` separated
    origin: str  # what the record remembers as its source
    data: bytes
    adr: Adr
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: datetime | None = None
    notes: list[str] = field(default_factory=list)
    broken: str = ""  # why it cannot come in

    known: Record | None = None  # what an earlier import made of it
    number: int = 0
    alias: str | None = None  # the label that its own number would have given
    links: dict[tuple[Relation, str], str] = field(default_factory=dict)  # to this id, by this label
    remarks: list[str] = field(default_factory=list)

    @property
    def wanted(self) -> int | None:
        """The number that the file has."""
        return self.adr.number

    def begin_anew(self) -> None:
        """Forget what was decided on another tip."""
        self.known, self.number, self.alias = None, 0, None
        self.links, self.remarks = {}, []


def read_folder(core: Core, directory: Path, guard: Guard) -> list[Source]:
    """Every file below ``directory`` that may be an ADR, in name order. Raises ``UsageError`` when it is not
    a folder, or has none."""
    require_folder(directory)
    paths = [path for path in files_below(directory) if path.suffix.lower() in _SUFFIXES]
    # 03-11-2018 can only be read with the other files' dates beside it.
    day_first = day_comes_first(_text(path) for path in paths)
    sources = [_source(core, directory, path, guard, day_first=day_first) for path in paths]
    if not sources:
        raise UsageError(f"there are no Markdown, reStructuredText or AsciiDoc files in {directory}")
    _date(core, directory, [s for s in sources if s.adr.is_adr])
    return sources


def place_of(core: Core, path: Path) -> str:
    """A path as the record remembers it: relative to the work tree, or its last two parts elsewhere."""
    root = core.repository.work_tree
    absolute = path.resolve()
    if root is not None and absolute.is_relative_to(root.resolve()):
        return inert(absolute.relative_to(root.resolve()).as_posix())
    return inert("/".join(absolute.parts[-2:]))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _source(core: Core, directory: Path, path: Path, guard: Guard, *, day_first: bool | None) -> Source:
    # What is not UTF-8 in a name no front matter can hold: it is told as an escape.
    name = os.fsencode(path.relative_to(directory).as_posix()).decode("utf-8", "backslashreplace")
    broken = ""
    try:
        data = path.read_bytes()
    except OSError as error:
        data, broken = b"", f"it cannot be read: {error.strerror}"
    text = data[:LARGEST].decode("utf-8", "replace")
    source = Source(
        name, f"{place_of(core, directory)}/{name}", data, read_adr(name, text, day_first=day_first)
    )
    source.broken = broken
    source.notes.extend(source.adr.notes)
    if len(data) > LARGEST:
        source.broken = "the file is larger than 4 MB"
    elif b"\0" in data:
        source.broken = "the file is not text"
    elif "\ufffd" in text and b"\xef\xbf\xbd" not in data:
        source.notes.append("the file is not UTF-8; it was kept as it is")
    if source.adr.is_adr and not source.broken:
        try:
            clean = guard.clean(text)
            # It becomes a front matter key, and perhaps the name on the branch.
            source.origin = guard.clean(source.origin)
            if clean != text:
                _redact(source, clean, day_first=day_first)
        except (RefusedError, UsageError) as error:  # one such file does not keep the others out
            source.broken = str(error)
    return source


def _redact(source: Source, text: str, *, day_first: bool | None) -> None:
    try:
        source.data.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("it looks like it holds a secret, and is not UTF-8: redact it by hand") from None
    source.data = text.encode("utf-8")
    source.adr = read_adr(source.name, text, day_first=day_first)
    source.notes[:] = [*source.adr.notes, REDACTED]


def _date(core: Core, directory: Path, sources: Sequence[Source]) -> None:
    """The dates of the files; where a file has none, git's of the commit that added it."""
    undated = [s for s in sources if s.adr.date is None]
    git, root = core.repository.git, core.repository.work_tree
    added = added_dates(git, root, directory) if undated else {}
    for source in sources:
        if source.adr.date is not None:
            source.created = datetime.combine(source.adr.date, time(), timezone.utc)
            continue
        source.created = added.get(source.name)
        if source.created is not None:
            source.notes.append(f"it has no date; git added it on {source.created:%Y-%m-%d}")
        else:
            source.created = core.now()
            source.notes.append(NO_DATE)
