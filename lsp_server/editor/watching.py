"""Notices that the memory or the code moved on: a commit, a pull, another window's record.

It looks at the refs itself, without a process; not every editor can watch files for a server.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from lsp_server.editor.repositories import Repositories, Repository

log = logging.getLogger(__name__)

PERIOD = 1.0  # seconds


async def watch(repositories: Repositories, changed: Callable[[Repository], None]) -> None:
    """Call ``changed`` for each repository that moved on. Never returns."""
    unseen: set[Repository] = set()
    while True:
        await asyncio.sleep(PERIOD)
        for repository in repositories:
            try:
                if await repository.refresh():
                    changed(repository)
                unseen.discard(repository)
            except Exception:
                if repository not in unseen:  # said once, not each second: its folder may be gone for good
                    log.exception("the memory of %s could not be looked at", repository.memory.root)
                unseen.add(repository)
