"""What made endpoints faster before, at hand where the same endpoint comes up again."""

from __future__ import annotations

import threading
from contextlib import suppress
from time import monotonic

from lsp_server.errors import GitMemoryError
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory

_FRESH = 5.0  # seconds that others' optimisations may take to be offered here
_MOST = 2_000  # optimisations that are known at a time, the newest


class Offers:
    """The optimisations of each endpoint, looked up every few seconds at most. Thread-safe."""

    def __init__(self, events: EventMemory) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._known: dict[str, list[TypedMemory]] = {}
        self._looked = -_FRESH - 1
        self._wanted = False

    def of(self, endpoint: str) -> list[TypedMemory]:
        """Those of an endpoint, newest first; looks again where the last look is some seconds old."""
        with self._lock:
            if monotonic() - self._looked > _FRESH:
                self._look()
            return list(self._known.get(endpoint, ()))

    def at_once(self, endpoint: str) -> list[TypedMemory]:
        """The same from the last look, however old: for those who must not wait. It is renewed meanwhile."""
        self._wanted = True
        return list(self._known.get(endpoint, ()))

    def renew(self) -> None:
        """Look again if somebody asked since; for a thread that may wait."""
        if self._wanted and monotonic() - self._looked > _FRESH:
            with self._lock, suppress(GitMemoryError):  # what was known stays
                self._wanted = False
                self._look()

    def add(self, memory: TypedMemory) -> None:
        """Know one that was just recorded."""
        with self._lock:
            self._looked = -_FRESH - 1
            endpoint = str(memory.metadata.get("endpoint", ""))
            self._known = {**self._known, endpoint: [memory, *self._known.get(endpoint, ())]}

    def _look(self) -> None:
        found: dict[str, list[TypedMemory]] = {}
        for memory in self._events.memories("optimisation", limit=_MOST, newest_first=True):
            if isinstance(endpoint := memory.metadata.get("endpoint"), str):
                found.setdefault(endpoint, []).append(memory)
        self._known = found
        self._looked = monotonic()
