"""How sure a decision was, and what came of it: the values that its front matter may have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING

from lsp_server.errors import UsageError

if TYPE_CHECKING:
    from lsp_server.records.model import Record

SUCCESS, FAILURE, MIXED = "success", "failure", "mixed"
RESULTS = (SUCCESS, FAILURE, MIXED)

OUTCOME_DUE = "outcome-due"
"""The code of a problem that is none: it should be known by now what came of a decision."""

# Compiled when they are needed: few records have such values.
_DAY = r"\d{4}-\d\d-\d\d(?![\d-])"
_SHARE = r"\+?(\d{1,9}(?:\.\d{1,15})?|\.\d{1,15})[ ]?(%?)\Z"
_PLACES = 4  # digits behind the point; nobody is surer than that of how sure they are


def share(value: object) -> float | None:
    """A confidence, 0 to 1: a number, or a text like ``0.8`` or ``80%``. None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        found = re.match(_SHARE, value.strip(), re.ASCII)
        if found is None:
            return None
        value = float(found[1]) / (100 if found[2] else 1)
    if not isinstance(value, (int, float)) or not isfinite(value) or not 0 <= value <= 1:
        return None
    return round(float(value), _PLACES)


def written_share(value: float) -> str:
    """``0.8``, ``1``: as it stands in a file."""
    return f"{value:.{_PLACES}f}".rstrip("0").rstrip(".")


def day(value: object) -> str | None:
    """A day as files have it, ``2026-12-01``: of a date, of a time, or of a text that begins so. None for
    anything else."""
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str) or not re.match(_DAY, text := text.strip(), re.ASCII):
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def result(value: object) -> str | None:
    """``success``, ``failure`` or ``mixed``; None for anything else."""
    word = value.strip().lower() if isinstance(value, str) else ""
    return word if word in RESULTS else None


def known_result(record: Record) -> str | None:
    """What came of a decision; None where nobody has said it yet, or people do not agree on it."""
    return None if is_contested(record) else record.fields.get("outcome")


def is_contested(record: Record) -> bool:
    """Whether two people said what came of a decision, and not the same."""
    return any(one.where in ("outcome", "memory-outcome") for one in record.conflicts)


def checked_result(value: object) -> str:
    """As ``result``. Raises ``UsageError``."""
    if (word := result(value)) is None:
        raise UsageError(f"an outcome is one of {', '.join(RESULTS)}, not {value!r}")
    return word


def checked_share(value: object) -> float:
    """As ``share``. Raises ``UsageError``."""
    if (found := share(value)) is None:
        raise UsageError(f"a confidence is a number from 0 to 1, or a share like 80%, not {value!r}")
    return found


def checked_day(value: object) -> str:
    """As ``day``. Raises ``UsageError``."""
    if (found := day(value)) is None:
        raise UsageError(f"{value!r} is no day: write it like 2026-12-01")
    return found


READ: Mapping[str, Callable[[object], object]] = {
    "confidence": share,
    "outcome_due": day,
    "outcome": result,
    "outcome_on": day,
}
"""What reads the value of a field of a decision; None where it is not one of ours."""
CHECKED: Mapping[str, Callable[[object], object]] = {
    "confidence": checked_share,
    "outcome_due": checked_day,
    "outcome": checked_result,
    "outcome_on": checked_day,
}
EXPECTED: Mapping[str, str] = {
    "confidence": "a number from 0 to 1",
    "outcome_due": "a day like 2026-12-01",
    "outcome": f"one of {', '.join(RESULTS)}",
    "outcome_on": "a day like 2026-12-01",
}
