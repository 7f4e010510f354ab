"""Which exceptions are errors, what caused one, and what is in a group of them."""

from __future__ import annotations

from collections.abc import Iterator

_CHAIN = 10
_GROUPS = 5  # groups in groups
_GOES_ON = frozenset(
    (
        *("KeyboardInterrupt", "SystemExit", "GeneratorExit", "StopIteration", "StopAsyncIteration"),
        *("CancelledError", "Cancelled", "GreenletExit"),  # asyncio, futures, trio, greenlets
    )
)


def is_error(error: BaseException) -> bool:
    """Whether something went wrong: an interrupt, an exit, a task that was cancelled or the end of an
    iteration are how programs go on; and so is a group that has only these."""
    try:
        return any(not _goes_on(one) for one in _leaves(error, _GROUPS))
    except Exception:  # a class that does not even say its name
        return True


def causes(error: BaseException) -> Iterator[tuple[BaseException, bool]]:
    """What an exception was raised from or during, the nearest first; whether from it. At most ten, and each
    once, for a chain may be a ring."""
    seen = {id(error)}
    at = error
    while len(seen) <= _CHAIN:
        is_cause = at.__cause__ is not None
        before = at.__cause__
        if before is None and not at.__suppress_context__:
            before = at.__context__
        if before is None or id(before) in seen:
            return
        seen.add(id(before))
        yield before, is_cause
        at = before


def inner(error: BaseException) -> tuple[BaseException, ...]:
    """What is in a group of exceptions: Python's own (3.11) or a package's, known by its class's name."""
    if not any(kind.__name__ == "BaseExceptionGroup" for kind in type(error).__mro__):
        return ()
    try:
        found = tuple(getattr(error, "exceptions", ()))
    except Exception:  # a class of its own that has none to give
        return ()
    return tuple([one for one in found if isinstance(one, BaseException)])


def _goes_on(error: BaseException) -> bool:
    return any(kind.__name__ in _GOES_ON for kind in type(error).__mro__)


def _leaves(error: BaseException, deep: int) -> Iterator[BaseException]:
    those = inner(error) if deep else ()
    if not those:
        yield error
    for one in those:
        yield from _leaves(one, deep - 1)
