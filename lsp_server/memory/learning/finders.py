"""The finders, by name. Each is a pure function of what was seen, and of what stands of it already."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lsp_server.memory.learning import error_patterns, event_rates, outcomes, risky_actions
from lsp_server.memory.learning.model import ACTIONS, DECISIONS, ERRORS, RATES, SOLUTIONS, Finding, Standing
from lsp_server.memory.learning.seen import Seen

Finder = Callable[[Seen, Sequence[Standing]], list[Finding]]


def finders() -> list[tuple[str, Finder]]:
    """All finders."""
    return [
        (ERRORS, error_patterns.find),
        (RATES, event_rates.find),
        (ACTIONS, risky_actions.find),
        (SOLUTIONS, outcomes.find_solutions),
        (DECISIONS, outcomes.find_decisions),
    ]
