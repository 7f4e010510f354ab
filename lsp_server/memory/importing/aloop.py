"""Sessions that another program keeps in a folder (``.aloop/sessions``) onto the branch.

Each folder below has a ``session.yaml``; an index beside them is not asked, for it can be made anew. What was
imported once is known by its id: what was changed there since is merged with what was changed here.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lsp_server.errors import GitMemoryError, SecretError, UsageError
from lsp_server.memory.core import Core
from lsp_server.memory.edits import Edits
from lsp_server.memory.guard import Guard
from lsp_server.memory.importing.files import files_below, read_text, require_folder
from lsp_server.memory.importing.folder import place_of
from lsp_server.memory.importing.results import Imported, ImportReport, Taken
from lsp_server.memory.sessions.saving import guarded, place
from lsp_server.records.front_matter import split
from lsp_server.records.front_matter_edit import set_scalar
from lsp_server.records.model import Kind, Record
from lsp_server.records.sessions.commented import comments
from lsp_server.records.sessions.model import LISTS, Session
from lsp_server.records.sessions.reading import originating, read_session

FILE = "session.yaml"
SUBJECT = "sessions: import"
_LARGEST = 256 << 20  # bytes
_FOREIGN_IDS = uuid.UUID("6f0c9d2e-3c0b-4f0e-9a55-2f6f1d0f7c11")  # what ids that are no UUIDs are made from
_START = re.compile(r"(?:---[ \t]*\n)?")
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)_")


@dataclass
class _Source:
    """One file of the folder, and what became of it."""

    name: str
    session: Session | None = None
    said: str = ""
    comments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    record: Record | None = None
    taken: Taken = Taken.SKIPPED


def import_sessions(core: Core, directory: Path, guard: Guard, *, dry_run: bool) -> ImportReport:
    """Every session of the folder as one commit, file by file; one bad file does not keep the others out."""
    require_folder(directory)
    if directory.name == ".aloop" and (directory / "sessions").is_dir():
        directory /= "sessions"
    core.tip()
    sources = [read_source(directory, path) for path in session_files(directory)]
    if not sources:
        raise UsageError(f"there is no {FILE} below {directory}")
    _without_doubles(sources)
    version = None
    if dry_run:
        _take(core, core.edits(core.store.snapshot()), sources, guard)
    else:

        def change(edits: Edits) -> str:
            count = _take(core, edits, sources, guard)
            return f"{SUBJECT} {count} from {place_of(core, directory)}" if count else ""

        version = core.commit(change)
    return ImportReport(tuple(map(_told, sources)), version)


def _told(source: _Source) -> Imported:
    path = source.record.path if source.record else None
    return Imported(source.name, source.taken, path, source.record, tuple(source.notes))


def session_files(directory: Path) -> Iterator[Path]:
    """The file of each session below a folder."""
    return (path for path in files_below(directory) if path.name == FILE)


def read_source(directory: Path, path: Path) -> _Source:
    """One session of the folder, or why it cannot be read."""
    source = _Source(path.relative_to(directory).as_posix())
    text = read_text(path, _LARGEST)
    source.notes += text.notes
    if text.broken:
        source.notes.append(text.broken)
        return source
    said = _with_what_is_missing(text.text, path.parent.name, source.notes)
    session, problems = read_session(source.name, said.encode("utf-8", "replace"))
    source.notes += [f"line {problem.line + 1}: {problem.message}" for problem in problems]
    source.session = session and replace(session, origin=None)
    if session is not None:
        source.said = said
        source.comments = comments(said, session)
    return source


def _with_what_is_missing(text: str, folder: str, notes: list[str]) -> str:
    """A file with an id and a date, where they can be told from what is there."""
    found = re.search(r"^id:([^\n#]*)", text, re.MULTILINE)
    foreign = found[1].strip().strip("\"'") if found is not None else ""
    missing = ""
    if found is None:
        made = str(uuid.uuid5(_FOREIGN_IDS, folder))
        notes.append(f"it has no id: here it is {made}, as its folder is called {folder!r}")
        missing = f"id: {made}\n"
    if missing or split(text).front is None:  # without messages, say
        start = _START.match(text)
        at = start.end() if start else 0
        missing += "" if re.search(r"^kind:", text, re.MULTILINE) else "kind: session\n"
        text = f"{text[:at]}{missing}{text[at:]}"
    try:
        if foreign:
            try:
                uuid.UUID(foreign)
            except ValueError:
                made = str(uuid.uuid5(_FOREIGN_IDS, foreign))
                notes.append(f"its id {foreign!r} is no UUID: here it is {made}, under its old name")
                text = set_scalar(text, "id", made)
                if not re.search(r"^name:", text, re.MULTILINE):
                    text = set_scalar(text, "name", foreign)
        if not re.search(r"^created_at:", text, re.MULTILINE) and (dated := _DATED.match(folder)):
            notes.append(f"it does not say when it began: the folder says {dated[1]}")
            text = set_scalar(text, "created_at", dated[1])
    except GitMemoryError:
        pass  # what is wrong with the file is told when it is read
    return text


def _without_doubles(sources: Sequence[_Source]) -> None:
    """Of files with one id the one that was saved last; the others are told."""
    kept: dict[str, _Source] = {}
    for source in sources:
        if source.session is None:
            continue
        other = kept.get(source.session.id)
        if other is None or other.session is None:
            kept[source.session.id] = source
            continue
        later, former = (source, other) if source.session.updated > other.session.updated else (other, source)
        former.session = None
        former.notes.append(f"it has the same id as {later.name}, which was saved last and is taken")
        assert later.session is not None
        kept[later.session.id] = later


def _take(core: Core, edits: Edits, sources: Sequence[_Source], guard: Guard) -> int:
    """Put the sessions into one commit; how many that changes. May be called again on another tip."""
    count = 0
    for source in sources:
        if source.session is None:
            continue
        known = core.known(edits, source.session.id)
        try:
            changed = _place(core, edits, source, known, guard)
        except GitMemoryError as error:
            if str(error) not in source.notes:
                source.notes.append(str(error))
            source.record, source.taken = None, Taken.SKIPPED
            continue
        source.taken = Taken.KNOWN if not changed else Taken.NEW if known is None else Taken.UPDATED
        count += changed
    return count


def _place(core: Core, edits: Edits, source: _Source, known: Record | None, guard: Guard) -> bool:
    session = source.session
    assert session is not None
    if known is not None and known.kind is Kind.SESSION:
        data = edits.read(known.path)
        standing = read_session(known.path, data)[0] if data is not None else None
        base = _as_imported(core, known.path)
        for other in (base, standing):
            if other is not None and says_the_same(session, other):
                source.record = known
                return False
        if base is not None:
            session = replace(_filled(session, base), origin=base.origin)
    elif source.comments and _are_clean(source, guard):
        session = originating(session, "", source.said.encode("utf-8", "replace"))
    placed = place(core, edits, guarded(session, guard), guard, apart=False)
    source.record = placed.record
    return placed.changed


def _are_clean(source: _Source, guard: Guard) -> bool:
    """Whether the comments may be committed: what is said is looked through by itself."""
    lines = "\n".join(source.comments)
    try:
        if guard.clean(lines, seen=False) == lines:
            return True
    except (SecretError, UsageError):
        pass
    note = "its comments are left out: what looks like a secret stands in them"
    source.notes += [] if note in source.notes else [note]  # this may be another tip
    return False


def _as_imported(core: Core, path: str) -> Session | None:
    """A session as the last import left it; None where none brought it."""
    for commit in core.store.history(path):
        if commit.subject.startswith(SUBJECT):
            data = core.store.at(commit.version).read(path)
            return read_session(path, data)[0] if data is not None else None
    return None


def says_the_same(session: Session, other: Session) -> bool:
    """Whether a file says nothing that is not known: what it is silent about does not count."""
    filled = _filled(session, other)
    return replace(filled, updated_at="", origin=None) == replace(other, updated_at="", origin=None)


def _filled(session: Session, other: Session) -> Session:
    """A session with what it says nothing about as the other has it."""
    keys = ("ended_at", "name", "goal", "agent", "summary", "tags", "links", "code", *LISTS, "next_session")
    silent = [key for key in keys if getattr(session, key) in (None, (), "")]
    missing: dict[str, Any] = {key: getattr(other, key) for key in silent}
    extra = {**other.extra, **session.extra}
    return replace(session, extra=extra, **missing)
