"""``git memory outcome``: what came of decisions, which are due, and how often people were right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lsp_server.cli.arguments import Moment, Ref, Text
from lsp_server.cli.input import given_text
from lsp_server.cli.outcome_words import Due, Result
from lsp_server.cli.output import print_fact, print_headline, print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.record_options import secret_options
from lsp_server.cli.session import Session, memory_command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lsp_server.memory.deciding.results import Calibration
    from lsp_server.records.model import Record


@memory_command(
    "outcome",
    example="""
    git memory outcome ADR-12 success "40 % fewer queries after a month"
    git memory outcome ADR-12 --postpone 30d
    git memory outcome --due
    git memory outcome --calibration
    """,
)
@click.argument("ref", required=False, type=Ref())
@click.argument("result", required=False, type=Result(), metavar="[success|failure|mixed]")
@click.argument("note", required=False, type=Text())
@click.option("--on", "day", type=Moment(), metavar="DAY", help="Since when it is known, today unless given.")
@click.option("--postpone", type=Due(), metavar="DAY", help="Ask again then: 2026-12-01, 30d, 6 weeks.")
@click.option("--due", is_flag=True, help="List the decisions whose outcome is due.")
@click.option("--calibration", is_flag=True, help="Tell how sure people were, and how often they were right.")
@secret_options
def outcome(
    session: Session,
    ref: str | None,
    result: str | None,
    note: str | None,
    *,
    day: datetime | None,
    postpone: str | None,
    due: bool,
    calibration: bool,
    allow_secrets: tuple[str, ...],
    redact: bool,
) -> None:
    """Record what came of a decision.

    The outcome stands in the record's front matter, the note below its text. Saying another outcome later
    replaces it; the notes stay. A NOTE of - is read from standard input.

    With --due nothing is recorded, and the exit status is 1 where no outcome is due.
    """
    if due or calibration:
        if ref is not None or postpone or day or due == calibration:
            raise click.UsageError("--due and --calibration only tell: leave everything else out")
        with session.memory() as memory:
            if due:
                _print_due(session, memory.due_outcomes())
            else:
                _print_calibration(session, memory.calibration())
        return
    if ref is None:
        raise click.UsageError("name a decision and what came of it, or give --due or --calibration")
    if (result is None) == (postpone is None):
        raise click.UsageError("say success, failure or mixed, or --postpone DAY")
    if note == "-":
        note = given_text(session, "-")
    with session.memory() as memory:
        if postpone is not None:
            if day is not None:
                raise click.UsageError("--on says since when an outcome is known: give one")
            record = memory.postpone_outcome(ref, postpone)
        else:
            record = memory.record_outcome(
                ref, result or "", note or "", on=day, allow_secrets=allow_secrets, redact=redact
            )
    _print_changed(session, record, postponed=postpone is not None)


def _print_changed(session: Session, record: Record, *, postponed: bool) -> None:
    if session.json:
        from lsp_server.records.plain import record_json

        print_json(session, record_json(record))
        return
    from lsp_server.cli.similar_text import STYLES

    print_headline(session.out, record)
    fields = record.fields
    if postponed:
        print_fact(session.out, "outcome due", [(fields["outcome_due"], "bold")])
        return
    word = fields["outcome"]
    print_fact(
        session.out,
        "outcome",
        [(word, STYLES.get(word, "yellow")), (f", {fields.get('outcome_on', '')}", "")],
    )


def _print_due(session: Session, records: Sequence[Record]) -> None:
    if not records:
        nothing_found(session, "no outcome is due")
    if session.json:
        from lsp_server.records.plain import record_json

        print_json(session, [record_json(record) for record in records])
        return
    out = session.out
    out.table(
        [
            [
                (record.label, "bold"),
                (f"due {record.fields['outcome_due']}", "yellow"),
                (record.status or "", out.status(record.status)),
                (record.title, ""),
            ]
            for record in records
        ]
    )


def _print_calibration(session: Session, found: Calibration) -> None:
    from lsp_server.cli.similar_text import answer_found, rate_text

    if session.json:
        from lsp_server.memory.deciding.results import calibration_json

        answer_found(session, calibration_json(found), found=found.n > 0)
        return
    if not found.n:
        nothing_found(session, "no decision has both a confidence and an outcome")
    out = session.out
    rows = [[("confidence", "dim"), ("decisions", "dim"), ("turned out well", "dim")]]
    rows += [
        [
            (f"{one.low:.0%} to {one.high:.0%}", ""),
            (str(one.n), ""),
            (rate_text(one.success_rate, one.interval), ""),
        ]
        for one in found.ranges
    ]
    out.table(rows)
    out.line()
    out.flow(
        (f"Brier score {found.brier:.3f}", "bold"), (": 0 is always right, 0.25 is a coin.", ""), indent=2
    )
    out.flow((f"Always saying {found.success_rate:.0%} would have got {found.always:.3f}.", "dim"), indent=2)
