"""What is remembered of one node: each execution's entry and outcome, its duration, its error."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lsp_server.agents.bounded_state import bounded
from lsp_server.agents.past_executions import (
    OUTCOME,
    TYPE,
    Histories,
    PastExecutions,
    nothing_past,
    tags_of,
)
from lsp_server.errors import UsageError
from lsp_server.memory.errors.texts import valid
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory
from lsp_server.memory.keyed import Value
from lsp_server.memory.secrets.values import without

if TYPE_CHECKING:
    from lsp_server.memory.errors.error_memory import ErrorMemory

log = logging.getLogger(__name__)

Owner = str | Callable[[Any, Mapping[str, Any]], str] | None

_ENTRY = "entry"
_LINE = 200  # characters of an error's
_SOLUTIONS = 3  # that are told of
_SAID = {
    "success": "done in",
    "failure": "failed after",
    "interrupted": "waits for an answer",
    "cancelled": "was cancelled",
}


@dataclass(frozen=True)
class Run:
    """One execution of a node. ``owner`` None: nobody could be told."""

    node: str
    owner: str | None
    facts: dict[str, Value]
    state: Value = None
    id: str = field(default_factory=lambda: str(uuid4()))


class NodeMemory:
    """The memory of one wrapped function. Its calls never raise: what cannot be remembered is logged."""

    def __init__(
        self,
        events: EventMemory,
        errors: ErrorMemory | None,
        *,
        name: str | None,
        called: str,
        owner: Owner,
        offer: int,
        keys: tuple[str, ...] | None,
    ) -> None:
        self._events = events
        self._errors = errors
        self._name = name
        self._called = called
        self._owner = owner
        self._offer = offer
        self._keys = keys
        self._histories = Histories(events, offer)
        self._has_told = False

    def begun(self, state: Any, config: Mapping[str, Any]) -> Run:
        """An execution that begins; nothing is written yet. The state is copied: a node may change it."""
        known = config.get("metadata") or {}
        node = self._name or str(known.get("langgraph_node") or self._called)
        with self._softly(node):
            thread = (config.get("configurable") or {}).get("thread_id") or known.get("thread_id")
            facts = _facts(thread, known.get("langgraph_step"))
            owner: object = str(thread or "") if self._owner is None else self._owner
            if callable(owner):
                owner = owner(state, config)
            if not isinstance(owner, str):
                raise UsageError(f"the owner is a text, not a {type(owner).__name__}")
            return Run(node, owner, facts, self._bounded(state))
        return Run(node, None, {})

    def enter(self, run: Run, asks: bool) -> PastExecutions:
        """Remember that it begins; what came of others before, where the node ``asks``."""
        if run.owner is None:
            return nothing_past(run.node)
        with self._softly(run.node):
            entry = self._prepared(run, f"{run.node} begins", _ENTRY, {})
            self._events.keep([entry])
            if asks and self._offer:
                whose = None if self._owner is None else run.owner
                return self._histories.past(run.node, whose, run.state, entry.created)
        return nothing_past(run.node)

    def leave(self, run: Run, update: Any, began: float, ended: float | None = None) -> None:
        """Remember that it ended with an update. ``began`` and ``ended`` count seconds; default: now."""
        self._end(run, "success", began, ended, update=update)

    def fail(self, run: Run, error: BaseException, began: float, ended: float | None = None) -> None:
        """Remember that it ended with an exception, which may be LangGraph's way of saying something else."""
        outcome = _outcome_of(error)
        self._end(run, outcome, began, ended, error=error if outcome == "failure" else None)

    def _end(
        self,
        run: Run,
        outcome: str,
        began: float,
        ended: float | None,
        *,
        update: Any = None,
        error: BaseException | None = None,
    ) -> None:
        if run.owner is None:
            return
        ms = round(((perf_counter() if ended is None else ended) - began) * 1000, 3)
        facts: dict[str, Value] = {OUTCOME: outcome, "ms": ms}
        counts = outcome in ("success", "failure")
        if counts:
            facts["success"] = outcome == "success"
        with self._softly(run.node):
            if error is not None:
                self._record(run, error, facts)
            if update is not None:
                facts["update"] = self._bounded(update)
        with self._softly(run.node):
            title = f"{run.node} {_SAID[outcome]}{f' {_ms(ms)}' if counts else ''}"
            kept = [self._prepared(run, title, OUTCOME, facts, "" if error is None else _line_of(error))]
            if counts:
                kept.append(self._duration(run, ms, outcome))
            self._events.keep(kept)

    def _bounded(self, state: Any) -> Value:
        return bounded(state, self._keys, clean=partial(without, listed=self._events._listed))

    def _record(self, run: Run, error: BaseException, facts: dict[str, Value]) -> None:
        """The error by itself, so that it is found with its like, and what is known to help."""
        context = {"node": run.node, "execution": run.id, **run.facts}
        recorded = self._opened_errors().record(error, context=context, handled=False, owner=run.owner)
        facts["error"] = recorded.memory.id
        if recorded.solutions:
            facts["solutions"] = [one.title for one in recorded.solutions[:_SOLUTIONS]]

    def _opened_errors(self) -> ErrorMemory:
        if self._errors is None:
            from lsp_server.memory.errors.error_memory import ErrorMemory

            self._errors = ErrorMemory(self._events)
        return self._errors

    def _prepared(
        self, run: Run, title: str, phase: str, facts: Mapping[str, Value], content: str = ""
    ) -> TypedMemory:
        about = {"node": run.node, "phase": phase, "execution": run.id, **run.facts, **facts}
        given = {"title": title, "content": content, "memory_type": TYPE, "owner": run.owner}
        return self._events.prepared(
            {**given, "tags": tags_of(run.node, phase), "metadata": {**about, "state": run.state}}
        )

    def _duration(self, run: Run, ms: float, outcome: str) -> TypedMemory:
        endpoint = f"node {run.node}"
        about = {"ms": ms, "endpoint": endpoint, "kind": "node", "outcome": outcome}
        return self._events.prepared(
            {"title": endpoint, "memory_type": "metric", "owner": run.owner, "metadata": about}
        )

    def _softly(self, node: str) -> _Softly:
        return _Softly(self, node)

    def tell(self, node: str, error: Exception) -> None:
        """Log what keeps a node from being remembered: once as a warning."""
        level = logging.DEBUG if self._has_told else logging.WARNING
        self._has_told = True
        log.log(level, "executions of the node %s are not remembered: %s", node, error)


class _Softly:
    """A disk that is full must not take the agent down."""

    def __init__(self, memory: NodeMemory, node: str) -> None:
        self._memory = memory
        self._node = node

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self._memory.tell(self._node, error)
        return True


def _facts(thread: object, step: object) -> dict[str, Value]:
    """Which run of a graph it belongs to."""
    facts: dict[str, Value] = {}
    if thread:
        facts["thread_id"] = str(thread)
    if isinstance(step, int):
        facts["step"] = step
    return facts


def _ms(ms: float) -> str:
    return f"{ms:,.0f} ms" if ms >= 10 else f"{ms:.2g} ms"


def _outcome_of(error: BaseException) -> str:
    """What an exception says of an execution. Where LangGraph is at work its errors are loaded."""
    known = sys.modules.get("langgraph.errors")
    if known is not None and isinstance(error, known.GraphBubbleUp):
        return "success" if isinstance(error, known.ParentCommand) else "interrupted"
    return "failure" if isinstance(error, Exception) else "cancelled"


def _line_of(error: BaseException) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return valid(f"{type(error).__name__}: {first}", _LINE).rstrip(": ")
