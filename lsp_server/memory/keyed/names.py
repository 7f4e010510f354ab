"""What programs call values: ``user:123:preferences``, or an owner and a kind; patterns of such keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.base import Value
from lsp_server.store.keyvalue.keys import checked_key
from lsp_server.store.keyvalue.values import checked

SEPARATOR = ":"
EVERYTHING = "*"


def key_of(key: str, kind: str | None) -> str:
    """The key itself, or ``owner:kind``. Raises ``UsageError`` where a part of it is no text."""
    if not isinstance(key, str):
        raise UsageError(f"a key is text, not {type(key).__name__}")
    if kind is None:
        return key
    if not isinstance(kind, str):
        raise UsageError(f"a key's second part is text, not {type(kind).__name__}")
    return f"{key}{SEPARATOR}{kind}"


def prefix_of(namespace: str) -> str:
    """What the keys of a namespace begin with. Raises ``UsageError`` where it has no name: whoever has an
    empty name by mistake would else have everything."""
    if not isinstance(namespace, str):
        raise UsageError(f"a namespace is text, not {type(namespace).__name__}")
    name = namespace.removesuffix(SEPARATOR)
    if not name:
        raise UsageError("a namespace has at least one character")
    return f"{name}{SEPARATOR}"


class Defaults:
    """Values for keys that are not there, by key or by pattern: in ``user:*:preferences``, ``*`` is any one
    part. A key's own default goes before a pattern's, and the first pattern before the next.

    Raises ``UsageError`` for a value or a key that cannot be kept.
    """

    def __init__(self, defaults: Mapping[str, Value] | None) -> None:
        if defaults is not None and not isinstance(defaults, Mapping):
            raise UsageError(f"defaults are a dictionary of keys, not a {type(defaults).__name__}")
        self._values = {checked_key(key): checked(value) for key, value in (defaults or {}).items()}
        self._patterns = [(_pattern(key), key) for key in self._values if EVERYTHING in key]

    def __getitem__(self, key: str) -> Value:
        """A copy of the default of a key; None where it has none."""
        if key not in self._values:
            key = next((name for pattern, name in self._patterns if pattern.fullmatch(key)), key)
        return deepcopy(self._values.get(key))


def _pattern(text: str) -> re.Pattern[str]:
    parts = (re.escape(part).replace(r"\*", f"[^{SEPARATOR}]*") for part in text.split(SEPARATOR))
    return re.compile(SEPARATOR.join(parts))


def merged(before: Value, changes: Value) -> Value:
    """``changes`` over ``before``: dictionaries key by key, at every depth; all else is replaced."""
    if not isinstance(before, dict) or not isinstance(changes, dict):
        return changes
    return {**before, **{key: merged(before.get(key), value) for key, value in changes.items()}}
