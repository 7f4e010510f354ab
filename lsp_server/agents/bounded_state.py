"""What an agent works on, as a memory can hold it: plain values, and not much of them.

A state may have anything in it: messages by the hundred, documents, open connections. What is kept of it
says what was going on; it need not bring it back. Of a list the last items are kept, since agents append.
"""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from lsp_server.memory.keyed import Value

CHARACTERS = 4_000
"""What is kept of one state, texts and names together."""

_TEXT = 1_000  # characters of one text
_NAME = 100  # of a key
_SECRET = 8_000  # a secret that begins in what is kept of a text ends in that many more: a long private key
_KEYS, _ITEMS = 50, 20  # of one mapping, of one list
_LEVELS = 8
_LARGE = 256  # bits of a number
_CUT = "…"
_MESSAGE = ("type", "name", "content", "tool_calls")  # what is kept of a chat message


def bounded(state: Any, keys: Collection[str] | None = None, *, clean: Callable[[str], str] = str) -> Value:
    """A state, or what a node answered, as plain values of some 4,000 characters at most. ``keys``: of what
    is under these names alone; nothing, where there are no names. ``clean`` takes the secrets out of a text
    that is cut: the half of one is not known for one any more."""
    if keys is not None:
        state = _picked(state, keys)
    return _Room(clean).plain(state, 0)


def texts_in(value: Value) -> Iterator[str]:
    """The texts of a value that ``bounded`` made, without keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


class _Room:
    """How much may still be kept."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._left = CHARACTERS
        self._clean = clean

    def plain(self, value: Any, level: int) -> Value:
        if self._left <= 0 or level > _LEVELS:
            return _CUT
        try:
            return self._plain(value, level)
        except Exception:  # somebody's own class, whose parts cannot be read
            return self._named(value)

    def _plain(self, value: Any, level: int) -> Value:
        if value is None or isinstance(value, bool):
            self._left -= 4
            return value
        if isinstance(value, Enum):
            return self._plain(value.value, level)
        if isinstance(value, str):
            return self._text(value, _TEXT)
        if isinstance(value, int):
            return (
                self._number(value) if value.bit_length() <= _LARGE else self._text("a large number", _TEXT)
            )
        if isinstance(value, float):
            return self._number(value) if math.isfinite(value) else self._text(str(value), _TEXT)
        if isinstance(value, date):  # a time, too
            self._left -= 20
            return value
        if isinstance(value, (UUID, Decimal, PurePath)):
            return self._text(str(value), _TEXT)
        if isinstance(value, Mapping):
            return self._mapping(value, level)
        if isinstance(value, (list, tuple, deque)):
            return self._list(value, level)
        if isinstance(value, Set):
            return self._list(list(value), level)
        parts = _parts(value)
        return self._named(value) if parts is None else self._mapping(parts, level)

    def _mapping(self, value: Mapping[Any, Any], level: int) -> Value:
        kept: dict[str, Value] = {}
        for number, (key, each) in enumerate(value.items()):
            if number >= _KEYS or self._left <= 0:
                kept[_CUT] = f"{len(value) - number} more"
                break
            name = self._text(key if isinstance(key, str) else _as_name(key), _NAME)
            kept[name] = self.plain(each, level + 1)
        return kept

    def _list(self, value: Sequence[Any] | deque[Any], level: int) -> Value:
        kept: list[Value] = []
        for each in reversed(value):
            if len(kept) >= _ITEMS or self._left <= 0:
                break
            kept.append(self.plain(each, level + 1))
        if len(kept) < len(value):
            kept.append(f"{_CUT} {len(value) - len(kept)} before")
        return kept[::-1]

    def _number(self, value: float) -> Value:
        self._left -= len(str(value))
        return value

    def _text(self, text: str, most: int) -> str:
        room = min(most, max(0, self._left))
        is_cut = len(text) > room
        kept = (self._clean(text[: room + _SECRET]) if is_cut and room else text)[:room]
        self._left -= len(kept)
        if not kept.isascii():  # half a pair is no text
            kept = kept.encode(errors="replace").decode()
        return kept + _CUT if is_cut else kept

    def _named(self, value: Any) -> Value:
        return self._text(f"<{type(value).__name__}>", _NAME)


def _as_name(key: Any) -> str:
    """A key that is no text, as one."""
    return str(key) if isinstance(key, (int, float, UUID, date)) else f"<{type(key).__name__}>"


def _picked(value: Any, keys: Collection[str]) -> Any:
    if isinstance(value, (list, tuple)):  # a node may answer with several commands
        return [_picked(each, keys) for each in value]
    parts = value if isinstance(value, Mapping) else _parts(value)
    if parts is None:
        return None
    if _is(value, "Command"):
        return {
            name: _picked(each, keys) if name == "update" else each
            for name, each in parts.items()
            if name in ("update", "goto", "graph")
        }
    return {key: parts[key] for key in keys if key in parts}


def _parts(value: Any) -> Mapping[str, Any] | None:
    """What an object is made of; None for one that does not say. A part that is not shown is not kept."""
    if _is(value, "BaseMessage"):
        return {name: part for name in _MESSAGE if (part := getattr(value, name, None))}
    if _is(value, "Send"):
        return {"node": value.node, "arg": value.arg}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = [each.name for each in dataclasses.fields(value) if each.repr]
        return {name: part for name in shown if not _says_nothing(part := getattr(value, name))}
    fields = getattr(type(value), "model_fields", None)  # of pydantic
    if isinstance(fields, Mapping):
        return {
            name: getattr(value, name)
            for name, each in fields.items()
            if getattr(each, "repr", True) and not getattr(each, "exclude", None)
        }
    return None


def _says_nothing(part: Any) -> bool:
    return part is None or (isinstance(part, tuple) and not part)


def _is(value: Any, name: str) -> bool:
    """Whether an object is of a class of LangGraph's or LangChain's, which need not be installed here."""
    return any(
        each.__name__ == name and each.__module__.partition(".")[0] in ("langgraph", "langchain_core")
        for each in type(value).__mro__
    )
