"""``ErrorMemory``: what went wrong in a program, what it has in common, and what helped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from lsp_server.errors import UsageError
from lsp_server.memory.errors.applying import Handler
from lsp_server.memory.errors.places import Places, program_root, root_of
from lsp_server.memory.errors.recorder import Recorder
from lsp_server.memory.errors.results import ErrorGroup, RecordedError, Solution
from lsp_server.memory.errors.watching import Function, Watching, remembering
from lsp_server.memory.events.event_memory import EventMemory
from lsp_server.memory.events.model import TypedMemory, hours_before

if TYPE_CHECKING:
    import asyncio

    from lsp_server.memory.facade import Memory


class ErrorMemory:
    """What goes wrong in a program: recorded with its context, grouped by what it has in common, and answered
    with what solved its like.

    ``where`` is an ``EventMemory``, or a place for one, as it takes it. ``owner`` is whose errors they are: a
    service, a worker. ``root``: the directory that the program's files are named from; default: the
    repository's work tree, or where the program's main file is, wherever it is run.

    Recording never raises on its own account, and costs a fraction of a millisecond: a full disk is warned of
    once (``RuntimeWarning``) and counted in ``unrecorded``. Similar errors are found with drain3
    (``pip install "git-memory-lsp[learning]"``); without it errors are recorded all the same.

    Threads may share one; a forked process may go on with it. Close it, or use it in a ``with``.

    >>> errors = ErrorMemory(".", owner="shop")
    >>> with errors.watching("charging", order=42):
    ...     charge(order)
    """

    def __init__(
        self, where: EventMemory | Memory | Path | str = ".", *, owner: str = "", root: Path | None = None
    ) -> None:
        if not isinstance(owner, str):
            raise UsageError(f"owner must be text, not {type(owner).__name__}")
        self._owns = not isinstance(where, EventMemory)
        self.events = where if isinstance(where, EventMemory) else EventMemory(where)
        self.owner = owner
        places = Places(Path(root) if root is not None else _root(where))
        self._recorder = Recorder(self.events, places, owner)

    @property
    def unrecorded(self) -> int:
        """How many errors could not be written."""
        return self._recorder.unrecorded

    # Recording

    def record(
        self,
        error: BaseException,
        *,
        context: Mapping[str, Any] | None = None,
        handled: bool = True,
        owner: str | None = None,
    ) -> RecordedError:
        """Record an exception; what is known of its like. An exception is recorded once: whoever records it
        again gets the same answer.

        ``context``: what the program knows about it; values that JSON cannot hold are told by their
        ``repr``. ``handled``: the program goes on. A solution whose handler is registered is applied.
        Raises ``UsageError`` for what is no exception.
        """
        given = checked_arguments(error, context, owner)
        return self._recorder.passed(error, given, handled=handled, owner=owner)

    @overload
    def remember(self, function: Function) -> Function: ...
    @overload
    def remember(
        self, function: None = None, *, context: Mapping[str, Any] | None = None, reraise: bool = True
    ) -> Callable[[Function], Function]: ...
    def remember(
        self,
        function: Function | None = None,
        *,
        context: Mapping[str, Any] | None = None,
        reraise: bool = True,
    ) -> Function | Callable[[Function], Function]:
        """Record the errors of a function, plain or ``async``. They go on; with ``reraise=False`` the
        function answers None instead. Functions that yield are left as they are."""
        given = _mapping(context)
        if function is not None:
            return remembering(self._recorder, function, given, reraise=reraise)
        return lambda one: remembering(self._recorder, one, given, reraise=reraise)

    def watching(self, what: str = "", *, suppress: bool = False, **context: Any) -> Watching:
        """Record the error of a block (``with`` or ``async with``). It goes on, unless ``suppress``."""
        return Watching(self._recorder, {"what": what, **context} if what else context, suppress=suppress)

    def handler(self, level: int | str = logging.ERROR) -> logging.Handler:
        """A handler for ``logging`` that records errors with their exceptions, and messages without."""
        from lsp_server.memory.errors.log_handler import ErrorLogHandler

        return ErrorLogHandler(self._recorder, level)

    def install_excepthook(self, *, loop: asyncio.AbstractEventLoop | None = None) -> Callable[[], None]:
        """Record what nobody catches, in threads and in the loop's tasks, too; the hooks that were there are
        called as ever. Answers with a function that undoes it."""
        from lsp_server.memory.errors.hooks import install

        return install(self._recorder, loop)

    # What helped

    def solution(
        self,
        for_: BaseException | str | TypedMemory | ErrorGroup,
        title: str,
        content: str = "",
        *,
        handler: str | None = None,
    ) -> TypedMemory:
        """Write down what made an error go away; it is offered where its like happens again.

        ``for_``: the exception, its memory, its group, a group's or a memory's id, or ``"ConnectionError: No
        answer"``, wherever that happens. ``handler``: the name of a function that applies it (``applies``).
        """
        from lsp_server.memory.errors.naming import solves

        if handler is not None and (not isinstance(handler, str) or not handler.strip()):
            raise UsageError("a handler is named by a text: the name that it is registered under")
        solved = solves(self.events, self._said(for_))
        metadata: dict[str, Any] = {"solves": solved}
        if handler:
            metadata["handler"] = handler
        kind = solved.get("type")
        memory = self.events.create_memory(
            title,
            content,
            memory_type="solution",
            owner=self.owner,
            tags=[str(kind)] if kind else [],
            metadata=metadata,
        )
        self._recorder.lookups.add(memory)
        return memory

    def solutions(self, error: BaseException | str | TypedMemory | ErrorGroup) -> list[Solution]:
        """What solved an error's like, best first: what helped most often, then the newest.

        Raises ``RefusedError`` where drain3 is missing.
        """
        from lsp_server.memory.errors.naming import solutions_of

        return solutions_of(self.events, self._said(error))

    def applies(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a function for solutions whose ``handler`` is ``name``: it is called with the error and
        its context, at once where such an error is recorded. False, or an exception: it did not help.

        Only what is registered here is ever run. A coroutine function is awaited where the error passes
        through ``async with`` or an ``async`` function, and left out elsewhere.
        """

        def register(function: Handler) -> Handler:
            self._recorder.handlers.register(name, function)
            return function

        return register

    def groups(self, hours: float | None = 24) -> list[ErrorGroup]:
        """The errors of the last ``hours`` (None: all that are kept) by what they have in common, most first.

        Raises ``RefusedError`` where drain3 is missing.
        """
        from lsp_server.memory.errors.collecting import collected

        return [group for group, _ in collected(self.events, hours_before(self.events._clock(), hours))]

    def group(self, name: str) -> ErrorGroup:
        """The group with that id, whose id begins so, or that has the error with that id; of all that are
        kept. Raises ``NotFoundError``, ``AmbiguousError``, and ``RefusedError`` where drain3 is missing.
        """
        from lsp_server.memory.errors.naming import group_named

        return group_named(self.events, name)

    def refresh(self) -> None:
        """Look up the solutions that are known, now: a program that must not wait for a second at its
        first error calls this when it starts. Raises ``RefusedError`` where drain3 is missing."""
        self._recorder.lookups.look()

    def _said(self, error: BaseException | str | TypedMemory | ErrorGroup) -> TypedMemory | ErrorGroup | str:
        if isinstance(error, BaseException):
            return self._recorder.described(error)
        if not isinstance(error, (str, TypedMemory, ErrorGroup)):
            raise UsageError(
                f"{type(error).__name__} names no error: give an exception, its memory, its group or a text"
            )
        return error

    def close(self) -> None:
        """Let go of what was opened here; safe to call twice."""
        self._recorder.lookups.close()
        if self._owns:
            self.events.close()

    def __enter__(self) -> ErrorMemory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def checked_arguments(
    error: BaseException, context: Mapping[str, Any] | None, owner: str | None
) -> Mapping[str, Any]:
    """The context of an exception that is to be recorded. Raises ``UsageError`` for what is no exception,
    no dictionary or no text."""
    if not isinstance(error, BaseException):
        raise UsageError(f"record takes an exception, not {type(error).__name__}")
    if owner is not None and not isinstance(owner, str):
        raise UsageError(f"owner must be text, not {type(owner).__name__}")
    return _mapping(context)


def _mapping(context: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if context is not None and not isinstance(context, Mapping):
        raise UsageError(f"context must be a dictionary, not {type(context).__name__}")
    return context or {}


def _root(where: EventMemory | Memory | Path | str) -> Path:
    """The work tree of the repository that is meant; without one, where the program itself is."""
    root: Path | None = None
    if isinstance(where, EventMemory):
        root = None if where._repository is None else where._repository.memory.root
    elif isinstance(where, (str, Path)):
        is_directory = isinstance(where, str) and where.startswith("dir:")
        root = None if is_directory else root_of(Path(where))
    else:
        root = where.root
    return program_root() if root is None else root
