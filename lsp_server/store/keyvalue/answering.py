"""While the function given to ``change`` answers, its thread must not write to the same place, through
whichever object: it would wait for itself, or be asked again for ever."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from lsp_server.errors import UsageError


class _Here(threading.local):
    """Of one thread: the places whose values are being changed, the innermost last."""

    def __init__(self) -> None:
        self.places: list[Hashable] = []


_here = _Here()


@contextmanager
def answering(place: Hashable) -> Iterator[None]:
    """Meanwhile a caller's function decides what is to stand at a place."""
    _here.places.append(place)
    try:
        yield
    finally:
        _here.places.pop()


def refuse_while_answering(place: Hashable, what: str = "it cannot write") -> None:
    """Raise ``UsageError`` where this thread is being asked by that place."""
    if _here.places and place in _here.places:
        raise UsageError(f"the function given to change must only answer: {what}")
