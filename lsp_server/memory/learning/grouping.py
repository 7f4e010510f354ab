"""Errors sorted into groups by what knows most of that: ``memory/errors``, where drain3 is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsp_server.errors import RefusedError
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.learning.patterns import Group, Grouping

if TYPE_CHECKING:
    from lsp_server.memory.events.event_memory import EventMemory


def grouping(events: EventMemory, remarks: list[str]) -> Grouping | None:
    """How errors belong together, with the solutions of each; None, and a remark, where only their messages'
    form can tell."""
    from lsp_server.memory.errors.collecting import group_of, known_groups, known_solutions

    try:
        solutions, _ = known_solutions(events)
        grouper, _ = known_groups(events, solutions)
    except RefusedError as error:
        remarks.append(f"{error}; until then they are grouped by what they have in common word by word")
        return None

    def group(errors: Sequence[TypedMemory]) -> list[Group]:
        found: dict[str, list[TypedMemory]] = {}
        known = {}
        for memory in errors:
            one, facts = group_of(grouper, memory)
            found.setdefault(one.id, []).append(memory)
            known[one.id] = one, facts
        groups = []
        for group_id, members in found.items():
            one, facts = known[group_id]
            best = next(iter(solutions.of(facts, one, grouper)), None)
            groups.append(Group(one.template, members, best.memory if best else None))
        return groups

    return group
