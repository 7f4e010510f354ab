"""What stands in the columns of a row, as plain Python: no database is needed to know it.

A key is found by its SHA-256, since a row of an index holds no key of 10 kB. For the order of keys an index
has their first 200 characters; binary order everywhere, which is the order of code points. Times are
microseconds since 1970: exact, and the same in every database. A value is JSON text (never ``jsonb``, which
has no NUL and another order of keys).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from lsp_server.store.keyvalue.base import Item, Value
from lsp_server.store.keyvalue.clocks import utc
from lsp_server.store.keyvalue.keys import begin_behind, begins_no_key, first_behind
from lsp_server.store.keyvalue.values import loads
from lsp_server.store.moments import microseconds as counted
from lsp_server.store.moments import moment_at

HEAD = 200  # characters of a key that are in the index: at most 800 bytes, a row may have some 2,700
EVERYTHING = 2**62  # as a limit, or a time that never comes
ALWAYS = -(2**62)  # a time before all times


class OvertakenError(Exception):
    """Somebody else wrote first: the transaction must be made again."""


class BrokenValueError(Exception):
    """What stands under this key is not JSON."""


def digest(key: str) -> bytes:
    return sha256(key.encode()).digest()


def digests(keys: Iterable[str], *, joined: bool) -> list[bytes] | bytes:
    """Of many keys; ``joined``, for a database without arrays."""
    many = [digest(key) for key in keys]
    return b"".join(many) if joined else many


def microseconds(moment: datetime) -> int:
    """Of any moment; ``clocks.utc`` says what one without a zone is."""
    return counted(utc(moment))


def row(key: str, text: str, expires: datetime | None, now: int) -> dict[str, Any]:
    """The row of a value that is written now."""
    expiry = None if expires is None else microseconds(expires)
    return {
        "digest": digest(key),
        "key": key,
        "value": text,
        "created": now,
        "updated": now,
        "expires": expiry,
    }


def item(row: Sequence[Any]) -> Item:
    """The item of a row: key, value, created, updated, expires. Raises ``BrokenValueError``."""
    key, text, created, updated, expires = row
    try:
        value = loads(text)
    except ValueError:
        raise BrokenValueError(key) from None
    began = moment_at(created)
    written = began if updated == created else moment_at(updated)
    return Item(key, value, began, written, None if expires is None else moment_at(expires))


def with_times(key: str, value: Value, created: int, updated: int, expires: int | None) -> Item:
    end = None if expires is None else moment_at(expires)
    return Item(key, value, moment_at(created), moment_at(updated), end)


def items(rows: Sequence[Sequence[Any]]) -> list[Item]:
    """The items of many rows, without those that somebody broke: they do not take the rest down."""
    try:
        return [item(each) for each in rows]
    except BrokenValueError:
        return [found for each in rows if (found := _whole(each))]


def _whole(row: Sequence[Any]) -> Item | None:
    try:
        return item(row)
    except BrokenValueError:
        return None


def keys_with(prefix: str, after: str | None = None) -> tuple[bool, dict[str, Any]]:
    """Whether the keys that begin so have an end, and the parameters that say which they are."""
    if begins_no_key(prefix):
        return True, {"low": "", "low_head": "", "beyond": "", "high": "", "high_head": ""}  # no key
    low, beyond = begin_behind(prefix, after)
    parameters = {"low": low, "low_head": max(low, beyond)[:HEAD], "beyond": beyond}
    high = first_behind(prefix)
    if high is None:
        return False, parameters
    return True, {**parameters, "high": high, "high_head": high[:HEAD]}
