"""The ``found:`` block of a record's front matter: what the loop knows about it, and all that it changes.

The record's text is people's as soon as it is written. What goes on (how often, when last) changes two lines
here, so a record's diff is easy to read, and people's edits never meet ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from lsp_server.errors import RefusedError
from lsp_server.memory.learning.model import Figure, Finding, Standing
from lsp_server.records.front_matter import read, scalar, split
from lsp_server.records.front_matter_edit import set_lines
from lsp_server.records.model import Record
from lsp_server.records.moments import moment

KEY = "found"
_OWN = ("finder", "key", "first", "last", "count", "ended", "why", "again", "duplicate-of")


def standing_of(record: Record, text: str) -> Standing | None:
    """What a record's file tells of a finding; None where it tells of none, or not enough."""
    block = _block(text)
    finder, key = block.get("finder"), block.get("key")
    first, last = moment(block.get("first")), moment(block.get("last"))
    if not isinstance(finder, str) or not isinstance(key, str) or first is None or last is None:
        return None
    return Standing(
        record,
        finder,
        key,
        first,
        last,
        _number(block.get("count"), 1),
        ended=moment(block.get("ended")),
        again=_number(block.get("again"), 0),
        duplicate=str(block.get("duplicate-of") or ""),
        figures={name: value for name, value in block.items() if name not in _OWN and isinstance(value, str)},
    )


def new_block(finding: Finding) -> str:
    """The block of a new record, as the value of its key."""
    lines = _lines(_values(finding, finding.first, finding.count))
    return "\n" + "\n".join(lines)


def with_news(text: str, finding: Finding, standing: Standing) -> str:
    """The file of a record with how the finding stands now."""
    block = dict(_block(text))
    again = _number(block.get("again"), 0)
    if standing.ended is not None:
        again += 1
    for name in ("ended", "why", "again"):
        block.pop(name, None)
    first = min(finding.first, standing.first)
    block.update(_values(finding, first, max(finding.count, standing.count)))
    if again:
        block["again"] = again
    return _set(text, block)


def with_end(text: str, ended: datetime, why: str) -> str:
    """The file of a record whose finding has ended."""
    block = dict(_block(text))
    block.update(ended=written(ended), why=why)
    return _set(text, block)


def with_duplicate(text: str, label: str, ended: datetime) -> str:
    """The file of a record that tells the same as the one called ``label``."""
    block = dict(_block(text))
    block.update({"ended": written(ended), "duplicate-of": label})
    return _set(text, block)


def updated(standing: Standing, finding: Finding) -> Standing:
    """What stands after ``with_news``."""
    return replace(standing, last=finding.last, count=finding.count, ended=None)


def written(when: datetime) -> str:
    """A moment as the block has it: UTC, to the second."""
    return when.astimezone(timezone.utc).replace(microsecond=0).isoformat()


def _values(finding: Finding, first: datetime, count: int) -> dict[str, Figure]:
    values: dict[str, Figure] = {
        "finder": finding.finder,
        "key": finding.key,
        "first": written(first),
        "last": written(finding.last),
    }
    if count > 1:
        values["count"] = count
    return {**values, **finding.figures}


def _block(text: str) -> Mapping[str, Any]:
    values, _ = read(split(text).front or "")
    block = values.get(KEY)
    return block if isinstance(block, dict) else {}


def _set(text: str, block: Mapping[str, Any]) -> str:
    for value in block.values():
        if not isinstance(value, (str, int, float)):
            raise RefusedError(f"the front matter's {KEY!r} holds more than names and values")
    return set_lines(text, KEY, [f"{KEY}:", *_lines(block)])


def _lines(block: Mapping[str, Any]) -> list[str]:
    return [f"  {name}: {_scalar(value)}" for name, value in block.items()]


def _scalar(value: Any) -> str:
    # What was read back is text: a number must not come back in quotes.
    text = str(value)
    return text if isinstance(value, (int, float)) or _is_number(text) else scalar(value)


def _is_number(text: str) -> bool:
    whole, dot, rest = text.removeprefix("-").partition(".")
    return whole.isascii() and whole.isdigit() and (not dot or (rest.isascii() and rest.isdigit()))


def _number(value: object, default: int) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else default
