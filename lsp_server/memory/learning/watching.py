"""One watcher at a time in a clone: two would find the same, each in its own time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError
from lsp_server.store import owners
from lsp_server.store.lock_file import open_lock

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

LOCK = "learning-lock"


@contextmanager
def turn(core: Core) -> Iterator[None]:
    """Hold the clone's turn. Raises ``RefusedError`` where another process has it. It ends with the process,
    whatever ends that."""
    repository = core.repository
    descriptor = open_lock(core.private / LOCK, repository.objects_dir, shared=repository.is_shared)
    try:
        if not owners.hold(descriptor):
            raise RefusedError("another process watches the events of this clone already; one is enough")
        yield
    finally:
        os.close(descriptor)  # which lets go of the lock
