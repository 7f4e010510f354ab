"""Past decisions like one that is made, and how often they turned out well, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lsp_server.cli.output import print_json
from lsp_server.cli.read import nothing_found
from lsp_server.cli.terminal import visible_line
from lsp_server.memory.deciding.results import similar_json
from lsp_server.records.outcomes import FAILURE, SUCCESS
from lsp_server.records.plain import record_json
from lsp_server.records.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.cli.session import Session
    from lsp_server.cli.terminal import Terminal
    from lsp_server.memory.deciding.results import PastDecision, SimilarDecisions
    from lsp_server.records.model import Record

STYLES = {SUCCESS: "green", FAILURE: "red"}
_NOTE = 160  # characters


def decided_json(record: Record, similar: SimilarDecisions) -> dict[str, Any]:
    """A decision with those like it, under ``similar``."""
    return record_json(record) | {"similar": similar_json(similar)}


def answer_similar(session: Session, similar: SimilarDecisions) -> None:
    """Answer with past decisions; exit with 1 where there are none."""
    if session.json:
        answer_found(session, similar_json(similar), found=similar.n > 0)
        return
    if not similar.n:
        nothing_found(session, "no similar decision has a known outcome")
    print_similar(session.out, similar, whole=True)


def answer_found(session: Session, document: dict[str, Any], *, found: bool) -> None:
    """Answer with one object, whose figures are null where nothing was found; the exit status says so."""
    print_json(session, document)
    if not found:
        raise click.exceptions.Exit(1)


def print_similar(out: Terminal, similar: SimilarDecisions, *, whole: bool = False) -> None:
    """A line that says how often, and one for each decision; with ``whole`` what was noted of it."""
    out.flow((f"similar decisions: {told_rate(similar)}", "dim"), indent=2)
    width = max(len(_name(one)) for one in similar.decisions) if similar.decisions else 0
    for one in similar.decisions:
        out.flow(
            ("  ", ""),
            (f"{one.result:<7}", STYLES.get(one.result, "yellow")),
            (f"  {_name(one):<{width}}", "bold"),
            (f"  {visible_line(one.title)}", ""),
            (_sure(one), "dim"),
            indent=13 + width,
        )
        if whole and (note := " ".join(one.note.split())):
            out.flow(
                (" " * (13 + width), ""), (visible_line(shortened(note, _NOTE)), "dim"), indent=13 + width
            )


def told_rate(similar: SimilarDecisions) -> str:
    """``2 of 3 turned out well (67%, 95% interval 21 to 94%)``."""
    counted = f"{similar.succeeded} of {similar.n} turned out well"
    if similar.mixed:
        counted += f", {similar.mixed} mixed"
    return f"{counted} ({rate_text(similar.success_rate, similar.interval)})"


def rate_text(rate: float | None, interval: Sequence[float] | None) -> str:
    """``67%, 95% interval 21 to 94%``."""
    if rate is None or interval is None:
        return "nothing is known"
    return f"{rate:.0%}, 95% interval {interval[0] * 100:.0f} to {interval[1]:.0%}"


def _name(one: PastDecision) -> str:
    return one.label or one.id[:8]


def _sure(one: PastDecision) -> str:
    told = [f"confidence {one.confidence:.0%}"] if one.confidence is not None else []
    told += [one.on] if one.on else []
    return f" ({', '.join(told)})" if told else ""
