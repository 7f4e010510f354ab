"""Two edits of a record's ``found:`` block, which the learning loops of two clones keep up to date: never a
conflict, for nobody wrote it."""

from __future__ import annotations

import re

from lsp_server.records.front_entries import Entry
from lsp_server.records.moments import moment

PREFIX = "found."
_COUNT = re.compile(r"(:[ \t]*)\d+")


def merged_found(key: str, base: Entry | None, one: Entry, other: Entry) -> str | None:
    """The lines of one key of the block that both sides changed; None where it is no single value.

    It began with the earlier moment, and was seen last at the later one. What both counted is added up.
    Of anything else the larger: what a loop writes there next is right.
    """
    values = one.value, other.value
    if not all(isinstance(value, str) for value in values):
        return None
    if key == f"{PREFIX}count":
        counts = [_number(value) for value in (*values, base.value if base else "0")]
        if None not in counts:
            first, second, before = (count or 0 for count in counts)
            total = max(first, second, first + second - before)
            return _COUNT.sub(lambda found: f"{found[1]}{total}", one.text, count=1)
    moments = moment(one.value), moment(other.value)
    if moments[0] is not None and moments[1] is not None:
        is_first = (moments[0] <= moments[1]) == (key == f"{PREFIX}first")
        return one.text if is_first else other.text
    return max(one, other, key=_size).text


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,15}", value, re.ASCII) else None


def _size(entry: Entry) -> tuple[float, str]:
    try:
        return float(entry.value), entry.text
    except ValueError:
        return 0.0, entry.text
