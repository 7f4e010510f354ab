"""Sessions as another program keeps them: ``<date>_<id8>/session.yaml`` in a folder with ``.index.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lsp_server.errors import StoreError
from lsp_server.memory.core import Core
from lsp_server.memory.exporting.writing import place_in, require_folder, write_file
from lsp_server.memory.importing.aloop import FILE, read_source, says_the_same, session_files
from lsp_server.records.front_matter import scalar
from lsp_server.records.model import Kind
from lsp_server.records.paths import FOLDERS
from lsp_server.records.sessions.model import Session
from lsp_server.records.sessions.reading import read_session

INDEX = ".index.yaml"
_LOOKED_AT = 100  # commits of one session's history


@dataclass(frozen=True)
class SessionExport:
    """What an export wrote: folders' names. ``unchanged`` were there so already; ``kept`` are those whose
    file says what the memory never had, and was left alone."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]


def export_sessions(core: Core, directory: Path, *, force: bool) -> SessionExport:
    """Write every session into the folder, as its file is on the branch; its index is made anew for all that
    stand there."""
    require_folder(directory)
    core.followed()
    snapshot = core.store.snapshot()
    written, unchanged, kept = [], [], []
    try:
        folders = _folders(directory)
        for row in sorted(core.index.sessions(), key=lambda row: (row.created, row.id)):
            data = snapshot.read(row.path)
            if data is None or not row.path.startswith(f"{FOLDERS[Kind.SESSION]}/"):
                continue
            name = folders.setdefault(row.id, row.path.rpartition("/")[0].rpartition("/")[2])
            place = place_in(directory, f"{name}/{FILE}")
            if place.is_symlink() or (place.exists() and not place.is_file()):
                kept.append(name)
                continue
            there = place.read_bytes() if place.exists() else None
            if there == data:
                unchanged.append(name)
            elif (
                there is not None
                and not force
                and not _is_known(core, row.path, there, read_source(directory, place).session)
            ):
                kept.append(name)
            else:
                write_file(place, data)
                written.append(name)
        index = "".join(f"{scalar(one)}: {scalar(name)}\n" for one, name in _folders(directory).items())
        write_file(directory / INDEX, (index or "{}\n").encode("utf-8"))
    except OSError as error:
        raise StoreError(f"{error.filename or directory} cannot be written: {error.strerror}") from error
    return SessionExport(tuple(written), tuple(unchanged), tuple(kept))


def _is_known(core: Core, path: str, there: bytes, session: Session | None) -> bool:
    """Whether a file, read as a session, says nothing that the memory does not have, or had."""
    for commit in core.store.history(path, limit=_LOOKED_AT):
        data = core.store.at(commit.version).read(path)
        if data == there:
            return True
        other = read_session(path, data)[0] if data is not None else None
        if session is not None and other is not None and says_the_same(session, other):
            return True
    return False


def _folders(directory: Path) -> dict[str, str]:
    """The folders of the sessions that stand there, by their ids."""
    from lsp_server.memory.merging.heads import head_of

    found: dict[str, str] = {}
    for place in session_files(directory):
        head = head_of("sessions/x/session.yaml", place.read_bytes())
        session = None if head is not None else read_source(directory, place).session
        one = head or session  # what is not as ours are is read as an import reads it
        if one is not None:
            found.setdefault(one.id, place.parent.relative_to(directory).as_posix())
    return found
