"""New findings as events, so that programs meet them: an insight where it is searched for, an optimisation
where its endpoint comes up again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.learning.model import ERRORS, OPTIMISATIONS, Finding

_TOLD_ALREADY = (ERRORS, OPTIMISATIONS)  # by the events that they were found in


def offer(events: EventMemory, findings: Sequence[Finding]) -> None:
    """Remember what was found for the first time."""
    many = [_event(finding) for finding in findings if finding.finder not in _TOLD_ALREADY]
    if many:
        events.create_memories(many)


def _event(finding: Finding) -> dict[str, Any]:
    metadata: dict[str, Any] = {"finder": finding.finder, "key": finding.key}
    if finding.figures:
        metadata["evidence"] = dict(finding.figures)
    if finding.endpoint:
        metadata["endpoint"] = finding.endpoint
    return {
        "title": finding.title,
        "content": finding.summary,
        "memory_type": "optimisation" if finding.endpoint else "insight",
        "tags": [finding.finder],
        "metadata": metadata,
    }
