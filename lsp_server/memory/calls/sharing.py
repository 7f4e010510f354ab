"""The calls that exchange the memory with other clones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.sharing_results import Synced
    from lsp_server.memory.sync_queue import SyncStatus


class Sharing:
    """Sync, asked for or in the background."""

    _core: Core

    def sync(
        self,
        remote: str | None = None,
        *,
        timeout: float | None = None,
        progress: Callable[[str], None] | None = None,
        accept_rewrite: bool = False,
        stop: threading.Event | None = None,
    ) -> Synced:
        """Fetch the memory from a remote, merge, push, and again when the remote moved meanwhile.

        ``remote`` is a name, a URL or a path; without it the memory branch's upstream, the only remote, or
        ``origin``. ``timeout`` is in seconds, for all of it (``memory.syncTimeout``, or 60). ``progress`` is
        called with what git is doing. ``accept_rewrite`` follows a remote whose history was rewritten.
        ``stop`` ends it early, from another thread.

        Raises ``NotFoundError`` (no such remote), ``RefusedError`` (rewritten, deleted, no memory there),
        ``NotPushedError`` (with what was done; ``ProposalsNotSentError`` where only proposals were refused),
        ``StoreError``; the memory here is unharmed in each case.
        """
        from lsp_server.memory.not_pushed import ProposalsNotSentError
        from lsp_server.memory.sync_queue import SyncQueue
        from lsp_server.memory.syncing import sync

        queue = SyncQueue(self._core)
        token = queue.token()
        refused: ProposalsNotSentError | None = None
        try:
            done = sync(
                self._core,
                remote,
                timeout=timeout,
                progress=progress,
                accept_rewrite=accept_rewrite,
                stop=stop,
            )
        except ProposalsNotSentError as error:
            refused, done = error, error.synced
        assert done is not None  # it waited for the other one
        if remote == queue.remote:
            queue.succeeded(token)
        if refused is not None:
            raise refused
        return done

    def remotes(self) -> list[str]:
        """The names of the remotes."""
        from lsp_server.store.remotes import Remotes

        return Remotes(self._core.repository).names()

    def sync_status(self, remote: str | None = None) -> SyncStatus:
        """How the memory stands to its remote, as far as is known here: nothing is asked of it."""
        from lsp_server.memory.sync_queue import SyncQueue

        return SyncQueue(self._core).status(remote)

    # in the background ------------------------------------------------------------------------------
    @property
    def git_dir(self) -> Path:
        """The worktree's own git directory: another process finds this memory from there."""
        return self._core.repository.git_dir

    @property
    def syncs_by_itself(self) -> bool:
        """Whether ``memory.sync`` is on. Cheap: the configuration has been read."""
        if self._core.repository.config.get("memory.sync") is None:
            return False
        from lsp_server.memory.sync_queue import SyncQueue

        return SyncQueue(self._core).is_on

    def queue_sync(self) -> None:
        """Note that something was written, for the next background sync. One small file."""
        from lsp_server.memory.sync_queue import SyncQueue

        SyncQueue(self._core).put()

    def sync_is_due(self) -> bool:
        """Whether a background sync should be started now: switched on, something waits, nobody is at it,
        and the last failure is long enough ago. File reads only."""
        if not self.syncs_by_itself:
            return False
        from lsp_server.memory.sync_queue import SyncQueue
        from lsp_server.store import sync_lock

        return SyncQueue(self._core).is_due() and not sync_lock.is_held(self._core.repository)

    def sync_what_waits(self, stop: threading.Event | None = None) -> Synced | None:
        """Do what is due, in this thread. Failures are noted, not raised; ``stop`` ends it early."""
        from lsp_server.memory.sync_queue import run

        return run(self._core, stop)

    def untold_sync_failure(self) -> str | None:
        """Why the last background sync failed; once, then None until there is something new to tell."""
        from lsp_server.memory.sync_queue import SyncQueue

        return SyncQueue(self._core).untold_failure()
