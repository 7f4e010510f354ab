"""Requests' events are kept in one thread, all that wait at once: the loop never waits for a disk, and a
hundred pages that send together cost one write."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from lsp_server.errors import StoreError
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory
from lsp_server.web.asgi import RefusalError
from lsp_server.web.batches import Batch, refused

log = logging.getLogger(__name__)

_TOGETHER = 1 << 20  # bytes of the bodies that are read at once
_AGAIN = 30  # seconds until a client may try a full disk again
_QUIET = 60.0  # seconds between two complaints about it


class Outcome(NamedTuple):
    """What became of a request's events."""

    kept: int
    refused: list[dict[str, Any]]


class _Job(NamedTuple):
    read: Callable[[], Batch]
    size: int
    done: Future[Outcome]


class Keeper:
    """Keeps batches in an ``EventMemory``. At most ``most`` requests wait at a time."""

    def __init__(self, events: EventMemory, most: int) -> None:
        self._events = events
        self._most = most
        self._waiting: deque[_Job] = deque()
        self._works = False
        self._lock = threading.Lock()
        # Its thread begins with the first request, in the process that serves it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="git-memory-web")
        self._complained = -_QUIET

    def put(self, read: Callable[[], Batch], size: int) -> Future[Outcome]:
        """Have a body of ``size`` bytes read and kept. The future raises ``RefusalError``, as does this call
        where too many wait already."""
        job = _Job(read, size, Future())
        with self._lock:
            if len(self._waiting) >= self._most:
                raise RefusalError(503, "too many at once: try again", retry_after=1)
            if not self._works:
                try:
                    self._thread.submit(self._work)
                except RuntimeError:
                    raise RefusalError(503, "this server is stopping", retry_after=_AGAIN) from None
                self._works = True
            self._waiting.append(job)
        return job.done

    def close(self) -> None:
        """Keep what waits, then stop."""
        self._thread.shutdown(wait=True)

    def _work(self) -> None:
        while jobs := self._next():
            ready = [(job, batch) for job in jobs if (batch := self._read(job)) is not None]
            try:
                self._keep(ready)
            except BaseException as error:  # no request may wait for ever, whatever went wrong
                for job, _ in ready:
                    if not job.done.done():
                        job.done.set_exception(error)

    def _next(self) -> list[_Job]:
        """Those that are done together; none: the work is over."""
        jobs: list[_Job] = []
        size = 0
        with self._lock:
            while self._waiting and (not jobs or size + self._waiting[0].size <= _TOGETHER):
                jobs.append(self._waiting.popleft())
                size += jobs[-1].size
            self._works = bool(jobs)
        return jobs

    @staticmethod
    def _read(job: _Job) -> Batch | None:
        if not job.done.set_running_or_notify_cancel():  # its server does not wait for it any more
            return None
        try:
            return job.read()
        except BaseException as error:
            job.done.set_exception(error)
            return None

    def _keep(self, ready: list[tuple[_Job, Batch]]) -> None:
        memories = [memory for _, batch in ready for _, memory in batch.ready]
        try:
            self._events.keep(memories)
        except StoreError as error:
            self._complain(error)
            left = _kept_before(error)
            for job, batch in ready:
                kept = min(left, len(batch.ready))
                left -= kept
                self._end(job, batch, kept)
        except Exception:
            # Somebody's cannot be kept, and none was: each request's by itself.
            for job, batch in ready:
                self._keep_singly(job, batch)
        else:
            for job, batch in ready:
                self._end(job, batch, len(batch.ready))

    def _keep_singly(self, job: _Job, batch: Batch) -> None:
        kept: list[tuple[int, TypedMemory]] = []
        for index, memory in batch.ready:
            try:
                self._events.keep([memory])
            except StoreError as error:
                self._complain(error)
                break
            except Exception as error:
                log.debug("an event cannot be kept", exc_info=True)
                batch.refused.append(refused(index, error))
            else:
                kept.append((index, memory))
        else:
            batch = Batch(kept, sorted(batch.refused, key=lambda one: int(one["index"])))
        self._end(job, batch, len(kept))

    @staticmethod
    def _end(job: _Job, batch: Batch, kept: int) -> None:
        if kept == len(batch.ready):
            job.done.set_result(Outcome(kept, batch.refused))
        else:
            job.done.set_exception(
                RefusalError(503, "events cannot be kept now: try again", retry_after=_AGAIN, kept=kept)
            )

    def _complain(self, error: StoreError) -> None:
        """Tell those who run the server, and not every second."""
        now = time.monotonic()
        if now - self._complained >= _QUIET:
            self._complained = now
            log.error("what pages send cannot be kept: %s", error)


def _kept_before(error: StoreError) -> int:
    """How many of many were kept all the same: some disks are full in between."""
    return len(getattr(error, "positions", ()))
