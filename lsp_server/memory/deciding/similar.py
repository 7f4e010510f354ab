"""Use case: decisions like one that is to be made, and how often they turned out well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lsp_server.errors import UsageError
from lsp_server.memory.deciding.results import PastDecision, SimilarDecisions
from lsp_server.records.outcomes import FAILURE, MIXED, SUCCESS

if TYPE_CHECKING:
    from lsp_server.index.outcomes import Like
    from lsp_server.memory.core import Core
    from lsp_server.records.model import Record

MOST = 50
"""Decisions that are looked at."""
SHOWN = 5
NONE = SimilarDecisions()


def similar(core: Core, text: str, limit: int = SHOWN) -> SimilarDecisions:
    """Decisions with an outcome that are like ``text``."""
    checked_limit(limit)
    return _summed(text, core.followed().outcomes_like(text, MOST), limit)


def similar_to(core: Core, record: Record, limit: int = SHOWN) -> SimilarDecisions:
    """Those that are like a decision that was recorded a moment ago, as far as the index knows: giving a
    record its number has just brought that up to date. Where no decision has an outcome this costs next to
    nothing."""
    found = core.index.outcomes_like(" ".join((record.title, *record.tags)), MOST)
    if not found.records:
        return NONE
    from lsp_server.memory.deciding.likeness import question

    others = found._replace(records=[one for one in found.records if one.id != record.id])
    return _summed(question(record.title, record.tags), others, limit)


def checked_limit(limit: int) -> None:
    """Raises ``UsageError`` for what is no number of decisions."""
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise UsageError(f"limit is {limit!r}: it must be a whole number, 0 or more")


def _summed(text: str, found: Like, limit: int) -> SimilarDecisions:
    from lsp_server.memory.deciding.likeness import likenesses, question  # nothing where there is no outcome

    heads = [(question(record.title, record.tags), record.body) for record in found.records]
    return summed(
        (
            past(record, likeness)
            for record, likeness in zip(found.records, likenesses(text, heads, found.total), strict=True)
        ),
        limit,
    )


def past(record: Record, likeness: float = 0.0) -> PastDecision:
    """A record whose outcome is known."""
    fields = record.fields
    return PastDecision(
        record.id,
        record.label,
        record.title,
        fields["outcome"],
        fields.get("outcome_on", ""),
        fields.get("confidence"),
        _last_note(fields),
        round(likeness, 3),
    )


def _last_note(fields: Mapping[str, Any]) -> str:
    """What was noted of the outcome that holds, without the day and the result that it begins with; else what
    was noted last. A merge puts notes below one another in no order of time."""
    notes = [str(note) for note in fields.get("outcome_notes", ())]
    head = f"{fields.get('outcome_on', '')}, {fields['outcome']}"
    of_it = [note for note in notes if note == head or note.startswith(f"{head}:")]
    return (of_it or notes or [""])[-1].removeprefix(head).lstrip(":. ")


def summed(candidates: Iterable[PastDecision], limit: int) -> SimilarDecisions:
    """Those that are similar enough, in the order of likeness, with the rate of all of them."""
    from lsp_server.memory.deciding.likeness import ENOUGH
    from lsp_server.memory.deciding.rates import wilson, worth

    kept = sorted((one for one in candidates if one.likeness >= ENOUGH), key=lambda one: -one.likeness)
    if not kept:
        return NONE
    results: Sequence[str] = [one.result for one in kept]
    successes = worth(results)
    return SimilarDecisions(
        kept[:limit],
        successes / len(kept),
        wilson(successes, len(kept)),
        len(kept),
        results.count(SUCCESS),
        results.count(MIXED),
        results.count(FAILURE),
    )
