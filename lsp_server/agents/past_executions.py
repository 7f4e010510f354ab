"""What came of a node's executions before: counted, and those that were most like the one that begins."""

from __future__ import annotations

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from lsp_server.agents.bounded_state import texts_in
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.keyed import Value

TYPE = "workflow_state"
OUTCOME = "outcome"
COUNTED = 100
"""Of how many executions, the newest, success and duration are told."""

_DAYS = timedelta(days=30)  # what was longer ago tells little
_OVERLAP = timedelta(seconds=5)  # another process may tell of an execution a little later than it ended
_HISTORIES = 100  # of nodes and owners; what is not in use goes
_FEW = 5  # executions, of which nothing can be said about words
_KNOWN_WORDS, _NEW_WORDS = 8, 4  # asked for; each costs time
_MOST_WORDS = 5_000  # counted for one node
_WORD = re.compile(r"\w+")


class PastExecution(NamedTuple):
    """One execution of a node that ended. ``outcome`` is ``"success"``, ``"failure"`` (``error`` has one line
    about it, ``solutions`` the titles of what helped before), ``"interrupted"`` (the graph waited for
    somebody) or ``"cancelled"``; ``ms`` milliseconds. ``state`` and ``update`` are what is kept of what it
    was given and of what it answered."""

    id: str
    outcome: str
    ms: float
    ended: datetime
    state: Value
    update: Value
    error: str
    solutions: tuple[str, ...]
    thread_id: str


class PastExecutions(NamedTuple):
    """What came of a node's executions before this one.

    ``recent``: the newest, newest first. ``similar``: those whose state has most of this one's words, best
    first. ``counted``: how many of the newest 100 (of 30 days) succeeded or failed; ``success_rate`` (0 to 1)
    and ``p50_ms`` (half took less) are theirs, None where there are none.
    """

    node: str
    recent: list[PastExecution]
    similar: list[PastExecution]
    counted: int
    success_rate: float | None
    p50_ms: float | None


class _History:
    """The newest executions of a node, and in how many states each word was."""

    def __init__(self) -> None:
        self.newest: list[PastExecution] = []
        self._seen = 0
        self._holders: Counter[str] = Counter()

    def add(self, new: Sequence[PastExecution], offer: int) -> None:
        """What is not offered need not be kept: only how long it took, and what came of it."""
        ids = {one.id for one in self.newest}
        fresh = [one for one in new if one.id not in ids]
        self._seen += len(fresh)
        for one in fresh:
            self._holders.update(list(_words(one.state)))
        if len(self._holders) > _MOST_WORDS:
            self._holders = Counter(dict(self._holders.most_common(_MOST_WORDS // 2)))
        newest = sorted((*fresh, *self.newest), key=lambda one: one.ended)[: -COUNTED - 1 : -1]
        self.newest = [
            one if at < offer else one._replace(state=None, update=None) for at, one in enumerate(newest)
        ]

    def telling(self, state: Value) -> list[str]:
        """The words of a state that tell it from others: those that are in most say nothing, and make a
        search slow."""
        words = _words(state)
        if self._seen >= _FEW:
            words = {word: None for word in words if self._holders[word] * 3 <= self._seen}
        known = sorted((word for word in words if self._holders[word]), key=lambda word: self._holders[word])
        return known[:_KNOWN_WORDS] + [word for word in words if not self._holders[word]][:_NEW_WORDS]


class Histories:
    """The past of nodes, each read once and followed from then on. Threads may share one."""

    def __init__(self, events: EventMemory, offer: int) -> None:
        self._events = events
        self._offer = offer
        self._known: OrderedDict[tuple[str, str | None], _History] = OrderedDict()
        self._lock = threading.Lock()

    def past(self, node: str, owner: str | None, state: Value, now: datetime) -> PastExecutions:
        """What to know before a node begins with ``state``. ``owner``: of that owner's executions alone."""
        newest, words = self._followed(node, owner, state, now)
        ended = [each for each in newest if each.outcome in ("success", "failure")]
        return PastExecutions(
            node,
            newest[: self._offer],
            self._similar(node, owner, words),
            len(ended),
            sum(each.outcome == "success" for each in ended) / len(ended) if ended else None,
            median(each.ms for each in ended) if ended else None,
        )

    def _followed(
        self, node: str, owner: str | None, state: Value, now: datetime
    ) -> tuple[list[PastExecution], list[str]]:
        with self._lock:
            history = self._known.setdefault((node, owner), _History())
            self._known.move_to_end((node, owner))
            while len(self._known) > _HISTORIES:
                self._known.popitem(last=False)
            known = history.newest
        # The machine's clock may have gone back since: what is newest here was at the latest written now.
        since = min(known[0].ended, now) - _OVERLAP if known else now - _DAYS
        found = self._events.memories(
            TYPE, owner=owner, tags=tags_of(node), since=since, limit=COUNTED, newest_first=True
        )
        with self._lock:
            history.add([one for one in map(_execution, found) if one], self._offer)
            return history.newest, history.telling(state)

    def _similar(self, node: str, owner: str | None, words: Sequence[str]) -> list[PastExecution]:
        if not words:
            return []
        # What stands in quotes is in every memory that is found: the tags of this node's outcomes.
        phrase = " ".join(tags_of(node)).replace('"', " ")
        query = f'"{phrase}" {" ".join(words)}'
        found = self._events.search_memories(query, TYPE, limit=2 * self._offer, owner=owner)
        mine = [one for memory in found if _is_outcome_of(memory, node) and (one := _execution(memory))]
        return [one for one in mine if not _words(one.state).keys().isdisjoint(words)][: self._offer]


def tags_of(node: str, phase: str = OUTCOME) -> tuple[str, str]:
    """What the entries or the outcomes of a node are tagged with."""
    return f"node:{node}", phase


def nothing_past(node: str) -> PastExecutions:
    """Where nothing is known."""
    return PastExecutions(node, [], [], 0, None, None)


def _is_outcome_of(memory: TypedMemory, node: str) -> bool:
    return memory.metadata.get("node") == node and memory.metadata.get("phase") == OUTCOME


def _words(state: Value) -> dict[str, None]:
    """The words of a state's texts that tell something, in order."""
    words = _WORD.findall(" ".join(texts_in(state)).casefold())
    return dict.fromkeys(word for word in words if len(word) > 2 or not word.isascii())


def _execution(memory: TypedMemory) -> PastExecution | None:
    """None for what another program wrote with these tags."""
    known = memory.metadata
    execution, outcome, ms = known.get("execution"), known.get(OUTCOME), known.get("ms")
    texts: Sequence[object] = (execution, outcome, known.get("thread_id", ""))
    if not all(isinstance(one, str) for one in texts) or not isinstance(ms, (int, float)):
        return None
    solutions = known.get("solutions")
    return PastExecution(
        str(execution),
        str(outcome),
        float(ms),
        memory.created,
        known.get("state"),
        known.get("update"),
        memory.content,
        tuple(map(str, solutions)) if isinstance(solutions, list) else (),
        str(known.get("thread_id", "")),
    )
