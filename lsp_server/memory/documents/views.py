"""File views of living documents: each as a real file in which it is read and written, under its own name.

Saved by hand, what was changed in it is committed; what others changed meanwhile is merged in.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.memory import draft_files
from lsp_server.memory.core import Core
from lsp_server.memory.documents import editing as documents
from lsp_server.memory.documents import reading as document_reading
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_place import folder_of
from lsp_server.memory.results import DocumentView, Saved
from lsp_server.records.living.file_names import file_name

if TYPE_CHECKING:
    from lsp_server.memory.guard import Guard

KIND = "document"


def open_view(core: Core, name: str, person: str | None, in_use: Collection[Path] = ()) -> DocumentView:
    """A document's own file. Somebody's work in it that is not committed yet is never overwritten, nor is a
    file that an editor has open. ``name`` is a name of a document or its path on the branch."""
    core.tip()
    document = document_reading.document(core, name, person)
    path = folder_of(core) / file_name(document.path)
    with draft_files.locked(path):
        state = draft_files.load(path)
        there = draft_files.read(path) if path.exists() else None
        fresh = State(document.path, KIND, document.text, "", committed=True)
        if there is None or state is None or there == document.text:
            older = state.older if state is not None else ()
            _store(path, replace(fresh, older=older, base=document.text if there is None else there))
            if there is None:
                draft_files.write(path, document.text, durable=False)
        elif there == state.base and not _is_among(path, in_use):
            # The file first: a state with a newer base than the file would take its text for an edit.
            draft_files.write(path, document.text, durable=False)
            _store(path, replace(fresh, older=state.seen(there)))
    with contextlib.suppress(OSError):
        draft_files.state_path(path).touch()  # used now: it is not tidied away
    return DocumentView(path, document.name, document.path, document.exists)


def save(core: Core, path: Path, state: State, text: str, guard: Guard, *, shown: str | None) -> Saved:
    """Commit what was changed in a view; under the lock of its file."""
    if text == state.base:
        return Saved(None, changed=False, reason="nothing was changed")
    known = document_reading.document(core, state.id)
    # An editor may have shown an older text than the file had: what came since then is not its to take back.
    base = state.base_of(text, shown)
    name = state.id.removesuffix(".md") if known.name == "log" else known.name
    noted = documents.commit(
        core,
        guard,
        lambda living: living.replace(name, text, base, known.person),
        lambda noted: f"note: {'write' if noted.made else 'edit'} {noted.document}{_whose(known.person)}",
    )
    now = document_reading.document(core, state.id).text
    if now != text and draft_files.read(path) == text:
        draft_files.write(path, now)  # what others changed meanwhile; unless somebody went on writing
    if base != state.base:
        # An older text saved once is an editor's that missed a change; saved twice, it is meant.
        state = replace(state, older=[one for one in state.older if one != base])
    older = state.older if text in (now, base) else state.seen(text)
    draft_files.store(path, replace(state, base=now, older=older))
    if not noted.changed:
        return Saved(None, changed=False, reason=f"{noted.path} has this already")
    return Saved(None, changed=True, reason=f"saved {noted.path}")


def _whose(person: str | None) -> str:
    return f" of {person}" if person else ""


def _store(path: Path, state: State) -> None:
    # What is on the branch already need not survive a power cut here as well.
    draft_files.store(path, state, durable=False)


def _is_among(path: Path, files: Collection[Path]) -> bool:
    return any(file.name == path.name and file.resolve() == path.resolve() for file in files)
