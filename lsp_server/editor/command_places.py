"""What a command's argument points at: a repository, and lines of a file as they are on disk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.repositories import Repository
from lsp_server.editor.session import Session
from lsp_server.errors import NoRepositoryError
from lsp_server.records.anchors import CodeRange


async def repository_of(session: Session, uri: str | None) -> Repository:
    """The repository that a file or folder lies in, or the workspace. Raises ``NoRepositoryError``."""
    repository = await session.repository_for(uri)
    if repository is None:
        where = uris.to_path(uri) if uri is not None else None
        raise NoRepositoryError(f"{where or 'this place'} is not in a git repository")
    return repository


async def lines_on_disk(
    session: Session, repository: Repository, uri: str, selection: types.Range
) -> Sequence[CodeRange]:
    """The selected lines as they are on disk, which is what an anchor is made from."""
    path = uris.to_path(uri)
    place = await session.workers.prompt(repository.memory.code_path, path) if path is not None else None
    if path is None or place is None:
        return ()
    document = session.documents.get(uri)
    if document is None:
        first, last = sorted((selection.start.line, selection.end.line))
        return (CodeRange(place, first + 1, last + 1),)
    lines = document.selected(selection)
    # The empty line that an editor shows behind the last line end is none of the file's.
    start, end = (min(document.git_line(line), len(document.git_lines)) for line in (lines[0], lines[-1]))
    if not end:
        return ()
    # An unsaved edit above the selection has moved it: it is followed back to where the file has it.
    saved = partial(repository.memory.saved_lines, path, document.git_lines, start, end)
    return await session.workers.prompt(saved)
