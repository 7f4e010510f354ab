"""Durations on their way to the journal: whoever measures only puts them down; a thread writes them.

Where more come than are worth keeping, some are kept that stand for all: of each endpoint the first thousand,
then one every few seconds, each as likely as another. So a program of ten thousand requests a second neither
waits nor drives everything else out of the journal, and percentiles and counts stay right.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import NamedTuple

from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory, made
from lsp_server.store.keyvalue.base import Value

ENDPOINTS = 1_000
"""Endpoints that are told apart, with their kinds and outcomes; what is beyond goes by ``OTHER``."""

OTHER = "(other)"
BURST = 1_000
"""Durations of an endpoint that are kept, each for itself, before some stand for others."""

LONGEST_MS = 1e12
"""Some thirty years: what is longer is no duration, and sums of it no numbers."""

_MOST_WAITING = 200_000
_PAUSE = 0.25  # seconds in which durations gather before they are written
_AGAIN = 1.0  # seconds between two looks at what still stands for others
_AT_ONCE = 500  # memories in one write


class Measured(NamedTuple):
    """A duration that was measured and is not written yet."""

    endpoint: str
    kind: str
    outcome: str
    status: int | None
    ms: float
    moment: datetime


class _Ready(NamedTuple):
    """What is to be written: a duration, how many it stands for, and what these took together."""

    measured: Measured
    stands_for: int
    total: float


class _Share:
    """Of one endpoint, kind and outcome: how many more may be kept, and the one that stands for others."""

    __slots__ = ("count", "kept", "left", "seen", "total")

    def __init__(self, moment: datetime) -> None:
        self.left = float(BURST)
        self.seen = moment
        self.count = 0
        self.total = 0.0
        self.kept: Measured | None = None


class Recorder:
    """Thread-safe; ``add`` never waits. ``lost`` counts durations that could not be written."""

    def __init__(
        self, events: EventMemory, owner: str, a_minute: float | None, chore: Callable[[], None]
    ) -> None:
        self.lost = 0
        self._events = events
        self._owner = owner
        self._a_second = None if a_minute is None else a_minute / 60
        self._chore = chore
        self._random = Random()
        self._lock = threading.Lock()
        self._begin()
        _recorders.add(self)

    def _begin(self) -> None:
        self._waiting: deque[Measured] = deque()
        self._shares: dict[tuple[str, str, str, int | None], _Share] = {}
        self._held = 0
        self._starting = threading.Lock()
        self._wanted = threading.Event()
        self._is_awake = False
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, measured: Measured) -> None:
        """Put one down. It is written within a second, or at ``flush``."""
        if len(self._waiting) >= _MOST_WAITING:
            self.lost += 1
            return
        self._waiting.append(measured)
        if not self._is_awake:
            self._wake()

    def flush(self) -> None:
        """Write all that was put down. Raises ``StoreError`` where that cannot be."""
        with self._lock:
            self._write(everything=True)

    def close(self) -> None:
        """Write all, and end the thread; a later ``add`` begins again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._ended.set()
            self._wanted.set()
            if thread is not threading.current_thread():
                thread.join()
        self._ended = threading.Event()
        self._is_awake = False
        self.flush()

    def forget(self) -> None:
        """In a forked child: what its parent holds is the parent's to write."""
        self._lock = threading.Lock()
        self._begin()

    def _wake(self) -> None:
        self._is_awake = True
        with self._starting:
            if self._thread is None:
                arguments = (weakref.ref(self), self._wanted, self._ended)
                thread = threading.Thread(
                    target=write_what_comes, args=arguments, daemon=True, name="durations"
                )
                with suppress(RuntimeError):  # the interpreter ends: what is there is written at its end
                    thread.start()
                    self._thread = thread
        self._wanted.set()

    def turn(self) -> bool:
        """Write what has come; whether there is something left to come back for."""
        self._is_awake = False
        with suppress(Exception):  # whatever it is, the thread goes on, or nothing would be written any more
            self._chore()
        with self._lock, suppress(Exception):  # counted as lost; the program must go on
            self._write(everything=False)
        return bool(self._held or self._waiting)

    def _write(self, *, everything: bool) -> None:
        ready: list[_Ready] = []
        while self._waiting:
            self._take(self._waiting.popleft(), ready)
            if len(ready) >= _AT_ONCE:
                self._keep(ready)
        if self._held:
            self._release(ready, everything)
        self._keep(ready)

    def _take(self, one: Measured, ready: list[_Ready]) -> None:
        if self._a_second is None:
            ready.append(_Ready(one, 1, one.ms))
            return
        key = (one.endpoint, one.kind, one.outcome, one.status)
        share = self._shares.get(key)
        if share is None:
            if len(self._shares) >= ENDPOINTS:
                one = one._replace(endpoint=OTHER)
                key = (OTHER, one.kind, one.outcome, None)
            share = self._shares.setdefault(key, _Share(one.moment))
        self._renew(share, one.moment)
        if share.left >= 1 and share.kept is None:
            share.left -= 1
            ready.append(_Ready(one, 1, one.ms))
            return
        if share.kept is None:
            self._held += 1
        share.count += 1
        share.total += one.ms
        if share.count == 1 or self._random.random() * share.count < 1:
            share.kept = one
        if share.left >= 1:
            self._let_go(share, ready)

    def _renew(self, share: _Share, moment: datetime) -> None:
        passed = (moment - share.seen).total_seconds()
        if passed > 0 and self._a_second is not None:
            share.left = min(float(BURST), share.left + passed * self._a_second)
            share.seen = moment

    def _release(self, ready: list[_Ready], everything: bool) -> None:
        moment = self._events._clock()
        for share in self._shares.values():
            if share.kept is not None:
                self._renew(share, moment)
                if everything or share.left >= 1:
                    self._let_go(share, ready)

    def _let_go(self, share: _Share, ready: list[_Ready]) -> None:
        if share.kept is not None:
            ready.append(_Ready(share.kept, share.count, share.total))
            share.left = max(0.0, share.left - 1)
            share.kept, share.count, share.total = None, 0, 0.0
            self._held -= 1

    def _keep(self, ready: list[_Ready]) -> None:
        if not ready:
            return
        taken = ready.copy()
        ready.clear()
        try:
            self._events.keep(list(map(self._memory, taken)))
        except Exception:
            self.lost += sum(one.stands_for for one in taken)
            raise

    def _memory(self, ready: _Ready) -> TypedMemory:
        one = ready.measured
        metadata: dict[str, Value] = {
            "ms": round(one.ms, 4),
            "endpoint": one.endpoint,
            "kind": one.kind,
            "outcome": one.outcome,
        }
        if one.status is not None:
            metadata["status"] = one.status
        if ready.stands_for > 1:
            metadata |= {"count": ready.stands_for, "total": round(ready.total, 4)}
        return made(
            one.endpoint, memory_type="metric", owner=self._owner, metadata=metadata, created=one.moment
        )


def write_what_comes(to: weakref.ref[Recorder], wanted: threading.Event, ended: threading.Event) -> None:
    """The thread. While there is nothing to write it holds no recorder, so that one nobody uses can go."""
    while True:
        wanted.wait()
        recorder = to()
        if recorder is None:
            return
        pause = _PAUSE
        while not ended.wait(pause):
            wanted.clear()
            if ended.is_set():  # since the wait: what woke this thread to end is cleared just now
                return
            if not recorder.turn():
                break
            pause = _AGAIN
        else:
            return
        del recorder


_recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()


def _after_fork() -> None:
    for recorder in list(_recorders):
        recorder.forget()


os.register_at_fork(after_in_child=_after_fork)


@atexit.register
def _at_the_end() -> None:
    """What a program measured last is written, also where it closes nothing."""
    for recorder in list(_recorders):
        with suppress(Exception):  # nobody is there to be told
            recorder.flush()
