"""The groups of the errors of a stretch of time, read from what was recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from lsp_server.memory.errors.facts import Facts, facts_of
from lsp_server.memory.errors.grouping import Group, Grouper
from lsp_server.memory.errors.history import errors_of, newest_errors
from lsp_server.memory.errors.results import ErrorGroup
from lsp_server.memory.errors.seeds import load_seeds, save_seeds
from lsp_server.memory.errors.solving import SUCCESS, Solutions
from lsp_server.memory.events.model import TypedMemory

if TYPE_CHECKING:
    from lsp_server.memory.events.event_memory import EventMemory

HISTORY = 20_000
"""Errors that groups are made of where nothing is known of them."""

_OWNERS = 20
_NOTED = 20  # other names of a group


class Counted:
    """A group, and what was seen of it."""

    def __init__(self, group: Group, facts: Facts, memory: TypedMemory) -> None:
        self.group = group
        self.facts = facts
        self.count = 0
        self.first = memory.created
        self.example = memory
        self.names: set[str] = set()
        self._owners: dict[str, None] = {}

    def add(self, memory: TypedMemory) -> None:
        """One more error of it, newer than those before."""
        self.count += 1
        self.example = memory
        if memory.owner:
            self._owners.pop(memory.owner, None)
            self._owners[memory.owner] = None
            if len(self._owners) > _OWNERS:
                del self._owners[next(iter(self._owners))]
        if (noted := noted_group(memory)) and len(self.names) < _NOTED:
            self.names.add(noted)

    def told(self, solutions: Solutions, grouper: Grouper, helped: set[str]) -> ErrorGroup:
        """What there is to say about it. ``helped``: the errors that a handler has settled."""
        known = solutions.of(self.facts, self.group, grouper)
        last = self.example.created
        is_settled = self.example.id in helped or any(one.memory.created >= last for one in known)
        return ErrorGroup(
            self.group.id, self.group.type, self.group.template, self.group.place,
            self.count, self.first, last, tuple(reversed(self._owners)),
            self.example, tuple(known), not is_settled,
        )  # fmt: skip


def known_solutions(events: EventMemory) -> tuple[Solutions, set[str]]:
    """The solutions that were written down, and the errors that one of them has settled."""
    applied = events.memories("solution.applied", limit=HISTORY, newest_first=True)
    solutions = Solutions(events.memories("solution", limit=HISTORY, newest_first=True), applied)
    helped = {one.metadata.get("error") for one in applied if one.metadata.get("outcome") == SUCCESS}
    return solutions, {one for one in helped if isinstance(one, str)}


def known_groups(events: EventMemory, solutions: Solutions) -> tuple[Grouper, dict[str, datetime]]:
    """The groups that are known, and when each was last seen: from the cache, else from the newest errors."""
    grouper = Grouper()
    last = load_seeds(events.directory, grouper)
    for solved in solutions.examples():
        grouper.group_of(*solved)
    if not last:
        for memory in newest_errors(events, HISTORY // 10):
            last[group_of(grouper, memory)[0].id] = memory.created
    return grouper, last


def group_of(grouper: Grouper, memory: TypedMemory) -> tuple[Group, Facts]:
    """The group of an error that was recorded."""
    facts = facts_of(memory)
    return grouper.group_of(facts.type, facts.place, facts.message, noted_group(memory)), facts


def noted_group(memory: TypedMemory) -> str:
    """What an error's group was called when it was recorded; "": nobody said."""
    noted = memory.metadata.get("group")
    return noted if isinstance(noted, str) else ""


def collected(events: EventMemory, since: datetime | None) -> list[tuple[ErrorGroup, set[str]]]:
    """The groups of the errors since then, most errors first, each with all that it was called."""
    solutions, helped = known_solutions(events)
    grouper, last = known_groups(events, solutions)
    found: dict[str, Counted] = {}
    for memory in errors_of(events, since, None):
        group, facts = group_of(grouper, memory)
        counted = found.get(group.id)
        if counted is None:
            counted = found[group.id] = Counted(group, facts, memory)
        counted.add(memory)
        last[group.id] = max(memory.created, last.get(group.id, memory.created))
    save_seeds(events.directory, (group.seed() for group in grouper), last)
    return in_order((one.told(solutions, grouper, helped), one.names) for one in found.values())


def in_order(groups: Iterable[tuple[ErrorGroup, set[str]]]) -> list[tuple[ErrorGroup, set[str]]]:
    """Most errors first; of as many, the latest."""
    return sorted(groups, key=lambda one: (one[0].count, one[0].last), reverse=True)
