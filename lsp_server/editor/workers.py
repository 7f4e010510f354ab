"""The threads on which everything runs that may block: git, the index, files."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")


class Workers:
    """Two pools, so that what a person waits for never queues behind blame; neither is the reader's."""

    def __init__(self) -> None:
        self._prompt = ThreadPoolExecutor(max_workers=4, thread_name_prefix="prompt")
        self._patient = ThreadPoolExecutor(max_workers=2, thread_name_prefix="patient")
        self._prompt_jobs: set[asyncio.Future[Any]] = set()

    async def prompt(self, work: Callable[..., _Answer], *arguments: Any) -> _Answer:
        """Run what a person waits for. It is not interrupted: a write that began is finished."""
        job = asyncio.get_running_loop().run_in_executor(self._prompt, work, *arguments)
        self._prompt_jobs.add(job)
        job.add_done_callback(self._prompt_jobs.discard)
        return await asyncio.shield(job)

    async def patient(self, work: Callable[..., _Answer], *arguments: Any) -> _Answer:
        """Run what nobody waits for: blame, looking for changes."""
        return await asyncio.get_running_loop().run_in_executor(self._patient, work, *arguments)

    async def finish(self, timeout: float) -> None:
        """Let what was begun for a person end, for ``timeout`` seconds at most; drop the rest."""
        self._patient.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + timeout
        if self._prompt_jobs:
            await asyncio.wait(set(self._prompt_jobs), timeout=timeout)
        if time.monotonic() >= until:
            log.warning("some work did not end in time")
        self._prompt.shutdown(wait=False, cancel_futures=True)
