"""Answers that are kept because what they are about does not change."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def kept(known: dict[Key, Value], key: Key, find: Callable[[], Value], most: int) -> Value:
    """The answer to ``key`` that is ``known``, or else what ``find`` says, which is kept then. Of more
    than ``most`` answers all are forgotten. Threads may share ``known``; two of them may both find out."""
    with contextlib.suppress(KeyError):  # asked and read at once: another thread may clear it
        return known[key]
    answer = find()
    if len(known) >= most:
        known.clear()
    known[key] = answer
    return answer
