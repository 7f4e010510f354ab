"""``git memory learn-from-events``: what is in the events, as records for as long as it lasts."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.arguments import Text
from lsp_server.cli.output import print_json
from lsp_server.cli.session import Session, memory_command
from lsp_server.cli.terminal import visible, visible_line
from lsp_server.cli.value import TimeSpan
from lsp_server.records.amounts import span_text

if TYPE_CHECKING:
    from lsp_server.memory.learning.loop import LearningLoop
    from lsp_server.memory.learning.model import Learned

_WORDS = (
    ("written", "new", "yellow"),
    ("updated", "going on", ""),
    ("closed", "over", "green"),
    ("reopened", "back", "red"),
    ("duplicates", "told twice", "dim"),
)


class Day(Text):
    """``2026-11-21``, ``today`` or ``yesterday``, in UTC."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        word = str(value).strip().lower()
        today = datetime.now(timezone.utc).date()
        if word in ("today", "yesterday"):
            return today - timedelta(days=word == "yesterday")
        try:
            return date.fromisoformat(word)
        except ValueError:
            self.fail(f"{value!r} is no day; write one like {today}, or today, or yesterday", param, ctx)


@memory_command(
    "learn-from-events",
    example="""
    git memory learn-from-events --dry-run
    git memory learn-from-events
    git memory learn-from-events --watch --every 10m
    git memory learn-from-events --report yesterday
    """,
)
@click.option("--watch", is_flag=True, help="Go on looking, until ^C.")
@click.option(
    "--every",
    type=TimeSpan(),
    metavar="SPAN",
    help="With --watch: look again after so long: 90 (seconds), 5m, 1h. 5m unless given.",
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True, max=168),
    default=24.0,
    metavar="N",
    help="What counts as now: the last N hours, 24 unless given.",
)
@click.option(
    "--report",
    is_flag=False,
    flag_value="today",
    type=Day(),
    metavar="[DAY]",
    help="Print what was learned on a day (UTC), today unless given; write nothing.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be written, and write nothing.")
def learn_from_events(
    session: Session, *, watch: bool, every: int | None, hours: float, report: date | None, dry_run: bool
) -> None:
    """Find what is in the events, and keep a record of it.

    Error patterns become bugs, at the line where they are raised; trends, rates that changed, actions that
    lead to errors, solutions that work and the slowest endpoint become learnings. Each is written once,
    updated while it lasts (when its count has doubled, or after a day), closed when it ends and opened again
    when it comes back. What you close as wont-fix, or delete, stays so. Each morning (UTC) the report of the
    day before goes to the branch, where there was something to learn.
    """
    if sum((watch, report is not None, dry_run)) > 1:
        raise click.UsageError("--watch, --report and --dry-run do not go together")
    if every is not None and not watch:
        raise click.UsageError("--every says how often to look with --watch")
    if every == 0:
        raise click.UsageError("--every must be more than 0 seconds")
    from lsp_server.memory.events.event_memory import EventMemory
    from lsp_server.memory.learning.loop import EVERY, LearningLoop

    with session.memory() as memory, EventMemory(memory, publish_every=60.0 if watch else None) as events:
        loop = LearningLoop(memory, events, hours=hours)
        if report is not None:
            _print_report(session, loop, report)
        elif watch:
            _watch(session, loop, float(every or EVERY))
        else:
            learned = loop.run(dry_run=dry_run)
            _say(session, learned.remarks)
            _print(session, learned, dry_run=dry_run)


def _print_report(session: Session, loop: LearningLoop, day: date) -> None:
    text = loop.report(day)
    if session.json:
        print_json(session, {"day": day.isoformat(), "report": text})
    else:
        session.out.line(visible(text.rstrip("\n")))


def _watch(session: Session, loop: LearningLoop, every: float) -> None:
    from threading import Event

    said: set[str] = set()

    def tell(learned: Learned) -> None:
        new = [remark for remark in learned.remarks if remark not in said]
        said.update(new)
        _say(session, new)
        if learned.has_changes:
            _print(session, learned)
        session.out.stream.flush()

    told = f"looking every {span_text(timedelta(seconds=every))}; ^C ends it"
    loop.watch(
        Event(),
        every=every,
        begun=lambda: session.say(told),
        tell=tell,
        trouble=lambda why: _say(session, [why]),
    )


def _say(session: Session, remarks: Any) -> None:
    for remark in remarks:
        session.say(visible_line(f"warning: {remark}"))


def _print(session: Session, learned: Learned, *, dry_run: bool = False) -> None:
    if session.json:
        from lsp_server.memory.learning.plain import learned_json

        print_json(session, learned_json(learned))
        return
    out = session.out
    rows = [
        [(word, style), (record.label or record.kind.value, "bold"), (record.title, "")]
        for name, word, style in _WORDS
        for record in getattr(learned, name)
    ]
    out.table(rows)
    if learned.report is not None:
        out.line(visible_line(f"report  {learned.report}"))
    if not rows and learned.report is None:
        lasting = len(learned.found)
        out.line("nothing new" + (f"; {lasting} {'lasts' if lasting == 1 else 'last'}" if lasting else ""))
    elif dry_run:
        session.say("nothing was written (--dry-run)")
