"""Which storage a program means: one of its own, or one by name."""

from __future__ import annotations

from pathlib import Path

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.base import Clock, KeyValue

Where = KeyValue | str | Path | None


def opened(where: Where, clock: Clock | None = None) -> KeyValue:
    """The storage of a name: ``None`` or ``"memory:"``, ``"file:DIRECTORY"`` or a ``Path``, ``"git:"`` or
    ``"git:DIRECTORY"`` (the memory of the repository there), or a database's URL (``"sqlite:///app.db"``,
    ``"postgresql://…"``). Any other object is taken for a storage itself.

    Raises ``UsageError`` for a name that is none of these, and what opening that storage raises.
    """
    if isinstance(where, Path):
        return _in_files(where, clock)
    if where is not None and not isinstance(where, str):
        return where
    scheme, colon, rest = (where or "memory:").partition(":")
    if colon and scheme == "memory" and not rest:
        from lsp_server.store.keyvalue.in_memory import InMemoryStorage

        return InMemoryStorage(clock=clock)
    if colon and scheme == "file" and rest:
        return _in_files(Path(rest.removeprefix("//")), clock)
    if colon and scheme == "git":
        from lsp_server.memory.keyed.git_storage import GitStorage

        return GitStorage(rest or ".", clock=clock)
    if rest.startswith("//"):
        from lsp_server.store.keyvalue.sql import DatabaseStorage

        return DatabaseStorage(where or "", clock=clock)
    raise UsageError(
        f"{where!r} names no storage: say memory:, file:DIRECTORY, git:DIRECTORY, or a database's URL "
        "(sqlite:///app.db)"
    )


def _in_files(directory: Path, clock: Clock | None) -> KeyValue:
    from lsp_server.store.keyvalue.directory import FileStorage

    return FileStorage(directory, clock=clock)
