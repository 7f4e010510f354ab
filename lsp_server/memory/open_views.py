"""The file views that an editor has open, after something was written: brought up to date on disk, where the
editor reads them again by itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lsp_server.errors import NotFoundError
from lsp_server.memory import draft_files, views
from lsp_server.memory.core import Core
from lsp_server.memory.documents import views as document_views
from lsp_server.memory.draft_files import State
from lsp_server.memory.draft_text import is_clean
from lsp_server.records.model import Kind

_RECORDS = {kind.value for kind in Kind}


def refresh(core: Core, shown: Mapping[Path, str]) -> None:
    """Bring files to the branch's text, of records and of living documents. ``shown`` is the text that the
    editor has of each: one that somebody typed in is left as it is."""
    from lsp_server.memory.keyed import views as value_views

    for path, text in shown.items():
        state = draft_files.load(path)
        if state is None or not state.committed or _is_typed_in(path, state, text):
            continue
        try:
            if state.kind == document_views.KIND:
                document_views.open_view(core, state.id, None)
            elif state.kind == value_views.KIND:
                value_views.refresh(core, state.id)
            elif state.kind in _RECORDS:
                views.refresh(core, core.find(state.id))
        except NotFoundError:
            continue  # what it was about is gone; the text stays for whoever reads it


def _is_typed_in(path: Path, state: State, text: str) -> bool:
    """Whether a text is none that the file has had: an editor shows an older one until it has read the file
    again."""
    if text in (state.base, *state.older):
        return False
    try:
        if text == draft_files.read(path):
            return False
    except NotFoundError:
        return True
    return state.kind not in _RECORDS or not is_clean(state, text)
