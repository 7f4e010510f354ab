"""What nobody catches: recorded on its way to the hooks that were there before."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

    from lsp_server.memory.errors.recorder import Recorder


def install(errors: Recorder, loop: asyncio.AbstractEventLoop | None) -> Callable[[], None]:
    """Put in the hooks; the function that undoes it. Where somebody else has put in theirs since, ours stay
    below and do nothing but call the former ones."""
    is_on = True

    def record(error: BaseException | None, context: Mapping[str, Any]) -> None:
        if is_on and error is not None:
            with suppress(Exception):
                errors.tell(error, errors.noted(error, context, handled=False))

    former = sys.excepthook

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        try:
            record(error, {})
        finally:
            former(kind, error, trace)

    former_of_threads = threading.excepthook

    def uncaught_in_thread(args: threading.ExceptHookArgs, /) -> None:
        try:
            record(args.exc_value, {"thread": args.thread.name} if args.thread is not None else {})
        finally:
            former_of_threads(args)

    sys.excepthook, threading.excepthook = uncaught, uncaught_in_thread
    end_of_loop = _in_loop(loop, record) if loop is not None else None

    def undo() -> None:
        nonlocal is_on
        is_on = False
        if sys.excepthook is uncaught:
            sys.excepthook = former
        if threading.excepthook is uncaught_in_thread:
            threading.excepthook = former_of_threads
        if end_of_loop is not None:
            end_of_loop()

    return undo


def _in_loop(
    loop: asyncio.AbstractEventLoop, record: Callable[[BaseException | None, Mapping[str, Any]], None]
) -> Callable[[], None]:
    former = loop.get_exception_handler()

    def uncaught(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        try:
            error = context.get("exception")
            if isinstance(error, BaseException):
                record(error, {"message": context.get("message", "")})
        finally:
            if former is not None:
                former(loop, context)
            else:
                loop.default_exception_handler(context)

    loop.set_exception_handler(uncaught)

    def undo() -> None:
        if loop.get_exception_handler() is uncaught:
            loop.set_exception_handler(former)

    return undo
