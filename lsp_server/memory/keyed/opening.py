"""Which storage a program means: one of its own, or one by name."""

from __future__ import annotations

from pathlib import Path

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.base import Clock, KeyValue

Where = KeyValue | str | Path | None


def opened(where: Where, clock: Clock | None = None) -> KeyValue:
    """The storage of a name: ``None`` or ``"memory:"``, ``"file:DIRECTORY"`` or a ``Path``, ``"git:"`` or
    ``"git:DIRECTORY"`` (the memory of the repository there), or a database's URL (``"sqlite:///app.db"``,
    ``"postgresql://…"``). Any other object must be a storage itself.

    Raises ``UsageError`` for a name that is none of these and an object that has not the calls of
    ``KeyValue``, and what opening that storage raises.
    """
    if isinstance(where, Path):
        return _in_files(where, clock)
    if where is None:
        where = "memory:"
    if not isinstance(where, str):
        return _checked(where)
    scheme, colon, rest = where.partition(":")
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

        return DatabaseStorage(where, clock=clock)
    raise UsageError(
        f"{where!r} names no storage: say memory:, file:DIRECTORY, git:DIRECTORY, or a database's URL "
        "(sqlite:///app.db)"
    )


def _checked(storage: KeyValue) -> KeyValue:
    calls = [name for name in vars(KeyValue) if not name.startswith("_")]
    missing = [name for name in calls if not callable(getattr(storage, name, None))]
    if isinstance(storage, type):
        raise UsageError(f"{storage.__name__} is a class: give an object of it, {storage.__name__}(…)")
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise UsageError(
            f"{type(storage).__name__} is no storage: of the calls of lsp_server.KeyValue it lacks "
            f"{', '.join(missing[:3])}{more}"
        )
    return storage


def _in_files(directory: Path, clock: Clock | None) -> KeyValue:
    from lsp_server.store.keyvalue.directory import FileStorage

    return FileStorage(directory, clock=clock)
