"""Texts of strangers' objects: asking one for its text may raise, never end, or bring 100 MB."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from lsp_server.memory.secrets import redact_all
from lsp_server.store.keyvalue.base import Value

MOST = 2_000
"""Characters of one text in a context."""

_ITEMS = 50
_DEPTH = 5
_KEY = 100
_SECRET = 8_000  # characters behind a cut where a secret from before it ends: a long private key


def text_of(value: object, most: int = MOST) -> str:
    """``str(value)``, at most so many characters; what is wrong with it where it has none."""
    try:
        text = value if isinstance(value, str) else str(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # an exit is no answer either
        return f"<no text: {type_name(type(value))}.__str__ raises {type_name(type(error))}>"
    return valid(text, most)


def valid(text: str, most: int) -> str:
    """A text that can be written as UTF-8: halves of characters are shown as escapes. Where it is cut, it is
    without secrets: the half of one would not be known for one any more."""
    plain = str.__getitem__(
        text, slice(0, most + _SECRET)
    )  # a text of a class of its own may answer anything
    if not plain.isascii():
        plain = plain.encode("utf-8", "backslashreplace").decode()
    if len(plain) > most:
        plain = redact_all(plain)[0]
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def type_name(kind: type) -> str:
    """A class's name with its module's, but for the language's own and the program's main one."""
    try:
        module, name = str(kind.__module__), str(kind.__qualname__)
    except Exception:
        return "object"
    known = name if module in ("builtins", "__main__") else f"{module}.{name}"
    return valid(" ".join(known.split()), 200) or "object"


def context_of(given: Mapping[Any, Any] | None) -> dict[str, Value]:
    """What a program tells about an error, as JSON can hold it, bounded. Never raises for what is in it."""
    if not given:
        return {}
    try:
        plain = _plain(given, 0, set())
    except Exception as error:
        return {"unreadable": type_name(type(error))}
    return plain if isinstance(plain, dict) else {}


def _plain(value: Any, depth: int, above: set[int]) -> Value:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**64 else text_of(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, str):
        return valid(value, MOST)
    if type(value) in (datetime, date):
        return value
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{len(value):,} bytes"
    if depth >= _DEPTH or id(value) in above:
        return f"<{type_name(type(value))}>"
    if isinstance(value, Mapping):
        made: dict[str, Value] = {}
        for number, (key, item) in enumerate(value.items()):
            if number == _ITEMS:
                made["…"] = f"{len(value) - _ITEMS} more"
                break
            made[text_of(key, _KEY)] = _plain(item, depth + 1, above | {id(value)})
        return made
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [_plain(item, depth + 1, above | {id(value)}) for item, _ in zip(value, range(_ITEMS))]  # noqa: B905 (the shorter one ends it)
        return [*items, f"… {len(value) - _ITEMS} more"] if len(value) > _ITEMS else items
    try:
        return valid(repr(value), MOST)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # an exit is no answer either
        return f"<{type_name(type(value))}: its __repr__ raises {type_name(type(error))}>"
