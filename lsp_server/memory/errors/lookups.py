"""What is known of an error's like, at once: looked up in the background, so that recording never waits long.

Reading the index may take seconds where many events came since the last question, and an error may be
recorded in a signal handler that came in the midst of reading. So a thread of its own reads; the first error
of a process waits for it for a second at most; a later one, when it is time to look again, a tenth of one.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.errors import RefusedError
from lsp_server.memory.errors.collecting import group_of, known_groups, known_solutions
from lsp_server.memory.errors.facts import Facts
from lsp_server.memory.errors.results import ErrorGroup, Solution
from lsp_server.memory.events.model import TypedMemory

if TYPE_CHECKING:
    from lsp_server.memory.errors.grouping import Group, Grouper
    from lsp_server.memory.errors.solving import Solutions
    from lsp_server.memory.events.event_memory import EventMemory

PATIENCE = 1.0  # seconds
_LATER = 0.1
RENEWED = 10.0  # seconds until solutions of other processes are looked for again
_OWN = 1_000  # memories of this process that a look in the background may not have seen yet


class Known(NamedTuple):
    """What there is to say about an error at once."""

    group: ErrorGroup
    solutions: list[Solution]


class Lookups:
    """The groups and solutions that this process knows of. Thread-safe, and usable in a forked process."""

    def __init__(self, events: EventMemory) -> None:
        self._events = events
        self._is_closed = False
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._busy = False
        self._thread: threading.Thread | None = None
        self._gate: threading.Lock | None = None
        self._is_looked = False  # or nobody waits for the first look any more
        self._at = 0.0
        self._grouper: Grouper | None = None
        self._solutions: Solutions | None = None
        self._counts: dict[str, tuple[int, datetime, dict[str, None]]] = {}
        self._own: list[TypedMemory] = []
        self.missing = ""  # what has to be installed

    def close(self) -> None:
        """Wait a moment for the thread that reads: whoever closes is about to take away what it reads."""
        self._is_closed = True
        thread = self._thread
        if thread is not None and self._process == os.getpid() and thread is not threading.current_thread():
            thread.join(PATIENCE)

    def look(self) -> None:
        """Look up what is known, now and in this thread; errors as ``EventMemory``'s, and ``RefusedError``
        where drain3 is missing."""
        try:
            solutions, _ = known_solutions(self._events)
            grouper = self._grouper
            if grouper is None:
                grouper, _ = known_groups(self._events, solutions)
            with self._lock:
                for memory in self._own:
                    self._take(solutions, memory)
                if self._grouper is None:
                    self._grouper = grouper
                else:
                    for solved in solutions.examples():
                        self._grouper.group_of(*solved)
                self._solutions = solutions
        finally:
            self._at = time.monotonic()
            self._is_looked = True

    def noted(self, memory: TypedMemory) -> str:
        """What the error's group is called, where that is known already; "" else."""
        group = self._grouped(memory)
        return "" if group is None else group[0].id

    def of(self, memory: TypedMemory) -> Known | None:
        """What is known of an error that was recorded; None where messages cannot be compared, or it takes
        too long."""
        self._wait(self._renew())
        group = self._grouped(memory)
        if group is None:
            return None
        return self._told(*group, memory)

    def add(self, memory: TypedMemory) -> None:
        """A solution that this process has written down, or its outcome: known from now on."""
        self._check_process()
        with self._lock:
            self._own = [*self._own[-_OWN:], memory]
            if self._solutions is not None:
                self._take(self._solutions, memory)

    def _take(self, solutions: Solutions, memory: TypedMemory) -> None:
        if memory.memory_type == "solution":
            solutions.add(memory)
        else:
            solutions.add_outcome(memory)

    def _grouped(self, memory: TypedMemory) -> tuple[Group, Facts] | None:
        self._check_process()
        with self._lock:
            if self._grouper is None or self._busy:  # a signal handler, in the midst of this very thing
                return None
            self._busy = True
            try:
                return group_of(self._grouper, memory)
            finally:
                self._busy = False

    def _told(self, group: Group, facts: Facts, memory: TypedMemory) -> Known | None:
        with self._lock:
            if self._busy or self._grouper is None or self._solutions is None:
                return None
            self._busy = True
            try:
                solutions = self._solutions.of(facts, group, self._grouper)
                count, first, owners = self._counts.get(group.id, (0, memory.created, {}))
                if memory.owner and len(owners) < 20:
                    owners = {memory.owner: None, **owners}
                self._counts[group.id] = count + 1, first, owners
            finally:
                self._busy = False
        told = ErrorGroup(
            group.id, group.type, group.template, group.place,
            count + 1, first, memory.created, tuple(owners), memory, tuple(solutions), True,
        )  # fmt: skip
        return Known(told, solutions)

    def _renew(self) -> threading.Lock | None:
        """Have a thread look where it is time; what to wait for. A lock and no event: one that a signal
        handler waits for must not have another lock in it."""
        self._check_process()
        if self._is_closed or self.missing:
            return None
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return None if self._is_looked else self._gate
            if self._at and time.monotonic() - self._at < RENEWED:
                return None
            gate = threading.Lock()
            gate.acquire()
            thread = threading.Thread(
                target=self._look_quietly, args=(gate,), name="git-memory-errors", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # the interpreter is ending, or the system has no more threads
                return None
            self._thread, self._gate = thread, gate
            return gate

    def _wait(self, gate: threading.Lock | None) -> None:
        if gate is not None and gate.acquire(timeout=_LATER if self._is_looked else PATIENCE):
            gate.release()
        self._is_looked = True

    def _look_quietly(self, gate: threading.Lock) -> None:
        try:
            self.look()
        except RefusedError as error:
            self.missing = str(error)
        except Exception:  # a disk, a lock, a file that is none: the next look may find more
            return
        finally:
            gate.release()

    def _check_process(self) -> None:
        if self._process != os.getpid():  # a thread and who held the lock are not in a forked process
            self._begin()
