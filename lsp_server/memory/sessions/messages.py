"""What programs give as a message, as plain data that a file gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from lsp_server.errors import UsageError
from lsp_server.records.sessions.writing import items


def system_message(one: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """A system's message from its text."""
    return {"role": "system", "content": one} if isinstance(one, str) else one


def whole_message(given: Any) -> dict[str, Any]:
    """A message from a mapping, or from an object with such attributes. Raises ``UsageError``."""
    if isinstance(given, Mapping):
        return dict(given)
    if hasattr(given, "model_dump"):
        made = given.model_dump()
    elif is_dataclass(given) and not isinstance(given, type):
        made = asdict(given)
    else:
        raise UsageError(f"a message is a role, a mapping or a dataclass, not a {type(given).__name__}")
    # An object has all its attributes, used or not.
    return {key: value for key, value in made.items() if value is not None or key == "content"}


def plain_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as a file gives it back, so that nobody can change it from outside. Raises ``UsageError``."""
    if not isinstance(message.get("role"), str):
        raise UsageError("a message needs a role: user, assistant, tool or system")
    items([message], "")  # says what cannot be kept
    copied: dict[str, Any] = _copied(message)
    return copied


def _copied(value: Any) -> Any:
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, Mapping):
        return {_whole(key): _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, (list, tuple)) else value


def _whole(text: str) -> str:
    """A text as a file can hold it: two halves of a character are one, of half a character its number."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        units = text.encode("utf-16-le", "surrogatepass")
        return units.decode("utf-16-le", "surrogatepass").encode("utf-8", "backslashreplace").decode("utf-8")
    return text
