"""Talking to remotes: the command that asks for a sync, and the sync by itself where ``memory.sync`` is on.

On threads of their own, so that a slow server keeps nobody waiting; what runs is stopped when the client
goes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from lsp_server.editor.arguments import Arguments
    from lsp_server.editor.client import Client
    from lsp_server.editor.repositories import Repository
    from lsp_server.editor.session import Session
    from lsp_server.editor.workers import Workers
    from lsp_server.memory.sharing_results import Synced

log = logging.getLogger(__name__)

SYNC = "gitMemory.sync"
PERIOD = 2.0  # seconds between two looks whether something waits
_LAST_WORDS = 1.0  # seconds for git and what it has started to be ended

_Answer = TypeVar("_Answer")


class BackgroundSync:
    """The threads that talk to remotes, and the look at what waits."""

    def __init__(self, workers: Workers, client: Client) -> None:
        self._workers = workers
        self._client = client
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="remote")
        self._jobs: set[asyncio.Future[Any]] = set()
        self.stop = threading.Event()

    async def watch(
        self, repositories: Iterable[Repository], wrote: Callable[[Repository], Awaitable[None]]
    ) -> None:
        """Sync each repository that is due. Costs a few file reads where it is switched off."""
        while True:
            await asyncio.sleep(PERIOD)
            for repository in repositories:
                try:
                    await self._sync_if_due(repository, wrote)
                except Exception:
                    log.exception("the background sync of %s failed", repository.memory.root)

    async def _sync_if_due(
        self, repository: Repository, wrote: Callable[[Repository], Awaitable[None]]
    ) -> None:
        memory = repository.memory
        if not await self._workers.patient(memory.sync_is_due):
            return
        if await self.run(memory.sync_what_waits, self.stop) is not None:
            await wrote(repository)
        failure = await self._workers.patient(memory.untold_sync_failure)
        if failure is not None:
            self._client.say(f"syncing the memory failed and is tried again later: {failure}")

    async def run(self, work: Callable[..., _Answer], *arguments: Any) -> _Answer:
        """Run what talks to a remote."""
        job = asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return await job

    async def end(self) -> None:
        """Stop what is under way: git is ended, and the queue keeps what it was doing."""
        self.stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._jobs:
            await asyncio.wait(set(self._jobs), timeout=_LAST_WORDS)


async def sync(session: Session, arguments: Arguments) -> dict[str, Any]:
    """The command: exchange the memory with a remote."""
    from lsp_server.editor.command_places import repository_of
    from lsp_server.memory.sharing_plain import synced_json

    remote = arguments.optional_text("remote")
    repository = await repository_of(session, arguments.optional_text("uri"))

    def work() -> Synced:
        return repository.memory.sync(remote, stop=session.background_sync.stop)

    try:
        title = "Git Memory: syncing"
        done = await session.client.with_progress(title, session.background_sync.run(work))
    finally:
        await session.wrote(repository)  # what came is here even where ours could not be sent
    session.client.say(_said(done))
    return synced_json(done)


def _said(done: Synced) -> str:
    parts = []
    came = sum(merge.added + merge.changed + merge.deleted for merge in done.merges)
    if came:
        parts.append(f"{came} {'record' if came == 1 else 'records'} came from {done.remote}")
    parts += [f"{one.old} is {one.new} now" for merge in done.merges for one in merge.renumbered]
    conflicts = [one.label for merge in done.merges for one in merge.conflicts]
    if conflicts:
        parts.append(f"to settle: {', '.join(conflicts)}")
    if done.secrets:
        places = ", ".join(dict.fromkeys(found.place for found in done.secrets))
        parts.append(f"a secret came along in {places}")
    if done.pushed:
        parts.append(f"{done.pushed} {'commit was' if done.pushed == 1 else 'commits were'} pushed")
    parts += [remark.strip() for remark in done.proposals]
    return "; ".join(parts) or f"this memory and {done.remote} are the same"
