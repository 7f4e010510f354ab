"""Errors of a block or a function, recorded as they pass: a context manager and a decorator."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lsp_server.errors import UsageError
from lsp_server.memory.errors.kinds import is_error
from lsp_server.memory.errors.results import RecordedError

if TYPE_CHECKING:
    from lsp_server.memory.errors.recorder import Recorder

Function = TypeVar("Function", bound=Callable[..., Any])


class Watching:
    """A block whose error is recorded, and goes on unless ``suppress``; for ``with`` and ``async with``.
    ``recorded``: what was recorded of the last one; None: nothing went wrong."""

    def __init__(self, errors: Recorder, context: Mapping[str, Any], *, suppress: bool) -> None:
        self._errors = errors
        self._context = context
        self._suppress = suppress
        self.recorded: RecordedError | None = None

    def __enter__(self) -> Watching:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None or not is_error(error):
            return False
        self.recorded = self._errors.passed(error, self._context, handled=self._suppress)
        return self._ended(error, self.recorded)

    async def __aenter__(self) -> Watching:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None or not is_error(error):
            return False
        self.recorded = await self._errors.passed_later(error, self._context, handled=self._suppress)
        return self._ended(error, self.recorded)

    def _ended(self, error: BaseException, recorded: RecordedError) -> bool:
        if not self._suppress:
            self._errors.tell(error, recorded)
        return self._suppress


def remembering(
    errors: Recorder, function: Function, context: Mapping[str, Any], *, reraise: bool
) -> Function:
    """A function whose errors are recorded; with ``reraise`` they go on, else it answers None. One that
    yields is left as it is: it fails where it is asked, not where it is called."""
    if isinstance(function, type) or not callable(function):
        raise UsageError("remember is for functions: decorate a class's methods one by one")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return function
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def asked_later(*args: Any, **kwargs: Any) -> Any:
            async with Watching(errors, context, suppress=not reraise):
                return await function(*args, **kwargs)

        return cast("Function", asked_later)

    @functools.wraps(function)
    def asked(*args: Any, **kwargs: Any) -> Any:
        with Watching(errors, context, suppress=not reraise):
            return function(*args, **kwargs)

    return cast("Function", asked)
