"""Where events are kept: beside a repository's branch, or in a directory of a program's own."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory

_FOLDER = "events"
_DIRECTORY = "dir:"


def place_of(where: Memory | Path | str) -> tuple[Path, Memory | Path | None]:
    """The journal's directory, and the repository whose people say what is no secret; None: there is none.

    Raises ``NoRepositoryError``.
    """
    from lsp_server.memory.facade import Memory

    if isinstance(where, Memory):
        return where._core.private / _FOLDER, where
    if isinstance(where, str) and where.startswith(_DIRECTORY):
        if not (named := where.removeprefix(_DIRECTORY)):
            raise UsageError("dir: names no directory: write dir:PATH")
        return Path(named), None
    if not isinstance(where, (str, Path)) or not str(where):
        raise UsageError(
            f"{where!r} is no place for events: give a Memory, a directory in a repository, or dir:PATH"
        )
    with Memory.open(Path(where)) as memory:
        return memory._core.private / _FOLDER, Path(where).absolute()


def allowed_in(repository: Memory | Path | None) -> Collection[str]:
    """The fingerprints of what looks like a secret and is none, as the repository's memory lists them."""
    if repository is None:
        return ()
    if isinstance(repository, Path):
        from lsp_server.memory.facade import Memory

        with Memory.open(repository) as memory:
            return allowed_in(memory)
    core = repository._core
    return core.guard.listed() if core.store.tip() is not None else ()
