"""Events as lines of JSON, in the form of ``keyvalue/values``: made and read ten thousand times a second."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.base import Value
from lsp_server.store.keyvalue.values import dumps, loads

Event = Mapping[str, Value]

_PLAIN = frozenset({str, int, float, bool, type(None)})
_LEVELS = 8  # of what nearly every event is; deeper ones are looked at more closely
_MARK = "$"  # what a date's key begins with, or a key that could be taken for one
_encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), allow_nan=False)


def line_of(event: Event) -> bytes:
    """An event as one line, its end included. Raises ``UsageError`` naming what of it cannot be kept."""
    # The plain event that nearly every one is goes straight to the encoder, once it is known that it would
    # not make something else of a part. Whatever is unusual goes the long way, which also finds the words.
    if type(event) is dict:
        try:
            "".join(event)  # every key is a text
            if _is_plain(event.values(), 0) and _MARK not in (text := "".join(_parts(event, 0))):
                return (text + "\n").encode()
        except (TypeError, ValueError, RecursionError):
            pass
    if not isinstance(event, Mapping):
        raise UsageError(f"an event is a dictionary, not a {type(event).__name__}")
    return (dumps(dict(event)) + "\n").encode()


def event_of(line: bytes) -> dict[str, Value] | None:
    """The event of a line; None where it is none: not written by us, or broken."""
    try:
        found = loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _made_once() -> Callable[[Any, int], Iterable[str]]:
    """The encoder's own function, for a value and 0. ``encode`` makes it anew for each value, which takes a
    quarter of its time; where this Python has another one, or none, it is ``encode``."""
    make = getattr(json.encoder, "c_make_encoder", None)
    sample = {"a": [1.5, True, None, "é\n"], "b": {}}
    try:
        parts: Callable[[Any, int], Iterable[str]] = make(  # type: ignore[misc]  # None is a TypeError
            None, _encoder.default, json.encoder.encode_basestring, None, ":", ",", False, False, False
        )
        if "".join(parts(sample, 0)) == _encoder.encode(sample):
            return parts
    except TypeError:
        pass
    return lambda value, _: (_encoder.encode(value),)


_parts = _made_once()


def _is_plain(values: Iterable[Any], level: int) -> bool:
    """Whether JSON keeps them as they are. Raises ``TypeError`` for a key that is no text."""
    for value in values:
        kind = type(value)
        if kind in _PLAIN:
            continue
        if level == _LEVELS:
            return False
        if kind is dict:
            "".join(value)
            if not _is_plain(value.values(), level + 1):
                return False
        elif kind is not list or not _is_plain(value, level + 1):
            return False
    return True
