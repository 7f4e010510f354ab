"""The rules by which one of two values is chosen. Whatever is asked, the order of the two does not matter
where it should not: the callers bring them into an order by their content."""

from __future__ import annotations

from lsp_server.records.life_cycle import STEPS, statuses
from lsp_server.records.model import Kind


def changed_one(base: str, one: str, other: str) -> str:
    """The one that is not the base's; where both changed it differently, the longer, then the greater."""
    if base in (one, other):
        return other if one == base else one
    return max(one, other, key=lambda text: (len(text), text))


def later_status(kind: Kind, one: str, other: str) -> str | None:
    """Which of two statuses a record has that was given both; None where neither follows from the other."""
    steps, order = STEPS[kind], statuses(kind)
    if one not in steps or other not in steps:
        return None
    onwards, back = other in steps[one], one in steps[other]
    if onwards and back:
        return max(one, other, key=order.index)
    if onwards or back:
        return other if onwards else one
    return None
