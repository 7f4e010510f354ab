"""Events as programs would have written them, at moments of the test's choice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from lsp_server import EventMemory, TypedMemory
from lsp_server.memory.events.model import made
from lsp_server.memory.learning.seen import Seen

START = datetime(2026, 11, 2, tzinfo=timezone.utc)
"""A Monday."""
PAY = '''"""Paying."""


def charge(bank, seconds):
    if bank.ask() is None:
        raise TimeoutError(f"no answer from {bank.name} in {seconds} s")
'''
LINE = 6
TRACE = """Traceback (most recent call last):
  File "src/pay.py", line 6, in charge
    raise TimeoutError(f"no answer from {bank.name} in {seconds} s")
TimeoutError: no answer"""


def at(days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
    return START + timedelta(days=days, hours=hours, minutes=minutes)


def failure(when: datetime, number: int = 30, **more: Any) -> TypedMemory:
    """``charge`` has raised, as ``ErrorMemory`` writes it."""
    message = f"no answer from ING in {number} s"
    told = {
        "type": "TimeoutError",
        "message": message,
        "where": f"src/pay.py:{LINE} in charge",
        "path": "src/pay.py",
        "line": LINE,
        "function": "charge",
        "handled": False,
        "chain": [],
        **more,
    }
    return made(
        f"{told['type']}: {told['message']}",
        TRACE,
        memory_type="error",
        owner="worker-1",
        tags=[str(told["type"])],
        metadata={"error": told},
        created=when,
    )


def failures(begin: datetime, count: int, *, apart: float = 10) -> list[TypedMemory]:
    """So many, so many minutes apart."""
    return [failure(begin + timedelta(minutes=apart * n), 20 + n) for n in range(count)]


def at_work(begin: datetime, days: float, *, an_hour: int = 4) -> list[TypedMemory]:
    """A program that does something else."""
    step = timedelta(hours=1) / an_hour
    return [
        made("Order", memory_type="order.placed", created=begin + n * step)
        for n in range(int(days * 24 * an_hour))
    ]


def solution(when: datetime, title: str = "Ask a second time") -> TypedMemory:
    solves = {
        "type": "TimeoutError",
        "place": "src/pay.py:charge",
        "message": "no answer from ING in 30 s",
    }
    return made(
        title, "With twice the timeout.", memory_type="solution", metadata={"solves": solves}, created=when
    )


def kept(events: EventMemory, *streams: Sequence[TypedMemory]) -> None:
    together = sorted((one for stream in streams for one in stream), key=lambda one: one.created)
    events.keep(together)


def seen_at(now: datetime, *memories: TypedMemory, **more: Any) -> Seen:
    """What a finder is given, of these events."""
    ordered = sorted(memories, key=lambda one: one.created)

    def activity(since: datetime, until: datetime) -> int:
        return sum(since <= one.created < until for one in ordered)

    def of(*kinds: str) -> list[TypedMemory]:
        return [one for one in ordered if one.memory_type in kinds]

    return Seen(
        now,
        24.0,
        activity,
        errors=of("error", "ui_error"),
        actions=of("user_action", "page_view"),
        solutions=of("solution"),
        applied=of("solution.applied"),
        optimisations=of("optimisation"),
        decisions=of("decision"),
        outcomes=of("decision.outcome"),
        **more,
    )
