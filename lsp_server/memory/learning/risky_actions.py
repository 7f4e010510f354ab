"""Finds what people do on pages that leads to errors more often than what else they do there.

Counted are people (sessions), not clicks: one who clicks twenty times at something broken is one. Asked of
the days that are over, so that a run every few minutes is no further chance to be wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from lsp_server.memory.deciding.rates import wilson
from lsp_server.memory.errors.facts import ERROR_TYPES
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.learning.chance import larger_share
from lsp_server.memory.learning.model import ACTIONS, Finding, Standing, key_of
from lsp_server.memory.learning.seen import DAYS, Seen
from lsp_server.memory.learning.telling import quoted
from lsp_server.records.shortening import shortened

SOON = timedelta(seconds=60)
"""An error so soon after an action, and before the next, is taken for the action's."""
LEVEL = 0.001
"""How rarely an action like all others may be told, of all actions together."""
FEWEST, ERRORS, TIMES = 20, 5, 3.0
"""So many people must have done it, so many of them met an error, and so many times the share of others."""
OVER = 1.5
"""It has ended where its share is less than so many times that of others."""


class _Share(NamedTuple):
    people: int
    hit: int

    @property
    def share(self) -> float:
        return self.hit / self.people if self.people else 0.0


def find(seen: Seen, standing: Sequence[Standing]) -> list[Finding]:
    """The actions that lead to errors, and those of ``standing`` that do no more."""
    begin, end = seen.today - timedelta(days=DAYS), seen.today
    people: dict[str, set[str]] = defaultdict(set)
    hit: dict[str, set[str]] = defaultdict(set)
    examples: dict[str, list[TypedMemory]] = defaultdict(list)
    for action, error in _pairs(seen, begin, end):
        people[action.title].add(action.owner)
        if error is not None:
            hit[action.title].add(action.owner)
            examples[action.title].append(error)
    everything = _Share(sum(map(len, people.values())), sum(map(len, hit.values())))
    lasting = {one.key for one in standing if one.ended is None}
    found = []
    for title in sorted(people):
        own = _Share(len(people[title]), len(hit[title]))
        rest = _Share(everything.people - own.people, everything.hit - own.hit)
        key = key_of(ACTIONS, title)
        if key in lasting:
            is_over = own.people >= FEWEST and own.share < max(OVER * rest.share, 0.01)
            why = (
                f"{own.hit} of {own.people} people met an error in a week, as with all else"
                if is_over
                else ""
            )
        elif not _tells(own, rest, len(people)):
            continue
        else:
            why = ""
        found.append(_finding(title, (own, rest), examples[title], seen, why))
    return found


def _tells(own: _Share, rest: _Share, tests: int) -> bool:
    if own.people < FEWEST or own.hit < ERRORS or rest.people < FEWEST:
        return False
    if own.share < TIMES * rest.share:
        return False
    return larger_share(own.hit, own.people, rest.hit, rest.people) < LEVEL / tests


def _pairs(seen: Seen, begin: datetime, end: datetime) -> Iterator[tuple[TypedMemory, TypedMemory | None]]:
    """Each action with the error that came of it, if one did."""
    by_owner: dict[str, list[TypedMemory]] = defaultdict(list)
    for memory in (*seen.actions, *seen.errors):
        if memory.owner and begin <= memory.created < end:
            by_owner[memory.owner].append(memory)
    for memories in by_owner.values():
        # Of what has one moment, as a page's script counts milliseconds, the action was first.
        memories.sort(key=lambda memory: (memory.created, _is_error(memory), memory.id))
        action: TypedMemory | None = None
        for memory in memories:
            if not _is_error(memory):
                if action is not None:
                    yield action, None
                action = memory
            elif action is not None and memory.created - action.created <= SOON:
                yield action, memory
                action = None
        if action is not None:
            yield action, None


def _is_error(memory: TypedMemory) -> bool:
    return memory.memory_type in ERROR_TYPES


def _finding(
    title: str, shares: tuple[_Share, _Share], errors: Sequence[TypedMemory], seen: Seen, why: str
) -> Finding:
    own, rest = shares
    low, high = wilson(own.hit, own.people)
    first = errors[0].created if errors else seen.today
    last = seen.today - timedelta(microseconds=1)
    kinds = sorted({error.title for error in errors})
    return Finding(
        ACTIONS,
        key_of(ACTIONS, title),
        shortened(f"{title} leads to errors", 110),
        f"Of {own.people} people who did {quoted(title)} in the week to {seen.today:%Y-%m-%d}, {own.hit} met "
        f"an error within a minute ({own.share:.0%}); with all else it was {rest.share:.1%}.",
        min(first, last),
        last,
        own.hit,
        evidence=(
            f"{own.hit} of {own.people} people, {low:.0%} to {high:.0%} (95 %)",
            f"with all else {rest.hit} of {rest.people}",
            "errors: " + ", ".join(quoted(kind) for kind in kinds[:3]),
            "events: " + ", ".join(f"`{error.id[:8]}`" for error in errors[-5:]),
        ),
        figures={"people": own.people, "met-an-error": own.hit, "percent": round(100 * own.share)},
        still=not why,
        why=why,
        events=tuple(error.id for error in errors[-5:]),
    )
