"""Which solutions are known for which errors, and what became of those that were applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lsp_server.memory.errors.facts import Facts
from lsp_server.memory.errors.grouping import Group, Grouper, Pattern
from lsp_server.memory.errors.results import Solution
from lsp_server.memory.events.model import TypedMemory
from lsp_server.store.keyvalue.base import Value

SUCCESS, FAILURE = "success", "failure"


class Solved(NamedTuple):
    """What a solution says it is for: an example. ``type`` and ``place`` may be "": any."""

    type: str
    place: str
    message: str
    group: str


class Solutions:
    """The solutions that are known, and for which errors. Not thread-safe."""

    def __init__(self, solutions: Iterable[TypedMemory], outcomes: Iterable[TypedMemory]) -> None:
        self._by_place: dict[tuple[str, str], list[tuple[Solved, TypedMemory]]] = {}
        self._ids: set[str] = set()
        self._outcomes: dict[str, list[int]] = {}
        self._seen: set[str] = set()
        self._patterns: dict[str, Pattern] = {}
        for memory in solutions:
            self.add(memory)
        for memory in outcomes:
            self.add_outcome(memory)

    def add(self, memory: TypedMemory) -> None:
        """One more solution; one that does not say what it solves is none here."""
        solved = solved_by(memory)
        if solved is not None and memory.id not in self._ids:
            self._ids.add(memory.id)
            self._by_place.setdefault((solved.type, solved.place), []).append((solved, memory))

    def add_outcome(self, memory: TypedMemory) -> None:
        """What became of one that was applied."""
        solution, outcome = memory.metadata.get("solution"), memory.metadata.get("outcome")
        if memory.id not in self._seen and isinstance(solution, str) and outcome in (SUCCESS, FAILURE):
            self._seen.add(memory.id)
            self._outcomes.setdefault(solution, [0, 0])[outcome == FAILURE] += 1

    def examples(self) -> list[Solved]:
        """What the solutions are for, where they say in which place."""
        return [solved for rows in self._by_place.values() for solved, _ in rows if solved.place]

    def of(self, facts: Facts, group: Group, grouper: Grouper) -> list[Solution]:
        """The solutions for an error of this group, best first: most successes more than failures, newest."""
        found: list[TypedMemory] = []
        near = self._by_place.get((facts.type, facts.place), ()) if facts.place and not group.is_rest else ()
        for solved, memory in near:
            if grouper.group_of(solved.type, solved.place, solved.message, solved.group) is group:
                found.append(memory)
        for kind in dict.fromkeys((facts.type, "")):
            for solved, memory in self._by_place.get((kind, ""), ()):
                if self._pattern(solved.message).fits(facts.message):
                    found.append(memory)
        made = [self._solution(memory) for memory in found]
        return sorted(made, key=lambda one: (one.successes - one.failures, one.memory.created), reverse=True)

    def _pattern(self, message: str) -> Pattern:
        found = self._patterns.get(message)
        if found is None:
            found = self._patterns[message] = Pattern(message)
        return found

    def _solution(self, memory: TypedMemory) -> Solution:
        successes, failures = self._outcomes.get(memory.id, (0, 0))
        handler = memory.metadata.get("handler")
        return Solution(memory, handler if isinstance(handler, str) else "", successes, failures)


def solved_by(memory: TypedMemory) -> Solved | None:
    """What a solution says it is for."""
    given = memory.metadata.get("solves")
    if not isinstance(given, Mapping):
        return None
    kind, place, message, group = (_text(given, name) for name in ("type", "place", "message", "group"))
    return Solved(kind, place, message, group) if kind or message else None


def _text(known: Mapping[str, Value], name: str) -> str:
    value = known.get(name)
    return value if isinstance(value, str) else ""
