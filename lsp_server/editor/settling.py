"""When HEAD moves, what the memory says of the code is settled in the background: births of lines that were
committed just now, commits that were rewritten."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from lsp_server.editor.repositories import Repository
from lsp_server.editor.workers import Workers
from lsp_server.errors import GitMemoryError

log = logging.getLogger(__name__)

# Seconds after HEAD moved. Soon, for a commit; and once more, for a rebase that had not ended by then.
_TRIES = (1.0, 10.0)


class Settling:
    """One look at a time for each repository; the last move of HEAD counts."""

    def __init__(self, workers: Workers, wrote: Callable[[Repository], Awaitable[None]]) -> None:
        self._workers = workers
        self._wrote = wrote
        self._heads: dict[Repository, str | None] = {}
        self._tasks: dict[Repository, asyncio.Task[None]] = {}

    def begin(self, repository: Repository) -> None:
        """A repository was found: what is committed from now on is settled."""
        self._heads.setdefault(repository, repository.code_version)

    def moved_on(self, repository: Repository) -> None:
        """The memory or the code of a repository moved on."""
        before = self._heads.get(repository)
        self._heads[repository] = repository.code_version
        if before == repository.code_version or not repository.has_memory:
            return
        if (task := self._tasks.pop(repository, None)) is not None:
            task.cancel()
        self._tasks[repository] = asyncio.ensure_future(self._settle(repository))

    def end(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    async def _settle(self, repository: Repository) -> None:
        for pause in _TRIES:
            await asyncio.sleep(pause)
            try:
                settled = await self._workers.patient(repository.memory.settle_links)
                if settled.records:
                    log.info("settled %d records", len(settled.records))
                    await self._wrote(repository)
            except GitMemoryError as error:  # the next sync, checkpoint or commit settles it
                log.info("links to code could not be settled: %s", error)
            except Exception:
                log.exception("links to code could not be settled")
