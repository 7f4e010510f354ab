"""What a JSON file says and the record made of it does not: kept with the record, laid over it again.

So unknown keys, empty lists, a time as it was spelled and an abbreviated commit all come back, and what
somebody changed in the record since then does, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

KEY = "json"  # of the front matter


def difference(made: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """What to lay over ``made`` to have ``wanted``, as one line of JSON; empty where they are the same."""
    if same(made, wanted):
        return ""
    added = _added(made, wanted)
    gone = [key for key, value in made.items() if key not in wanted or not _fits(value, wanted[key])]
    if not added and not gone:
        return ""
    return json.dumps([added, gone] if gone else [added], ensure_ascii=False, separators=(", ", ": "))


def _added(made: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    added: dict[str, Any] = {}
    for key, value in wanted.items():
        mine = made.get(key)
        if key in made and same(mine, value):
            continue
        if isinstance(mine, dict) and isinstance(value, dict) and _fits(mine, value):
            added[key] = _added(mine, value)
        else:
            added[key] = value
    return added


def _fits(mine: Any, wanted: Any) -> bool:
    """Whether the other can be laid over a value: nothing has to be taken out of it first."""
    if not (isinstance(mine, dict) and isinstance(wanted, dict)):
        return True
    return all(key in wanted and _fits(value, wanted[key]) for key, value in mine.items())


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: ``1``, ``1.0`` and ``true`` are three."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is list:
        if len(one) != len(other):
            return False
        if {*map(type, one), *map(type, other)} == {str}:
            return bool(one == other)  # most lists are of texts
        return all(map(same, one, other))
    if kind is dict:
        return one.keys() == other.keys() and not [
            1 for key, value in one.items() if not same(value, other[key])
        ]
    return one == other and (kind is not float or repr(one) == repr(other))


def laid_over(made: Mapping[str, Any], text: str) -> dict[str, Any]:
    """What ``difference`` said, on what the record says now."""
    try:
        said = json.loads(text)
        added, gone = said[0], said[1] if len(said) > 1 else []
    except (ValueError, LookupError, TypeError, RecursionError):
        return dict(made)
    if not isinstance(added, dict) or not isinstance(gone, list):
        return dict(made)
    kept = {key: value for key, value in made.items() if key not in gone}
    return _laid(kept, added)


def _laid(made: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(made)
    for key, value in added.items():
        mine = result.get(key)
        result[key] = _laid(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return result
