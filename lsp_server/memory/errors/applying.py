"""Solutions that a program applies by itself: only by functions that it has registered, under their name."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Union

from lsp_server.errors import UsageError
from lsp_server.memory.errors.results import Applied, Solution
from lsp_server.memory.errors.solving import FAILURE, SUCCESS
from lsp_server.memory.errors.telling import first_line
from lsp_server.memory.errors.texts import text_of, type_name

Handler = Callable[[BaseException, Mapping[str, Any]], Union["bool | None", "Awaitable[bool | None]"]]
"""Gets the error and what the program told about it; False, or an exception: it did not help."""

_at_it: ContextVar[bool] = ContextVar("git_memory_applying", default=False)


class Handlers:
    """The functions that a program has registered."""

    def __init__(self) -> None:
        self._by_name: dict[str, Handler] = {}

    def register(self, name: str, function: Handler) -> None:
        """Raises ``UsageError`` for a name that is none, or that another function has."""
        if not isinstance(name, str) or not name.strip():
            raise UsageError("a handler needs a name: the one that solutions give")
        if not callable(function):
            raise UsageError(f"the handler {name!r} is no function")
        if self._by_name.setdefault(name, function) is not function:
            raise UsageError(f"there is a handler {name!r} already: give this one another name")

    def for_(self, solutions: list[Solution], *, can_wait: bool) -> Iterator[tuple[Solution, Handler]]:
        """The solutions that can be applied here, each handler once. None while one is at work: an error in
        a handler is not handled by handlers."""
        if _at_it.get():
            return
        done: set[str] = set()
        for solution in solutions:
            function = self._by_name.get(solution.handler)
            if function is None or solution.handler in done:
                continue
            if can_wait or not inspect.iscoroutinefunction(function):
                done.add(solution.handler)
                yield solution, function


def applied(
    solution: Solution, handler: Handler, error: BaseException, context: Mapping[str, Any]
) -> Applied:
    """Run a handler. What it raises is a failure; an interrupt goes on its way."""
    began, token, why = time.perf_counter(), _at_it.set(True), ""
    try:
        why = _why(handler(error, dict(context)))
    except Exception as raised:
        why = _told(raised)
    finally:
        _at_it.reset(token)
    return _ended(solution, began, why)


async def applied_later(
    solution: Solution, handler: Handler, error: BaseException, context: Mapping[str, Any]
) -> Applied:
    """As ``applied``, where a handler may be a coroutine function."""
    began, token, why = time.perf_counter(), _at_it.set(True), ""
    try:
        answer = handler(error, dict(context))
        why = _why(await answer if inspect.isawaitable(answer) else answer)
    except Exception as raised:
        why = _told(raised)
    finally:
        _at_it.reset(token)
    return _ended(solution, began, why)


def _why(answer: object) -> str:
    return "it did not help" if answer is False else ""


def _told(raised: Exception) -> str:
    return f"{type_name(type(raised))}: {first_line(text_of(raised, 200))}".rstrip(": ")


def _ended(solution: Solution, began: float, why: str) -> Applied:
    ms = round((time.perf_counter() - began) * 1000, 3)
    return Applied(solution, FAILURE if why else SUCCESS, ms, why)
