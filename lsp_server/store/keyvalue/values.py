"""Values as JSON text: anything that JSON can hold, and dates, and nothing else.

A date stands as ``{"$date": "2026-11-21"}``, a time as ``{"$datetime": "2026-11-21T10:00:00+00:00"}`` (with
the offset it had, or with none). A dictionary of one key that begins with ``$`` gets one ``$`` more, so that
no value of a program's own is taken for a date.
"""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import Any, cast

from lsp_server.errors import UsageError
from lsp_server.store.keyvalue.base import Value

MOST_LEVELS = 200  # what every JSON reader can take back
_TIME, _DAY = "$datetime", "$date"
_PLAIN = frozenset({str, int, bool, type(None)})
# Where no dictionary has such a key, the reader need not be asked about each.
_MARKED = '"$'
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), allow_nan=False)


def dumps(value: Value) -> str:
    """A value as one line of JSON. Raises ``UsageError`` naming the place of what cannot be kept."""
    try:
        text = _ENCODER.encode(_plain(value, 0))
        if not text.isascii():
            text.encode()
    except (ValueError, TypeError, RecursionError):
        raise UsageError(_wrong(value, "value", 0) or "this value cannot be kept as JSON") from None
    return text


def loads(text: str | bytes) -> Value:
    """The value of a text that ``dumps`` made; of any other JSON text what it says.

    Raises ``ValueError`` where it is no JSON.
    """
    if isinstance(text, bytes):
        text = text.decode()
    try:
        return cast(Value, json.loads(text, object_hook=_dated if _MARKED in text else None))
    except RecursionError:
        raise ValueError("this JSON is nested too deeply") from None


def checked(value: Value) -> Value:
    """The value as it will be read again: a copy of its own. Raises ``UsageError`` as ``dumps`` does."""
    return loads(dumps(value))


def _plain(value: Any, level: int) -> Any:
    """The value as ``json`` takes it. Raises ``TypeError`` or ``ValueError`` for what cannot be kept."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict or isinstance(value, dict):
        return _plain_dictionary(value, level + 1)
    if kind is list or isinstance(value, (list, tuple)):
        if level >= MOST_LEVELS:
            raise ValueError
        return [each if type(each) in _PLAIN else _plain(each, level + 1) for each in value]
    if isinstance(value, datetime):  # before `date`: each is one, too
        return {_TIME: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, (float, int, str)):  # the encoder refuses what is no number
        return value
    raise TypeError


def _plain_dictionary(value: dict[Any, Any], level: int) -> dict[str, Any]:
    if level > MOST_LEVELS:
        raise ValueError
    plain = {}
    for key, each in value.items():
        if not isinstance(key, str):  # the encoder would make a text of it
            raise TypeError
        plain[key] = each if type(each) in _PLAIN else _plain(each, level)
    if len(plain) == 1 and (key := next(iter(plain)))[:1] == "$":
        return {"$" + key: plain[key]}
    return plain


def _dated(found: dict[str, Any]) -> Any:
    if len(found) != 1:
        return found
    ((key, value),) = found.items()
    if key[:1] != "$":
        return found
    try:
        if key == _TIME:
            return datetime.fromisoformat(value)
        if key == _DAY:
            return date.fromisoformat(value)
    except (TypeError, ValueError):  # somebody's own, written by hand
        return found
    return {key[1:]: value} if key[:2] == "$$" else found


def _wrong(value: Any, place: str, level: int) -> str | None:
    """What of a value cannot be kept, and where; None: nothing of it."""
    if level > MOST_LEVELS:
        return f"{place[:60]}… goes down more than {MOST_LEVELS} levels, or contains itself"
    if isinstance(value, str):
        return _wrong_text(value, place)
    if isinstance(value, dict):
        for key, each in value.items():
            if not isinstance(key, str):
                return f"{place} has the key {key!r}: keys must be text"
            wrong = _wrong_text(key, f"a key of {place}") or _wrong(each, f"{place}[{key!r}]", level + 1)
            if wrong:
                return wrong
        return None
    if isinstance(value, (list, tuple)):
        found = (_wrong(each, f"{place}[{index}]", level + 1) for index, each in enumerate(value))
        return next((wrong for wrong in found if wrong), None)
    if isinstance(value, float) and not math.isfinite(value):
        return f"{place} is {value}: JSON has only finite numbers"
    if value is None or isinstance(value, (float, date)):
        return None
    if isinstance(value, int):
        return _wrong_number(value, place)
    return f"{place} is a {type(value).__name__}: a value is what JSON can hold, or a date"


def _wrong_text(text: str, place: str) -> str | None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"{place} is no valid text: character {error.start + 1} is half a pair"
    return None


def _wrong_number(value: int, place: str) -> str | None:
    try:
        str(int(value))
    except ValueError:
        return f"{place} is a number of too many digits"
    return None
