"""The saves of drafts, one after the other in the order they were made, and none lost at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SavedFile:
    """A file that was saved, with the id that its text had then."""

    uri: str
    path: Path
    record_id: str | None


class Saves:
    """Runs saves in turn. They outlive the request that made them: a person's save is not cancelled."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()

    async def add(self, save: Coroutine[Any, Any, None]) -> None:
        """Begin a save once those before it are done; returns when it is done."""
        task = asyncio.ensure_future(self._run(save))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)

    async def finish(self, timeout: float) -> None:
        """Wait for those under way, ``timeout`` seconds at most."""
        if self._under_way:
            _, late = await asyncio.wait(set(self._under_way), timeout=timeout)
            if late:
                log.warning("%d saves did not end in time; the drafts keep their text", len(late))

    async def _run(self, save: Coroutine[Any, Any, None]) -> None:
        async with self._turn:
            await save
