"""What the calls about decisions and their outcomes answer with: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lsp_server.records.model import Record


class PastDecision(NamedTuple):
    """A decision whose outcome is known.

    ``label`` is a record's (``ADR-0012``), empty for a program's decision. ``result`` is ``success``,
    ``failure`` or ``mixed``, ``on`` the day when that was recorded (ISO 8601, or empty), ``confidence`` how
    sure people were, 0 to 1, ``note`` what was noted last. ``likeness`` is how much of
    the question it shares, 0 to 1.
    """

    id: str
    label: str
    title: str
    result: str
    on: str = ""
    confidence: float | None = None
    note: str = ""
    likeness: float = 0.0


class SimilarDecisions(NamedTuple):
    """Past decisions like one that is to be made: the most similar ``decisions``, best first, and how often
    all ``n`` that are similar turned out well.

    ``success_rate`` counts a mixed outcome as one half; ``interval`` is Wilson's, at 95 %. Both are None
    where ``n`` is 0.
    """

    decisions: Sequence[PastDecision] = ()
    success_rate: float | None = None
    interval: tuple[float, float] | None = None
    n: int = 0
    succeeded: int = 0
    mixed: int = 0
    failed: int = 0


class Decided(NamedTuple):
    """A decision that was recorded, and those like it whose outcome is known."""

    record: Record
    similar: SimilarDecisions


class Calibrated(NamedTuple):
    """Decisions with a confidence of ``low`` or more and below ``high`` (with 1 in the last): ``n`` of them,
    the mean of what people ``said``, and how many turned out well."""

    low: float
    high: float
    n: int
    said: float
    success_rate: float
    interval: tuple[float, float]


class Calibration(NamedTuple):
    """How sure people were, and how often they were right. ``brier`` is 0 where they were perfectly so, and
    ``always`` what it would be for whoever always said the ``success_rate`` of all; None where ``n`` is 0."""

    n: int
    brier: float | None
    always: float | None
    success_rate: float | None
    ranges: Sequence[Calibrated]


def similar_json(similar: SimilarDecisions) -> dict[str, Any]:
    """As JSON can hold it."""
    return similar._asdict() | {
        "decisions": [decision._asdict() for decision in similar.decisions],
        "interval": similar.interval and list(similar.interval),
    }


def calibration_json(calibration: Calibration) -> dict[str, Any]:
    """As JSON can hold it."""
    return calibration._asdict() | {
        "ranges": [one._asdict() | {"interval": list(one.interval)} for one in calibration.ranges]
    }
