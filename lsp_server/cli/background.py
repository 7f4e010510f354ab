"""After a command: sync in the background what it wrote, where ``memory.sync`` is on.

A detached process does it, with a session of its own and no terminal: the command has been answered and does
not wait. What that process could not do is said once by a later command, in one line.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lsp_server.errors import GitMemoryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lsp_server.cli.session import Session
    from lsp_server.memory.facade import Memory

# The interpreter is told where its modules are and looks nowhere else: it must not find any in the directory
# that it is started from.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); from lsp_server.cli import main; main()"
)


class BackgroundSync:
    """Watches one command's memory. Made only where ``memory.sync`` is on."""

    def __init__(self, session: Session, memory: Memory) -> None:
        self._session = session
        self._memory = memory
        self._before = memory.version()

    def after(self) -> None:
        """The command is done. Nothing in here can make it fail."""
        with suppress(GitMemoryError, OSError):
            if self._memory.version() != self._before:
                self._memory.queue_sync()
            if self._memory.sync_is_due():
                start(self._memory.git_dir, self._session.environment)
            failure = self._memory.untold_sync_failure()
            if failure is not None:
                from lsp_server.cli.terminal import visible_line

                self._session.say(f"the last sync in the background failed: {visible_line(failure)}")


def absolute(search_path: Iterable[str]) -> list[str]:
    """The places of modules that are the same wherever one stands: any other would be looked up in a
    directory that somebody else may fill."""
    import os

    return [path for path in search_path if os.path.isabs(path)]  # noqa: PTH117  no pathlib on the way


def start(git_dir: Path, environment: Mapping[str, str]) -> None:
    """Start the process that syncs what waits. Takes about two milliseconds."""
    import json
    import subprocess
    import sys

    paths = json.dumps(absolute(sys.path))
    subprocess.Popen(
        [sys.executable, "-I", "-c", _START, paths, "-C", str(git_dir), "sync", "--background"],
        cwd="/",  # it must not hold the directory that we were started in
        env={k: v for k, v in environment.items() if k not in ("GIT_DIR", "GIT_WORK_TREE")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
