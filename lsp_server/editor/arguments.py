"""The one JSON object that each command takes. What is malformed is refused, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from lsp_server.records.model import Kind

_LARGEST = 2**31 - 1  # the protocol's largest number


class MalformedError(JsonRpcInvalidParams):
    """A command's argument is not what docs/lsp.md says; pygls answers the request with it."""


class Arguments:
    """A command's argument, read by name. ``None`` and what is absent are the same."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    @classmethod
    def of(cls, arguments: Sequence[Any] | None) -> Arguments:
        """From ``arguments`` of the request; none at all is an empty object."""
        given = list(arguments or ())
        if len(given) > 1 or (given and not isinstance(given[0], Mapping) and given[0] is not None):
            raise MalformedError("the command takes one JSON object")
        return cls((given[0] if given else None) or {})

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if not value:
            raise MalformedError(f"{name!r} is missing")
        return value

    def optional_text(self, name: str) -> str | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, str):
            raise MalformedError(f"{name!r} is not a string")
        return None if value is None else _characters(value, name)

    def optional_number(self, name: str) -> int | None:
        value = self._values.get(name)
        try:
            return None if value is None else _whole(value)
        except ValueError:
            raise MalformedError(f"{name!r} is not a number of things") from None

    def optional_flag(self, name: str) -> bool | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise MalformedError(f"{name!r} is neither true nor false")
        return value

    def optional_day(self, name: str) -> date | None:
        """A day as ``2026-11-21``."""
        value = self.optional_text(name)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise MalformedError(f"{name!r} is no day like 2026-11-21") from None

    def json(self, name: str) -> Any:
        """Anything that JSON can hold; ``null``, too."""
        if name not in self._values:
            raise MalformedError(f"{name!r} is missing")
        return self._values[name]

    def kind(self, name: str, allowed: Sequence[Kind] = tuple(Kind)) -> Kind:
        word = self.text(name)
        found = next((kind for kind in allowed if kind.value == word), None)
        if found is None:
            raise MalformedError(f"{name!r} must be one of {', '.join(kind.value for kind in allowed)}")
        return found

    def optional_kind(self, name: str) -> Kind | None:
        return None if self._values.get(name) is None else self.kind(name)

    def optional_anchor(self, name: str) -> tuple[str, int, int, str] | None:
        """An anchor as records have it: path, first and last line (0 for the whole file), symbol."""
        value = self._values.get(name)
        if value is None:
            return None
        try:
            path, symbol = value["path"], value.get("symbol") or ""
            start, end = (_whole(value.get(side) or 0) for side in ("start", "end"))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise MalformedError(f"{name!r} is not an anchor") from None
        if not isinstance(path, str) or not isinstance(symbol, str):
            raise MalformedError(f"{name!r} is not an anchor")
        return _characters(path, name), start, end, _characters(symbol, name)

    def required_range(self, name: str) -> types.Range:
        if (value := self.optional_range(name)) is None:
            raise MalformedError(f"{name!r} is missing")
        return value

    def optional_range(self, name: str) -> types.Range | None:
        value = self._values.get(name)
        if value is None:
            return None
        try:
            start, end = (
                types.Position(_whole(value[side]["line"]), _whole(value[side]["character"]))
                for side in ("start", "end")
            )
        except (KeyError, TypeError, ValueError):
            raise MalformedError(f"{name!r} is not a range") from None
        return types.Range(start, end)


def _characters(text: str, name: str) -> str:
    """JSON can say half of a character, which no file can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedError(f"{name!r} has half of a character (a lone surrogate) in it") from None
    return text


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST:
        return value
    raise ValueError(value)
