"""File views: each record as a real file in which it is read and amended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path, PurePosixPath

from lsp_server.errors import GitMemoryError
from lsp_server.memory import draft_files, shown_files
from lsp_server.memory.core import Core
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_place import folder_of
from lsp_server.memory.draft_text import is_clean
from lsp_server.memory.finding import raw
from lsp_server.memory.results import Draft
from lsp_server.records.model import Kind, Record
from lsp_server.records.paths import slug

_DAY = 24 * 60 * 60.0  # seconds
_KEPT = 30 * _DAY  # how long a file view stays that nobody opens or writes


def open_view(core: Core, ref: str, in_use: Collection[Path] = ()) -> Draft:
    """A record's own file, to be read and amended. ``in_use`` are the files that an editor has open."""
    record = core.find(ref)
    path = refresh(core, record, in_use)
    with contextlib.suppress(OSError):
        draft_files.state_path(path).touch()  # used now: it is not tidied away
    tidy(core, [path, *in_use])
    return Draft(path, record.id, record.kind, is_new=False)


def refresh(core: Core, record: Record, in_use: Collection[Path] = ()) -> Path:
    """Bring the file view of a record to the tip's text. Somebody's work in it that is not committed yet is
    never overwritten, nor is a file that an editor has open: it would save its older text over ours."""
    path = _path(core, record)
    with draft_files.locked(path):
        text = text_of(core, record)
        state = draft_files.load(path)
        fresh = State(record.id, record.kind.value, text, "", committed=True)
        if not path.exists():
            older = state.seen(state.base) if state is not None and state.committed else ()
            draft_files.claim(path, record.id)
            _store(path, replace(fresh, older=older))
            draft_files.write(path, text, durable=False)
            return path
        there = draft_files.read(path)
        if there == text:
            # Also after a crash between the file and its state.
            if state is None or state.base != text:
                _store(path, replace(fresh, older=state.older if state else ()))
        elif state is None:
            # Whatever it is, it is not the tip: taken for an older text, it can revert nothing.
            _store(path, replace(fresh, base=there))
        elif is_clean(state, there) and not _is_among(path, in_use):
            # The file first: a state with a newer base than the file would take its text for an edit.
            draft_files.write(path, text, durable=False)
            _store(path, replace(fresh, older=state.seen(there)))
    return path


def text_of(core: Core, record: Record) -> str:
    """The whole file of a record at the tip. Raises ``NotFoundError``."""
    return raw(core, record).decode("utf-8", "replace")


def tidy(core: Core, in_use: Collection[Path] = ()) -> None:
    """Take away, once a day at most, the file views with nothing of their own in them that nobody has used
    for a month or whose record is gone."""
    folder = folder_of(core)
    mark = draft_files.state_path(folder / "tidied")
    now = time.time()
    try:
        if abs(now - mark.stat().st_mtime) < _DAY:
            return
    except OSError:
        pass
    with contextlib.suppress(OSError, GitMemoryError):
        draft_files.write(mark, "{}", durable=False)
        index = core.followed()
        kinds = {kind.value for kind in Kind}
        for path in folder.iterdir():
            state = draft_files.load(path)
            if state is None or not state.committed or _is_among(path, in_use):
                continue
            used = max(path.stat().st_mtime, draft_files.state_path(path).stat().st_mtime)
            gone = state.kind in kinds and index.get(state.id) is None
            if now - used > _KEPT or gone:
                _remove_clean(path)


def _remove_clean(path: Path) -> None:
    with draft_files.locked(path):
        state = draft_files.load(path)
        if state is None:
            return
        if state.kind == shown_files.KIND or is_clean(state, draft_files.read(path)):
            draft_files.remove(path, state.id)


def _path(core: Core, record: Record) -> Path:
    folder = folder_of(core)
    return (
        draft_files.file_of(folder, record.id)
        or folder / f"{record.label}-{slug(record.title)[:40]}-{record.id[:8]}{_ending(record)}"
    )


def _ending(record: Record) -> str:
    """As on the branch, so that an editor reads it as what it is."""
    return PurePosixPath(record.path).suffix or ".md"


def _store(path: Path, state: State) -> None:
    # What is on the branch already need not survive a power cut here as well.
    draft_files.store(path, state, durable=False)


def _is_among(path: Path, files: Collection[Path]) -> bool:
    return any(file.name == path.name and file.resolve() == path.resolve() for file in files)
