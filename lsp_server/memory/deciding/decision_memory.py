"""``DecisionMemory``: decisions that programs make, what came of them, and how often the like turned out
well."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from lsp_server.errors import NotFoundError, UsageError
from lsp_server.memory.deciding.calibrating import calibration
from lsp_server.memory.deciding.results import Calibration, PastDecision, SimilarDecisions
from lsp_server.memory.deciding.similar import MOST, NONE, SHOWN, checked_limit, summed
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory
from lsp_server.records.outcomes import checked_result, checked_share, result, share

if TYPE_CHECKING:
    from lsp_server.memory.facade import Memory
    from lsp_server.store.keyvalue.base import Value

DECISION = "decision"
OUTCOME = "decision.outcome"


class MadeDecision(NamedTuple):
    """A decision as it was kept, and those like it whose outcome is known."""

    memory: TypedMemory
    similar: SimilarDecisions


class DecisionMemory:
    """Decisions of a program, with how sure it was and what they were based on; their outcomes, recorded
    later; and how often similar ones turned out well.

    ``where`` is an open ``EventMemory``, or what one is opened of: a repository, or ``"dir:PATH"``. A
    decision is an event of the type ``decision``, its outcome one of ``decision.outcome``; both are among
    those that are published. Threads may share one. Calls raise ``UsageError`` for what cannot be kept or
    asked, ``StoreError`` where the disk is full or unreadable.

    >>> decisions = DecisionMemory(".")
    >>> made = decisions.decide("Retry with backoff", "The bank is slow today", confidence=0.7)
    >>> decisions.outcome(made.memory.id, "success")
    """

    def __init__(self, where: EventMemory | Memory | Path | str = ".", *, owner: str = "") -> None:
        """``owner`` is whose decisions are made where a call does not say."""
        self._owns = not isinstance(where, EventMemory)
        self.events = where if isinstance(where, EventMemory) else EventMemory(where)
        self._owner = owner
        self._lock = threading.Lock()
        self._outcomes: dict[str, TypedMemory] = {}  # the last of each decision, by the decision's id
        self._seen = -1  # outcomes that were read

    def decide(
        self,
        title: str,
        content: str = "",
        *,
        confidence: float | str | None = None,
        based_on: str | TypedMemory | Iterable[str | TypedMemory] = (),
        due: datetime | None = None,
        owner: str | None = None,
        tags: Iterable[str] = (),
        metadata: Mapping[str, Value] | None = None,
        limit: int = SHOWN,
    ) -> MadeDecision:
        """Keep a decision: what was decided in ``title``, why in ``content``. ``confidence`` is how likely it
        is to turn out well, 0 to 1 or a text like ``"80%"``; ``based_on`` are texts, and memories or their
        ids; ``due`` is when its outcome should be known. ``limit`` of the similar ones are answered with."""
        checked_limit(limit)
        if metadata is not None and not isinstance(metadata, Mapping):
            raise UsageError(f"metadata is {metadata!r}: it must be a mapping")
        said: dict[str, Value] = dict(metadata or {})
        if confidence is not None:
            said["confidence"] = checked_share(confidence)
        if grounds := _grounds(based_on):
            said["based_on"] = grounds
        if due is not None:
            said["due"] = _moment("due", due)
        given = {
            "title": title,
            "content": content,
            "type": DECISION,
            "owner": self._owner if owner is None else owner,
            "tags": tags,
            "metadata": said,
        }
        memory = self.events.prepared(given)
        found = self._similar(memory.title, memory.tags, limit)  # before it is one of them itself
        return MadeDecision(self.events.keep([memory])[0], found)

    def outcome(self, decision: str | TypedMemory, result: str, note: str = "") -> TypedMemory:
        """Keep what came of a decision: ``success``, ``failure`` or ``mixed``. ``decision`` is it, its id, or
        the beginning of that. Of several outcomes of one decision the last counts.

        Raises ``NotFoundError`` where there is no such decision.
        """
        said = checked_result(result)
        made = self.events.memory(decision) if isinstance(decision, str) else decision
        if made is None:
            raise NotFoundError(f"there is no decision {decision!r}")
        if made.memory_type != DECISION:
            raise UsageError(
                f"{made.title!r} is of the type {made.memory_type}: only a decision has an outcome"
            )
        self._follow()
        kept = self.events.create_memory(
            made.title,
            note,
            memory_type=OUTCOME,
            owner=made.owner,
            tags=made.tags,
            metadata={"decision": made.id, "result": said},
        )
        with self._lock:
            self._outcomes[made.id] = kept
            self._seen += 1
        return kept

    def similar(self, query: str, limit: int = SHOWN) -> SimilarDecisions:
        """Past decisions like ``query`` whose outcome is known, and how often they turned out well. A word
        with a ``#`` before it is a tag."""
        checked_limit(limit)
        if not isinstance(query, str):
            raise UsageError(f"query is {query!r}: it must be a text")
        return self._similar(query, (), limit)

    def due(self, now: datetime | None = None) -> list[TypedMemory]:
        """The decisions whose outcome should be known by ``now`` and is not, those first that have been due
        for longest."""
        moment = datetime.now(timezone.utc) if now is None else _moment("now", now)
        outcomes = self._follow()
        waiting = [
            (when, memory)
            for memory in self.events.memories(DECISION)
            if isinstance(when := memory.metadata.get("due"), datetime)
            and memory.id not in outcomes
            and when <= moment
        ]
        return [memory for _, memory in sorted(waiting, key=lambda one: one[0])]

    def calibration(self) -> Calibration:
        """How sure the program was, and how often it was right, by tenths of confidence."""
        outcomes = self._follow()
        judged = [
            (confidence, outcomes[memory.id].metadata["result"])
            for memory in self.events.memories(DECISION)
            if memory.id in outcomes and (confidence := share(memory.metadata.get("confidence"))) is not None
        ]
        return calibration([(confidence, str(result)) for confidence, result in judged])

    def close(self) -> None:
        """Close what was opened for this; safe to call twice."""
        if self._owns:
            self.events.close()

    def __enter__(self) -> DecisionMemory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _follow(self) -> Mapping[str, TypedMemory]:
        """The last outcome of each decision. All are read again only where there are others than were kept
        here: counting them costs next to nothing."""
        count = self.events.counts().get(OUTCOME, 0)
        with self._lock:
            if count == self._seen:
                return dict(self._outcomes)
        found: dict[str, TypedMemory] = {}
        every = self.events.memories(OUTCOME)
        for memory in every:
            decision = memory.metadata.get("decision")
            if isinstance(decision, str) and result(memory.metadata.get("result")) is not None:
                found[decision] = memory
        with self._lock:
            self._outcomes, self._seen = found, len(every)
        return found

    def _similar(self, title: str, tags: Sequence[str], limit: int) -> SimilarDecisions:
        outcomes = self._follow()
        if not outcomes:
            return NONE
        from lsp_server.memory.deciding.likeness import likenesses, question

        query = " ".join((title, *tags)).strip()
        found = self.events.search_memories(query, DECISION, 4 * MOST) if query else []
        known = [memory for memory in found if memory.id in outcomes][:MOST]
        heads = [(question(memory.title, memory.tags), memory.content) for memory in known]
        likely = likenesses(question(title, tags), heads, len(outcomes))
        return summed(
            (
                _past(memory, outcomes[memory.id], likeness)
                for memory, likeness in zip(known, likely, strict=True)
            ),
            limit,
        )


def _grounds(based_on: str | TypedMemory | Iterable[str | TypedMemory]) -> list[Value]:
    """What a decision was based on: texts, a memory by its id."""
    one_alone = isinstance(based_on, (str, TypedMemory)) or not isinstance(based_on, Iterable)
    grounds = [based_on] if one_alone else list(based_on)
    for ground in grounds:
        if not isinstance(ground, (str, TypedMemory)):
            raise UsageError(f"based_on has {ground!r}: name texts, or memories")
    return [ground.id if isinstance(ground, TypedMemory) else ground for ground in grounds]


def _moment(name: str, given: datetime) -> datetime:
    """A moment; one without a zone is in UTC."""
    if not isinstance(given, datetime):
        raise UsageError(f"{name} is {given!r}: it must be a datetime")
    return given if given.tzinfo else given.replace(tzinfo=timezone.utc)


def _past(memory: TypedMemory, outcome: TypedMemory, likeness: float) -> PastDecision:
    said: Mapping[str, Any] = outcome.metadata
    return PastDecision(
        memory.id,
        "",
        memory.title,
        str(said["result"]),
        outcome.created.date().isoformat(),
        share(memory.metadata.get("confidence")),
        outcome.content,
        round(likeness, 3),
    )
