"""What a command's argument points at: a repository, and lines of a file as they are on disk."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from lsp_server.editor import uris
from lsp_server.editor.repositories import Repository
from lsp_server.editor.session import Session
from lsp_server.errors import NoRepositoryError, UsageError
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

    def on_disk() -> Sequence[CodeRange]:
        from lsp_server.memory.results import FileMemory, Placed

        try:
            text = path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise UsageError(f"{place} cannot be read: {error.strerror}; save it first") from error
        saved = tuple(line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n"))
        # An unsaved edit above the selection has moved it: it is followed back to where the file has it.
        typed = FileMemory(place, document.git_lines, (Placed("", start, end),), None, None)
        there = typed.moved(saved[:-1] if not saved[-1] else saved).placed
        if not there:
            raise UsageError(f"these lines of {place} are not saved yet; save the file first")
        return [CodeRange(place, piece.start, piece.end) for piece in there]

    return await session.workers.prompt(on_disk)
