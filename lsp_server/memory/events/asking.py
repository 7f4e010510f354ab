"""What callers may say in two ways, or wrongly."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from lsp_server.errors import UsageError

Given = TypeVar("Given")


def either(name: str, value: Given | None, other_name: str, other: Given | None) -> Given | None:
    """The value that was given under one of two names. Raises ``UsageError`` where both were."""
    if other is None:
        return value
    if value:
        raise UsageError(f"{name} and {other_name} are the same: give one of them")
    return other


def whole_number(name: str, value: int) -> int:
    """The number. Raises ``UsageError`` unless it is whole, and 0 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UsageError(f"{name} is {value!r}: it must be a whole number, 0 or more")
    return min(value, 1 << 31)


def text_or_none(name: str, value: str | None) -> str | None:
    """The text. Raises ``UsageError`` for what is none."""
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name} must be text, not {type(value).__name__}")
    if value is not None:
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise UsageError(f"{name} is no valid text: character {error.start + 1} is half a pair") from None
    return value


def moment_or_none(name: str, value: datetime | None) -> int | None:
    """A moment as the index counts: microseconds since 1970. Raises ``UsageError`` for what is none."""
    from lsp_server.index.packing import microseconds

    if value is None:
        return None
    if not isinstance(value, datetime):
        raise UsageError(f"{name} must be a datetime, not {type(value).__name__}")
    return microseconds(value)
