"""The statuses a record can have, and the steps between them."""

from __future__ import annotations

from collections.abc import Mapping

from lsp_server.errors import RefusedError, UsageError
from lsp_server.records.model import Kind

# Every status with the statuses that may follow. "superseded" is a step like any other here; that it needs
# a successor is the use case's business.
STEPS: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    Kind.DECISION: {
        "proposed": ("accepted", "rejected", "superseded"),
        "accepted": ("deprecated", "superseded"),
        "rejected": ("proposed",),
        "deprecated": ("accepted", "superseded"),
        "superseded": (),
    },
    Kind.BUG: {
        "open": ("in-progress", "fixed", "closed", "wont-fix"),
        "in-progress": ("open", "fixed", "closed", "wont-fix"),
        "fixed": ("closed", "open"),
        "closed": ("open",),
        "wont-fix": ("open",),
    },
    Kind.LEARNING: {},
    Kind.CHECKPOINT: {},
    Kind.SESSION: {},
}
FIRST: Mapping[Kind, str | None] = {
    Kind.DECISION: "proposed",
    Kind.BUG: "open",
    Kind.LEARNING: None,
    Kind.CHECKPOINT: None,
    Kind.SESSION: None,
}
SETTLED_BUG = ("fixed", "closed", "wont-fix")
_OVER = {Kind.DECISION: ("rejected", "deprecated", "superseded"), Kind.BUG: SETTLED_BUG}


def statuses(kind: Kind) -> tuple[str, ...]:
    """Every status of a kind, in the order of its life; empty for a kind without one."""
    return tuple(STEPS[kind])


def still_holds(kind: Kind, status: str | None) -> bool:
    """Whether a record still says something about today's code: not what was superseded, rejected,
    deprecated, fixed or closed."""
    return status not in _OVER.get(kind, ())


def next_steps(kind: Kind, status: str | None) -> tuple[str, ...]:
    """What may follow a status. From a status nobody knows (somebody's own word) anything may."""
    known = STEPS[kind]
    return known.get(status, tuple(known)) if status is not None else tuple(known)


def check_status(kind: Kind, status: str) -> str:
    """The status in its one spelling. Raises ``UsageError`` for a word that the kind does not have."""
    word = status.strip().lower().replace(" ", "-").replace("'", "")
    if word not in STEPS[kind]:
        if not STEPS[kind]:
            raise UsageError(f"a {kind.value} has no status")
        raise UsageError(
            f"{status!r} is not a status of a {kind.value}; choose from {', '.join(statuses(kind))}"
        )
    return word


def check_step(kind: Kind, label: str, old: str | None, new: str) -> None:
    """Raise ``RefusedError`` when a record cannot go from ``old`` to ``new``."""
    if new == old or new in next_steps(kind, old):
        return
    possible = next_steps(kind, old)
    then = f"it can become {' or '.join(possible)}" if possible else "nothing follows that"
    raise RefusedError(f"{label} is {old} and cannot become {new}; {then}")
