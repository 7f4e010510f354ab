"""Sessions as another program keeps them: ``<date>_<id8>/session.yaml`` in a folder with ``.index.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lsp_server.errors import StoreError
from lsp_server.memory.core import Core
from lsp_server.memory.exporting.writing import place_in, require_folder, write_file
from lsp_server.records.front_matter import scalar
from lsp_server.records.model import Kind
from lsp_server.records.paths import FOLDERS
from lsp_server.records.sessions.model import moment

INDEX = ".index.yaml"


@dataclass(frozen=True)
class SessionExport:
    """What an export wrote: folders' names. ``unchanged`` were there so already; ``kept`` are those whose
    file was saved there after what we have, and was left alone."""

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
        for row in sorted(core.index.sessions(), key=lambda row: (row.created, row.id)):
            data = snapshot.read(row.path)
            if data is None or not row.path.startswith(f"{FOLDERS[Kind.SESSION]}/"):
                continue
            name = row.path.rpartition("/")[0].rpartition("/")[2]
            place = place_in(directory, f"{name}/session.yaml")
            there = place.read_bytes() if place.is_file() and not place.is_symlink() else None
            if there == data:
                unchanged.append(name)
            elif there is not None and not force and _is_later(there, row.updated.isoformat()):
                kept.append(name)
            else:
                write_file(place, data)
                written.append(name)
        write_file(directory / INDEX, _index(directory).encode("utf-8"))
    except OSError as error:
        raise StoreError(f"{error.filename or directory} cannot be written: {error.strerror}") from error
    return SessionExport(tuple(written), tuple(unchanged), tuple(kept))


def _is_later(there: bytes, ours: str) -> bool:
    """Whether a file was saved there after what we have of it."""
    from lsp_server.records.sessions.reading import read_session

    session, _ = read_session("sessions/x/session.yaml", there)
    when = moment(ours)
    return session is None or (when is not None and session.updated > when)


def _index(directory: Path) -> str:
    """The ids with the names of their folders."""
    from lsp_server.memory.merging.heads import head_of

    lines = []
    for place in sorted(directory.glob("*/session.yaml")):
        head = head_of("sessions/x/session.yaml", place.read_bytes())
        if head is not None:
            lines.append(f"{scalar(head.id)}: {scalar(place.parent.name)}\n")
    return "".join(lines) or "{}\n"
