"""What is known of a program's errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lsp_server.memory.events.model import TypedMemory


class Solution(NamedTuple):
    """What made an error go away. ``handler``: the name of the function that a program registered for it;
    "": none, a person does it. ``successes`` and ``failures``: how often it was applied, with which end."""

    memory: TypedMemory
    handler: str
    successes: int
    failures: int

    @property
    def id(self) -> str:
        """The id of its memory, a UUID."""
        return self.memory.id

    @property
    def title(self) -> str:
        """What to do, in one line."""
        return self.memory.title

    @property
    def content(self) -> str:
        """How."""
        return self.memory.content


@dataclass(frozen=True)
class ErrorGroup:
    """Errors of one type, from one place, whose messages say the same.

    ``id`` is eight hexadecimal digits (more where two groups would share them). ``template`` is the message
    with ``<*>``, ``<num>``, ``<text>`` and the like where it changes. ``place`` is the file and the function,
    ``src/pay.py:charge``. ``count``, ``first``, ``last`` (UTC) and ``owners`` (at most twenty, the latest
    first) are of the time that was asked for; ``example`` is the newest of them. ``open``: it has happened
    since its newest solution was written down, and the last time no handler helped.
    """

    id: str
    type: str
    template: str
    place: str
    count: int
    first: datetime
    last: datetime
    owners: tuple[str, ...]
    example: TypedMemory
    solutions: tuple[Solution, ...]
    open: bool


class Applied(NamedTuple):
    """A solution that was applied: ``outcome`` is ``success`` or ``failure``, after ``ms`` milliseconds;
    ``why`` it failed, in one line."""

    solution: Solution
    outcome: str
    ms: float
    why: str


class RecordedError(NamedTuple):
    """An error that was recorded.

    ``kept`` is False where it could not be written (a full disk) or is none (``KeyboardInterrupt``, a task
    that was cancelled). ``group`` counts what this process has seen; None where messages cannot be compared
    (see ``ErrorMemory``). ``solutions``: what solved its like before, best first. ``applied``: what handlers
    of this program made of them.
    """

    memory: TypedMemory
    group: ErrorGroup | None
    solutions: list[Solution]
    applied: list[Applied]
    kept: bool
