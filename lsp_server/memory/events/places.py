"""Where events are kept: beside a repository's branch, or in a directory of a program's own."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory

_FOLDER = "events"
_DIRECTORY = "dir:"


def place_of(where: Memory | Path | str) -> tuple[Path, OfRepository | None]:
    """The journal's directory, and the repository that it is beside; None: there is none.

    Raises ``NoRepositoryError``.
    """
    from lsp_server.memory.facade import Memory

    if isinstance(where, Memory):
        return where._core.private / _FOLDER, OfRepository(where, is_own=False)
    if isinstance(where, str) and where.startswith(_DIRECTORY):
        if not (named := where.removeprefix(_DIRECTORY)):
            raise UsageError("dir: names no directory: write dir:PATH")
        return Path(named), None
    if not isinstance(where, (str, Path)) or not str(where):
        raise UsageError(
            f"{where!r} is no place for events: give a Memory, a directory in a repository, or dir:PATH"
        )
    memory = Memory.open(Path(where))
    return memory._core.private / _FOLDER, OfRepository(memory, is_own=True)


class OfRepository:
    """The memory of the repository that events are kept beside. A forked process has one of its own: it must
    not speak with the git of its parent."""

    def __init__(self, memory: Memory, *, is_own: bool) -> None:
        self._memory = memory
        self._is_own = is_own
        self._process = os.getpid()
        self._lock = threading.Lock()

    @property
    def memory(self) -> Memory:
        """Raises what opening a memory raises, in a forked process."""
        if self._process == os.getpid():
            return self._memory
        from lsp_server.memory.facade import Memory

        with self._lock:
            if self._process != os.getpid():
                git = self._memory._core.repository.git
                self._memory = Memory.open(git.directory, environment=git.environment, honour_git_dir=True)
                self._is_own, self._process = True, os.getpid()
            return self._memory

    def allowed(self) -> Collection[str]:
        """The fingerprints of what looks like a secret and is none, as the repository's memory lists them."""
        core = self.memory._core
        return core.guard.listed() if core.store.tip() is not None else ()

    def after_fork(self) -> None:
        """In a new process: whoever held the lock is not here."""
        self._lock = threading.Lock()

    def close(self) -> None:
        """End what was started for events alone; safe to call twice."""
        if self._is_own and self._process == os.getpid():
            self._memory.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()
