"""What a decision's own file reminds its reader of."""

from __future__ import annotations

from datetime import date

from lsp_server.records.front_matter import line_of, split
from lsp_server.records.model import Problem, Record
from lsp_server.records.outcomes import OUTCOME_DUE, known_result


def reminders(record: Record | None, text: str, today: str | None = None) -> list[Problem]:
    """That the outcome of a decision should be known by now, at the line that says so. ``today`` is a day
    in ISO 8601."""
    if record is None or known_result(record) or record.status == "rejected":
        return []
    due = record.fields.get("outcome_due")
    if not due or due > (today or date.today().isoformat()):
        return []
    told = f"what came of it should be known since {due}: `git memory outcome {record.label}` records it"
    return [Problem(line_of(split(text), OUTCOME_DUE), told, OUTCOME_DUE)]
