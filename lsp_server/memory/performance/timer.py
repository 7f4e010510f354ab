"""A timer: a context manager and a decorator, for functions and coroutine functions."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from lsp_server.errors import UsageError

if TYPE_CHECKING:
    from lsp_server.memory.events.model import TypedMemory
    from lsp_server.memory.performance.performance_memory import PerformanceMemory

Function = TypeVar("Function", bound=Callable[..., Any])


class Timer:
    """One measurement, from ``with`` to its end. ``ms`` is how long it took, None while it runs.

    An exception makes it a failure and goes on. What is cut short from outside (cancelled, interrupted) took
    no time that would tell anything, and is not recorded. As a decorator it measures each call by itself.
    """

    def __init__(self, memory: PerformanceMemory, endpoint: str, kind: str) -> None:
        self.endpoint = endpoint
        self.kind = kind
        self.ms: float | None = None
        self._memory = memory
        self._began: float | None = None
        self._on_loop = False

    @property
    def optimisations(self) -> list[TypedMemory]:
        """What made this endpoint faster before, newest first. In ``async with`` the answer comes from what
        is known already, so that the event loop never waits."""
        if self._on_loop:
            return self._memory.optimisations_at_once(self.endpoint)
        return self._memory.optimisations(self.endpoint)

    def __enter__(self) -> Timer:
        if self._began is not None:
            raise UsageError("this timer is running already: make one for each with")
        self._began = perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._began is not None
        self.ms = (perf_counter() - self._began) * 1000
        self._began = None
        if kind is None:
            self._memory._measured(self.endpoint, self.ms, self.kind, "success")
        elif issubclass(kind, Exception):
            self._memory._measured(self.endpoint, self.ms, self.kind, "failure")

    async def __aenter__(self) -> Timer:
        self._on_loop = True
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: Function) -> Function:
        """The function, each call of it measured."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise UsageError(
                f"{function.__name__} is a generator, which works while others do: put a timer inside it"
            )
        again = functools.partial(Timer, self._memory, self.endpoint, self.kind)
        if asyncio.iscoroutinefunction(function):

            @functools.wraps(function)
            async def timed_coroutine(*args: Any, **named: Any) -> Any:
                async with again():
                    return await function(*args, **named)

            return timed_coroutine  # type: ignore[return-value] # the same call, as `wraps` says

        @functools.wraps(function)
        def timed(*args: Any, **named: Any) -> Any:
            with again():
                return function(*args, **named)

        return timed  # type: ignore[return-value] # as above
