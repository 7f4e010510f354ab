"""Records with the evidence that connects them to a place or a commit, as lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp_server.cli.output import record_row
from lsp_server.cli.terminal import display_width, visible_line
from lsp_server.memory.results import How
from lsp_server.records.plain import range_json, record_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_server.cli.session import Session
    from lsp_server.memory.results import Reason

MOST = 20  # records that are shown unless all are asked for
SURE = (How.ANCHORED, How.NAMED)


def reason_json(reason: Reason) -> dict[str, Any]:
    """The record with ``evidence`` (a clause), ``how`` (anchored, named, commit, file, folder, together),
    ``range`` (null when it is not on lines of the file) and ``commit`` (the one that connects them, or
    null)."""
    return record_json(reason.record) | {
        "evidence": reason.evidence,
        "how": reason.how.value,
        "range": reason.range and range_json(reason.range),
        "commit": reason.commit,
    }


def shown(reasons: Sequence[Reason], most: int | None) -> list[Reason]:
    """The first ``most`` (None: all); what is sure is never left out."""
    if most is None:
        return list(reasons)
    return [reason for place, reason in enumerate(reasons) if place < most or reason.how in SURE]


def print_reasons(session: Session, reasons: Sequence[Reason], *, indent: str = "") -> None:
    """Each record in a line as in a list, and below it its evidence."""
    out = session.out
    rows = [record_row(out, reason.record) for reason in reasons]
    widths = [
        max((display_width(visible_line(row[column][0])) for row in rows), default=0) for column in (0, 1)
    ]
    for reason, row in zip(reasons, rows, strict=True):
        padded = [
            (text + " " * (width - display_width(visible_line(text))), style)
            for (text, style), width in zip(row, widths, strict=False)
        ]
        out.table([[*([(indent[:-2], "")] if indent else []), *padded, *row[2:]]])
        at = f"{reason.range}: " if reason.range is not None else ""
        out.flow((f"{indent}  {at}", "cyan"), (reason.evidence, "dim"), indent=len(indent) + 4)


def print_more(session: Session, count: int, how: str) -> None:
    """Say how many were left out, and how to see them."""
    if count:
        session.out.line(session.out.style(f"… and {count} more; {how} shows them", "dim"))
