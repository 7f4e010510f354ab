"""A JSON file as people and killed programs leave it: one object, or what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from math import isfinite
from typing import Any

DEEPEST = 99  # collections inside each other; YAML's reader takes no more


def read_json(text: str) -> tuple[dict[str, Any] | None, list[str]]:
    """The object in a file and what is to be told about it; None where there is none, and why."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            counted = Counter(key for key, _ in found)
            twice.extend(key for key, times in counted.items() if times > 1)
        return made

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant)
    except RecursionError:
        return None, [f"it is nested more than {DEEPEST} deep"]
    except json.JSONDecodeError as error:
        return None, [f"line {error.lineno}: it is not JSON: {error.msg}"]
    except ValueError as error:
        return None, [f"it is not JSON: {error}"]
    if not isinstance(value, dict):
        return None, ["it is JSON, but no object `{…}`"]
    if text.count("{") + text.count("[") > DEEPEST and _is_deep(value):
        return None, [f"it is nested more than {DEEPEST} deep"]
    if "\\u" in text and (bad := _surrogate(value)):
        return None, [bad]
    return value, [f"{key!r} is there twice; the last one counts" for key in twice]


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _surrogate(value: Any) -> str:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return "it has half a character (an unpaired \\ud800)"
    return ""


def written_json(value: dict[str, Any]) -> str:
    """A file as this directory has them. What JSON has no word for is written as text."""
    try:
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return str(value) if isinstance(value, float) and not isfinite(value) else value
