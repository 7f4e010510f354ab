"""Publishing from time to time, beside a program that goes on for long."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsp_server.memory.events.event_memory import EventMemory

MOST_TO_READ = 4 << 20
"""Bytes of the journal that are read for a summary in passing: half a second's work. More is left to a
command."""


class Publisher:
    """A thread that publishes for one ``EventMemory``, begun when there is something to publish for the
    first time. It keeps no program from ending, and what fails is tried again the next time: what waits is
    safe."""

    def __init__(self, events: EventMemory, every: float) -> None:
        self._events = weakref.ref(events)
        self._every = max(0.01, every)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._process = 0  # where the thread is: a forked process has none

    def start(self) -> None:
        """Begin, if it has not begun in this process."""
        if self._process == os.getpid() and not self._stopped.is_set():
            return
        with self._lock:
            if self._process == os.getpid() and not self._stopped.is_set():
                return
            self._process = os.getpid()
            self._stopped = threading.Event()
            target, stopped = _run, self._stopped
            threading.Thread(
                target=target, args=(self._events, stopped, self._every), name="publish-events", daemon=True
            ).start()

    def after_fork(self) -> None:
        """In a new process: whoever held the lock is not here."""
        self._lock = threading.Lock()

    def stop(self) -> None:
        """No more; does not wait for what is under way."""
        self._stopped.set()


def _run(events: weakref.ref[EventMemory], stopped: threading.Event, every: float) -> None:
    while not stopped.wait(every):
        if (there := events()) is None:
            return
        with contextlib.suppress(Exception):  # nobody is there to be told; it waits for the next time
            there.publish_quietly()
        del there
