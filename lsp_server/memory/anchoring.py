"""Use case: point at a place in the code, so that it can be found again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError
from lsp_server.records.anchors import ROOT, Anchor, CodePlace, CodeRange, CodeSymbol, PlaceThen, whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lsp_server.code.file_view import CodeFiles
    from lsp_server.code.symbols import Outline
    from lsp_server.memory.core import Core


def anchored(core: Core, place: CodePlace) -> Anchor:
    """The anchor on lines of a file, on a symbol in it, on the whole of it or on a folder, as they are on
    disk (at HEAD in a bare repository) or in the commit that the place names. Raises ``UsageError`` for
    what is not there, ``NotFoundError`` where there is no such commit."""
    if isinstance(place, PlaceThen):
        commit = _commit(core, place.rev)
        anchor = _made(core, core.code.at(commit), place.place, commit)._replace(made_at=commit)
    else:
        anchor = _made(core, core.code, place, None)
    try:
        anchor.range.path.encode("utf-8")
    except UnicodeEncodeError:
        shown = os.fsencode(anchor.range.path).decode("utf-8", "backslashreplace")
        raise UsageError(f"{shown} cannot be anchored to: its name is not UTF-8") from None
    return anchor


def _made(core: Core, code: CodeFiles, place: CodeRange | CodeSymbol, commit: str | None) -> Anchor:
    if isinstance(place, CodeSymbol):
        return _symbol(core, code, place, commit)
    return Anchor(_whole(core, place, commit)) if place.is_whole else code.anchor(place)


def symbol_range(core: Core, place: CodeSymbol, rev: str | None = None) -> tuple[CodeRange, str]:
    """The lines of a symbol, as it is on disk or in the commit ``rev``, and its full name. Raises
    ``UsageError``, which names what there is instead, and ``NotFoundError`` where there is no such commit."""
    from lsp_server.code.naming import find

    path, outline = _outline(core, place.path, rev)
    symbol = find(outline, place._replace(path=path))
    return CodeRange(path, symbol.start, symbol.end), symbol.name


def symbol_names(core: Core, path: str) -> Sequence[str]:
    """The names of the symbols of a file as it is on disk, in their order. Raises ``UsageError``."""
    return _outline(core, path, None)[1].names


def _outline(core: Core, path: str, rev: str | None) -> tuple[str, Outline]:
    """A file's path as git has it, and its symbols."""
    from lsp_server.code.symbols import outline

    if rev is None:
        path = core.code.resolve(path)
        lines = core.code.worktree_text(path)
    else:
        lines = core.code.head_text(path, commit=_commit(core, rev))
    if lines is None:
        if rev is None:
            core.code.anchor(CodeRange(path, 1, 1))  # says why there is no text
        raise UsageError(f"{path} is no text file in {rev}")
    return path, outline(path, lines)


def _commit(core: Core, rev: str) -> str:
    from lsp_server.code.commits import require_commit

    return require_commit(core.repository.git, rev)


def _symbol(core: Core, code: CodeFiles, place: CodeSymbol, commit: str | None) -> Anchor:
    from lsp_server.code.symbol_locating import MOST_LINES

    lines, name = symbol_range(core, place, commit)
    kept = lines._replace(end=min(lines.end, lines.start + MOST_LINES - 1))
    return code.anchor(kept)._replace(symbol=name)


def _whole(core: Core, place: CodeRange, commit: str | None) -> CodeRange:
    from lsp_server.code.places import tidy_path

    root = core.repository.work_tree
    if root is not None and commit is None:
        return whole(_folder(core, root, place.path) if place.is_folder else core.code.resolve(place.path))
    from lsp_server.code.git import tree_entry

    path, head = tidy_path(place.path), commit or core.code.head()
    if place.is_folder and path == ".":
        return whole(ROOT)
    entry = tree_entry(core.repository.git, head, path) if head else None
    if entry is None or (entry.mode == "040000") != place.is_folder:
        raise UsageError(f"{place.path} does not exist at {commit[:10] if commit else 'HEAD'}")
    return whole(f"{path}/" if place.is_folder else path)


def _folder(core: Core, root: Path, path: str) -> str:
    from lsp_server.code.places import code_folder
    from lsp_server.code.whole_places import has_files

    folder = code_folder(root, path)
    if not has_files(core.repository.git, folder):
        raise UsageError(f"{path} has no files that git knows, so nobody could follow it")
    return folder
