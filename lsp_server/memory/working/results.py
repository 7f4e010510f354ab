"""What the calls about a working session answer with: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from lsp_server.memory.working.briefing_results import RunningSession

if TYPE_CHECKING:
    from lsp_server.records.model import Record


class LeftOut(NamedTuple):
    """What a session's end could not write to a document: its address there, the text, why, and the command
    that writes it once the document is mended (empty for the session log, which has none)."""

    address: str
    text: str
    why: str
    command: str


@dataclass(frozen=True)
class Ended:
    """A session that was ended: its record, the paths that were written in its commit, how long it took in
    seconds. ``was_ended`` tells that it had ended before, and what was said now was added to it;
    ``was_written`` that all of it was there already: nothing is written twice. ``left_out`` is what could not
    be written to a document that nobody can read; the rest was."""

    record: Record
    started: datetime
    ended: datetime
    seconds: int
    written: Sequence[str]
    version: str
    was_written: bool = False
    was_ended: bool = False
    left_out: Sequence[LeftOut] = ()


class State(str, Enum):
    """How one point of the checklist stands."""

    DONE = "done"
    DUE = "due"
    NOTHING = "nothing-to-do"


@dataclass(frozen=True)
class Point:
    """One point of the checklist. ``done`` tells what was done, a line each, beginning with a label where it
    is about a record; ``due`` why something is still to be done, and ``command`` what does it."""

    name: str
    title: str
    state: State
    done: Sequence[str] = ()
    due: str = ""
    command: str = ""


@dataclass(frozen=True)
class Checklist:
    """The ten points. ``since`` is when the work that is looked at began: ``running`` is the session it began
    with; else ``after`` is the label of the last one that ended, None where there was none. With ``over``
    nothing was done after that one, and it is itself what is looked at."""

    points: Sequence[Point]
    since: datetime | None
    running: RunningSession | None = None
    after: str | None = None
    over: bool = False

    @property
    def due(self) -> Sequence[Point]:
        """The points that are still due."""
        return [point for point in self.points if point.state is State.DUE]


@dataclass(frozen=True)
class Ending:
    """What a person or an agent says at a session's end; what is left empty is filled in from what was done.

    ``focus`` and ``next_steps`` go to the project's context, ``blockers`` too: None leaves them as they are,
    an empty list says that there are none. ``patterns`` are added to the patterns learned, ``decisions`` to
    the technical decisions of the context, ``metrics`` to the project's."""

    summary: str = ""
    accomplished: Sequence[str] = ()
    next_steps: Sequence[str] = ()
    focus: str | None = None
    blockers: Sequence[str] | None = None
    patterns: Sequence[str] = ()
    challenges: Sequence[str] = ()
    decisions: Sequence[str] = ()
    metrics: Mapping[str, int | float | str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return self == Ending()
