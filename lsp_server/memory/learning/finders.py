"""The finders, by name. Each is a pure function of what was seen, and of what stands of it already."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsp_server.memory.learning import error_patterns, event_rates, outcomes, risky_actions, speed, trends
from lsp_server.memory.learning.model import (
    ACTIONS,
    DECISIONS,
    ERRORS,
    OPTIMISATIONS,
    RATES,
    SLOWEST,
    SOLUTIONS,
    TRENDS,
    Finding,
    Standing,
)
from lsp_server.memory.learning.patterns import Grouping
from lsp_server.memory.learning.seen import Seen

Finder = Callable[[Seen, Sequence[Standing]], list[Finding]]


def finders(grouping: Grouping | None) -> list[tuple[str, Finder]]:
    """All finders; ``grouping`` tells which errors belong together, where something knows more of that than
    the form of their messages."""

    def errors(seen: Seen, standing: Sequence[Standing]) -> list[Finding]:
        return error_patterns.find(seen, standing, grouping)

    return [
        (ERRORS, errors),
        (TRENDS, trends.find),
        (SLOWEST, speed.find_slowest),
        (OPTIMISATIONS, speed.find_helped),
        (RATES, event_rates.find),
        (ACTIONS, risky_actions.find),
        (SOLUTIONS, outcomes.find_solutions),
        (DECISIONS, outcomes.find_decisions),
    ]
