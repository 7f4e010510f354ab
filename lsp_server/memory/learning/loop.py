"""``LearningLoop``: looks through the events, and keeps a record of each thing it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.learning import life
from lsp_server.memory.learning.gathering import gathered
from lsp_server.memory.learning.ledger import Spent, standing
from lsp_server.memory.learning.model import Finding, Learned, Standing
from lsp_server.memory.learning.telling import plain
from lsp_server.memory.recording import blank, with_values
from lsp_server.records.model import Record

if TYPE_CHECKING:
    from threading import Event

    from lsp_server.memory.facade import Memory
    from lsp_server.memory.learning.patterns import Grouping
    from lsp_server.memory.learning.seen import Seen

HOURS = 24.0
"""What counts as now, unless said otherwise."""

EVERY = 300.0
"""Seconds from one look of a watcher to the next."""


class LearningLoop:
    """Finds error patterns, trends, insights and what could be made faster, and keeps a record of each: it is
    written once, updated while it lasts, closed when it ends, opened again when it comes back.

    ``memory`` is where the records go, ``events`` where it looks (the repository's own unless given).

    >>> with Memory.open(".") as memory, EventMemory(memory) as events:
    ...     learned = LearningLoop(memory, events).run()
    ...     [record.title for record in learned.written]
    """

    def __init__(self, memory: Memory, events: EventMemory | None = None, *, hours: float = HOURS) -> None:
        if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= 24 * 7:
            raise UsageError(f"hours is {hours!r}: it must be above 0, and a week (168) at most")
        self.memory = memory
        self.events = EventMemory(memory) if events is None else events
        self.hours = float(hours)
        self._spent = Spent(memory._core)

    def run(self, now: datetime | None = None, *, dry_run: bool = False) -> Learned:
        """Look once, and write what is new, goes on, has ended or is back, as one commit.

        ``now`` is the moment to look from (UTC unless it says its zone), the present unless given;
        ``dry_run`` tells what would be written, and writes nothing. Raises ``NotInitialisedError``,
        ``StoreError`` where the branch cannot be written.
        """
        from lsp_server.memory.learning.grouping import grouping
        from lsp_server.memory.learning.speed_seen import with_speed

        core = self.memory._core
        core.expect_memory()
        moment = _moment(now)
        remarks: list[str] = []
        seen = with_speed(gathered(self.events, moment, self.hours), self.events, remarks)
        sort = grouping(self.events, remarks) if seen.errors else None
        if dry_run:
            findings, steps = self._planned(seen, sort)
            return _answer(findings, [(step.what, _record(step)) for step in steps], remarks)
        from lsp_server.memory.learning import offering, reporting
        from lsp_server.memory.learning.watching import alone
        from lsp_server.memory.learning.writing import carry_out

        with alone(core):
            findings, steps = self._planned(seen, sort)
            report = reporting.due(core, self.events, moment)
            done = carry_out(core, steps, moment, report, remarks)
        new = [step.finding for step in steps if step.what == life.WRITE and step.finding is not None]
        offering.offer(self.events, new)
        answer = _answer(findings, [(one.what, one.record) for one in done], remarks)
        return answer if report is None else replace(answer, report=report.path)

    def _planned(self, seen: Seen, sort: Grouping | None) -> tuple[list[Finding], list[life.Step]]:
        """What there is in the events, and what is to be done about it as the branch stands now."""
        from lsp_server.memory.learning import reporting
        from lsp_server.memory.learning.discretion import discreet_finding
        from lsp_server.memory.learning.finders import finders

        core = self.memory._core
        stands = standing(core)
        findings: list[Finding] = []
        for name, finder in finders(sort):
            of_its_own = [one for one in stands if one.finder == name]
            findings += map(discreet_finding, finder(seen, of_its_own))
        steps = life.plan(
            findings,
            stands,
            daily=reporting.is_new_day(core, seen.now),
            spent=self._spent.keys,
            settled_at=self._settled_at,
        )
        return findings, steps

    def report(self, day: date | None = None) -> str:
        """What was learned on a day (UTC), today unless given, as Markdown. Writes nothing."""
        from lsp_server.memory.learning.report import of_day, text_of

        core = self.memory._core
        core.expect_memory()
        return text_of(core, of_day(core, self.events, day or _moment(None).date()))

    def watch(
        self,
        stop: Event,
        *,
        every: float = EVERY,
        begun: Callable[[], None] | None = None,
        tell: Callable[[Learned], None] | None = None,
        trouble: Callable[[str], None] | None = None,
    ) -> None:
        """Look again every so many seconds until ``stop`` is set. ``begun`` is called before the first look,
        ``tell`` after each, ``trouble`` where one fails: once for each failure, however long it lasts.

        Raises ``RefusedError`` where another process watches this clone already.
        """
        from lsp_server.memory.learning.watching import turn

        if isinstance(every, bool) or not isinstance(every, (int, float)) or not every > 0:
            raise UsageError(f"every is {every!r}: it must be a number of seconds above 0")
        core, said = self.memory._core, ""
        core.expect_memory()
        with turn(core):
            if begun is not None:
                begun()
            while not stop.is_set():
                try:
                    learned = self.run()
                except Exception as error:  # whatever it is: it may be gone the next time
                    told = str(error) or type(error).__name__
                    if trouble is not None and told != said:
                        trouble(told)
                    said = told
                else:
                    said = ""
                    if tell is not None:
                        tell(learned)
                stop.wait(every)

    def _settled_at(self, standing: Standing) -> datetime | None:
        """When a bug got the status that it has."""
        for entry in self.memory.history(standing.record.id):
            old, new = entry.change.old, entry.change.new
            if new is not None and (old is None or old.status != new.status):
                return entry.commit.when.astimezone(timezone.utc)
        return None


def _moment(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(timezone.utc)
    return (now if now.tzinfo else now.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)


def _record(step: life.Step) -> Record:
    """The record that a step is about, as far as there is one before it is written."""
    if step.standing is not None:
        return step.standing.record
    assert step.finding is not None
    kind = step.finding.kind
    return with_values(blank(kind), title=plain(step.finding.title), label="")


def _answer(found: Sequence[Finding], done: Sequence[tuple[str, Record]], remarks: Sequence[str]) -> Learned:
    def of(what: str) -> list[Record]:
        return [record for did, record in done if did == what]

    return Learned(
        [finding for finding in found if finding.still],
        of(life.WRITE),
        of(life.UPDATE),
        of(life.CLOSE),
        of(life.REOPEN),
        of(life.DUPLICATE),
        remarks=tuple(remarks),
    )
