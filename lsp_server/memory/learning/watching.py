"""One watcher at a time in a clone, and one run: two would find the same, each in its own time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError
from lsp_server.store import owners
from lsp_server.store.lock_file import open_lock

if TYPE_CHECKING:
    from lsp_server.memory.core import Core

LOCK = "learning-lock"
RUN_LOCK = "learning-run-lock"

_PATIENCE = 60.0  # seconds; a run takes some
_AGAIN = 0.05


@contextmanager
def turn(core: Core) -> Iterator[None]:
    """Hold the clone's turn. Raises ``RefusedError`` where another process has it. It ends with the process,
    whatever ends that."""
    with _opened(core, LOCK) as descriptor:
        if not owners.hold(descriptor):
            raise RefusedError("another process watches the events of this clone already; one is enough")
        yield


@contextmanager
def alone(core: Core) -> Iterator[None]:
    """One run at a time in a clone: what another is about to write must not be written twice. Raises
    ``RefusedError`` where the other takes a minute."""
    until = time.monotonic() + _PATIENCE
    with _opened(core, RUN_LOCK) as descriptor:
        while not owners.hold(descriptor):
            if time.monotonic() > until:
                raise RefusedError("another look through the events of this clone is still under way")
            time.sleep(_AGAIN)
        yield


@contextmanager
def _opened(core: Core, name: str) -> Iterator[int]:
    repository = core.repository
    descriptor = open_lock(core.private / name, repository.objects_dir, shared=repository.is_shared)
    try:
        yield descriptor
    finally:
        os.close(descriptor)  # which lets go of the lock
