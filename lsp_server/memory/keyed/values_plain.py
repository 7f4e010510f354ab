"""Keyed values as texts and plain JSON, as people type and read them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from lsp_server.store.keyvalue.values import dumps, loads

if TYPE_CHECKING:
    from lsp_server.store.keyvalue.base import Item, Value


def typed_value(text: str) -> Value:
    """What somebody typed: JSON, with dates as ``{"$date": "2026-11-21"}``; all else is a text."""
    try:
        value = loads(text)
    except ValueError:
        return text
    # Words that Python's reader takes for numbers, and JSON does not know.
    return text if isinstance(value, float) and not math.isfinite(value) else value


def read_value(given: Any) -> Value:
    """The value of what came as JSON: what ``plain_value`` made, with its dates."""
    return loads(json.dumps(given))


def plain_value(value: Value) -> Any:
    """A value as JSON alone can hold it: what ``typed_value`` reads back."""
    return json.loads(dumps(value))


def value_text(value: Value) -> str:
    """A value to be read: a text as it is, all else as JSON over several lines."""
    return value if isinstance(value, str) else json.dumps(plain_value(value), ensure_ascii=False, indent=2)


def value_line(value: Value) -> str:
    """A value on one line, as JSON."""
    return json.dumps(plain_value(value), ensure_ascii=False)


def item_json(item: Item) -> dict[str, Any]:
    """What stands under a key: the value as ``plain_value`` has it, times in UTC."""
    return {
        "key": item.key,
        "value": plain_value(item.value),
        "created": item.created.isoformat(),
        "updated": item.updated.isoformat(),
        "expires": item.expires.isoformat() if item.expires else None,
    }
